/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A 16550 as console: polled, no interrupt, no FIFO needed, by port or in memory. */
#include "purgatory/arch/x86/x86.h"

/* Registers and bits: PC16550D data sheet, 8.0. */
enum {
	DATA = 0,			/* divisor's low byte while LCR_DLAB is set */
	IER = 1,			/* divisor's high byte while LCR_DLAB is set */
	LCR = 3,
	MCR = 4,
	LSR = 5,
};

enum {
	LCR_8N1 = 0x03,
	LCR_DLAB = 0x80,
	MCR_DTR_RTS = 0x03,
	LSR_THRE = 0x20,		/* room for one byte */
	LSR_TEMT = 0x40,		/* everything is on the line */
};

/* A port takes about 1 us to read, a byte at 110 baud about 0.1 s to send. */
#define POLLS 1000000

static uint64_t base;
static uint32_t kind;

static uint8_t read_reg(unsigned int reg)
{
	const uintptr_t addr = (uintptr_t)base;

	if (kind == KX_PURG_CONSOLE_8250_IO)
		return inb((uint16_t)(base + reg));
	if (kind == KX_PURG_CONSOLE_8250_MMIO)
		return *(volatile uint8_t *)(addr + reg);
	return (uint8_t)*(volatile uint32_t *)(addr + 4 * reg);
}

static void write_reg(unsigned int reg, uint8_t value)
{
	const uintptr_t addr = (uintptr_t)base;

	if (kind == KX_PURG_CONSOLE_8250_IO)
		outb((uint16_t)(base + reg), value);
	else if (kind == KX_PURG_CONSOLE_8250_MMIO)
		*(volatile uint8_t *)(addr + reg) = value;
	else
		*(volatile uint32_t *)(addr + 4 * reg) = value;
}

/* A port that never gets ready is given up for good: waiting at every byte would take hours. */
static bool wait_for(uint8_t bit)
{
	if (kind == KX_PURG_CONSOLE_NONE)
		return false;
	for (unsigned int i = 0; i < POLLS; i++) {
		if (read_reg(LSR) & bit)
			return true;
		__asm__ volatile("pause");
	}
	kind = KX_PURG_CONSOLE_NONE;
	return false;
}

void x86_uart_init(const struct kx_purg_params *params)
{
	const uint32_t divisor = params->console_divisor;

	base = params->console_base;
	kind = params->console_kind;
	if (divisor == 0)
		return;
	write_reg(LCR, LCR_DLAB | LCR_8N1);
	write_reg(DATA, (uint8_t)divisor);
	write_reg(IER, (uint8_t)(divisor >> 8));
	write_reg(LCR, LCR_8N1);
	write_reg(IER, 0);
	write_reg(MCR, MCR_DTR_RTS);
}

void x86_uart_putc(uint8_t byte)
{
	if (wait_for(LSR_THRE))
		write_reg(DATA, byte);
}

void x86_uart_drain(void)
{
	wait_for(LSR_TEMT);
}

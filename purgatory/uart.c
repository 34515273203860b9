/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A 16550, by port or in memory, or a PL011 as console: polled, no interrupt, no FIFO needed. */
#include <stddef.h>

#include "purgatory/uart.h"

/* Registers and bits of a 16550: PC16550D data sheet, 8.0. */
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

/* Of a PL011: Arm PrimeCell UART Technical Reference Manual (DDI 0183), 3.3; byte offsets. */
enum {
	PL011_DATA = 0x00,
	PL011_FLAGS = 0x18,
	PL011_BUSY = 1 << 3,		/* something is still on its way */
	PL011_FULL = 1 << 5,		/* no room */
};

/* A register takes 0.1 to 1 us to read, a byte at 1200 baud about 10 ms to send. */
#define POLLS 1000000

static uint64_t base;
static uint32_t kind;
static uart_port_in *port_in;
static uart_port_out *port_out;

static volatile uint32_t *word_at(uint64_t offset)
{
	return (volatile uint32_t *)(uintptr_t)(base + offset);
}

static uint8_t read_reg(unsigned int reg)
{
	if (kind == KX_PURG_CONSOLE_8250_IO)
		return port_in((uint16_t)(base + reg));
	if (kind == KX_PURG_CONSOLE_8250_MMIO)
		return *(volatile uint8_t *)(uintptr_t)(base + reg);
	return (uint8_t)*word_at(4ULL * reg);
}

static void write_reg(unsigned int reg, uint8_t value)
{
	if (kind == KX_PURG_CONSOLE_8250_IO)
		port_out((uint16_t)(base + reg), value);
	else if (kind == KX_PURG_CONSOLE_8250_MMIO)
		*(volatile uint8_t *)(uintptr_t)(base + reg) = value;
	else
		*word_at(4ULL * reg) = value;
}

static bool has_room(void)
{
	return kind == KX_PURG_CONSOLE_PL011 ? !(*word_at(PL011_FLAGS) & PL011_FULL) :
					       (read_reg(LSR) & LSR_THRE) != 0;
}

static bool is_idle(void)
{
	return kind == KX_PURG_CONSOLE_PL011 ? !(*word_at(PL011_FLAGS) & PL011_BUSY) :
					       (read_reg(LSR) & LSR_TEMT) != 0;
}

/* A port that never gets ready is given up for good: waiting at every byte would take hours. */
static bool wait_for(bool (*ready)(void))
{
	if (kind == KX_PURG_CONSOLE_NONE)
		return false;
	for (unsigned int i = 0; i < POLLS; i++)
		if (ready())
			return true;
	kind = KX_PURG_CONSOLE_NONE;
	return false;
}

static void set_speed(uint32_t divisor)
{
	write_reg(LCR, LCR_DLAB | LCR_8N1);
	write_reg(DATA, (uint8_t)divisor);
	write_reg(IER, (uint8_t)(divisor >> 8));
	write_reg(LCR, LCR_8N1);
	write_reg(IER, 0);
	write_reg(MCR, MCR_DTR_RTS);
}

bool uart_init(const struct kx_purg_params *params, uart_port_in *in,
	       uart_port_out *out)
{
	const uint32_t wanted = params->console_kind;

	if (wanted == KX_PURG_CONSOLE_NONE || wanted > KX_PURG_CONSOLE_PL011 ||
	    (wanted == KX_PURG_CONSOLE_8250_IO && !(in && out)))
		return false;
	base = params->console_base;
	kind = wanted;
	port_in = in;
	port_out = out;
	if (kind != KX_PURG_CONSOLE_PL011 && params->console_divisor != 0)
		set_speed(params->console_divisor);
	return true;
}

static void send(uint8_t byte)
{
	if (!wait_for(has_room))
		return;
	if (kind == KX_PURG_CONSOLE_PL011)
		*word_at(PL011_DATA) = byte;
	else
		write_reg(DATA, byte);
}

void uart_putc(char c)
{
	if (c == '\n')
		send('\r');
	send((uint8_t)c);
}

void uart_drain(void)
{
	wait_for(is_idle);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ends of purgatory on x86 that do not lead into a kernel. */
#include "purgatory/arch/x86/x86.h"
#include "purgatory/purgatory.h"

enum {
	/* IBM PC AT Technical Reference: keyboard controller; 0xfe pulses the CPU's reset line. */
	KBC_COMMAND = 0x64,
	KBC_INPUT_FULL = 1 << 1,
	KBC_PULSE_RESET = 0xfe,
	/* Reset control register of Intel's chipsets, which others have taken over. */
	RESET_CONTROL = 0xcf9,
	RESET_SYSTEM = 0x02,
	RESET_CPU = 0x04,
	RESET_FULL = 0x08,
};

/* By reading a port, which takes about a microsecond whatever the processor's speed. */
static void delay_ms(unsigned int ms)
{
	for (unsigned int i = 0; i < ms * 1000; i++)
		inb(KBC_COMMAND);
}

static void reset_by_keyboard_controller(void)
{
	for (unsigned int i = 0; i < 50000; i++)
		if (!(inb(KBC_COMMAND) & KBC_INPUT_FULL))
			break;
	outb(KBC_COMMAND, KBC_PULSE_RESET);
	delay_ms(50);
}

static void reset_by_chipset(void)
{
	outb(RESET_CONTROL, RESET_SYSTEM);
	delay_ms(1);
	outb(RESET_CONTROL, RESET_SYSTEM | RESET_CPU);
	delay_ms(50);
	outb(RESET_CONTROL, RESET_SYSTEM | RESET_CPU | RESET_FULL);
	delay_ms(50);
}

/* Without an interrupt table the breakpoint becomes a triple fault, which resets. */
static void reset_by_triple_fault(void)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) no_idt = { 0, 0 };

	__asm__ volatile("lidt %0\n\tint3" : : "m"(no_idt));
}

_Noreturn void purgatory_arch_reset(void)
{
	purgatory_arch_prepare();
	reset_by_keyboard_controller();
	reset_by_chipset();
	reset_by_triple_fault();
	for (;;)
		__asm__ volatile("hlt");
}

_Noreturn void purgatory_arch_halt(void)
{
	purgatory_arch_prepare();
	for (;;)
		__asm__ volatile("cli; hlt");
}

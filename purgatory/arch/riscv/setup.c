/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What generic purgatory asks of riscv64: console, reset by the SBI. */
#include "purgatory/purgatory.h"
#include "purgatory/uart.h"

/* RISC-V Supervisor Binary Interface Specification 2.0, chapters 3, 5 and 10. */
enum {
	SBI_SYSTEM_RESET = 0x53525354,
	SBI_SYSTEM_RESET_COLD_REBOOT = 1,
	SBI_SYSTEM_RESET_FAILURE = 1,
	SBI_LEGACY_SHUTDOWN = 8,
};

static const struct kx_purg_params *params;

static void sbi_call(unsigned long extension, unsigned long arg0, unsigned long arg1)
{
	register unsigned long a0 __asm__("a0") = arg0;
	register unsigned long a1 __asm__("a1") = arg1;
	register unsigned long a6 __asm__("a6") = 0;
	register unsigned long a7 __asm__("a7") = extension;

	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
}

void purgatory_arch_init(const struct kx_purg_params *found)
{
	params = found;
	uart_init(params, NULL, NULL);
}

void purgatory_arch_putc(char c)
{
	uart_putc(c);
}

/* With satp 0 memory is cached as the platform's physical attributes say: nothing to prepare. */
kx_sha256_blocks_fn *purgatory_arch_hash_begin(void)
{
	return kx_sha256_blocks_best();
}

void purgatory_arch_hash_end(void)
{
}

void purgatory_arch_prepare(void)
{
	uart_drain();
}

_Noreturn void purgatory_arch_reset(void)
{
	uart_drain();
	sbi_call(SBI_SYSTEM_RESET, SBI_SYSTEM_RESET_COLD_REBOOT, SBI_SYSTEM_RESET_FAILURE);
	/* Only firmware from before SBI 0.3 comes back. */
	purgatory_print(params, "kexec purgatory: the firmware cannot reset, switching off\n");
	uart_drain();
	sbi_call(SBI_LEGACY_SHUTDOWN, 0, 0);
	purgatory_arch_halt();
}

_Noreturn void purgatory_arch_halt(void)
{
	uart_drain();
	for (;;)
		__asm__ volatile("wfi");
}

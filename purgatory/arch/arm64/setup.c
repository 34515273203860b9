/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What generic purgatory asks of arm64: console, caches and vector registers, reset by PSCI. */
#include "purgatory/arch/arm64/arm64.h"
#include "purgatory/purgatory.h"
#include "purgatory/uart.h"

/* Power State Coordination Interface (DEN 0022): has no result, as it does not return. */
#define PSCI_SYSTEM_RESET 0x84000009UL

/* CPACR_EL1.FPEN, which CPTR_EL2 has too with VHE: no access to vector registers is trapped. */
#define FPEN (3ULL << 20)
/* CPTR_EL2.TFP without VHE: all are. */
#define TFP (1ULL << 10)

static const struct kx_purg_params *params;
static uint64_t saved_traps;

/* Of the registers that decide about vector registers the one that is in force. */
static uint64_t read_traps(void)
{
	return at_el2() ? READ_REG(cptr_el2) : READ_REG(cpacr_el1);
}

static void write_traps(uint64_t value)
{
	if (at_el2())
		WRITE_REG(cptr_el2, value);
	else
		WRITE_REG(cpacr_el1, value);
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

/* Of device memory, as which all is accessed with the MMU off, vectors must be aligned. */
static bool regions_aligned(void)
{
	uint64_t low = 0;

	for (uint32_t i = 0; i < params->n_regions; i++)
		low |= params->region[i].start;
	return low % 16 == 0;
}

/* Nothing is printed until purgatory_arch_hash_end(), so the console need not be in the tables. */
kx_sha256_blocks_fn *purgatory_arch_hash_begin(void)
{
	kx_sha256_blocks_fn *const blocks = kx_sha256_blocks_best();

	saved_traps = read_traps();
	if (!arm64_mmu_on(params) && !regions_aligned())
		return kx_sha256_blocks_portable;
	if (blocks != kx_sha256_blocks_portable)
		write_traps(at_el2() && !at_host_el2() ? saved_traps & ~TFP : saved_traps | FPEN);
	return blocks;
}

void purgatory_arch_hash_end(void)
{
	write_traps(saved_traps);
	arm64_mmu_off();
}

void purgatory_arch_prepare(void)
{
	uart_drain();
}

/* A hypervisor call at EL2 would only come back to our own vectors: the kernel was at EL1. */
static void psci_reset(void)
{
	const bool by_hvc = params->reset == KX_PURG_RESET_PSCI_HVC && !at_el2();
	const bool by_smc = params->reset == KX_PURG_RESET_PSCI_SMC;
	/* No function may be called from here on, as it could use the register. */
	register uint64_t x0 __asm__("x0") = PSCI_SYSTEM_RESET;

	if (by_smc)
		__asm__ volatile("smc #0" : "+r"(x0) : : "x1", "x2", "x3", "memory");
	else if (by_hvc)
		__asm__ volatile("hvc #0" : "+r"(x0) : : "x1", "x2", "x3", "memory");
}

_Noreturn void purgatory_arch_reset(void)
{
	uart_drain();
	psci_reset();
	purgatory_print(params, "kexec purgatory: no PSCI to reset the machine by, stopping\n");
	purgatory_arch_halt();
}

_Noreturn void purgatory_arch_halt(void)
{
	uart_drain();
	for (;;)
		__asm__ volatile("wfi");
}

_Noreturn void arm64_fault(uint64_t esr, uint64_t elr, uint64_t far)
{
	purgatory_fault(params, esr, elr, far);
}

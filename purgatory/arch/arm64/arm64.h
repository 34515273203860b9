/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the arm64 files of purgatory share: system registers of EL1 and EL2, the MMU. */
#ifndef PURGATORY_ARCH_ARM64_ARM64_H
#define PURGATORY_ARCH_ARM64_ARM64_H

/* Offsets in struct arm64_regime, for regime.S. */
#define REGIME_TCR 8
#define REGIME_TTBR0 16
#define REGIME_SCTLR 24

#define SCTLR_M (1 << 0)	/* MMU */
#define SCTLR_C (1 << 2)	/* data cache */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/purgatory_abi.h"

#define READ_REG(name)                                             \
	({                                                         \
		uint64_t value_;                                   \
		__asm__ volatile("mrs %0, " #name : "=r"(value_)); \
		value_;                                            \
	})

#define WRITE_REG(name, value)                                                          \
	__asm__ volatile("msr " #name ", %0\n\tisb" : : "r"((uint64_t)(value)) : "memory")

static inline bool at_el2(void)
{
	return (READ_REG(CurrentEL) >> 2 & 3) == 2;
}

/* EL2 with the Virtualization Host Extensions: its registers have the format of those of EL1. */
static inline bool at_host_el2(void)
{
	const uint64_t hcr_e2h = 1ULL << 34;

	return at_el2() && (READ_REG(hcr_el2) & hcr_e2h) != 0;
}

/**
 * struct arm64_regime - what decides how addresses are translated and cached
 * @mair: attributes of memory
 * @tcr: format of the tables
 * @ttbr0: their address
 * @sctlr: is it all on?
 */
struct arm64_regime {
	uint64_t mair, tcr, ttbr0, sctlr;
};

_Static_assert(offsetof(struct arm64_regime, tcr) == REGIME_TCR, "regime.S reads it there");
_Static_assert(offsetof(struct arm64_regime, ttbr0) == REGIME_TTBR0, "regime.S reads it there");
_Static_assert(offsetof(struct arm64_regime, sctlr) == REGIME_SCTLR, "regime.S reads it there");

/**
 * arm64_mmu_on() - turn MMU and caches on by the tables that @params name
 *
 * Return: false when there are no tables, or the processor cannot use them. Then only the
 * instruction cache is on, and every access to data must be aligned.
 */
bool arm64_mmu_on(const struct kx_purg_params *params);

/** arm64_mmu_off() - put everything back to how arm64_mmu_on() found it, memory included */
void arm64_mmu_off(void);

/** arm64_regime_on() - from the MMU being off to @regime */
void arm64_regime_on(const struct arm64_regime *regime);

/** arm64_regime_off() - to @regime, in which the MMU is off; what was written is in memory then */
void arm64_regime_off(const struct arm64_regime *regime);

/** arm64_fault() - called by entry.S at an exception, with MMU and caches off and an empty stack */
_Noreturn void arm64_fault(uint64_t esr, uint64_t elr, uint64_t far);

#else /* __ASSEMBLER__ */

	.hidden purgatory_params
	.hidden purgatory_end

	/* Do OP, which x9 is the operand of, for each cache line of purgatory's own pages. */
	.macro	each_own_line op:vararg
	mrs	x9, ctr_el0
	ubfx	x9, x9, #16, #4		/* DminLine: log2 of the words in a line */
	mov	x11, #4
	lsl	x11, x11, x9
	adr	x9, purgatory_params
	adr	x10, purgatory_end
7:	\op
	add	x9, x9, x11
	cmp	x9, x10
	b.lo	7b
	dsb	sy
	.endm

#endif
#endif

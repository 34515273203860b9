/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two switches between memory as it is with the MMU off, which no cache is asked about, and
 * memory seen through the caches. No access to memory in between, so all is in registers.
 *
 * Source: Arm ARM (DDI 0487), "Mismatched memory attributes", "Cache support", "TLB maintenance".
 */
#include "purgatory/arch/arm64/arm64.h"

	.set CURRENT_EL2, 2 << 2

	/*
	 * TLB entries and instructions of the other state, or of the kernel before it. At EL2
	 * "alle2" covers EL2 with and without VHE.
	 */
	.macro	forget_translations tlbi
	tlbi	\tlbi
	ic	iallu
	dsb	sy
	isb
	.endm

	.text
	.globl arm64_regime_on
	.hidden arm64_regime_on
	.type arm64_regime_on, @function
arm64_regime_on:
	ldr	x1, [x0]
	ldr	x2, [x0, #REGIME_TCR]
	ldr	x3, [x0, #REGIME_TTBR0]
	ldr	x4, [x0, #REGIME_SCTLR]

	/*
	 * Linux has cleaned what it loaded to the point of coherency, so a line for these pages
	 * is clean. But it is older than what purgatory has written past the caches: stack and
	 * variables. Such lines must go before the caches are asked again; not cleaned, as
	 * one that is dirty against all rules would overwrite what is newer.
	 */
	dsb	sy
	each_own_line dc ivac, x9

	mrs	x5, CurrentEL
	cmp	x5, #CURRENT_EL2
	b.eq	1f
	forget_translations vmalle1
	msr	mair_el1, x1
	msr	tcr_el1, x2
	msr	ttbr0_el1, x3
	isb
	msr	sctlr_el1, x4
	isb
	ret
1:	forget_translations alle2
	msr	mair_el2, x1
	msr	tcr_el2, x2
	msr	ttbr0_el2, x3
	isb
	msr	sctlr_el2, x4
	isb
	ret
	.size arm64_regime_on, . - arm64_regime_on

	.globl arm64_regime_off
	.hidden arm64_regime_off
	.type arm64_regime_off, @function
arm64_regime_off:
	ldr	x1, [x0]
	ldr	x2, [x0, #REGIME_TCR]
	ldr	x3, [x0, #REGIME_TTBR0]
	ldr	x4, [x0, #REGIME_SCTLR]

	/*
	 * First off, then clean: as long as the caches are on, a line that was cleaned can come
	 * back by speculation, and would hide what is written past it later on.
	 */
	dsb	sy
	mrs	x5, CurrentEL
	cmp	x5, #CURRENT_EL2
	b.eq	1f
	msr	sctlr_el1, x4
	b	2f
1:	msr	sctlr_el2, x4
2:	isb
	each_own_line dc civac, x9

	cmp	x5, #CURRENT_EL2
	b.eq	1f
	msr	mair_el1, x1
	msr	tcr_el1, x2
	msr	ttbr0_el1, x3
	isb
	forget_translations vmalle1
	ret
1:	msr	mair_el2, x1
	msr	tcr_el2, x2
	msr	ttbr0_el2, x3
	isb
	forget_translations alle2
	ret
	.size arm64_regime_off, . - arm64_regime_off

	.section .note.GNU-stack, "", @progbits

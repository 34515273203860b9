/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where Linux's relocation code for kexec jumps to, from where the next kernel is entered, and
 * where an exception ends that purgatory causes.
 *
 * On entry: EL1 or EL2, MMU off, little-endian, no usable stack.
 *
 * On exit: Linux, Documentation/arch/arm64/booting.rst: x0 the device tree, x1 to x3 zero,
 * everything masked, MMU off. System registers are as they were found.
 */
#include "purgatory/arch/arm64/arm64.h"

	/* Offsets in struct kx_purg_params; purgatory_abi.h asserts them. */
	.set PARAMS_ENTRY, 8
	.set PARAMS_ARG, 16

	.set CURRENT_EL2, 2 << 2

	.hidden purgatory_main
	.hidden arm64_fault

	.section .entry, "ax", @progbits
	.globl purgatory_start
	.hidden purgatory_start
	.type purgatory_start, @function
purgatory_start:
	msr	daifset, #0xf
	msr	spsel, #1
	adr	x9, stack_top
	mov	sp, x9
	adr	x11, vectors
	mrs	x10, CurrentEL
	cmp	x10, #CURRENT_EL2
	b.eq	1f
	mrs	x19, vbar_el1
	msr	vbar_el1, x11
	b	2f
1:	mrs	x19, vbar_el2
	msr	vbar_el2, x11
2:	isb

	adr	x0, purgatory_params
	bl	purgatory_main

	mrs	x10, CurrentEL
	cmp	x10, #CURRENT_EL2
	b.eq	1f
	msr	vbar_el1, x19
	b	2f
1:	msr	vbar_el2, x19
2:	adr	x9, purgatory_params
	ldr	x0, [x9, #PARAMS_ARG]
	ldr	x9, [x9, #PARAMS_ENTRY]
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	dsb	sy
	isb
	br	x9
	.size purgatory_start, . - purgatory_start

/*
 * Whatever state the exception came in: first the MMU goes off, with no access to memory, as a
 * table may be what is broken. Then dirty lines are written back, since they could be at any time
 * and would then overwrite the stack, which is used past the caches from here on.
 */
	.type fault, @function
fault:
	mrs	x10, CurrentEL
	cmp	x10, #CURRENT_EL2
	b.eq	1f
	mrs	x0, esr_el1
	mrs	x1, elr_el1
	mrs	x2, far_el1
	mrs	x9, sctlr_el1
	bic	x9, x9, #SCTLR_M
	bic	x9, x9, #SCTLR_C
	msr	sctlr_el1, x9
	b	2f
1:	mrs	x0, esr_el2
	mrs	x1, elr_el2
	mrs	x2, far_el2
	mrs	x9, sctlr_el2
	bic	x9, x9, #SCTLR_M
	bic	x9, x9, #SCTLR_C
	msr	sctlr_el2, x9
2:	isb
	each_own_line dc civac, x9
	msr	spsel, #1
	adr	x9, stack_top
	mov	sp, x9

	/* An exception while one is reported: nothing can be said any more. */
	adr	x9, faulted
	ldr	w10, [x9]
	cbnz	w10, 3f
	mov	w10, #1
	str	w10, [x9]
	b	arm64_fault
3:	wfi
	b	3b
	.size fault, . - fault

	/* Arm ARM, "Exception vectors": 16 entries of 128 bytes; all lead to the same end. */
	.section .vectors, "ax", @progbits
	.balign 2048
vectors:
	.rept 16
	.balign 128
	b	fault
	.endr

	.section .bss.fault, "aw", @nobits
	.balign 4
faulted:
	.skip	4

	.section .bss.stack, "aw", @nobits
	.balign 16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", @progbits

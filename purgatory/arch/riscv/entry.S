/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where Linux's riscv_kexec_relocate jumps to, and from where the next kernel is entered.
 *
 * On entry: S-mode, satp 0, interrupts off, a0 the hart's number; no usable stack.
 *
 * On exit: Linux, Documentation/arch/riscv/boot.rst: a0 the hart's number, a1 the device tree.
 */

	/* Offsets in struct kx_purg_params; purgatory_abi.h asserts them. */
	.set PARAMS_ENTRY, 8
	.set PARAMS_ARG, 16

	.set SSTATUS_SIE, 2

	.hidden purgatory_params
	.hidden purgatory_main
	.hidden purgatory_fault

	.option norelax
	.section .entry, "ax", @progbits
	.globl purgatory_start
	.hidden purgatory_start
	.type purgatory_start, @function
purgatory_start:
	csrci	sstatus, SSTATUS_SIE
	lla	sp, stack_top
	mv	s0, a0
	lla	t0, trap
	csrrw	s1, stvec, t0

	lla	a0, purgatory_params
	call	purgatory_main

	csrw	stvec, s1
	mv	a0, s0
	lla	t0, purgatory_params
	ld	a1, PARAMS_ARG(t0)
	ld	t0, PARAMS_ENTRY(t0)
	li	a2, 0
	li	a3, 0
	/* What was loaded, or copied by purgatory, is fetched as instructions from here on. */
	fence	rw, rw
	fence.i
	jr	t0
	.size purgatory_start, . - purgatory_start

	/* Exceptions only, since interrupts are off. stvec wants 4 bytes of alignment. */
	.balign 4
trap:
	lla	t0, trap_in_trap
	csrw	stvec, t0
	lla	sp, stack_top
	lla	a0, purgatory_params
	csrr	a1, scause
	csrr	a2, sepc
	csrr	a3, stval
	tail	purgatory_fault

	.balign 4
trap_in_trap:
	wfi
	j	trap_in_trap

	.section .bss.stack, "aw", @nobits
	.balign 16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands on both sides of purgatory in tests/purgatory/run: at 0 a "kernel" that leaves
 * unusual values in system registers and enters purgatory, at 0x1000 one that says how it was
 * entered and switches the machine off. QEMU's virt machine; position independent, no stack.
 */
	.set UART, 0x09000000		/* PL011 */
	.set UART_FLAGS, 0x18
	.set UART_FULL_BIT, 5
	.set PURGATORY, 0x100500	/* from here; tests/tools/mkpurgvm.c */
	.set PSCI_SYSTEM_OFF, 0x84000008
	.set CURRENT_EL2, 2 << 2
	.set FLAG_E2H, 1

	.macro	put_text text
	b	2f
1:	.asciz	"\text"
	.balign	4
2:	adr	x0, 1b
	bl	put_string
	.endm

	/* Prints a system register of the current level. */
	.macro	put_banked text, register
	put_text "\text"
	cmp	x29, #CURRENT_EL2
	b.eq	1f
	mrs	x0, \register\()_el1
	b	2f
1:	mrs	x0, \register\()_el2
2:	bl	put_number
	.endm

	.macro	set_banked register, value
	ldr	x0, =\value
	cmp	x29, #CURRENT_EL2
	b.eq	1f
	msr	\register\()_el1, x0
	b	2f
1:	msr	\register\()_el2, x0
2:
	.endm

	.text
	.globl _start
_start:
	mrs	x29, CurrentEL
	cmp	x29, #CURRENT_EL2
	b.ne	1f
	/* With VHE: HCR_EL2.E2H and TGE, no trap of vector registers; without: trapped. */
	ldr	w0, flags
	mov	x1, #1 << 10
	tbz	w0, #FLAG_E2H - 1, 3f
	ldr	x0, =(1 << 34 | 1 << 27)
	msr	hcr_el2, x0
	isb
	mov	x1, xzr
3:	msr	cptr_el2, x1
	mrs	x0, sctlr_el2
	orr	x0, x0, #1 << 1
	orr	x0, x0, #1 << 19
	msr	sctlr_el2, x0
	b	2f
1:	msr	cpacr_el1, xzr
	mrs	x0, sctlr_el1
	orr	x0, x0, #1 << 1		/* A: unaligned accesses trap */
	orr	x0, x0, #1 << 19	/* WXN */
	msr	sctlr_el1, x0
2:	isb
	set_banked mair, 0x0123456789abcdef
	set_banked tcr, 0x80803510
	set_banked ttbr0, 0x56789000
	set_banked vbar, 0x45678800
	isb
	put_text "\nbefore"
	bl	put_state
	put_text "\n"
	mov	x0, #1
	mov	x1, #2
	mov	x2, #3
	mov	x3, #4
	adr	x9, _start
	ldr	x10, =PURGATORY
	add	x9, x9, x10
	br	x9

	.ltorg
	.org 0x1000
after:
	mov	x20, x0
	mov	x21, x1
	mov	x22, x2
	mov	x23, x3
	mrs	x29, CurrentEL
	put_text "\nafter"
	bl	put_state
	put_text "\nlevel "
	lsr	x0, x29, #2
	bl	put_number
	put_text "\ndaif "
	mrs	x0, daif
	bl	put_number
	put_text "\nx0 "
	mov	x0, x20
	bl	put_number
	put_text "\nx1 "
	orr	x0, x21, x22
	orr	x0, x0, x23
	bl	put_number
	put_text "\nnext kernel\n"
	ldr	x0, =PSCI_SYSTEM_OFF
	cmp	x29, #CURRENT_EL2
	b.eq	1f
	hvc	#0
1:	smc	#0
	b	.

put_state:
	mov	x28, x30
	put_banked " sctlr ", sctlr
	put_banked " tcr ", tcr
	put_banked " mair ", mair
	put_banked " ttbr0 ", ttbr0
	put_banked " vbar ", vbar
	put_text " traps "
	cmp	x29, #CURRENT_EL2
	b.eq	1f
	mrs	x0, cpacr_el1
	b	2f
1:	mrs	x0, cptr_el2
2:	bl	put_number
	ret	x28

put_string:
	mov	x12, x0
	mov	x13, x30
1:	ldrb	w0, [x12], #1
	cbz	w0, 2f
	bl	put_byte
	b	1b
2:	ret	x13

put_number:
	mov	x12, x0
	mov	x13, x30
	mov	x14, #60
1:	lsr	x0, x12, x14
	and	x0, x0, #15
	cmp	x0, #10
	add	x1, x0, #'0'
	add	x0, x0, #'a' - 10
	csel	x0, x1, x0, lo
	bl	put_byte
	subs	x14, x14, #4
	b.pl	1b
	ret	x13

put_byte:
	ldr	x10, =UART
1:	ldr	w11, [x10, #UART_FLAGS]
	tbnz	w11, #UART_FULL_BIT, 1b
	str	w0, [x10]
	ret

	.ltorg
	.org 0x2000
	/* The last word of the file, filled in by tests/tools/mkpurgvm.c: FLAG_E2H. */
flags:
	.word	0

	.section .note.GNU-stack, "", @progbits

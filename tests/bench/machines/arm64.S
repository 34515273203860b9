/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for a kernel's first instructions in tests/bench/handover: says the machine's counter
 * by "HO next HEX" on the console of QEMU's machines and ends. No stack, no memory, no caches.
 */
/* The virt machine's PL011 is at 0x09000000, its PSCI is called by hvc; 0x84000008 is SYSTEM_OFF. */
	.text
	.globl	_start
_start:
	isb
	mrs	x9, cntvct_el0
	movz	x10, #0x0900, lsl #16
	adr	x11, text
1:	ldrb	w12, [x11], #1
	cbz	w12, 2f
	str	w12, [x10]
	b	1b
2:	mov	x13, #60
3:	lsr	x12, x9, x13
	and	x12, x12, #15
	add	x14, x12, #'0'
	add	x15, x12, #'a' - 10
	cmp	x12, #10
	csel	x12, x14, x15, lo
	str	w12, [x10]
	subs	x13, x13, #4
	b.pl	3b
	mov	w12, #'\n'
	str	w12, [x10]
	movz	x0, #0x8400, lsl #16
	movk	x0, #0x0008
	hvc	#0
4:	b	4b
text:	.asciz	"\nHO next "
	.section .note.GNU-stack, "", %progbits

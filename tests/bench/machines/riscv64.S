/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for a kernel's first instructions in tests/bench/handover: says the machine's counter
 * by "HO next HEX" on the console of QEMU's machines and ends. No stack, no memory, no caches.
 */
/* SBI: extension 1 is the legacy putchar, 0x53525354 the system reset, whose type 0 is shutdown. */
	.text
	.globl	_start
_start:
	rdtime	s1
	lla	s2, text
1:	lbu	a0, (s2)
	beqz	a0, 2f
	li	a7, 1
	ecall
	addi	s2, s2, 1
	j	1b
2:	li	s2, 60
3:	srl	a0, s1, s2
	andi	a0, a0, 15
	li	t0, 10
	blt	a0, t0, 4f
	addi	a0, a0, 'a' - 10 - '0'
4:	addi	a0, a0, '0'
	li	a7, 1
	ecall
	addi	s2, s2, -4
	bgez	s2, 3b
	li	a0, '\n'
	ecall
	li	a7, 0x53525354
	li	a6, 0
	li	a0, 0
	li	a1, 0
	ecall
5:	j	5b
text:	.asciz	"\nHO next "
	.section .note.GNU-stack, "", %progbits

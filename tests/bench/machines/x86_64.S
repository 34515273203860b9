/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for a kernel's first instructions in tests/bench/handover: says the machine's counter
 * by "HO next HEX" on the console of QEMU's machines and ends. No stack, no memory, no caches.
 */
/* The first serial port, and the reset of the q35 machine's port 0xcf9. */
	.text
	.globl	_start
	.macro	put
	movb	%al, %r10b
	movw	$0x3fd, %dx
9:	inb	%dx, %al
	testb	$0x20, %al
	jz	9b
	movb	%r10b, %al
	movw	$0x3f8, %dx
	outb	%al, %dx
	.endm
_start:
	rdtsc
	shlq	$32, %rdx
	leaq	(%rdx, %rax), %r8
	leaq	text(%rip), %rsi
1:	movb	(%rsi), %al
	testb	%al, %al
	jz	2f
	put
	incq	%rsi
	jmp	1b
2:	movl	$16, %r9d
3:	rolq	$4, %r8
	movl	%r8d, %eax
	andb	$15, %al
	addb	$'0', %al
	cmpb	$'9', %al
	jbe	4f
	addb	$'a' - '9' - 1, %al
4:	put
	decl	%r9d
	jnz	3b
	movb	$'\n', %al
	put
	movw	$0x3fd, %dx
5:	inb	%dx, %al
	testb	$0x40, %al
	jz	5b
	movw	$0xcf9, %dx
	movb	$6, %al
	outb	%al, %dx
6:	jmp	6b
text:	.asciz	"\nHO next "
	.section .note.GNU-stack, "", %progbits

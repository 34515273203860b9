/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for a kernel's first instructions in tests/bench/handover: says the machine's counter
 * by "HO next HEX" on the console of QEMU's machines and ends. No stack, no memory, no caches.
 */
	.text
	.globl	_start
#if defined(__aarch64__)
/* The virt machine's PL011 is at 0x09000000, its PSCI is called by hvc; 0x84000008 is SYSTEM_OFF. */
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
#elif defined(__riscv)
/* SBI: extension 1 is the legacy putchar, 0x53525354 the system reset, whose type 0 is shutdown. */
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
#elif defined(__x86_64__)
/* The first serial port, and the reset of the q35 machine's port 0xcf9. */
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
#endif
	.section .note.GNU-stack, "", %progbits

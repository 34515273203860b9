/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where Linux's relocate_kernel jumps to, and from where the next kernel is entered.
 *
 * On entry: 64-bit mode, interrupts off, RAM identity mapped, no usable GDT, IDT or stack. A fault
 * here or anywhere in purgatory thus ends in a triple fault: the machine resets, it does not hang.
 *
 * On exit: the 64-bit boot protocol of Linux, Documentation/arch/x86/boot.rst.
 */

	/* Offsets in struct kx_purg_params; purgatory_abi.h asserts them. */
	.set PARAMS_ENTRY, 8
	.set PARAMS_ARG, 16

	/* Numbers from boot.rst. */
	.set BOOT_CS, 0x10
	.set BOOT_DS, 0x18

	.hidden purgatory_params
	.hidden purgatory_main

	.section .entry, "ax", @progbits
	.code64
	.globl purgatory_start
	.hidden purgatory_start
	.type purgatory_start, @function
purgatory_start:
	cli
	cld
	leaq	stack_top(%rip), %rsp

	/* The GDT's address is only known now. */
	leaq	gdt(%rip), %rax
	pushq	%rax
	pushw	$gdt_end - gdt - 1
	lgdt	(%rsp)
	addq	$10, %rsp

	movl	$BOOT_DS, %eax
	movl	%eax, %ss
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	pushq	$BOOT_CS
	leaq	1f(%rip), %rax
	pushq	%rax
	lretq
1:
	leaq	purgatory_params(%rip), %rdi
	call	purgatory_main

	movq	purgatory_params + PARAMS_ARG(%rip), %rsi
	xorl	%eax, %eax
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%edi, %edi
	xorl	%ebp, %ebp
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	xorl	%r10d, %r10d
	xorl	%r11d, %r11d
	xorl	%r12d, %r12d
	xorl	%r13d, %r13d
	xorl	%r14d, %r14d
	xorl	%r15d, %r15d
	jmp	*purgatory_params + PARAMS_ENTRY(%rip)
	.size purgatory_start, . - purgatory_start

	/* Flat 4 GiB segments, accessed bits set so that the processor need not write them. */
	.section .rodata.gdt, "a", @progbits
	.balign 8
gdt:
	.quad	0
	.quad	0
	.quad	0x00af9b000000ffff	/* BOOT_CS: 64-bit code, readable */
	.quad	0x00cf93000000ffff	/* BOOT_DS: data, writable */
gdt_end:

	.section .bss.stack, "aw", @nobits
	.balign 16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where Linux's relocate_kernel jumps to, and from where the next kernel is entered.
 *
 * On entry: 64-bit mode, interrupts off, RAM identity mapped, no usable GDT, IDT or stack. A fault
 * here or anywhere in purgatory thus ends in a triple fault: the machine resets, it does not hang.
 *
 * On exit: the 64-bit boot protocol of Linux, Documentation/arch/x86/boot.rst, with what it leaves
 * open as KX_PURG_MODE_OWN says, or 32-bit protected mode, see KX_PURG_MODE_PROTECTED.
 */

	/* Offsets in struct kx_purg_params; purgatory_abi.h asserts them. */
	.set PARAMS_ENTRY, 8
	.set PARAMS_ARG, 16
	.set PARAMS_MODE, 92
	.set PARAMS_REGS, 96
	.set REGS_SIZE, 32
	.set REGS_ESP, 12
	.set REGS_EDI, 0
	.set REGS_EBX, 16
	.set REGS_EAX, 28
	.set MODE_PROTECTED, 1

	/* Intel SDM volume 3, 2.5 and 2.2.1. */
	.set CR0_PG_BIT, 31
	.set CR4_MCE, 1 << 6
	.set MSR_EFER, 0xc0000080
	.set EFER_SCE_LME_NXE, 1 << 0 | 1 << 8 | 1 << 11

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
	cmpl	$MODE_PROTECTED, purgatory_params + PARAMS_MODE(%rip)
	je	leave_long_mode

	movq	purgatory_params + PARAMS_ARG(%rip), %rsi
	movl	purgatory_params + PARAMS_REGS + REGS_EAX(%rip), %eax
	movl	purgatory_params + PARAMS_REGS + REGS_EBX(%rip), %ebx
	movl	purgatory_params + PARAMS_REGS + REGS_EDI(%rip), %edi
	xorl	%ecx, %ecx
	xorl	%edx, %edx
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

	/* All of purgatory lies below 4 GiB now: kexec has seen to that. */
	.type leave_long_mode, @function
leave_long_mode:
	leaq	purgatory_params(%rip), %rbx
	leaq	jump_protected(%rip), %rdx
	movl	PARAMS_ENTRY(%rbx), %eax
	movl	%eax, 1(%rdx)

	leaq	gdt_protected(%rip), %rax
	pushq	%rax
	pushw	$gdt_protected_end - gdt_protected - 1
	lgdt	(%rsp)
	addq	$10, %rsp
	pushq	$BOOT_CS
	leaq	start_protected(%rip), %rax
	pushq	%rax
	lretq
	.size leave_long_mode, . - leave_long_mode

	/*
	 * With %ebx = purgatory_params. Not among the code: a disassembler takes that for 64-bit, and
	 * the last instruction is written to.
	 */
	.section .data.protected, "aw", @progbits
	.code32
start_protected:
	movl	$BOOT_DS, %eax
	movl	%eax, %ss
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs

	movl	%cr0, %eax
	btrl	$CR0_PG_BIT, %eax
	movl	%eax, %cr0
	movl	$MSR_EFER, %ecx
	rdmsr
	andl	$~(EFER_SCE_LME_NXE), %eax
	wrmsr
	/* A guest of Intel TDX must not change this one bit; Linux has set what it left there. */
	movl	%cr4, %eax
	andl	$CR4_MCE, %eax
	movl	%eax, %cr4
	xorl	%eax, %eax
	movl	%eax, %cr3

	leal	PARAMS_REGS(%ebx), %esp
	popal
	movl	REGS_ESP - REGS_SIZE(%esp), %esp
	/* No register is left that could hold the address: it is written into the instruction. */
jump_protected:
	ljmpl	$BOOT_CS, $0
	.code64

	/* Flat 4 GiB segments, accessed bits set so that the processor need not write them. */
	.section .rodata.gdt, "a", @progbits
	.balign 8
gdt:
	.quad	0
	.quad	0
	.quad	0x00af9b000000ffff	/* BOOT_CS: 64-bit code, readable */
	.quad	0x00cf93000000ffff	/* BOOT_DS: data, writable */
gdt_end:
	.balign 8
gdt_protected:
	.quad	0
	.quad	0
	.quad	0x00cf9b000000ffff	/* BOOT_CS: 32-bit code, readable */
	.quad	0x00cf93000000ffff	/* BOOT_DS: data, writable */
gdt_protected_end:

	.section .bss.stack, "aw", @nobits
	.balign 16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", @progbits

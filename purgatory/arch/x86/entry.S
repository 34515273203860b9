/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where Linux's relocate_kernel jumps to, and from where the next kernel is entered.
 *
 * On entry: 64-bit mode, interrupts off, RAM identity mapped, no usable GDT, IDT or stack. A fault
 * here or anywhere in purgatory thus ends in a triple fault: the machine resets, it does not hang.
 *
 * On exit: the 64-bit boot protocol of Linux, Documentation/arch/x86/boot.rst, with what it leaves
 * open as KX_PURG_MODE_OWN says, or another mode, see enum kx_purg_mode.
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
	.set MODE_REAL, 2

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
	cmpl	$0, purgatory_params + PARAMS_MODE(%rip)
	jne	leave_long_mode

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
	leaq	real_start(%rip), %rsi

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
	 * With %ebx = purgatory_params and %esi = real_start. Not among the code: a disassembler
	 * takes that for 64-bit, and the last instruction is written to.
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
	cmpl	$MODE_REAL, PARAMS_MODE(%ebx)
	je	enter_real

	leal	PARAMS_REGS(%ebx), %esp
	popal
	movl	REGS_ESP - REGS_SIZE(%esp), %esp
	/* No register is left that could hold the address: it is written into the instruction. */
jump_protected:
	ljmpl	$BOOT_CS, $0

	/*
	 * To real mode, which has 16-bit segments whose base is below 1 MiB: from a copy there, with
	 * its own descriptors (Intel SDM volume 3, 9.9.2, "Switching Back to Real-Address Mode").
	 */
	.macro	write port, value
	movb	$\value, %al
	outb	%al, $\port
	.endm
enter_real:
	/* 8259A: vectors 0x08 and 0x70, cascaded at 2, masks as a BIOS sets them. 8254: 18.2 Hz. */
	write	0x20, 0x11
	write	0xa0, 0x11
	write	0x21, 0x08
	write	0xa1, 0x70
	write	0x21, 0x04
	write	0xa1, 0x02
	write	0x21, 0x01
	write	0xa1, 0x01
	write	0x21, 0xb8
	write	0xa1, 0x8f
	write	0x43, 0x36
	write	0x40, 0
	write	0x40, 0

	movl	PARAMS_ARG(%ebx), %ebp
	movl	%ebp, %edi
	movl	$real_end - real_start, %ecx
	rep movsb
	/* A base has 24 bits from the third byte of a descriptor on. */
	orl	%ebp, real_code + 2 - real_start(%ebp)
	orl	%ebp, real_data + 2 - real_start(%ebp)
	addl	%ebp, real_gdtr + 2 - real_start(%ebp)
	movl	%ebp, %eax
	shrl	$4, %eax
	movw	%ax, real_jump + 3 - real_start(%ebp)
	movl	PARAMS_ENTRY(%ebx), %eax
	shrl	$4, %eax
	movw	%ax, real_target + 2 - real_start(%ebp)
	movl	PARAMS_REGS + REGS_EAX(%ebx), %eax
	movw	%ax, real_segment - real_start(%ebp)
	movl	PARAMS_REGS + REGS_ESP(%ebx), %eax
	movl	%eax, real_sp - real_start(%ebp)
	lgdt	real_gdtr - real_start(%ebp)
	ljmpl	$real_code - real_gdt, $real_16 - real_start

	.balign	8
real_start:
real_gdt:
	.quad	0
real_code:
	.quad	0x00009b000000ffff	/* 16-bit code, readable */
real_data:
	.quad	0x000093000000ffff	/* data, writable */
real_gdtr:
	.word	. - real_gdt - 1
	.long	real_gdt - real_start
real_idtr:
	.word	0x3ff
	.long	0
real_target:
	.word	0, 0
real_segment:
	.word	0
real_sp:
	.long	0

	.code16
real_16:
	movw	$real_data - real_gdt, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	lidtl	real_idtr - real_start
	movl	%cr0, %eax
	andb	$~1, %al
	movl	%eax, %cr0
real_jump:
	ljmpw	$0, $real_cs - real_start
real_cs:
	movw	%cs:real_segment - real_start, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movl	%cs:real_sp - real_start, %esp
	xorl	%eax, %eax
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%esi, %esi
	xorl	%edi, %edi
	xorl	%ebp, %ebp
	ljmpw	*%cs:real_target - real_start
real_end:
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

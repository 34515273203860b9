/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands on both sides of purgatory in tests/purgatory/run: at 0 a "kernel" that QEMU starts by
 * Multiboot and that enters purgatory in 64-bit mode, at 0x1000 one that is entered so itself, at
 * 0x1800 one that is entered in protected mode, and at 0x1c00 one that runs at REAL and is entered in
 * real mode. They say how, and reset the machine.
 */
	.set BASE, 0x1000000		/* x86_64.sh */
	.set PURGATORY, BASE + 0x100500	/* tests/tools/mkpurgvm.c */
	.set FLAGS, BASE + 0x2000
	.set FLAG_LA57, 1

	/* RAM that nothing else uses: page tables, stack, registers. */
	.set TABLES, 0x800000
	.set STACK, 0x818000
	.set SAVED, 0x820000

	.set REAL, 0x90200		/* tests/tools/mkpurgvm.c */
	.set REAL_SIZE, 0x400

	.set COM1, 0x3f8
	.set MULTIBOOT_MAGIC, 0x1badb002
	.set MULTIBOOT_FLAGS, 1 << 16	/* addresses follow */

	.macro	put_text text
	call	2f
	.asciz	"\text"
2:	pop	%esi
	call	put_string
	.endm

	/* What is at SAVED + \at, the highest byte first. */
	.macro	put_saved text, at, bytes
	put_text "\text"
	movl	$(SAVED + \at), %esi
	movl	$\bytes, %ecx
	call	put_number
	.endm

	/* Like Linux's: no vector is in it. */
	.macro	put_idt
	movl	$(SAVED + 0x200), %esi
	sidt	(%esi)
	put_saved " idt ", 0x202, 4
	put_saved " ", 0x200, 2
	.endm

	.text
	.code32
	.globl _start
_start:
	jmp	start
	.balign	4
header:
	.long	MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)
	.long	BASE + header - _start, BASE, 0, 0, BASE

start:
	cli
	cld
	movl	$STACK, %esp
	/* Linux does not need the BIOS's timer: it stands. */
	movb	$0x30, %al
	outb	%al, $0x43
	movl	$(BASE + after_real - _start), %esi
	movl	$REAL, %edi
	movl	$REAL_SIZE, %ecx
	rep movsb

	/* 1 GiB where it is, by pages of 2 MiB. */
	movl	$TABLES, %edi
	xorl	%eax, %eax
	movl	$0x4000 / 4, %ecx
	rep stosl
	movl	$(TABLES + 0x1000 + 3), TABLES
	movl	$(TABLES + 0x2000 + 3), TABLES + 0x1000
	movl	$0x83, %eax
	movl	$(TABLES + 0x2000), %edi
1:	movl	%eax, (%edi)
	addl	$8, %edi
	addl	$0x200000, %eax
	cmpl	$0x40000083, %eax
	jb	1b
	movl	$(TABLES + 3), TABLES + 0x3000

	movl	$(1 << 5), %edx
	movl	$TABLES, %eax
	testl	$FLAG_LA57, FLAGS
	jz	1f
	movl	$(1 << 5 | 1 << 12), %edx
	movl	$(TABLES + 0x3000), %eax
1:	movl	%edx, %cr4
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx
	rdmsr
	orl	$(1 << 0 | 1 << 8 | 1 << 11), %eax
	wrmsr
	movl	%cr0, %eax
	orl	$(1 << 31), %eax
	movl	%eax, %cr0
	lgdt	BASE + gdt_pointer - _start
	ljmp	$8, $(BASE + start_64 - _start)

	.code64
start_64:
	lidt	BASE + idt_pointer - _start
	.code32
	put_text "\nbefore"
	put_idt
	put_text "\n"
	/* Segments of the kernel before, whose descriptors are gone. */
	movl	$(BASE + no_gdt_pointer - _start), %esi
	lgdt	(%esi)
	.code64
	movl	$PURGATORY, %eax
	movl	$0xdead, %esi
	jmp	*%rax
	.code32

	.balign	8
gdt:
	.quad	0, 0x00af9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
	.word	. - gdt - 1
	.long	BASE + gdt - _start
idt_pointer:
	.word	0
	.quad	0x123450
no_gdt_pointer:
	.word	0
	.quad	0x123450

	/* These are the same bytes and do the same in both modes. */
put_string:
	movb	(%esi), %al
	addl	$1, %esi
	testb	%al, %al
	jz	1f
	call	put_byte
	jmp	put_string
1:	ret

put_number:
	movb	-1(%esi, %ecx), %bl
	movb	%bl, %al
	shrb	$4, %al
	call	put_digit
	movb	%bl, %al
	andb	$15, %al
	call	put_digit
	subl	$1, %ecx
	jnz	put_number
	ret

put_digit:
	addb	$'0', %al
	cmpb	$'9', %al
	jbe	put_byte
	addb	$('a' - '0' - 10), %al
put_byte:
	movb	%al, %ah
	movw	$(COM1 + 5), %dx
1:	inb	%dx, %al
	testb	$0x20, %al
	jz	1b
	movw	$COM1, %dx
	movb	%ah, %al
	outb	%al, %dx
	ret

reset:
	put_text "\nnext kernel\n"
	movw	$(COM1 + 5), %dx
1:	inb	%dx, %al
	testb	$0x40, %al
	jz	1b
	movb	$0xfe, %al
	outb	%al, $0x64
2:	hlt
	jmp	2b

	.org 0x1000
	.code64
after:
	movq	%rsi, SAVED
	movq	%rsp, SAVED + 8
	movw	%cs, SAVED + 16
	movw	%ss, SAVED + 18
	orq	%rbx, %rax
	orq	%rcx, %rax
	orq	%rdx, %rax
	orq	%rdi, %rax
	orq	%rbp, %rax
	movq	%rax, SAVED + 24
	movl	$STACK, %esp
	/* Its descriptors are there: both are loaded anew. */
	movl	$0x18, %eax
	movl	%eax, %ds
	pushq	$0x10
	leaq	1f(%rip), %rax
	pushq	%rax
	lretq
1:
	.code32
	put_text "\nafter"
	put_idt
	put_saved "\nrsi ", 0, 8
	put_saved "\nothers ", 24, 8
	put_saved "\ncs ", 16, 2
	put_saved "\nss ", 18, 2
	jmp	reset

	.org 0x1800
after_protected:
	movl	%eax, SAVED
	movl	%ebx, SAVED + 4
	movl	%ecx, SAVED + 8
	movl	%edx, SAVED + 12
	movl	%esi, SAVED + 16
	movl	%edi, SAVED + 20
	movl	%ebp, SAVED + 24
	movl	%esp, SAVED + 28
	movl	%cr0, %eax
	movl	%eax, SAVED + 32
	movl	%cr4, %eax
	movl	%eax, SAVED + 36
	movl	$0xc0000080, %ecx
	rdmsr
	movl	%eax, SAVED + 40
	movw	%cs, SAVED + 44
	movw	%ss, SAVED + 46
	movw	%ds, SAVED + 48
	movw	%es, SAVED + 50
	movw	%fs, SAVED + 52
	movw	%gs, SAVED + 54
	movl	$STACK, %esp
	pushf
	popl	SAVED + 56
	movl	$0x18, %eax
	movl	%eax, %ds
	ljmp	$0x10, $(BASE + 0x200000 + 1f - _start)
1:
	put_text "\nafter"
	put_idt
	put_saved "\neax ", 0, 4
	put_saved "\nebx ", 4, 4
	put_saved "\necx ", 8, 4
	put_saved "\nedx ", 12, 4
	put_saved "\nesi ", 16, 4
	put_saved "\nedi ", 20, 4
	put_saved "\nebp ", 24, 4
	put_saved "\nesp ", 28, 4
	put_saved "\ncr0 ", 32, 4
	put_saved "\ncr4 ", 36, 4
	put_saved "\nefer ", 40, 4
	put_saved "\ncs ", 44, 2
	put_saved "\nss ", 46, 2
	put_saved "\nds ", 48, 2
	put_saved "\nes ", 50, 2
	put_saved "\nfs ", 52, 2
	put_saved "\ngs ", 54, 2
	put_saved "\neflags ", 56, 4
	jmp	reset

	.org 0x1c00
	.code16
	.macro	put_word text, from
	call	2f
	.asciz	"\text"
2:	pop	%si
	call	put_string_16
	movw	\from, %bx
	call	put_number_16
	.endm
after_real:
	/* The stack is as it was asked for; what is below it is free. */
	movw	%sp, %cs:sp_was - after_real
	sidtl	%cs:idt_was - after_real
	put_word "\nidt ", "%cs:idt_was + 4 - after_real"
	put_word " ", "%cs:idt_was + 2 - after_real"
	put_word " ", "%cs:idt_was - after_real"
	put_word "\ncs ", %cs
	put_word "\nss ", %ss
	put_word "\nds ", %ds
	put_word "\nes ", %es
	put_word "\nfs ", %fs
	put_word "\ngs ", %gs
	put_word "\nsp ", "%cs:sp_was - after_real"
	movl	%cr0, %ebp
	put_word "\ncr0 ", %bp
	pushfw
	popw	%bp
	put_word "\nflags ", %bp
	/* With its interrupts: how many KiB of memory there are below its own data. */
	sti
	int	$0x12
	cli
	movw	%ax, %bp
	put_word "\nmemory ", %bp
	/* And the clock runs, more than once: 0x46c counts its ticks. */
	xorw	%ax, %ax
	movw	%ax, %ds
	sti
	movw	0x46c, %ax
	addw	$3, %ax
1:	hlt
	cmpw	%ax, 0x46c
	jne	1b
	cli
	call	1f
	.asciz	"\nticks\nnext kernel\n"
1:	pop	%si
	call	put_string_16
	movw	$(COM1 + 5), %dx
1:	inb	%dx, %al
	testb	$0x40, %al
	jz	1b
	movb	$0xfe, %al
	outb	%al, $0x64
2:	hlt
	jmp	2b

put_string_16:
	movb	%cs:(%si), %al
	incw	%si
	testb	%al, %al
	jz	1f
	call	put_byte_16
	jmp	put_string_16
1:	ret

put_number_16:
	movw	$4, %cx
1:	rolw	$4, %bx
	movb	%bl, %al
	andb	$15, %al
	addb	$'0', %al
	cmpb	$'9', %al
	jbe	2f
	addb	$('a' - '0' - 10), %al
2:	call	put_byte_16
	loop	1b
	ret

put_byte_16:
	movb	%al, %ah
	movw	$(COM1 + 5), %dx
1:	inb	%dx, %al
	testb	$0x20, %al
	jz	1b
	movw	$COM1, %dx
	movb	%ah, %al
	outb	%al, %dx
	ret
sp_was:
	.word	0
idt_was:
	.word	0, 0, 0
	.code32

	.org 0x2000
	/* The last word of the file: FLAG_LA57. */
	.long	0

	.section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Headers and entry of a small Multiboot kernel that prints what it is handed, see main.c. Version 1
 * is loaded by its header's addresses, version 2 is a relocatable ELF file.
 */
	.section .text.start, "ax"
	.code32
	.globl start
start:
	jmp	entry

	.balign 8
#if VERSION == 1
header:
	.long	0x1badb002, 0x10003, -(0x1badb002 + 0x10003)
	.long	header, image_start, image_end, bss_end, start
#else
header:
	.long	0xe85250d6, 0, header_end - header, -(0xe85250d6 + 0 + (header_end - header))
	/* Required: memory and modules' alignment; wanted: all that there may be. */
	.short	1, 0
	.long	20, 1, 4, 6
	.balign 8
	.short	1, 1
	.long	40, 2, 3, 8, 12, 14, 15, 17, 21
	.balign 8
	.short	6, 0
	.long	8
	.short	5, 1
	.long	20, 0, 0, 0
	.balign 8
	/* As high as below 512 MiB, at multiples of 64 KiB. */
	.short	10, 1
	.long	24, 0x200000, 0x1fffffff, 0x10000, 2
	.short	0, 0
	.long	8
header_end:
#endif

	/* Nothing is known of the stack: find out where this runs first, without one. */
entry:
	movl	%eax, %esi
	movl	%ebx, %edi
	movl	%esp, %ebp
#if VERSION == 1
	leal	stack_end, %esp
#else
	/* Read-only so far: the information begins with its size, so borrow the 4 bytes before it. */
	leal	8(%ebx), %esp
	movl	4(%ebx), %ecx
	call	1f
1:	popl	%eax
	movl	%ecx, 4(%ebx)
	leal	stack_end - 1b(%eax), %esp
#endif
	call	2f
2:	popl	%ebx
	subl	$(2b - start), %ebx
	pushl	%ebp
	pushl	%ebx
	pushl	%edi
	pushl	%esi
	call	main
	/* A reset by three faults: there is nothing to handle the first. */
	pushl	$0
	pushl	$0
	lidt	(%esp)
	int3
3:	hlt
	jmp	3b

	.bss
	.balign 16
	.skip	4096
stack_end:

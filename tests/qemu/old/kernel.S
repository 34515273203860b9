/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bzImage of protocol 2.00 or 2.01, as PROTOCOL says: what a kernel before Linux 2.4 does until it
 * knows where everything is (Linux, Documentation/arch/x86/boot.rst, of these protocols). Its setup
 * code asks the BIOS, moves itself to 0x90000 unless it is there, and enters protected mode; the code
 * there says on COM1 what it found, in lines as the machines of the scenarios say them, and resets
 * the machine. It adds bytes up as sum_of() of ../scenarios/multiboot.sh.
 */
	.set SETUP_SECTS, 2
	.set CODE_AT, (SETUP_SECTS + 1) * 512
	.set SETUP, 0x90000
	.set HIGH, 0x100000

	.text
	.code16
	/* The boot sector is free for what the setup code finds. */
	.org 4
was_at:	.word 0
was_sp:	.word 0
low:	.word 0
	.org 0x1f1
	.byte SETUP_SECTS
	.org 0x1fa
	.word 0xffff			# vid_mode
	.org 0x1fe
	.word 0xaa55
	.byte 0xeb, start - magic
magic:	.ascii "HdrS"
	.word PROTOCOL
	.long 0				# realmode_swtch
	.word 0x1000			# start_sys_seg
	.word version - 0x200
	.byte 0				# type_of_loader
	.byte 1				# loadflags: LOADED_HIGH
move_size:
	.word 0x8000
code32_start:
	.long HIGH
	.long 0, 0			# ramdisk_image, ramdisk_size
	.long 0				# bootsect_kludge
#if PROTOCOL >= 0x201
	.word CODE_AT			# heap_end_ptr
#endif
start:
	jmp	begin
	# QEMU, which starts it too, writes initrd_addr_max whatever the protocol.
	.org 0x240
begin:
	movw	%ds, was_at
	movw	%sp, was_sp
	movw	$SETUP >> 4, %ax
	movw	%ds, %bx
	cmpw	%ax, %bx
	je	1f
	movw	%ax, %es
	movw	move_size, %cx
	xorw	%si, %si
	xorw	%di, %di
	cld
	rep movsb
1:	movw	%ax, %ds
	ljmp	$(SETUP + 0x200) >> 4, $moved - 0x200
moved:
	int	$0x12
	movw	%ax, low
	movb	$0x88, %ah
	int	$0x15
	movw	%ax, 2
	cli
	movl	code32_start, %eax
	movl	%eax, jump + 2
	lgdtl	gdtr
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
jump:	.byte 0x66, 0xea
	.long 0
	.word 0x10

	.balign 8
gdt:	.quad 0, 0
	.quad 0x00cf9b000000ffff	# 0x10: code, 4 GiB
	.quad 0x00cf93000000ffff	# 0x18: data
gdtr:	.word . - gdt - 1
	.long SETUP + gdt
version:
	.asciz "0.0 (a program of tests)"

	.org CODE_AT
	.code32
	.macro say text
	call	9f
	.asciz "\text"
9:	popl	%esi
	call	text
	.endm
	.macro number text, at, width
	say	"KXT \text "
	movz\width\()l SETUP + \at, %eax
	call	hex
	call	newline
	.endm
code:
	movl	$0x18, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$SETUP, %esp
	say	"\nKXT boot 2\n"
	number	segment, was_at, w
	number	stack, was_sp, w
	number	low, low, w
	number	memory, 2, w
	number	loader, 0x210, b
	number	flags, 0x211, b
#if PROTOCOL >= 0x201
	number	heap, 0x224, w
#endif
	say	"KXT cmdline "
	cmpw	$0xa33f, SETUP + 0x20
	jne	1f
	movzwl	SETUP + 0x22, %esi
	addl	$SETUP, %esi
	call	text
1:	say	"\nKXT initrd "
	movl	SETUP + 0x218, %esi
	movl	SETUP + 0x21c, %ecx
	call	sum
	say	"KXT code "
	movl	$HIGH, %esi
	movl	$end - code, %ecx
	call	sum
	say	"KXT end 2\n"
	movw	$0xcf9, %dx
	movb	$6, %al
	outb	%al, %dx
1:	hlt
	jmp	1b

/* What %ecx bytes at %esi add up to, and a line's end. */
sum:
	xorl	%eax, %eax
	jecxz	2f
1:	roll	$1, %eax
	xorb	(%esi), %al
	incl	%esi
	loop	1b
2:	call	hex
newline:
	movb	$'\n', %al

put:
	pushl	%eax
	movw	$0x3fd, %dx
1:	inb	%dx, %al
	testb	$0x20, %al
	jz	1b
	popl	%eax
	movw	$0x3f8, %dx
	outb	%al, %dx
	ret

/* The string at %esi. */
text:
	lodsb
	testb	%al, %al
	jz	1f
	call	put
	jmp	text
1:	ret

/* %eax with eight digits. */
hex:
	movl	$8, %ecx
1:	roll	$4, %eax
	pushl	%eax
	andb	$15, %al
	addb	$'0', %al
	cmpb	$'9', %al
	jbe	2f
	addb	$'a' - '0' - 10, %al
2:	call	put
	popl	%eax
	loop	1b
	ret
	/* More than one page, of which none is like another. */
	.set i, 0
	.rept 3000
	.long i * 0x9e3779b1
	.set i, i + 1
	.endr
end:

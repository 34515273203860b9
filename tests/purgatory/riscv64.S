/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands on both sides of purgatory in tests/purgatory/run: at 0 a "kernel" that enters
 * purgatory, at 0x1000 one that says how it was entered and switches the machine off. QEMU's virt
 * machine with OpenSBI, S-mode; position independent, no stack.
 */
	.set UART, 0x10000000		/* 16550 */
	.set UART_STATUS, 5
	.set UART_ROOM, 0x20
	.set PURGATORY, 0x100500	/* from here; tests/tools/mkpurgvm.c */
	.set SBI_SYSTEM_RESET, 0x53525354

	.macro	put_text text
	j	2f
1:	.asciz	"\text"
	.balign	4, 0
2:	lla	a0, 1b
	call	put_string
	.endm

	.macro	put_csr text, register
	put_text "\text"
	csrr	a0, \register
	call	put_number
	.endm

	.option norelax
	.text
	.globl _start
_start:
	mv	s2, a0
	csrw	sie, zero
	csrw	satp, zero
	li	t0, 0x12345678
	csrw	stvec, t0
	put_text "\nbefore"
	call	put_state
	put_text "\nhart "
	mv	a0, s2
	call	put_number
	put_text "\n"
	/* As Linux does: the hart's number, and a device tree that is not what the loader chose. */
	mv	a0, s2
	li	a1, 0x1111
	lla	t0, _start
	li	t1, PURGATORY
	add	t0, t0, t1
	jr	t0

	.org 0x1000
after:
	mv	s2, a0
	mv	s3, a1
	put_text "\nafter"
	call	put_state
	put_text "\na0 "
	mv	a0, s2
	call	put_number
	put_text "\na1 "
	mv	a0, s3
	call	put_number
	put_text "\nnext kernel\n"
	li	a7, SBI_SYSTEM_RESET
	li	a6, 0
	li	a0, 0
	li	a1, 0
	ecall
	j	.

put_state:
	mv	s11, ra
	put_csr	" satp ", satp
	put_csr	" stvec ", stvec
	put_csr	" sie ", sie
	jr	s11

put_string:
	mv	t4, a0
	mv	t5, ra
1:	lbu	a0, 0(t4)
	beqz	a0, 2f
	call	put_byte
	addi	t4, t4, 1
	j	1b
2:	jr	t5

put_number:
	mv	t4, a0
	mv	t5, ra
	li	t6, 60
1:	srl	a0, t4, t6
	andi	a0, a0, 15
	li	t0, 10
	addi	a0, a0, '0'
	addi	t0, t0, '0'
	bltu	a0, t0, 2f
	addi	a0, a0, 'a' - 10 - '0'
2:	call	put_byte
	addi	t6, t6, -4
	bgez	t6, 1b
	jr	t5

put_byte:
	li	t0, UART
1:	lbu	t1, UART_STATUS(t0)
	andi	t1, t1, UART_ROOM
	beqz	t1, 1b
	sb	a0, 0(t0)
	ret

	.org 0x2000
	/* The last word of the file; nothing is asked for by it here. */
	.word	0

	.section .note.GNU-stack, "", @progbits

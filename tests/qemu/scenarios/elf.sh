# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from lib.sh
# ELF programs that are no Linux: what they find in their registers they say on the serial line.

# In the guest: one of them, with what $ARGS says.
guest_elf()
{
	say words "$WORDS"
	# shellcheck disable=SC2086 # words or none
	run load kexec -l "$boot/program" "$ARGS" ${WORDS:+"--append=$WORDS"} && start
}

# In the guest: armed with one that was linked into the reservation.
guest_elf_crash()
{
	say words "$WORDS"
	run load kexec -p "$boot/program" "$ARGS" "--append=$WORDS"
	grep 'Crash kernel' /proc/iomem | lines reserved
	sync
	echo c > /proc/sysrq-trigger
	sleep 30
}

# elf_source: of both widths; told by the notes' magic number, it prints the command line out of them
elf_source()
{
	cat <<-'END'
		.globl _start
	_start:
		cld
		mov	%eax, %ebp
		.ifdef wide
		mov	%rdi, %rbx
		lea	stack(%rip), %rsp
		.else
		mov	$stack, %esp
		.endif
		mov	$hello, %esi
		call	put
		mov	$none, %esi
		cmp	$0x0e1fb007, %ebp
		jne	last
		movzwl	10(%ebx), %ecx
		lea	12(%ebx), %edx
	next:	cmpl	$4, 8(%edx)
		lea	12(%edx), %esi
		je	last
		mov	4(%edx), %eax
		add	$15, %eax
		and	$-4, %eax
		add	%eax, %edx
		dec	%ecx
		jnz	next
		mov	$lost, %esi
	last:	call	put
		mov	$end, %esi
		call	put
		mov	$0xfe, %al
		out	%al, $0x64
	1:	hlt
		jmp	1b
	put:	push	%DX
	1:	mov	(%esi), %al
		inc	%esi
		test	%al, %al
		jz	3f
		mov	%al, %ah
		mov	$0x3fd, %dx
	2:	in	%dx, %al
		test	$0x20, %al
		jz	2b
		mov	$0x3f8, %dx
		mov	%ah, %al
		out	%al, %dx
		jmp	1b
	3:	pop	%DX
		ret
	hello:	.asciz	"\nKX-PROGRAM BITS "
	none:	.asciz	"nothing"
	lost:	.asciz	"no command line"
	end:	.asciz	".\n"
		.balign	16
		.skip	256
	stack:
	END
}

# elf_program BITS FILE [ADDRESS]
elf_program()
{
	local width=64 dx=rdx symbols="--defsym wide=1" emulation=elf_x86_64

	[[ $1 == 64 ]] || width=32 dx=edx symbols= emulation=elf_i386
	elf_source | sed "s/BITS/$width/; s/%DX/%$dx/" > "$dir/program.S"
	# shellcheck disable=SC2086 # words or none
	as --$width $symbols -o "$dir/program.o" "$dir/program.S" &&
		ld -m $emulation -z noexecstack -N -Ttext="${3:-0x2000000}" -o "$2" "$dir/program.o"
}

# elf KERNEL BITS ARGS WORDS SAYS: by that kernel; WORDS - are none
elf()
{
	vm guest_elf
	vm_set ARGS "$3"
	vm_set WORDS "${4#-}"
	elf_program "$2" "$payload/boot/program" || return
	boot "$1" bios
	part="a program of $2 bits, $3"
	if ! grep -Fqx "KX-PROGRAM $2 $5." "$serial"; then
		bad "$part" "$(grep -a 'KX-PROGRAM' "$serial" || why_not 2)"
	elif [[ $vm_ended != off ]]; then
		bad "$part" "the machine was not reset"
	else
		ok "$part"
	fi
}

# elf_crash BITS: what it prints after a panic names the header of the dump, in the reservation
elf_crash()
{
	local bits=$1 said header

	vm_timeout=180
	vm guest_elf_crash
	vm_set ARGS --args-elf
	vm_set WORDS words=two
	elf_program "$bits" "$payload/boot/program" 0x20200000 || return
	vm_cmdline=crashkernel=32M@512M
	boot 6.1 bios
	part="a program of $bits bits after a panic"
	said=$(grep -aEo "^KX-PROGRAM $bits elfcorehdr=0x[0-9a-f]+ words=two\.\s*\$" "$serial" | tr -d '\r')
	header=${said#*elfcorehdr=}
	header=${header%% *}
	if [[ ! $said ]]; then
		bad "$part" "$(grep -a 'KX-PROGRAM' "$serial" || why_not 2)"
	elif ((header < 0x20000000 || header >= 0x22000000)); then
		bad "$part" "it is told of $header, which is not in '$(get 1 reserved)'"
	elif [[ $vm_ended != off ]]; then
		bad "$part" "the machine was not reset"
	else
		ok "$part"
	fi
}

scenario elf-64 elf newest 64 --args-elf words=two words=two -- newest -- \
	"a 64-bit ELF program that is no Linux reads its command line in ELF boot notes"
scenario elf-32 elf 6.1 32 --args-elf words=two words=two -- 6.1 -- \
	"a 32-bit one does in protected mode"
scenario more-elf-none elf 6.1 64 --args-none - nothing -- 6.1 -- "with --args-none there is nothing"
scenario more-elf-crash-64 elf_crash 64 -- 6.1 -- \
	"a 64-bit ELF program linked into the reservation runs after a panic, and is told of the dump"
scenario more-elf-crash-32 elf_crash 32 -- 6.1 -- "a 32-bit one does in protected mode"

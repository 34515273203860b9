# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from and for run, lib.sh, the .conf files
# Kernels of the boot protocols before Linux 2.4, which start by their setup code alone. Debian has
# none: a small program (tests/qemu/old) says what it found, and QEMU's own loader starts it, too.

guest_old_kernel()
{
	run refused kexec -c -l "$boot/old" --command-line=x
	run load kexec -d -c -l "$boot/old" --real-mode --initrd="$boot/one" --command-line="of  two words" &&
		start
}

# old_says KEY VALUE: in hop 2, as it would with any other loader
old_says()
{
	local got

	part=$1
	got=$(get 2 "$1")
	if [[ $got == "$2" ]]; then
		ok "$1 $2"
	else
		bad "$1" "it says '$got', expected '$2'"
	fi
}

# old_kernel PROTOCOL
old_kernel()
{
	local files=$dir/old key other
	local -A by_qemu=()

	need "$cc" "the C compiler"
	mkdir -p "$files"
	part=build
	"$cc" -m32 -c -DPROTOCOL="0x${1/./}" -o "$files/old.o" "$here/old/kernel.S"
	ld -m elf_i386 -Ttext=0 --oformat=binary -e 0 -o "$files/old" "$files/old.o"
	head -c 5000 "$files/old" > "$files/one"
	part="QEMU's loader"
	other=$files/qemu.log
	timeout --kill-after=5 "$vm_timeout" "$qemu" "${machine[@]}" -cpu "$cpu" -m "$vm_memory" \
		-serial "file:$other" -kernel "$files/old" -initrd "$files/one" -append "of  two words" \
		< /dev/null > "$files/qemu.out" 2>&1
	serial=$other
	for key in low memory cmdline code; do
		by_qemu[$key]=$(get 2 $key)
	done
	vm guest_old_kernel
	cp "$files/old" "$files/one" "$payload/boot"
	boot 6.1 bios
	check_command 1 refused 1 0 'use --real-mode' "no other entry"
	part="protocol $1"
	[[ $(get 2 end) == 2 ]] || {
		bad "$part" "$(why_not 2)"
		return 0
	}
	for key in low memory cmdline code; do
		old_says $key "${by_qemu[$key]}"
	done
	old_says initrd "$(printf %08x "0x$(sum_of "$files/one")")"
	old_says segment 00009000
	old_says stack 00009800
	old_says loader 000000d0
	case $1 in
	2.00) old_says flags 00000001 ;;
	2.01) old_says flags 00000081 && old_says heap 00009600 ;;
	esac
}

for p in 2.00 2.01; do
	scenario "more-old-kernel-$p" old_kernel "$p" -- 6.1 -- \
		"6.1 starts a program of boot protocol $p by its setup code: --real-mode"
done

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A processor with five-level page tables: the next kernel has to be able to start with them on.

guest_la57()
{
	say virtual "$(sed -n 's/^address sizes.* \([0-9]*\) bits virtual/\1/p' /proc/cpuinfo | sed -n 1p)"
	if [ "$hop" = 1 ]; then
		for way in -c -s -a; do
			run "old$way" kexec "$way" -l "$boot/vmlinuz-old" --command-line=x
		done
		load -c "$boot/vmlinuz-newest" && start
	fi
}

la57()
{
	local old flags way

	vm guest_la57
	vm_kernel newest
	# Linux, Documentation/arch/x86/boot.rst: xloadflags is at 0x236; XLF_5LEVEL and
	# XLF_5LEVEL_ENABLED are its bits 5 and 6.
	old=$payload/boot/vmlinuz-old
	cp "$(kernel_file newest)" "$old"
	flags=$(od -An -tu1 -j 0x236 -N 1 "$old")
	# shellcheck disable=SC2059 # an octal escape is what is wanted
	printf "\\$(printf %03o $((flags & ~0x60)))" |
		dd of="$old" bs=1 seek=$((0x236)) conv=notrunc status=none
	cpu=${cpu/la57=off/la57=on}
	boot newest bios
	if [[ $(get 1 virtual) != 57 ]]; then
		bad "5 levels" "the first kernel has $(get 1 virtual) bits of virtual addresses, not 57"
		return
	fi
	for way in -c -s -a; do
		check_command 1 "old$way" 1 0 '5-level' "old image refused by $way"
	done
	check_hop 2 "-c with 5 levels" "$(kernel_release newest)" || return 0
	[[ $(get 2 virtual) == 57 ]] || bad "-c with 5 levels" "the second kernel has $(get 2 virtual) bits"
}

scenario la57 la57 -- newest -- \
	"5-level paging: the newest kernel starts itself, an image without support is refused"

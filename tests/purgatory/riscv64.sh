# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2100,SC2154 # tests/purgatory/run reads and sets them
# Purgatory alone on riscv64: QEMU's virt machine, entered in S-mode above OpenSBI.

qemu=qemu-system-riscv64
base=0x80200000
uart=8250,0x10000000
image_options=(-bios default -kernel "$dir/image")

cases()
{
	reset=0
	common_cases -M virt
	through "entered" "" -M virt -- '^a1 0+80800000' ' satp 0+ '
	# Which of them starts is a matter of chance.
	through "four harts" "" -M virt -smp 4 -- "${good[@]}"
	if [[ -n $(sed -n 's/^hart //p' "$log") &&
		$(sed -n 's/^hart //p' "$log") = "$(sed -n 's/^a0 //p' "$log")" ]]; then
		ok "$arch hart number"
	else
		bad "$arch hart number"
	fi
	# No RAM there, and no device.
	refused "exception" "hole=0xa0000000" ended -M virt -- \
		'exception 0x5 at 0x8030[0-9a-f]*, address 0xa0000000, resetting'
}

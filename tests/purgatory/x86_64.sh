# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2054,SC2100,SC2154 # tests/purgatory/run reads and sets them
# Purgatory alone on x86_64: entered in 64-bit mode, it enters the next kernel in that or in 32-bit
# protected mode.

qemu=qemu-system-x86_64
base=0x1000000
uart=8250-io,0x3f8
image_options=(-kernel "$dir/image")

# As mkpurgvm has asked for them, and what Linux's boot.rst wants of the rest.
protected=('^eax a1a2a3a4$' '^ebx b1b2b3b4$' '^ecx c1c2c3c4$' '^edx d1d2d3d4$' '^esi e1e2e3e4$'
	'^edi f1f2f3f4$' '^ebp 15253545$' '^esp 16263646$' '^cr0 [0-7][0-9a-f]{6}[13579bdf]$'
	'^cr4 00000000$' '^efer 00000000$' '^cs 0010$' '^ss 0018$' '^ds 0018$' '^es 0018$'
	'^fs 0018$' '^gs 0018$' '^eflags 0000[0-9a-f][0189]')

# Segments as asked for, and a BIOS that answers and gets its interrupts.
real=('^idt 0000 0000 03ff$' '^cs 9020$' '^ss 9000$' '^ds 9000$' '^es 9000$' '^fs 9000$' '^gs 9000$'
	'^sp d000$' '^cr0 00[0-9a-f][02468ace]$' '^flags 0[0145]' '^memory 02[0-7][0-9a-f]$' '^ticks$')

cases()
{
	reset=0
	common_cases -M pc
	through "entered" "" -M pc -- '^rsi 0+1600000$' '^others 0+$' '^cs 0010$' '^ss 0018$'
	through "protected mode" "protected" -M pc -- "${protected[@]}" "${good[@]}"
	through "protected mode, q35" "protected" -M q35 -cpu max -- "${protected[@]}"
	through "protected mode after 5-level paging" "protected flags=1" -M q35 -cpu max -- \
		"${protected[@]}"
	# The interrupt table is the BIOS's again.
	local switches=yes
	through "real mode" "real" -M pc -- "${real[@]}" "${good[@]}"
	through "real mode after 5-level paging, q35" "real flags=1" -M q35 -cpu max -- "${real[@]}"
	switches=
	refused "protected mode, damaged" "protected damage=dtb:5" ended -M pc -- \
		'dtb at 0x.*, resetting'
}

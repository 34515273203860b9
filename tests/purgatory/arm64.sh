# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2100,SC2154 # tests/purgatory/run reads and sets them
# Purgatory alone on arm64: QEMU's virt machine, entered in EL1 and EL2.

qemu=qemu-system-aarch64
base=0x41000000
uart=pl011,0x09000000
image_options=(-device "loader,file=$dir/image,addr=$base,force-raw=on"
	-device "loader,addr=$base,cpu-num=0")

# No RAM there, and no device.
hole=hole=0x60000000
# arm64.S, FLAG_E2H: with VHE.
e2h=flags=1
# Processors that QEMU does not have: no crypto extension (mrs x, id_aa64isar0_el1 is mov x, xzr), no
# granule of 4 KiB (mrs x, id_aa64mmfr0_el1 is mov x, #0xf0000000).
no_crypto=replace=0xd5380600:0xaa1f03e0
no_granule=replace=0xd5380700:0xd2be0000

arm64_machine()
{
	local machine=(-M "virt,gic-version=3$1" -cpu "$2")
	common_cases "${machine[@]}"
	through "entered at level $level" "" "${machine[@]}" -- "^level 0+$level" \
		'^daif 0+3c0' '^x0 0+41600000' '^x1 0+$'
	through "no page tables" "no-tables" "${machine[@]}" -- "${good[@]}"
	refused "no page tables, damaged" "no-tables damage=initrd:7 reset=$reset" ended \
		"${machine[@]}" -- 'initrd at 0x41500000 is damaged'
	# A translation fault proves that the MMU was on, an external abort that it was off.
	refused "exception" "$hole reset=$reset" ended "${machine[@]}" -- \
		'exception 0x9600000[4-7] at 0x4110[0-9a-f]*, address 0x60000000, resetting'
	refused "exception without page tables" "$hole no-tables reset=$reset" ended \
		"${machine[@]}" -- 'exception 0x96000[02]10 at 0x4110[0-9a-f]*, address 0x60000000'
	refused "no PSCI" "damage=dtb:1" stands "${machine[@]}" -- 'no PSCI to reset'
}

# executed PATTERN NAME: instructions in purgatory's code that QEMU has translated
executed()
{
	if grep -q "$1" "$dir/asm"; then ok "$arch $2"; else bad "$arch $2"; fi
}

arm64_processors()
{
	local cpu range=0x41100000..0x411fffff
	for cpu in cortex-a53 cortex-a57 cortex-a72 neoverse-n1; do
		through "$cpu" "" -M virt,gic-version=3 -cpu "$cpu" -- "${good[@]}"
		through "$cpu at level 2" "" -M virt,gic-version=3,virtualization=on -cpu "$cpu" -- \
			"${good[@]}" '^level 0+2'
	done
	# shellcheck disable=SC2054 # QEMU's commas
	local watched=(-M virt,gic-version=3 -cpu max -d in_asm -dfilter "$range" -D "$dir/asm")
	through "crypto extension" "" "${watched[@]}" -- "${good[@]}"
	executed 'sha256h2' "SHA-256 instructions executed"
	through "no crypto extension" "$no_crypto" "${watched[@]}" -- "${good[@]}"
	executed 'ror' "plain SHA-256 executed"
	if grep -q sha256h "$dir/asm"; then
		bad "$arch no crypto extension: its instructions were executed"
	fi
	refused "no crypto extension, damaged" "$no_crypto damage=kernel:0x100000 reset=2" ended \
		"${watched[@]}" -- 'kernel at 0x41200000 is damaged'
	through "no granule of 4 KiB" "$no_granule" "${watched[@]}" -- "${good[@]}"
	refused "no granule of 4 KiB: MMU off" "$no_granule $hole reset=2" ended \
		"${watched[@]}" -- 'exception 0x96000[02]10'
}

cases()
{
	level=1 reset=2
	arm64_machine "" max
	arm64_processors
	level=2 reset=1
	arm64_machine ",virtualization=on" max
	through "VHE" "$e2h" -M virt,gic-version=3,virtualization=on -cpu max -- "${good[@]}" \
		'^level 0+2' '^x0 0+41600000'
	through "VHE, no page tables" "$e2h no-tables" -M virt,gic-version=3,virtualization=on \
		-cpu max -- "${good[@]}" '^level 0+2'
	refused "VHE, exception" "$e2h $hole reset=1" ended -M virt,gic-version=3,virtualization=on \
		-cpu max -- 'exception 0x9600000[4-7] .*, resetting'
	refused "hvc is not used at level 2" "damage=dtb:1 reset=2" stands \
		-M virt,gic-version=3,virtualization=on -cpu max -- 'no PSCI to reset'
}

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The device tree that is handed on: the running one with its /chosen rewritten, --dtb, --dtbo.
. "${srcdir:-.}/tests/cli/lib.sh"

head -c 70000 /dev/urandom > "$tmp/i"
tree_text='/ { #address-cells = <2>; #size-cells = <2>; compatible = "kx,other";
	chosen { bootargs = "from the file"; stdout-path = "/mine"; }; mine { note = "hello"; }; };'
overlay()
{
	tree_of "$tmp/$1.dtbo" "/plugin/; &{/} { $2 };"
}

# x86 kernels get none.
kernel "$tmp/k"
. "$srcdir/tests/cli/boards.sh"
tree_of "$tmp/other.dtb" "$tree_text"
overlay 1 'extra { note = "one"; };'
overlay 2 'extra { note = "two"; more = <7>; };'
for option in --dtb --devicetreeblob --dtbo; do
	run -l "$tmp/k" $option="$tmp/other.dtb"
	expect_status 1
	expect_error 'kernels for x86_64 get no device tree'
	expect_calls
done

for name in $(boards 'virt-*' 'uefi-*'); do
	board "$name"
	image "$tmp/Image"

	# The running kernel's own, by kexec_load.
	run -c -l "$tmp/Image" --initrd="$tmp/i" --append='quiet "two words"'
	expect_status 0
	expect_stderr ''
	expect_calls kexec_load
	expect_told /chosen bootargs 'quiet "two words"'
	at=$(segment initrd at)
	same 'initrd-start' "$(fdtget -tx "$KX_FAKE_KEEP/devicetree" /chosen linux,initrd-start)" \
		"$(printf '%x %x' $((at >> 32)) $((at & 0xffffffff)))"
	at=$((at + 70000))
	same 'initrd-end' "$(fdtget -tx "$KX_FAKE_KEEP/devicetree" /chosen linux,initrd-end)" \
		"$(printf '%x %x' $((at >> 32)) $((at & 0xffffffff)))"
	same 'bytes of kaslr-seed' "$(fdtget -tbx "$KX_FAKE_KEEP/devicetree" /chosen kaslr-seed | wc -w)" 8
	same 'bytes of rng-seed' "$(fdtget -tbx "$KX_FAKE_KEEP/devicetree" /chosen rng-seed | wc -w)" 32
	first=$(told /chosen rng-seed)
	expect_told /chosen linux,elfcorehdr none
	expect_told /chosen linux,usable-memory-range none
	model=$(told / compatible)
	run -c -l "$tmp/Image"
	expect_told /chosen linux,initrd-start none
	expect_told /chosen bootargs none
	check 'the same seed twice' [ "$first" != "$(told /chosen rng-seed)" ]

	# The kernel's own loader passes on the running tree, whatever is asked.
	for option in --dtb="$tmp/other.dtb" --dtbo="$tmp/1.dtbo"; do
		run -s -l "$tmp/Image" "$option"
		expect_status 1
		expect_error "takes no other; use --kexec-syscall for ${option%%=*}"
		expect_calls
		run -a -l "$tmp/Image" "$option"
		expect_status 0
		expect_stderr ''
		expect_calls kexec_load
	done

	# A file without memory gets that of the running tree, and nothing else.
	run -l "$tmp/Image" --dtb="$tmp/other.dtb" --append=mine
	expect_status 0
	expect_told / compatible kx,other
	expect_told /mine note hello
	expect_told /chosen bootargs mine
	expect_told /chosen stdout-path /mine
	expect_told /cpus '#address-cells' none
	case $name in
	*uefi*)
		check 'EFI is lost' [ "$(told /chosen linux,uefi-system-table)" != none ]
		;;
	*)
		fdtget -l "$KX_FAKE_KEEP/devicetree" / > "$tmp/nodes"
		check 'no memory' grep -q '^memory@' "$tmp/nodes"
		;;
	esac

	# Overlays, in the order given; both on the running tree and on a file.
	run -c -l "$tmp/Image" --dtbo="$tmp/1.dtbo" --dtbo="$tmp/2.dtbo"
	expect_status 0
	expect_told /extra note two
	expect_told /extra more 7
	expect_told / compatible "$model"
	run -c -l "$tmp/Image" --dtb="$tmp/other.dtb" --dtbo="$tmp/2.dtbo" --dtbo="$tmp/1.dtbo"
	expect_status 0
	expect_told /extra note one
	expect_told /extra more 7
	expect_told /mine note hello

	# A crash kernel is told where it may be, and where the dump's header is.
	run -c -p "$tmp/Image" --initrd="$tmp/i" --append=crash
	expect_status 0
	check 'no linux,elfcorehdr' [ "$(told /chosen linux,elfcorehdr)" != none ]
	same 'numbers of usable-memory-range' "$(told /chosen linux,usable-memory-range | wc -w)" \
		"$((4 * $(grep -c 'Crash kernel' "$root/proc/iomem")))"
done

# What is not a device tree, or not one for this machine.
head -c 5000 /dev/urandom > "$tmp/noise"
overlay wrong 'extra { }; }; &nobody { note = "x";'
head -c 100 "$tmp/other.dtb" > "$tmp/cut.dtb"
: > "$tmp/empty"
while read -r option file pattern; do
	for mode in -l -p; do
		run -c $mode "$tmp/Image" "$option=$tmp/$file"
		expect_status 1
		expect_error "$pattern"
		expect_calls
	done
done <<-END
	--dtb noise device tree of --dtb
	--dtb cut.dtb device tree of --dtb
	--dtb empty empty: the file is empty
	--dtb missing missing: No such file
	--dtbo noise overlay
	--dtbo wrong.dtbo overlay
	--dtbo missing missing: No such file
END

# Device tree and overlays that change count as a kernel that does.
tree_of "$tmp/o" '/ { fragment@0 { target-path = "/"; __overlay__ { x = <1>; }; }; };'
for name in $arches; do
	board "$name/virt-1g"
	image "$tmp/I"
	cp "$root/sys/firmware/fdt" "$tmp/t"
	for file in t o; do
		KX_FAKE_TOUCH=$tmp/$file run -l -c --dtb="$tmp/t" --dtbo="$tmp/o" "$tmp/I"
		expect_status 1
		expect_error "^kexec: $tmp/$file: changed while it was being loaded; what was loaded has been"
		expect_calls kexec_load kexec_file_load-unload
	done
done
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# UKIs of several profiles, their addons, and device trees for several boards (UAPI.5).
. "${srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/cli/boards.sh"

# told_cmdline TEXT: what kexec_file_load got
told_cmdline()
{
	expect_status 0
	expect_log "cmdline=$1\$"
}

# told_initrd TEXT...: what kexec_load got, each from a page on
told_initrd()
{
	: > "$tmp/expected"
	for part; do
		size=$(stat -c %s "$tmp/expected")
		head -c $(((4096 - size % 4096) % 4096)) /dev/zero >> "$tmp/expected"
		printf %s "$part" >> "$tmp/expected"
	done
	cmp -s "$tmp/expected" "$KX_FAKE_KEEP/initrd"
	same "initrds $*" $? 0
}

machine
kernel "$tmp/k"
kernel "$tmp/other" cmdline_size=100
wrapped "$tmp/uki" ".cmdline=base words" .initrd=base ".profile=ID=main
TITLE=Main" ".profile=ID=rescue" ".cmdline=rescue words" .initrd=rescue \
	".profile=ID=odd" .linux=@"$tmp/other" uki-first=0x8664 < "$tmp/k"
for way in '' --profile=0 --profile=main; do
	# shellcheck disable=SC2086 # one word or none
	run -l -s $way "$tmp/uki"
	told_cmdline 'base words'
	expect_log "^kernel .*sha256=$(digest "$tmp/k")\$"
done
for way in 1 rescue; do
	run -l -s --profile=$way "$tmp/uki"
	told_cmdline 'rescue words'
	expect_log "^kernel .*sha256=$(digest "$tmp/k")\$"
done
run -l -s --profile=odd "$tmp/uki"
told_cmdline 'base words'
expect_log "^kernel .*sha256=$(digest "$tmp/other")\$"
run -l -s --profile=nobody "$tmp/uki"
expect_status 1
expect_error 'it has no profile "nobody"; 0 is "main"; 1 is "rescue"; 2 is "odd"'
expect_calls
run -l -s --profile=main "$tmp/k"
expect_status 1
expect_error 'is not a UKI, which --profile is for'
expect_calls

# Addons in the UKI's folder by name, then those that are given.
wrapped "$tmp/a" '.cmdline=from a' .initrd=A .ucode=UA addon=0x8664 < /dev/null
wrapped "$tmp/b" .initrd=B addon=0x8664 < /dev/null
wrapped "$tmp/c" '.cmdline=from c' addon=0x8664 < /dev/null
mkdir "$tmp/uki.extra.d"
cp "$tmp/a" "$tmp/uki.extra.d/20.addon.efi"
cp "$tmp/c" "$tmp/uki.extra.d/10.ADDON.EFI"
cp "$tmp/k" "$tmp/uki.extra.d/30.efi"
run -l -s "$tmp/uki"
told_cmdline 'base words from c from a'
run -l -s --addon="$tmp/c" --profile=rescue "$tmp/uki"
told_cmdline 'rescue words from c from a from c'
run -l -s --append=mine "$tmp/uki"
told_cmdline mine
printf mine > "$tmp/own"
board arm64/virt-1g
image "$tmp/Image"
wrapped "$tmp/uki" .ucode=U .initrd=base uki-first="$pe" < "$tmp/Image"
rm -r "$tmp/uki.extra.d"
wrapped "$tmp/a" '.cmdline=from a' .initrd=A .ucode=UA addon="$pe" < /dev/null
wrapped "$tmp/b" .initrd=B addon="$pe" < /dev/null
run -l -c --addon="$tmp/a" --addon="$tmp/b" --initrd="$tmp/own" "$tmp/uki"
expect_status 0
told_initrd U UA base A B mine
expect_told /chosen bootargs 'from a'

# What is none.
run -l -c --addon="$tmp/uki" "$tmp/uki"
expect_status 1
expect_error 'is a UKI, and no addon for one'
run -l -c --addon="$tmp/own" "$tmp/uki"
expect_status 1
expect_error 'addon .*own: has no valid PE header'
wrapped "$tmp/x86" .cmdline=x addon=0x8664 < /dev/null
run -l -c --addon="$tmp/x86" "$tmp/uki"
expect_status 1
expect_error 'PE machine 0x8664'
run -l -c --addon="$tmp/gone" "$tmp/uki"
expect_status 1
expect_error 'gone: No such file'
run -l -c --addon="$tmp/a" "$tmp/Image"
expect_status 1
expect_error 'is not a UKI, which --addon is for'
expect_calls

# Device trees: for this board, for all, of an addon, the user's.
for name in $arches; do
	board "$name/virt-1g"
	image "$tmp/Image"
	this=$(fdtget "$root/sys/firmware/fdt" / compatible)
	for tree in other this again all addon own; do
		compatible=$tree
		case $tree in this | again) compatible=$this ;; esac
		tree_of "$tmp/$tree" "/ { compatible = \"$compatible\", \"x\"; which = \"$tree\";
			#address-cells = <2>; #size-cells = <2>;
			memory@0 { device_type = \"memory\"; reg = <0 0 0 0>; };
			chosen { }; };"
	done
	wrapped "$tmp/all.uki" .dtb=@"$tmp/all" uki="$pe" < "$tmp/Image"
	wrapped "$tmp/auto.uki" .dtbauto=@"$tmp/other" .dtbauto=@"$tmp/this" \
		.dtbauto=@"$tmp/again" .dtb=@"$tmp/all" uki="$pe" < "$tmp/Image"
	wrapped "$tmp/others.uki" .dtbauto=@"$tmp/other" .dtbauto=junk .dtb=@"$tmp/all" uki="$pe" \
		< "$tmp/Image"
	wrapped "$tmp/profile.uki" .dtbauto=@"$tmp/this" .profile=ID=p .dtbauto=@"$tmp/again" \
		uki-first="$pe" < "$tmp/Image"
	wrapped "$tmp/dtb.addon" .dtb=@"$tmp/addon" addon="$pe" < /dev/null
	while read -r uki expected option; do
		# shellcheck disable=SC2086 # one word or none
		run -l -c $option "$tmp/$uki.uki"
		expect_status 0
		expect_told / which "$expected"
	done <<-END
		all all
		auto this
		others all
		profile again
		auto addon --addon=$tmp/dtb.addon
		auto own --dtb=$tmp/own
	END
done
finish

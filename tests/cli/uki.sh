#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Wrapped kernels: what a UKI brings counts until the user says otherwise; --type names a wrapper.
. "${srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/cli/boards.sh"

"$tools/mkwrap" text=x gzip > /dev/null 2>&1 || skip 'this build lacks zlib'

# join ALIGNMENT FILE...: into $tmp/joined, each from a multiple of ALIGNMENT on
join()
{
	pad=$1
	shift
	: > "$tmp/joined"
	for file; do
		size=$(stat -c %s "$tmp/joined")
		head -c $(((pad - size % pad) % pad)) /dev/zero >> "$tmp/joined"
		cat "$file" >> "$tmp/joined"
	done
}

printf 'UCODE' > "$tmp/ucode"
printf 'PACKED' > "$tmp/packed"
head -c 100 /dev/urandom > "$tmp/own"
for name in $arches; do
	board "$name/virt-1g"
	image "$tmp/Image"
	wrapped "$tmp/uki" ".cmdline=from the uki" .initrd=PACKED .ucode=UCODE uki="$pe" < "$tmp/Image"
	wrapped "$tmp/zboot" gzip zboot=gzip,"$pe" < "$tmp/Image"
	wrapped "$tmp/gz" gzip < "$tmp/Image"
	wrapped "$tmp/both" gzip zboot=gzip,"$pe" .cmdline=deep uki="$pe" gzip < "$tmp/Image"

	for file in Image uki zboot gz both; do
		run -c -l "$tmp/$file"
		expect_status 0
		expect_stderr ''
		cmp -s "$tmp/Image" "$KX_FAKE_KEEP/kernel"
		same "the kernel inside $file" $? 0
		run -s -l "$tmp/$file"
		expect_status 0
		expect_log "^kernel bytes=4096 sha256=$(digest "$tmp/Image")\$"
	done
	expect_log 'cmdline=deep$'

	# The UKI's own.
	run -c -l "$tmp/uki"
	expect_told /chosen bootargs 'from the uki'
	join 4096 "$tmp/ucode" "$tmp/packed"
	cmp -s "$tmp/joined" "$KX_FAKE_KEEP/initrd"
	same 'microcode and initrd' $? 0
	# Overridden, and added to: files of the user's may replace those of the UKI.
	run -c -l "$tmp/uki" --append='from me' --initrd="$tmp/own"
	expect_told /chosen bootargs 'from me'
	join 4096 "$tmp/ucode" "$tmp/packed" "$tmp/own"
	cmp -s "$tmp/joined" "$KX_FAKE_KEEP/initrd"
	same 'three parts' $? 0
	run -c -l "$tmp/uki" --append=
	expect_told /chosen bootargs none
	run -s -l "$tmp/uki" --initrd="$tmp/own"
	expect_log 'cmdline=from the uki$'
	join 4 "$tmp/ucode" "$tmp/packed" "$tmp/own"
	head -c $((($(stat -c %s "$tmp/joined") + 3) / 4 * 4 - $(stat -c %s "$tmp/joined"))) \
		/dev/zero >> "$tmp/joined"
	expect_log "^initrd bytes=$(stat -c %s "$tmp/joined") sha256=$(digest "$tmp/joined")\$"

	# --type names the wrapper or what is inside, and has to be right.
	while read -r type file status; do
		run -c -l --type="$type" "$tmp/$file"
		expect_status "$status"
		[ "$status" = 0 ] || expect_error "type"
		[ "$status" = 0 ] || expect_calls
	done <<-END
		uki uki 0
		uki both 0
		uki zboot 1
		vmlinuz zboot 0
		vmlinuz both 0
		vmlinuz gz 1
		Image Image 0
		Image uki 0
		Image zboot 0
		nothing Image 1
		bzImage Image 1
	END
done

# A UKI's device tree, and the user's in its place.
tree_of "$tmp/own.dtb" '/ { #address-cells = <2>; #size-cells = <2>; compatible = "kx,own"; };'
for name in $arches; do
	board "$name/virt-1g"
	# A section's content comes from mkwrap's words, which cannot hold a tree: it is seen being refused.
	image "$tmp/Image"
	wrapped "$tmp/uki" .dtb=tree uki="$pe" < "$tmp/Image"
	run -c -l "$tmp/uki"
	expect_status 1
	expect_error 'device tree'
	expect_calls
	run -c -l "$tmp/uki" --dtb="$tmp/own.dtb"
	expect_status 0
	expect_told / compatible kx,own
	wrapped "$tmp/uimage" gzip uimage="$uimage",1 < "$tmp/Image"
	run -c -l --type=uImage "$tmp/uimage"
	expect_status 0
	run -c -l --type=uImage "$tmp/Image"
	expect_status 1
	expect_error 'the file is not wrapped as uImage'

	# Made for another machine, whatever is inside.
	for other in $arches; do
		[ "$other" != "$name" ] || continue
		enter "$other"
		wrapped "$tmp/uki" uki="$pe" < "$tmp/Image"
		run -c -l "$tmp/uki"
		expect_status 1
		expect_error "$name"
		expect_calls
		wrapped "$tmp/uimage" uimage="$uimage",0 < "$tmp/Image"
		run -c -l "$tmp/uimage"
		expect_status 1
		expect_error uImage
		expect_calls
	done
done

# What a file says of itself reaches neither the terminal nor a line of its own.
printf 'ro\033]0;owned\007\033[2J\nentry     0x0\nsegment   fake' > "$tmp/cmd"
machine
kernel "$tmp/k"
wrapped "$tmp/escapes.uki" ".cmdline=$(cat "$tmp/cmd")" uki=0x8664 < "$tmp/k"
run --dry-run -c -l "$tmp/escapes.uki"
expect_status 0
expect_out '^cmdline   ro.x1b.0;owned.x07.x1b.2J.x0aentry     0x0.x0asegment   fake$'
same 'lines that begin with entry' "$(grep -c '^entry' "$tmp/out")" 1
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Android boot images as AOSP's mkbootimg makes them, headers 0 to 3, and vendor boot images; what it
# does not make yet, version 4, is written here (AOSP, include/bootimg/bootimg.h).
. "${srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/cli/boards.sh"
need mkbootimg mkbootimg

# le NUMBER...: each as 4 bytes
le()
{
	for le_number; do
		for le_shift in 0 8 16 24; do
			# shellcheck disable=SC2059 # the format is the byte
			printf "\\$(printf %03o $((le_number >> le_shift & 255)))"
		done
	done
}

# be NUMBER...: the same, the highest byte first
be()
{
	for be_number; do
		for be_shift in 24 16 8 0; do
			# shellcheck disable=SC2059 # the format is the byte
			printf "\\$(printf %03o $((be_number >> be_shift & 255)))"
		done
	done
}

# field WIDTH FILE: its bytes, and zeros up to WIDTH
field()
{
	cat "$2"
	head -c $(($1 - $(stat -c %s "$2"))) /dev/zero
}

# pages FILE...: each from a page on
pages()
{
	for pages_file; do
		field $((($(stat -c %s "$pages_file") + 4095) / 4096 * 4096)) "$pages_file"
	done
}

text()
{
	printf %s "$1" > "$tmp/text"
	field "$2" "$tmp/text"
}

# entry NAME OFFSET TYPE BOARD: of the table of ramdisks; its bytes are those of $tmp/NAME
entry()
{
	le "$(stat -c %s "$tmp/$1")" "$2" "$3"
	text "$1" 32
	le "$4"
	head -c 60 /dev/zero
}

# vendor4 FILE COUNT: header 4 around $tmp/ramdisks, $tmp/a.dtb, $tmp/table and $tmp/bootconfig
vendor4()
{
	{
		printf VNDRBOOT
		le 4 4096 0x8000 0x1000000 "$(stat -c %s "$tmp/ramdisks")"
		text 'ven=dor' 2048
		le 0x100
		text board 16
		le 2128 "$(stat -c %s "$tmp/a.dtb")" 0 0 "$(stat -c %s "$tmp/table")" "$2" 108 \
			"$(stat -c %s "$tmp/bootconfig")"
	} > "$tmp/header"
	pages "$tmp/header" "$tmp/ramdisks" "$tmp/a.dtb" "$tmp/table" "$tmp/bootconfig" > "$1"
}

# boot4 FILE: header 4 around kernel and ramdisk
boot4()
{
	{
		printf 'ANDROID!'
		le "$(stat -c %s "$tmp/k.lz")" "$(stat -c %s "$tmp/generic")" 0 1584 0 0 0 0 4
		text 'gki=4' 1536
		le 0
	} > "$tmp/header"
	pages "$tmp/header" "$tmp/k.lz" "$tmp/generic" > "$1"
}

# told_initrd FILE...: each from a page on
told_initrd()
{
	pages "$@" > "$tmp/expected"
	pages "$KX_FAKE_KEEP/initrd" | cmp -s - "$tmp/expected"
	same "initrds $*" $? 0
}

head -c 3000 /dev/urandom > "$tmp/generic"
head -c 2000 /dev/urandom > "$tmp/platform"
head -c 1000 /dev/urandom > "$tmp/recovery"
head -c 500 /dev/urandom > "$tmp/dlkm"
head -c 700 /dev/urandom > "$tmp/mine"
printf 'androidboot.mode = "x"\n' > "$tmp/bootconfig"
tree='#address-cells = <2>; #size-cells = <2>; chosen { };'
tree_of "$tmp/a.dtb" "/ { compatible = \"kx,a\"; $tree };"
tree_of "$tmp/b.dtb" "/ { compatible = \"kx,b\"; $tree };"
cat "$tmp/a.dtb" "$tmp/b.dtb" > "$tmp/ab.dtb"
long=$(printf 'word-%s ' $(seq 110))
long=${long% }

for name in $(boards 'virt-*'); do
	board "$name"
	image "$tmp/k"
	gzip -9cn "$tmp/k" > "$tmp/k.lz"

	# All in one file. The command line fills its field and goes on in the second one.
	for version in 0 1 2; do
		mkbootimg --header_version $version --kernel "$tmp/k.lz" --ramdisk "$tmp/generic" \
			--second "$tmp/dlkm" --cmdline "$long" --dtb "$tmp/a.dtb" \
			--pagesize $((2048 << version)) -o "$tmp/boot$version" || exit 99
		run -c -l "$tmp/boot$version"
		expect_status 0
		expect_calls kexec_load
		expect_error 'not used: a second stage loader$'
		expect_log "^segment kernel .*sha256=$(digest "$tmp/k")"
		told_initrd "$tmp/generic"
		expect_told /chosen bootargs "$long"
		[ $version != 2 ] || expect_told / compatible kx,a
	done
	run -c -l "$tmp/boot2" --append=mine --initrd="$tmp/mine" --dtb="$tmp/b.dtb"
	expect_status 0
	expect_told /chosen bootargs mine
	expect_told / compatible kx,b
	told_initrd "$tmp/generic" "$tmp/mine"
	run -c -l -t android "$tmp/boot2"
	expect_status 0
	run -c -l "$tmp/boot2" --vendor-boot="$tmp/boot2"
	expect_status 1
	expect_error 'has a header of version 0 to 2, which --vendor-boot does not go with'

	# Several device trees: the one for this board, else the running one.
	model=$(fdtget "$root/sys/firmware/fdt" / compatible)
	mkbootimg --header_version 2 --kernel "$tmp/k" --dtb "$tmp/ab.dtb" -o "$tmp/boot2" || exit 99
	run -c -l "$tmp/boot2"
	expect_status 0
	expect_stderr ''
	expect_told / compatible "$model"
	fdtput -t s "$root/sys/firmware/fdt" / compatible kx,b
	run -c -l "$tmp/boot2"
	expect_told / compatible kx,b

	# The same in a table (AOSP, libufdt, dt_table.h), whose entries need not be in order.
	{
		a=$(stat -c %s "$tmp/a.dtb")
		b=$(stat -c %s "$tmp/b.dtb")
		be 0xd7b7ab1e $((96 + a + b)) 32 32 2 32 2048 0
		be "$b" $((96 + a)) 0 0 0 0 0 0 "$a" 96 0 0 0 0 0 0
		cat "$tmp/ab.dtb"
	} > "$tmp/table.dtb"
	mkbootimg --header_version 2 --kernel "$tmp/k" --dtb "$tmp/table.dtb" -o "$tmp/boot2" || exit 99
	run -c -l "$tmp/boot2"
	expect_status 0
	expect_told / compatible kx,b
	fdtput -t s "$root/sys/firmware/fdt" / compatible kx,a
	run -c -l "$tmp/boot2"
	expect_told / compatible kx,a

	# Two files.
	mkbootimg --header_version 3 --kernel "$tmp/k.lz" --ramdisk "$tmp/generic" --cmdline gki=3 \
		-o "$tmp/boot3" --vendor_boot "$tmp/vendor3" --vendor_ramdisk "$tmp/platform" \
		--dtb "$tmp/a.dtb" --vendor_cmdline 'ven=dor' || exit 99
	run -c -l "$tmp/boot3"
	expect_status 0
	expect_error 'without --vendor-boot the kernel gets no vendor ramdisk, device tree and command'
	expect_told /chosen bootargs gki=3
	told_initrd "$tmp/generic"
	run -c -l "$tmp/boot3" --vendor-boot="$tmp/vendor3" --initrd="$tmp/mine"
	expect_status 0
	expect_stderr ''
	expect_told /chosen bootargs 'ven=dor gki=3'
	expect_told / compatible kx,a
	told_initrd "$tmp/platform" "$tmp/generic" "$tmp/mine"

	# Version 4: ramdisks by their table, and a bootconfig behind all of them.
	boot4 "$tmp/boot4"
	cat "$tmp/platform" "$tmp/recovery" "$tmp/dlkm" > "$tmp/ramdisks"
	{
		entry platform 0 1 0
		entry recovery 2000 2 0
		entry dlkm 3000 3 0
	} > "$tmp/table"
	vendor4 "$tmp/vendor4" 3
	{
		cat "$tmp/bootconfig"
		printf '\0'
		le 24 $(($(od -An -v -tu1 "$tmp/bootconfig" | tr -s ' \n' '++' | sed 's/^+//; s/+$//')))
		printf '#BOOTCONFIG\n'
	} > "$tmp/trailer"
	run -c -l "$tmp/boot4" --vendor-boot="$tmp/vendor4" --initrd="$tmp/mine"
	expect_status 0
	expect_stderr ''
	expect_told /chosen bootargs 'ven=dor gki=4 bootconfig'
	told_initrd "$tmp/platform" "$tmp/dlkm" "$tmp/generic" "$tmp/mine" "$tmp/trailer"
	{
		entry platform 0 1 7
		entry dlkm 2000 1 8
	} > "$tmp/table"
	vendor4 "$tmp/vendor4" 2
	run -c -l "$tmp/boot4" --vendor-boot="$tmp/vendor4"
	expect_status 1
	expect_error 'ramdisk "platform" is for one of several boards, and which this is cannot be told'
	expect_calls
	vendor4 "$tmp/vendor4" 3
	run -c -l "$tmp/boot4" --vendor-boot="$tmp/vendor4"
	expect_status 1
	expect_error 'its table of ramdisks makes no sense'

	# What is not usable.
	mkbootimg --header_version 0 --kernel "$tmp/boot3" --ramdisk "$tmp/generic" -o "$tmp/nested" || exit 99
	run -c -l "$tmp/nested"
	expect_status 1
	expect_error 'in Android boot image: Android boot image: inside an Android boot image'
	: > "$tmp/empty"
	mkbootimg --header_version 3 --kernel "$tmp/empty" --ramdisk "$tmp/generic" -o "$tmp/init_boot" || exit 99
	run -l "$tmp/init_boot"
	expect_status 1
	expect_error 'it has no kernel: an init_boot or recovery image; give boot.img'
	head -c 4200 "$tmp/boot3" > "$tmp/cut"
	run -l "$tmp/cut"
	expect_status 1
	expect_error 'Android boot image: the kernel has .* the file has 4200: it is cut'
	head -c 4100 "$tmp/vendor3" > "$tmp/cut"
	run -c -l "$tmp/boot3" --vendor-boot="$tmp/cut"
	expect_status 1
	expect_error '--vendor-boot=.*/cut: the ramdisk has 2000 bytes at 4096, the file has 4100: it is cut'
	run -c -l "$tmp/boot3" --vendor-boot="$tmp/boot3"
	expect_status 1
	expect_error 'is no Android vendor boot image'
	run -l "$tmp/k" --vendor-boot="$tmp/vendor3"
	expect_status 1
	expect_error 'is not an Android boot image, which --vendor-boot is for'
	poke "$tmp/boot0" 40 5
	run -c -l "$tmp/boot0"
	expect_status 1
	expect_error 'header version 5, known are 0 to 4: unpack it and give'
	poke "$tmp/boot0" 40 0 0 2
	run -c -l "$tmp/boot0"
	expect_status 1
	expect_error 'older Qualcomm images have the size of their device trees there'
done
finish

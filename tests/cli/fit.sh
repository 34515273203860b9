#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# FIT images as U-Boot's mkimage makes them: which configuration, what is in it, and what is refused.
. "${srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/cli/boards.sh"
need mkimage u-boot-tools

# its FILE: the source of an image; hashes are computed where $hashes says so
its()
{
	cat > "$1" <<-END
		/dts-v1/;
		/ {
		description = "test"; #address-cells = <1>;
		images {
		kernel-1 { data = /incbin/("k.gz"); type = "kernel"; os = "linux"; arch = "$fit_arch";
			compression = "gzip"; load = <0x80000>; entry = <0x80000>; $hashes };
		odd { data = /incbin/("k"); type = "kernel"; os = "linux"; arch = "$fit_arch";
			compression = "none"; load = <0x80000>; entry = <0x80040>; };
		lie { data = /incbin/("k"); type = "kernel"; os = "linux"; arch = "$fit_arch";
			compression = "gzip"; };
		foreign { data = /incbin/("k"); type = "kernel"; os = "linux"; arch = "mips"; };
		vx { data = /incbin/("k"); type = "kernel"; os = "vxworks"; arch = "$fit_arch"; };
		secret { data = /incbin/("k"); type = "kernel"; os = "linux"; arch = "$fit_arch";
			cipher { algo = "aes256"; }; };
		ramdisk-1 { data = /incbin/("rd"); type = "ramdisk"; os = "linux"; arch = "$fit_arch";
			compression = "none"; $hashes };
		ramdisk-2 { data = /incbin/("rd2"); type = "ramdisk"; os = "linux"; arch = "$fit_arch"; };
		fdt-a { data = /incbin/("a.dtb"); type = "flat_dt"; arch = "$fit_arch"; compression = "none"; $hashes };
		fdt-b { data = /incbin/("b.dtb.gz"); type = "flat_dt"; arch = "$fit_arch"; compression = "gzip"; $hashes };
		fdt-board { data = /incbin/("board.dtb"); type = "flat_dt"; arch = "$fit_arch"; compression = "none"; };
		over { data = /incbin/("over.dtbo"); type = "flat_dt"; arch = "$fit_arch"; compression = "none"; };
		tee { data = /incbin/("rd2"); type = "tee"; arch = "$fit_arch"; compression = "none"; };
		};
		configurations {
		default = "conf-a";
		conf-a { kernel = "kernel-1"; fdt = "fdt-a"; ramdisk = "ramdisk-1"; };
		conf-b { kernel = "kernel-1"; fdt = "fdt-b"; compatible = "kx,b", "kx,c"; };
		conf-over { kernel = "kernel-1"; fdt = "fdt-b", "over"; loadables = "tee"; signature-1 { algo = "x"; }; };
		two { kernel = "kernel-1"; ramdisk = "ramdisk-1", "ramdisk-2"; };
		odd { kernel = "odd"; };
		lie { kernel = "lie"; };
		foreign { kernel = "foreign"; };
		vx { kernel = "vx"; };
		secret { kernel = "secret"; };
		none { fdt = "fdt-a"; };
		missing { kernel = "nothing"; };
		mistaken { kernel = "ramdisk-1"; };
		$more
		};
		};
	END
}

# fit FILE [OPTION...]: mkimage's
fit()
{
	fit_file=$1
	shift
	(cd "$tmp" && mkimage -f f.its "$@" "$fit_file" > mkimage.log 2>&1) || {
		cat "$tmp/mkimage.log"
		exit 99
	}
}

# board_is NAME...: the machine's own tree says so
board_is()
{
	fdtput -t s "$root/sys/firmware/fdt" / compatible "$@" || exit 99
}

head -c 3000 /dev/urandom > "$tmp/rd"
head -c 500 /dev/urandom > "$tmp/rd2"
head -c 700 /dev/urandom > "$tmp/mine"
tree='#address-cells = <2>; #size-cells = <2>; chosen { }; mine { };'
tree_of "$tmp/a.dtb" "/ { compatible = \"kx,a\", \"kx,any\"; $tree };"
tree_of "$tmp/b.dtb" "/ { compatible = \"kx,b\"; $tree };"
gzip -kn "$tmp/b.dtb"
tree_of "$tmp/over.dtbo" '/plugin/; &{/mine} { note = "from the FIT"; };'
hashes='hash-1 { algo = "crc32"; }; hash-2 { algo = "sha256"; };'
more='conf-board { kernel = "kernel-1"; fdt = "fdt-board"; };'

for name in $(boards 'virt-*'); do
	board "$name"
	case $arch in
	riscv64) fit_arch=riscv ;;
	*) fit_arch=$arch ;;
	esac
	image "$tmp/k"
	gzip -9ckn "$tmp/k" > "$tmp/k.gz"
	cp "$root/sys/firmware/fdt" "$tmp/board.dtb"
	its "$tmp/f.its"
	fit in.itb
	fit behind.itb -E
	fit at.itb -E -p 0x100000

	# Its board's, by its device tree; the kernel and the ramdisk are what went in, wherever
	# mkimage puts them. kexec_file_load takes no other tree.
	for file in in behind at; do
		run -l "$tmp/$file.itb" --append=x
		expect_status 0
		expect_stderr ''
		expect_calls kexec_load
		expect_log "^segment kernel .*sha256=$(digest "$tmp/k")"
		expect_told /chosen bootargs x
		run --dry-run -l "$tmp/$file.itb"
		check 'the configuration is not told' \
			grep -q 'unpacked from FIT image (conf-board), gzip' "$tmp/out"
	done

	# By name; what the user gives comes behind, or instead.
	run -l "$tmp/in.itb" --config=conf-a --initrd="$tmp/mine"
	expect_status 0
	expect_told / compatible 'kx,a kx,any'
	head -c 4096 "$KX_FAKE_KEEP/initrd" | head -c 3000 | cmp -s - "$tmp/rd"
	same 'ramdisk' $? 0
	tail -c 700 "$KX_FAKE_KEEP/initrd" | cmp -s - "$tmp/mine"
	same 'the user initrd' $? 0
	run -l "$tmp/in.itb" --config=conf-b
	expect_told / compatible 'kx,b'
	run -l "$tmp/in.itb" --config=conf-b --dtb="$tmp/a.dtb"
	expect_told / compatible 'kx,a kx,any'
	run -l "$tmp/in.itb" --config=conf-over
	expect_status 0
	expect_told /mine note 'from the FIT'
	expect_error 'not used: loadables "tee", its signature, which nothing here checks'

	# By what the board is called: the first name counts most; then the default.
	for want in 'kx,b:kx,b' 'kx,x kx,c:kx,b' 'kx,any:kx,a kx,any' 'kx,any kx,b:kx,a kx,any' \
		'kx,b kx,any:kx,b' 'kx,none:kx,a kx,any'; do
		# shellcheck disable=SC2086 # a list of names
		board_is ${want%:*}
		run -l "$tmp/in.itb"
		expect_status 0
		expect_told / compatible "${want#*:}"
	done

	# What cannot be had is named.
	while IFS=: read -r config pattern; do
		run -l "$tmp/in.itb" --config="$config"
		expect_status 1
		expect_error "$pattern"
		expect_calls
	done <<-END
		nobody:it has no configuration "nobody"; there are conf-a; and conf-b; and
		two:several ramdisks .ramdisk-1, ramdisk-2.: take them out with dumpimage
		odd:image "odd" starts 0x40 bytes behind its load address 0x80000, which cannot be
		lie:image "lie": it is said to be compressed with gzip, and is not
		foreign:image "foreign": it is for "mips", not for $arch
		vx:image "vx" is for "vxworks", not for linux
		secret:image "secret": it is encrypted
		none:it has no kernel
		missing:image "nothing" is not in it
		mistaken:image "ramdisk-1": its type is "ramdisk", must be "kernel"
	END

	# Every byte of a part counts, whichever hash tells it.
	for hash in crc32 md5 sha1 sha256 sha384 sha512; do
		hashes="hash-1 { algo = \"$hash\"; };"
		its "$tmp/f.its"
		fit sum.itb
		run -l "$tmp/sum.itb" --config=conf-a
		if [ $status != 0 ]; then
			# Others than ours are the running kernel's, if it has them.
			case $hash in
			crc32 | sha256) bad "$hash is ours" ;;
			esac
			expect_error 'the running kernel does not compute it .*: modprobe algif_hash'
			expect_calls
			continue
		fi
		expect_status 0
		# As long as it was, and another one.
		# shellcheck disable=SC2046 # numbers
		fdtput -t bx "$tmp/sum.itb" /images/ramdisk-1/hash-1 value $(
			fdtget -t bx "$tmp/sum.itb" /images/ramdisk-1/hash-1 value |
				tr 0-9a-f 1-9a-f0)
		run -l "$tmp/sum.itb" --config=conf-a
		expect_status 1
		expect_error "image \"ramdisk-1\": hash-1 .$hash. is not that of its data: the file is damaged"
		expect_calls
	done
	hashes='hash-1 { algo = "crc32"; }; hash-2 { algo = "sha256"; };'
	# One that nobody knows is told when another is right; alone it is no check.
	fdtput -t s "$tmp/in.itb" /images/kernel-1/hash-1 algo crc17
	run -l "$tmp/in.itb"
	expect_status 0
	expect_error 'not used: hash-1 .crc17. of "kernel-1", which cannot be computed here'
	fdtput -t s "$tmp/in.itb" /images/kernel-1/hash-2 algo crc17
	run -l "$tmp/in.itb"
	expect_status 1
	expect_error 'image "kernel-1": hash-1 .crc17.: the algorithm is not known here'

	# Cut behind the tree, and in it.
	head -c -600 "$tmp/behind.itb" > "$tmp/cut.itb"
	run -l "$tmp/cut.itb" --config=conf-over
	expect_status 1
	expect_error 'do not lie in the .* of the file: it is cut'
	head -c 300 "$tmp/in.itb" > "$tmp/cut.itb"
	run -l "$tmp/cut.itb"
	expect_status 1
	expect_error 'a device tree or FIT image'
	run -l "$tmp/a.dtb"
	expect_status 1
	expect_error 'a device tree and no FIT image, which would have a kernel: --dtb is for it'
	run -l "$tmp/k" --config=conf-a
	expect_status 1
	expect_error 'is not a FIT image, which --config is for'

	# As mkimage makes them by itself.
	(cd "$tmp" && mkimage -f auto -A "$fit_arch" -O linux -T kernel -C gzip -a 0x80000 -e 0x80000 \
		-n x -d k.gz -b a.dtb -b b.dtb -i rd auto.itb > mkimage.log 2>&1) || exit 99
	run -l -t fit "$tmp/auto.itb"
	expect_status 0
	expect_stderr ''
	expect_told / compatible 'kx,a kx,any'
	run -l -t fit "$tmp/k"
	expect_status 1
	expect_error 'the file is not wrapped as FIT image'
done

# x86_64: a bzImage in one part, and no device tree for it.
machine
fit_arch=x86_64
kernel "$tmp/k"
gzip -9ckn "$tmp/k" > "$tmp/k.gz"
more='both { kernel = "kernel-1"; setup = "tee"; };'
its "$tmp/f.its"
fit in.itb
run -s -l "$tmp/in.itb"
expect_status 0
expect_log "^kernel .*sha256=$(digest "$tmp/k")\$"
expect_log "^initrd .*sha256=$(digest "$tmp/rd")\$"
run -s -l "$tmp/in.itb" --config=both
expect_status 1
expect_error 'its kernel is a bzImage in two parts: give the bzImage'
finish

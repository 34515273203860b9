#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The initramfs as other programs see it: cpio and busybox list it, zstd and gzip unpack it, and two
# of the same files are the same bytes.
. "${srcdir:-.}/tests/lib.sh"
make_image=$tools/kdump_image
need cpio cpio

# build FILE WORD...: with any program as /init
build()
{
	built=$1
	shift
	ran="kdump_image $*"
	check "it fails" \
		"$make_image" "$tmp/root" 6.1 /init "$built" - "$@" > "$tmp/said" 2> "$tmp/err"
}

folder=$tmp/root/lib/modules/6.1
mkdir -p "$folder/k" "$tmp/root/boot"
cp "$make_image" "$tmp/root/init"
# A module is whatever ELF file there is.
for name in a b c; do cp "$make_image" "$folder/k/$name.ko"; done
gzip -9n "$folder/k/b.ko"
printf '%s\n' 'k/a.ko: k/c.ko' 'k/b.ko.gz:' 'k/c.ko:' > "$folder/modules.dep"

# Compressed where kdump-init can undo it, and it can be done here.
packed='' unpack_module=cat
if grep -q '^#define KX_INIT_ZSTD 1' "$builddir/config.h" &&
	grep -q '^#define HAVE_ZSTD 1' "$builddir/config.h"; then
	packed=.zst unpack_module='zstd -dc'
fi

expected='dev init kdump kdump/aliases kdump/plan lib lib/modules'
for name in a b c; do expected="$expected lib/modules/$name.ko$packed"; done
expected="$expected mnt proc run sys tmp"
for config in CONFIG_RD_GZIP=y CONFIG_RD_ZSTD=y CONFIG_RD_LZO=y; do
	echo $config > "$tmp/root/boot/config-6.1"
	build "$tmp/one" a b
	how=$(sed -n 's/^pack //p' "$tmp/said")
	unpack=cat
	case $config:$how in
	CONFIG_RD_ZSTD=y:none) continue ;; # a build without zstd
	CONFIG_RD_GZIP=y:none) continue ;; # or zlib
	CONFIG_RD_ZSTD=y:*)
		same 'what it is packed by' "$how" zstd
		unpack='zstd -dc'
		zstd -lv "$tmp/one" > "$tmp/listed" 2>&1
		check "not a window of 512 KiB: $(cat "$tmp/listed")" \
			grep -q 'Window Size: 512 KiB (524288 B)' "$tmp/listed"
		;;
	CONFIG_RD_GZIP=y:*)
		same 'what it is packed by' "$how" gzip
		unpack='gzip -dc'
		;;
	*) same 'what it is packed by' "$how" none ;;
	esac
	check "$unpack fails" $unpack < "$tmp/one" > "$tmp/plain"
	for program in cpio "busybox cpio"; do
		command -v "${program%% *}" > /dev/null || continue
		same "what $program lists" \
			"$($program -it < "$tmp/plain" 2> /dev/null | paste -sd' ')" "$expected"
	done
	mkdir "$tmp/out.d"
	(cd "$tmp/out.d" && cpio -idu --quiet < "$tmp/plain") || bad "cpio -id"
	for name in a b c; do
		check "$name.ko cannot be unpacked" $unpack_module \
			< "$tmp/out.d/lib/modules/$name.ko$packed" > "$tmp/module"
		check "$name.ko is another" cmp "$tmp/module" "$tmp/root/init"
	done
	same "what /init says when it runs" "$("$tmp/out.d/init" 2>&1)" "$("$tmp/root/init" 2>&1)"
	check "/init has symbols" test -z "$(readelf -S "$tmp/out.d/init" 2>&1 | grep '\.symtab')"
	same 'who may read the plan' "$(stat -c %a "$tmp/out.d/kdump/plan")" 600
	check "aliases: $(cat "$tmp/out.d/kdump/aliases")" \
		grep -qx 'a c.ko a.ko' "$tmp/out.d/kdump/aliases"
	# Another time.
	touch -d 2001-01-01 "$folder/k/a.ko" "$tmp/root/init"
	build "$tmp/two" a b
	check "$config: the same files are other bytes" cmp "$tmp/one" "$tmp/two"
	rm -rf "$tmp/out.d"
done
finish

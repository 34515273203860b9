#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Libraries that few machines need are loaded when they are needed: programs start without them, say
# which one is missing and what package has it, and name all of them to packagers.
. "${srcdir:-.}/tests/cli/lib.sh"
need readelf binutils
need gzip gzip
need zstd zstd

grep -q '^#define KX_DLOPEN 1' "$builddir/config.h" || {
	echo 'all libraries are linked (configure --disable-dlopen)'
	exit 77
}

kexec=$builddir/kexec/kexec
dmesg=$builddir/vmcore-dmesg/vmcore-dmesg
kdump=$builddir/kdump/kdump

# sonames PROGRAM: of its notes, as packagers and those who build an initramfs read them
sonames()
{
	readelf -p .note.dlopen "$1" 2> /dev/null | grep -o '"soname":\["[^]]*' | cut -d'"' -f4 | sort |
		xargs
}

# A sanitizer's own libraries are not ours.
for binary in "$kexec" "$dmesg" "$kdump"; do
	linked=$(readelf -d "$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
		grep -v -e '^libc\.' -e '^ld-' -e '^libdl\.' -e '^libpthread\.' -e san -e '^libm\.' \
			-e '^libgcc_s' -e '^librt\.' -e '^libresolv\.' -e '^libstdc' | sort | xargs)
	case $binary in
	*/vmcore-dmesg) same "linked with vmcore-dmesg" "$linked" libelf.so.1 ;;
	# Kernels may be in FIT images, which are device trees.
	*) same "linked with ${binary##*/}" "$linked" 'libelf.so.1 libfdt.so.1' ;;
	esac
done

# built NAME SONAME: SONAME when the build has it
built()
{
	grep -q "^#define HAVE_$1 1" "$builddir/config.h" && echo "$2"
}
wanted=$(built LZO liblzo2.so.2; built SNAPPY libsnappy.so.1; built ZLIB libz.so.1; built ZSTD libzstd.so.1)
same 'notes of vmcore-dmesg' "$(sonames "$dmesg")" "$(echo "$wanted" | xargs)"
# kdump unpacks modules and kernels, as kexec does kernels.
wanted=$(built BLKID libblkid.so.1; built JANSSON libjansson.so.4; built LIBDEFLATE libdeflate.so.0
	built LIBISAL libisal.so.2; built INIH libinih.so.1; built SODIUM libsodium.so.23
	built CURL libcurl.so.4; built BZIP2 libbz2.so.1.0; built LZ4 liblz4.so.1
	built LZMA liblzma.so.5; echo "$wanted")
same 'notes of kdump' "$(sonames "$kdump")" "$(echo "$wanted" | sort | xargs)"
wanted=$(built BZIP2 libbz2.so.1.0; built JANSSON libjansson.so.4; built LZ4 liblz4.so.1
	built LZMA liblzma.so.5; built LZO liblzo2.so.2; built ZLIB libz.so.1; built ZSTD libzstd.so.1)
same 'notes of kexec' "$(sonames "$kexec")" "$(echo "$wanted" | xargs)"

# Files that are no libraries stand where the loader looks first.
mkdir "$tmp/broken"
for library in $(sonames "$kexec") $(sonames "$kdump"); do
	[ "$library" = libz.so.1 ] || echo broken > "$tmp/broken/$library"
done
without()
{
	LD_LIBRARY_PATH=$tmp/broken "$@"
}
kernel "$tmp/k"
gzip -c "$tmp/k" > "$tmp/k.gz"
zstd -q -c "$tmp/k" > "$tmp/k.zst"

run_with=without
program=$kexec
for way in '' .gz; do
	run --dry-run --root="$root" -l "$tmp/k$way"
	expect_status 0
done
if built ZSTD yes > /dev/null; then
	run --dry-run --root="$root" -l "$tmp/k.zst"
	expect_status 1
	expect_error 'compressed with zstd: libzstd.so.1 cannot be loaded; install it \(Debian: libzstd1\)'
	run_with=
	run --dry-run --root="$root" -l "$tmp/k.zst"
	expect_status 0
	run_with=without
fi
if built JANSSON yes > /dev/null; then
	run --dry-run --root="$root" --json -l "$tmp/k"
	expect_status 1
	expect_stdout ''
	expect_error '--json: libjansson.so.4 cannot be loaded; install it \(Debian: libjansson4\)'
fi

program=$dmesg
program_name=vmcore-dmesg
evidence='err'
zstd -q -d "$srcdir/tests/fixtures/vmcore/file61.vmcore.zst" -o "$tmp/core" || exit 99
run "$tmp/core"
expect_status 0

# Each of what makes zlib's pages makes them in its own way; all are read by zlib.
saved_by()
{
	way=$1
	shift
	"$@" "$kdump" save -d 0 --jobs=1 --compress=zlib "$tmp/core" "$tmp/$way" 2> "$tmp/err" ||
		bad "kdump save, pages by $way: $(cat "$tmp/err")"
	"$dmesg" "$tmp/$way" > "$tmp/$way.log"
	same "log of pages by $way" "$(cat "$tmp/$way.log")" "$(cat "$tmp/core.log")"
}
"$dmesg" "$tmp/core" > "$tmp/core.log"
mkdir "$tmp/no-isal"
echo broken > "$tmp/no-isal/libisal.so.2"
saved_by isal
saved_by deflate env LD_LIBRARY_PATH="$tmp/no-isal"
saved_by zlib without
if built LIBISAL yes > /dev/null; then
	cmp -s "$tmp/isal" "$tmp/deflate" && bad 'with and without libisal the pages are the same'
fi
if built LIBDEFLATE yes > /dev/null; then
	cmp -s "$tmp/deflate" "$tmp/zlib" && bad 'with and without libdeflate the pages are the same'
fi
finish

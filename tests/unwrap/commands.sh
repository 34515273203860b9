#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Unwraps what the real programs make: gzip, bzip2, xz, zstd, lz4, lzop, mkimage.
. "${srcdir:-.}/tests/lib.sh"
[ -x "$tools/mkwrap" ] && [ -x "$tools/unwrap" ] || exit 99
need gzip gzip
need bzip2 bzip2
need xz xz-utils
need zstd zstd
need lz4 lz4
need lzop lzop
need mkimage u-boot-tools

# unwraps FILE HOW ORIGINAL [fd]: the kernel is the original, in memory or as a file
unwraps()
{
	same "$1" "$("$tools/unwrap" "$1" how 2>&1)" "$2"
	"$tools/unwrap" "$1" "${4:-kernel}" | cmp -s - "$3"
	check "$1: the kernel is another one" [ $? = 0 ]
}

# refused FILE PATTERN
refused()
{
	"$tools/unwrap" "$1" > /dev/null 2> "$tmp/err"
	check "$1 was taken" [ $? != 0 ]
	check "$1: stderr should hold '$2'" grep -q -e "$2" "$tmp/err"
}

# A program repeated to 9 MB: several blocks of every codec, compressible, but not only zeros;
# and one that cannot be compressed at all.
kernel=$tmp/kernel
while [ ! -s "$kernel" ] || [ "$(wc -c < "$kernel")" -lt 9000000 ]; do
	cat "$tools/unwrap" "$tools/mkwrap" "$tools/unwrap" "$tools/mkwrap" >> "$kernel" || exit 99
done
size=$(wc -c < "$kernel")
head -c 700000 /dev/urandom > "$tmp/noise"

# has HOW: was this build given the codec's library?
has()
{
	word=${1% (legacy)}
	"$tools/mkwrap" text=x "$word" > /dev/null 2>&1
}

# packed HOW SUFFIX COMMAND...: pack through a pipe, as the kernel's build does
packed()
{
	want=$1
	file=$tmp/kernel.$2
	shift 2
	"$@" < "$kernel" > "$file" 2> "$tmp/err" || bad "$*"
	if ! has "$want"; then
		refused "$file" "compressed with $want, and this build has no [lz]"
		rm "$file"
		return
	fi
	unwraps "$file" "$want" "$kernel"
	"$@" < "$tmp/noise" > "$tmp/noise.x" 2> "$tmp/err" || bad "$*"
	unwraps "$tmp/noise.x" "$want" "$tmp/noise" fd
	# Cut in the middle: what is missing is said.
	half=$(($(wc -c < "$file") / 2))
	head -c $half "$file" > "$tmp/cut"
	refused "$tmp/cut" "the data ends in the middle, after $half bytes"
	# The kernel's build appends the size; anything else is refused.
	cp "$file" "$tmp/tail"
	for shift in 0 8 16 24; do
		# shellcheck disable=SC2059 # the format is the byte
		printf "\\$(printf %03o $((size >> shift & 255)))" >> "$tmp/tail"
	done
	unwraps "$tmp/tail" "$want" "$kernel"
	head -c 100 /dev/zero >> "$tmp/tail"
	unwraps "$tmp/tail" "$want" "$kernel"
	printf 'more' >> "$tmp/tail"
	refused "$tmp/tail" 'other bytes follow\|damaged\|ends in the middle'
}

packed gzip gz gzip -n -9
packed bzip2 bz2 bzip2 -1
packed xz xz xz --check=crc32 --lzma2=preset=1,dict=32MiB
packed xz arm64.xz xz --check=sha256 --arm64 --lzma2=preset=1
packed lzma lzma xz --format=lzma -1
packed zstd zst zstd -q -3
packed zstd 22.zst zstd -q -6 --ultra --zstd=wlog=27
packed lz4 lz4 lz4 -q -1
packed lz4 linked.lz4 lz4 -q -1 -BD --content-size
packed 'lz4 (legacy)' legacy.lz4 lz4 -q -l -1 - -
packed lzop lzo lzop -1
packed lzop crc.lzo lzop -1 --crc32

# Files, which know their size, and members one after the other.
cp "$kernel" "$tmp/sized"
zstd -q -1 "$tmp/sized"
! has zstd || unwraps "$tmp/sized.zst" zstd "$kernel"
xz -1 -k -T2 --block-size=1MiB "$tmp/sized"
! has xz || unwraps "$tmp/sized.xz" xz "$kernel"
cat "$kernel" "$kernel" > "$tmp/two"
for name in gz bz2 xz zst lz4 lzo; do
	[ -f "$tmp/kernel.$name" ] || continue
	cat "$tmp/kernel.$name" "$tmp/kernel.$name" > "$tmp/two.$name"
	unwraps "$tmp/two.$name" "$("$tools/unwrap" "$tmp/kernel.$name")" "$tmp/two"
done

# U-Boot's own program makes the header, whose checksums need zlib.
for codec in none:: gzip:gz:gzip bzip2:bz2:bzip2 lzma:lzma:lzma lzo:lzo:lzop lz4:lz4:lz4 \
	zstd:zst:zstd; do
	name=${codec%%:*}
	how=${codec##*:}
	suffix=${codec#*:}
	suffix=${suffix%:*}
	[ -z "$suffix" ] || [ -f "$tmp/kernel.$suffix" ] || continue
	mkimage -A arm64 -O linux -T kernel -C "$name" -a 0x80000 -e 0x80000 -n Linux \
		-d "$kernel${suffix:+.$suffix}" "$tmp/uImage" > "$tmp/err" 2>&1 ||
		bad "mkimage -C $name"
	if has gzip; then
		unwraps "$tmp/uImage" "uImage${how:+ ($how)}" "$kernel"
	else
		refused "$tmp/uImage" 'its checksums: this build has no zlib'
	fi
done
mkimage -A arm64 -O linux -T multi -C none -d "$kernel:$kernel" "$tmp/multi" > "$tmp/err" 2>&1
refused "$tmp/multi" 'a multi-file uImage\|need zlib'
mkimage -A arm64 -O linux -T ramdisk -C none -d "$kernel" "$tmp/ramdisk" > "$tmp/err" 2>&1
refused "$tmp/ramdisk" 'type is 3, a kernel is 2 or 14\|need zlib'

# More than the limit is never unpacked, whatever the codec.
KX_LIMIT=$((size - 1))
export KX_LIMIT
for file in "$tmp"/kernel.*; do
	[ -f "$file" ] || continue
	refused "$file" "unpacks to more than the limit of $KX_LIMIT bytes"
done
KX_LIMIT=$size
for file in "$tmp"/kernel.*; do
	[ -f "$file" ] || continue
	unwraps "$file" "$("$tools/unwrap" "$file")" "$kernel"
done

# Room for all that may come is no reason to die of a limit on files that the kernel keeps to.
unset KX_LIMIT
if has gzip; then
	(
		ulimit -f $((size / 512 + 1))
		failures=0
		unwraps "$tmp/kernel.gz" gzip "$kernel"
		ulimit -f 1000
		refused "$tmp/kernel.gz" 'more than 512000 bytes, and this process may use no more'
		[ "$failures" = 0 ]
	) || bad "limits on files"
	checks=$((checks + 4))
fi
finish

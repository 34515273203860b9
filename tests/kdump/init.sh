#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump-init is one file that needs no other, and small; what it saves is what kdump saves.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
init=$builddir/kdump/kdump-init
if [ ! -x "$init" ]; then
	grep -q -e -fsanitize=address "$builddir/Makefile" ||
		skip "no kdump-init: configure --enable-init says why"
	echo "sanitizers have no static programs" >&2
	exit 77
fi
need zstd zstd
need readelf binutils

zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$tmp/load61" || exit 99

like "its program headers" "$(readelf -lW "$init")" '*LOAD*'
same "segments that name a loader or libraries" "$(readelf -lW "$init" | grep -cE 'INTERP|DYNAMIC')" 0
strip -o "$tmp/stripped" "$init" || exit 99
size=$(wc -c < "$tmp/stripped")
check "it has $size bytes, more than 2.5 MiB" [ "$size" -le 2621440 ]

# same_dump CODEC: byte by byte; zlib's pages are made by libraries of which it has not all, and are
# compared unpacked
same_dump()
{
	[ "$1" = zlib ] || {
		cmp "$tmp/kdump.$1" "$tmp/kdump-init.$1"
		return
	}
	for by in kdump kdump-init; do
		"$program" convert --format=elf "$tmp/$by.$1" "$tmp/$by.elf" 2>> "$tmp/err" || return
	done
	cmp "$tmp/kdump.elf" "$tmp/kdump-init.elf"
}

for codec in zstd zlib lzo none; do
	for by in "$program" "$init"; do
		"$by" save -d 31 --jobs=1 --progress=none --compress=$codec "$tmp/load61" \
			"$tmp/${by##*/}.$codec" 2> "$tmp/err" || bad "${by##*/} by $codec fails"
	done
	check "$codec: not the same dump" same_dump $codec
done
: > "$tmp/err"
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What makedumpfile writes of a dump reads like the dump itself.
. "${srcdir:-.}/tests/lib.sh"
need makedumpfile makedumpfile

end=0x3000000
"$tools/mkelf" elf "$tmp/core" < "$srcdir/tests/dump/kernel.dump" || exit 99

# reads_like_dump FORMAT FILE...: all pages equal, and the kernel's release is found
reads_like_dump()
{
	format=$1
	shift
	like "$format: memory" "$("$tools/dumpcmp" $end "$tmp/core" "$@" 2>&1)" \
		"$format against ELF: 10[0-9][0-9] pages equal, 0 differ, 0 left out"
	like "$format: kernel" "$("$tools/dumpinfo" "$@")" \
		"$format, machine 62, 64-bit little-endian, 1 CPUs, complete, release 6.1.0-test, *"
}

# made ARGUMENT...: makedumpfile without a word; it fails the test when it cannot
made()
{
	makedumpfile "$@" > "$tmp/out" 2>&1 && return
	cat "$tmp/out"
	exit 1
}

made -c -d 0 "$tmp/core" "$tmp/zlib"
reads_like_dump 'kdump-compressed (zlib)' "$tmp/zlib"

made -l -d 0 "$tmp/core" "$tmp/lzo"
reads_like_dump 'kdump-compressed (LZO)' "$tmp/lzo"

# compressed OPTION NAME: with what this makedumpfile may have been built without. Debian 12's lacks
# snappy and zstd, others have them; ours are tested with dumps that tests/tools/mkelf makes.
compressed()
{
	if makedumpfile --help | grep -q "'$1' option will be ignored"; then
		echo "not checked: makedumpfile $1, for it says that it was built without $2"
		return
	fi
	made "$1" -d 0 "$tmp/core" "$tmp/$2"
	reads_like_dump "kdump-compressed ($2)" "$tmp/$2"
}
compressed -p snappy
compressed -z zstd

made -E -d 0 "$tmp/core" "$tmp/elf"
reads_like_dump ELF "$tmp/elf"

makedumpfile -F -c -d 0 "$tmp/core" > "$tmp/flat" 2> "$tmp/out" || { cat "$tmp/out"; exit 1; }
reads_like_dump 'flattened kdump-compressed (zlib)' "$tmp/flat"
like 'flattened, from a pipe' "$(cat "$tmp/flat" | "$tools/dumpinfo" -)" \
	'flattened kdump-compressed (zlib), *, complete, release 6.1.0-test, *'

makedumpfile -F -E -d 0 "$tmp/core" > "$tmp/flat" 2> "$tmp/out" || { cat "$tmp/out"; exit 1; }
reads_like_dump 'flattened ELF' "$tmp/flat"

made --split -c -d 0 "$tmp/core" "$tmp/1" "$tmp/2" "$tmp/3"
reads_like_dump 'kdump-compressed (zlib)' "$tmp/2" "$tmp/3" "$tmp/1"
like 'without the first part' "$("$tools/dumpinfo" "$tmp/2" "$tmp/3")" \
	'*, incomplete, release unreadable, *'
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What kdump writes in each format, read again by us, readelf and makedumpfile.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
dmesg=$builddir/vmcore-dmesg/vmcore-dmesg
need zstd zstd
need readelf binutils
need makedumpfile makedumpfile
end=0x40000000

zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$tmp/load61" || exit 99
"$tools/mkpages" "$tmp/pages" || exit 99
# A machine that makedumpfile finds its way in, of 4 MiB.
"$tools/mkelf" elf "$tmp/core" < "$srcdir/tests/dump/kernel.dump" || exit 99

# compared COUNT A B...: the second dump has all pages of the first, which has so many, and no others
compared()
{
	count=$1
	shift
	like "pages of $*" "$("$tools/dumpcmp" $end "$@" 2>&1)" \
		"*: $count pages equal, 0 differ, 0 left out"
}

# made ARGUMENT...: makedumpfile without a word
made()
{
	makedumpfile "$@" > "$tmp/mdf" 2>&1
	same "makedumpfile $*" $? 0
}

# --- ELF -------------------------------------------------------------------------------------------
run save -d 31 --format=elf "$tmp/pages" "$tmp/elf"
expect_status 0
run save -d 31 "$tmp/pages" "$tmp/kdump"
compared 2528 "$tmp/kdump" "$tmp/elf"
compared 2528 "$tmp/elf" "$tmp/kdump"
readelf -hlW "$tmp/elf" > "$tmp/out" 2>&1
check 'readelf wonders' [ "$(grep -ciE 'warning|error' "$tmp/out")" = 0 ]
expect_out 'Type: +CORE'
run save --format=elf "$tmp/load61" "$tmp/load61.elf"
expect_status 0
"$dmesg" "$tmp/load61" > "$tmp/log"
"$dmesg" "$tmp/load61.elf" > "$tmp/again"
same_file 'the log out of an ELF file' "$tmp/again" "$tmp/log"
rm "$tmp/elf" "$tmp/kdump" "$tmp/load61.elf"

# makedumpfile filters ours again; it makes ELF of ELF alone.
for format in elf kdump; do
	codec=
	[ $format = elf ] || codec=--compress=zlib
	run save $codec --format=$format "$tmp/core" "$tmp/ours"
	expect_status 0
	compared '10[0-9][0-9]' "$tmp/core" "$tmp/ours"
	for option in -c -E; do
		[ "$option$format" != -Ekdump ] || continue
		made $option -d 1 "$tmp/ours" "$tmp/theirs"
		compared '10[0-9][0-9]' "$tmp/core" "$tmp/theirs"
		rm -f "$tmp/theirs"
	done
	rm "$tmp/ours"
done

# To a pipe: flattened, which makedumpfile makes an ordinary file of.
run save --format=elf "$tmp/core" -
expect_status 0
cp "$tmp/out" "$tmp/flat"
like 'what it is' "$("$tools/dumpinfo" "$tmp/flat")" 'flattened ELF, *, complete, *'
makedumpfile -R "$tmp/ordinary" < "$tmp/flat" > "$tmp/mdf" 2>&1
compared '10[0-9][0-9]' "$tmp/core" "$tmp/ordinary"
rm "$tmp/ordinary"

# No more room: what there is opens, and says that it is not whole.
(
	trap '' XFSZ
	# In blocks of 512 bytes.
	ulimit -f 8192
	exec "$program" save --format=elf "$tmp/pages" "$tmp/cut"
) 2> "$tmp/err"
same 'status' $? 3
expect_err 'the dump is incomplete: writing: File too large'
like 'what it says' "$("$tools/dumpinfo" "$tmp/cut-incomplete")" 'ELF, *, incomplete, *'
readelf -hW "$tmp/cut-incomplete" > "$tmp/out" 2>&1
expect_out 'Flags: +0x1$'

run save --format=elf --compress=zstd "$tmp/pages" "$tmp/elf"
expect_status 2
expect_err 'an ELF file has no compressed pages'
run save --compress=none --format=elf "$tmp/pages" "$tmp/elf"
expect_status 2

# --- convert ---------------------------------------------------------------------------------------
run convert --format=elf "$tmp/core" "$tmp/1"
expect_status 0
# Of several threads the fastest decides which equal pages are found in the file already.
run convert --jobs=1 "$tmp/1" "$tmp/2"
expect_status 0
run convert --format=flat --compress=zlib "$tmp/2" "$tmp/3"
expect_status 0
run convert --jobs=1 "$tmp/3" "$tmp/4"
expect_status 0
for dump in 1 2 3 4; do
	compared '10[0-9][0-9]' "$tmp/core" "$tmp/$dump"
done
same_file 'the second conversion' "$tmp/4" "$tmp/2"
rm "$tmp"/[1234]
run convert -d 31 "$tmp/pages" "$tmp/filtered"
expect_status 0
run convert --format=elf "$tmp/filtered" "$tmp/filtered.elf"
expect_status 0
run convert "$tmp/filtered.elf" "$tmp/filtered2"
expect_status 0
compared 2528 "$tmp/filtered" "$tmp/filtered2"
compared 2528 "$tmp/filtered2" "$tmp/filtered"

# The parts that makedumpfile makes of a dump become one.
made --split -c -d 0 "$tmp/core" "$tmp/part1" "$tmp/part2" "$tmp/part3"
run convert "$tmp/part1" "$tmp/part2" "$tmp/part3" "$tmp/joined"
expect_status 0
compared '10[0-9][0-9]' "$tmp/core" "$tmp/joined"
run convert "$tmp/part3" "$tmp/hole"
expect_status 3
expect_err 'the dump is incomplete: its source is, too'
run convert "$tmp/part1" "$tmp/part1" "$tmp/twice"
expect_status 1
expect_err 'two files have page'
for wrong in 'convert' 'convert a' 'convert -d 32 a b' 'convert --format=elf --compress=lzo a b'; do
	# shellcheck disable=SC2086 # words
	run $wrong
	expect_status 2
done
run convert --help
expect_status 0
expect_out '^Usage: kdump convert \[OPTION\]\.\.\. SOURCE \[PART\]\.\.\. DEST$'

# --- split -----------------------------------------------------------------------------------------
run split --compress=zlib "$tmp/core" "$tmp/a" "$tmp/b" "$tmp/c"
expect_status 0
expect_err '^kdump: 3 parts: 10[0-9][0-9] pages'
compared '10[0-9][0-9]' "$tmp/core" "$tmp/a" "$tmp/b" "$tmp/c"
# crash looks for pages of parts that begin elsewhere in the wrong place.
for part in b c; do
	first=$(od -A n -t u8 -j $((4096 + 80)) -N 8 "$tmp/$part" | tr -d ' ')
	check "part $part begins at page $first" [ $((first % 128 + (first == 0))) = 0 ]
done
run convert "$tmp/c" "$tmp/a" "$tmp/b" "$tmp/abc"
expect_status 0
compared '10[0-9][0-9]' "$tmp/core" "$tmp/abc"
made --reassemble "$tmp/a" "$tmp/b" "$tmp/c" "$tmp/theirs"
compared '10[0-9][0-9]' "$tmp/core" "$tmp/theirs"
compared '10[0-9][0-9]' "$tmp/theirs" "$tmp/core"
rm "$tmp/theirs"
check 'the parts are for others to read' [ "$(stat -c %a "$tmp/b")" = 600 ]

# What cannot be leaves nothing: a name that is there, or twice, a folder, a pipe.
mkdir "$tmp/folder"
for wrong in "$tmp/x $tmp/a" "$tmp/x $tmp/x" "$tmp/x $tmp/folder" "$tmp/x -" "$tmp/x $tmp/no/such"; do
	# shellcheck disable=SC2086 # words
	run split "$tmp/core" $wrong
	expect_status 1
	same "what is left of $wrong" "$(find "$tmp" -name 'x*')" ''
done
# A part that does not fit makes the set an incomplete one.
(
	trap '' XFSZ
	# In blocks of 512 bytes.
	ulimit -f 8192
	exec "$program" split --compress=none "$tmp/pages" "$tmp/x" "$tmp/y"
) 2> "$tmp/err"
same 'status' $? 3
expect_err 'the dump is incomplete: part [12]: writing: File too large'
check 'a part has its name' [ ! -e "$tmp/x" ] && [ ! -e "$tmp/y" ]
like 'what it says' "$("$tools/dumpinfo" "$tmp/x-incomplete" "$tmp/y-incomplete")" \
	'kdump-compressed*, incomplete, *'
for wrong in 'split' 'split a b' 'split --format=elf a b c' 'split --manifest=m a b c' \
	'split --fit a b c'; do
	# shellcheck disable=SC2086 # words
	run $wrong
	expect_status 2
done
# What a save of one file would say.
"$tools/mkpages" "$tmp/zones" 3 'NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)' || exit 99
run split -d 31 "$tmp/zones" "$tmp/p" "$tmp/q"
expect_status 0
expect_err '^kdump: user pages are kept: VMCOREINFO lacks NUMBER\(PAGE_HUGETLB_MAPCOUNT_VALUE\)$'
expect_err '^kdump: do not trust that only what may be is left out: '
rm "$tmp/p" "$tmp/q"
run split --help
expect_status 0
expect_out '^Usage: kdump split \[OPTION\]\.\.\. SOURCE DEST DEST\.\.\.$'
finish

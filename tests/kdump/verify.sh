#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump verify finds every byte that changed and every cut by the manifest, and without one what
# can be found.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
need jq jq
need zstd zstd
zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$tmp/load61" || exit 99
"$tools/mkpages" "$tmp/pages" || exit 99

# flip FILE OFFSET: its lowest bit is another one
flip()
{
	flip_byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\$(printf %03o $((flip_byte ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# number FILE OFFSET WIDTH: a little-endian one
number()
{
	od -An -t"u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# --- what is good ----------------------------------------------------------------------------------
mkdir "$tmp/crash"
run save --compress=zlib "$tmp/load61" "$tmp/crash"
expect_status 0
folder=$(echo "$tmp"/crash/*)
dump=$folder/vmcore
for what in "$folder" "$dump"; do
	run verify "$what"
	expect_status 0
	expect_stdout "$dump: good"
	run verify --pages --jobs=2 "$what"
	expect_status 0
	expect_stdout "$dump: good"
done
cp "$dump" "$tmp/dump"
cp "$folder/manifest.json" "$tmp/dump.json"
for manifest in "$tmp/dump.json" ''; do
	run verify "$tmp/dump" ${manifest:+"$manifest"}
	expect_status 0
	expect_stdout "$tmp/dump: good"
	expect_stderr ''
done

# --- a byte ----------------------------------------------------------------------------------------
# Where things are in a kdump-compressed file of pages of 4 KiB.
size=$(stat -c %s "$dump")
sub=$(number "$dump" 432 4)
maps=$(number "$dump" 436 4)
bitmap=$((4096 * (1 + sub)))
descriptors=$((4096 * (1 + sub + maps)))
data=$(number "$dump" "$descriptors" 8)
# found WHERE STATUS-WITHOUT: at each of some places of the file, the manifest finds it
while read -r where without; do
	cp "$dump" "$tmp/dump"
	flip "$tmp/dump" "$where"
	run verify "$tmp/dump" "$tmp/dump.json"
	expect_status 1
	expect_out "chunks $((where / 65536)) to $((where / 65536)), bytes"
	expect_out "$tmp/dump: it is damaged"
	[ "$without" = any ] && continue
	run verify "$tmp/dump"
	expect_status "$without"
done <<END
0 1
8 any
428 1
460 any
$((4096 + 8)) any
$((4096 + 200)) any
$((bitmap + maps * 2048 - 1)) any
$((bitmap + 10)) any
$descriptors any
$((descriptors + 24 * 100 + 8)) any
$((descriptors + 24 * 100 + 12)) 1
$((data + 5000)) any
$((size - 9)) 1
$((size - 1)) 1
END

# All zeros: a byte in each of them is another one, at every place of the file.
at=0
while [ $at -lt "$size" ]; do
	cp "$dump" "$tmp/dump"
	flip "$tmp/dump" "$at"
	"$program" verify "$tmp/dump" "$tmp/dump.json" > "$tmp/out" 2> "$tmp/err"
	same "status with byte $at changed" $? 1
	at=$((at + size / 97 + 1))
done

# Which pages it is, by what is told and by what cannot be read.
place=$(number "$dump" $((descriptors + 24 * 146)) 8)
check 'the page is in the same chunk as the maps' [ "$place" -gt 65536 ]
cp "$dump" "$tmp/dump"
flip "$tmp/dump" $((place + 2))
run verify "$tmp/dump" "$tmp/dump.json"
expect_status 1
pages=$(sed -n 's/.*pages \(0x[0-9a-f]*\) to \(0x[0-9a-f]*\)$/\1 \2/p' "$tmp/out")
run verify "$tmp/dump"
expect_status 1
page=$(sed -n 's/.*pages \(0x[0-9a-f]*\) to .*/\1/p' "$tmp/out")
inside=no
# shellcheck disable=SC2086 # pairs of numbers
set -- $pages
while [ $# -ge 2 ]; do
	[ $((page)) -ge $(($1)) ] && [ $((page)) -le $(($2)) ] && inside=yes
	shift 2
done
same "page $page in $pages" "$inside" yes

# --- a cut, and more -------------------------------------------------------------------------------
for keep in 0 1 100 4096 $((descriptors + 5)) $((data + 1000)) $((size / 2)) $((size - 1)); do
	head -c "$keep" "$dump" > "$tmp/dump"
	run verify "$tmp/dump" "$tmp/dump.json"
	expect_status 1
	expect_out "it ends after $keep of $size bytes"
	run verify "$tmp/dump"
	expect_status 1
done
cp "$dump" "$tmp/dump"
printf x >> "$tmp/dump"
run verify "$tmp/dump" "$tmp/dump.json"
expect_status 1
expect_out 'it has [0-9]* bytes, 1 more than it had'

# --- incomplete ------------------------------------------------------------------------------------
# limited ARGUMENT...: with files of at most 4 MiB
limited()
{
	(trap '' XFSZ && ulimit -f 8192 && "$@")
}
run_with=limited
run save --compress=none --manifest="$tmp/cut.json" "$tmp/pages" "$tmp/cut"
run_with=
expect_status 3
run verify "$tmp/cut-incomplete" "$tmp/cut.json"
expect_status 3
expect_stdout "$tmp/cut-incomplete: good as far as it goes; it is incomplete: writing: File too large"
run verify "$tmp/cut-incomplete"
expect_status 3
expect_out 'good as far as it goes; it is incomplete$'
expect_out '[0-9]* pages are missing'
flip "$tmp/cut-incomplete" 3000000
run verify "$tmp/cut-incomplete" "$tmp/cut.json"
expect_status 1

# --- ELF -------------------------------------------------------------------------------------------
run save -d 31 --format=elf --manifest="$tmp/elf.json" "$tmp/pages" "$tmp/elf"
expect_status 0
run verify "$tmp/elf" "$tmp/elf.json"
expect_status 0
run verify "$tmp/elf"
expect_status 0
size=$(stat -c %s "$tmp/elf")
for at in 0 40 100 $((size / 2)) $((size - 1)); do
	cp "$tmp/elf" "$tmp/dump"
	flip "$tmp/dump" "$at"
	run verify "$tmp/dump" "$tmp/elf.json"
	expect_status 1
done
expect_out 'pages 0x[0-9a-f]* to 0x[0-9a-f]*$'
run_with=limited
run save --format=elf --manifest="$tmp/elfcut.json" "$tmp/pages" "$tmp/elfcut"
run_with=
expect_status 3
run verify "$tmp/elfcut-incomplete" "$tmp/elfcut.json"
expect_status 3
run verify "$tmp/elfcut-incomplete"
expect_status 3

# --- flattened -------------------------------------------------------------------------------------
run save -d 31 --manifest="$tmp/flat.json" --format=flat "$tmp/pages" "$tmp/flat"
run verify "$tmp/flat" "$tmp/flat.json"
expect_status 0
run verify "$tmp/flat"
expect_status 0
size=$(stat -c %s "$tmp/flat")
for at in 4100 5000 $((size / 2)) $((size - 100)); do
	cp "$tmp/flat" "$tmp/dump"
	flip "$tmp/dump" "$at"
	run verify "$tmp/dump" "$tmp/flat.json"
	expect_status 1
done
for keep in 100 4100 $((size / 2)) $((size - 1)); do
	head -c "$keep" "$tmp/flat" > "$tmp/dump"
	run verify "$tmp/dump" "$tmp/flat.json"
	expect_status 1
	# Its first head, which says that it is incomplete, may be all that there is.
	run verify "$tmp/dump"
	like "status" "$status" "[13]"
done

# --- manifests -------------------------------------------------------------------------------------
# One that is found and is of no use is told of; one that was named has to do.
echo '{' > "$tmp/bad.json"
run verify "$dump" "$tmp/bad.json"
expect_status 1
expect_error 'bad.json: line 2: '
run verify "$dump" "$tmp/none.json"
expect_status 1
expect_error 'none.json: No such file'
cp "$folder/manifest.json" "$tmp/kept.json"
cp "$tmp/bad.json" "$folder/manifest.json"
run verify "$folder"
expect_status 0
expect_error 'manifest.json: line 2: .*it is done without'
for name in other vmcore2; do
	jq ".dump = \"$name\"" "$tmp/kept.json" > "$folder/manifest.json"
	run verify "$folder"
	expect_status 0
	expect_error "manifest.json is that of $name, not of vmcore"
done
jq '.sums = null | .no_sums = "why"' "$tmp/kept.json" > "$folder/manifest.json"
run verify "$folder"
expect_status 0
expect_error 'manifest.json has no checksums: why'
run verify "$dump" "$folder/manifest.json"
expect_status 1
expect_error 'the manifest has no checksums: why'
# What was not known when it was written is said, and is no damage.
jq '.sums.list[1] = null' "$tmp/kept.json" > "$folder/manifest.json"
run verify "$folder"
expect_status 0
expect_out '1 chunks have no checksum'

# --- words -----------------------------------------------------------------------------------------
for words in '' 'a b c' '--jobs=x a' '--progress=x a' '--no-such a'; do
	# shellcheck disable=SC2086 # words
	run verify $words
	expect_status 2
done
run verify "$tmp/nothing"
expect_status 1
expect_error 'nothing: No such file'
finish

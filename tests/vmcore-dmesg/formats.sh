#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every format of every kind of record, beside what it was when somebody looked at it.
. "${srcdir:-.}/tests/vmcore-dmesg/lib.sh"

core ring --crashtime=1795372204 < "$fixtures/formats.txt"
sed '/^[0-9].*,[RL];/d' "$fixtures/formats.txt" > "$tmp/plain.txt"
core records --kind=records --caller --crashtime=1795372204 < "$tmp/plain.txt"
core text --kind=text --crashtime=1795372204 < "$tmp/plain.txt"
sed 's/^\(6,105,T9,C\)/\1,comm=kworker,id2=C3/; s/^\(4,101.5,C2,n\)/\1,comm=foo,id2=T12/' \
	"$fixtures/formats.txt" > "$tmp/context.txt"
core context --context --crashtime=1795372204 < "$tmp/context.txt"

while read -r dump options; do
	echo "== $dump $options"
	# shellcheck disable=SC2086 # a list of words
	run $options "$tmp/$dump"
	cat "$tmp/out"
	expect_status 0 >&2
	expect_stderr '' >&2
done > "$tmp/found" <<-'END'
	ring
	ring --decode
	ring -T
	ring --time-format=ctime --show-delta
	ring -e
	ring -e -d
	ring -d
	ring -t
	ring -t -d
	ring --time-format=iso
	ring --time-format=delta
	ring --time-format=notime -x
	ring --time-format=reltime
	ring --time-format=raw
	ring --force-prefix
	ring -p -x -L=always
	ring --color=always
	ring -T --color=always
	ring -e --color=always
	ring --color=never
	ring --caller
	ring --caller -T -x
	ring --seq
	ring --context
	ring --context=usb
	ring --context=+pci:0000:00:01.0
	ring --context=0000:00:01.0 -x
	ring --recover
	ring --raw
	ring --kmsg
	ring --kmsg --caller --recover
	ring --json
	ring --json --decode --caller
	ring --jsonl
	ring --jsonl --seq --recover
	ring --info
	records
	records --info
	records --jsonl
	records --kmsg --caller
	text
	text -x
	text --info
	text --jsonl
	context --context
	context --jsonl
END
ran=formats
cat "$tmp/found" > "${KX_GOLDEN:-/dev/null}"
same_file 'output of a format' "$tmp/found" "$fixtures/formats.expected"

# Whatever the bytes, JSON stays JSON.
need jq jq
for format in --json --jsonl; do
	run $format "$tmp/ring"
	jq -e . "$tmp/out" > "$tmp/jq" 2>&1
	check "jq refuses $format" [ $? = 0 ]
done
same 'text in JSON' "$(jq -r 'select(.seq == 3).msg' "$tmp/out")" 'multi
line two'

# NUL between records, as dmesg -K wants it.
run --kmsg=nul "$tmp/ring"
same 'number of NULs' "$(tr -cd '\0' < "$tmp/out" | wc -c)" 15
finish

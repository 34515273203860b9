#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Dumps without a note of VMCOREINFO: it is found in the memory, and said to be; and when it is not.
. "${srcdir:-.}/tests/vmcore-dmesg/lib.sh"

# expect_advice PATTERN: the first line on stderr holds PATTERN, the second one what can be done
expect_advice()
{
	same 'lines on standard error' "$(wc -l < "$tmp/err")" 2
	check "stderr should hold: $1" grep -qE -e "^vmcore-dmesg: .*$1" "$tmp/err"
	check 'no advice' \
		grep -q '^vmcore-dmesg: .*device vmcoreinfo.*<vmcoreinfo state=.on./>.*crash kernel' "$tmp/err"
}

for machine in '--word=8' '--word=4' '--word=8 --big' '--word=4 --big'; do
	for kind in ring records text; do
		# shellcheck disable=SC2086 # lists of words
		echo 'repeat 50' | core noted $machine --kind=$kind
		# shellcheck disable=SC2086
		echo 'repeat 50' | core unnoted $machine --kind=$kind --unnoted
		run "$tmp/noted"
		cp "$tmp/out" "$tmp/expected"
		run "$tmp/unnoted"
		ran="$ran ($machine --kind=$kind)"
		expect_status 0
		expect_stderr ''
		same_file 'the log, from the one of a dump with a note' "$tmp/out" "$tmp/expected"
		run --info "$tmp/noted"
		same 'lines about a place' "$(grep -c '^VMCOREINFO' "$tmp/out")" 0
		run --info "$tmp/unnoted"
		expect_out '^VMCOREINFO: +found in the dumped memory at 0x[0-9a-f]+, not in a note$'
		same 'lines about others' "$(grep -c '^Other logs' "$tmp/out")" 0
	done
done

# What comes through a pipe, whose length is not known.
echo 'repeat 50' | core unnoted --unnoted
run "$tmp/unnoted"
cp "$tmp/out" "$tmp/expected"
ran='vmcore-dmesg - (a pipe)'
# shellcheck disable=SC2002 # a pipe is what this is about
cat "$tmp/unnoted" | "$program" - > "$tmp/out" 2> "$tmp/err" || bad 'exit status'
same_file 'output from a pipe' "$tmp/out" "$tmp/expected"
# A file that ends before the text does.
head -c "$(($(wc -c < "$tmp/unnoted") - 3000))" "$tmp/unnoted" > "$tmp/short"
run "$tmp/short"
expect_status 2
expect_advice 'neither in a note nor in its memory'

# Where it is not, the second line is what can be done about it; a note needs no such advice.
echo 'repeat 50' | core nothing --unnoted --say=PAGESIZE=0
run "$tmp/nothing"
expect_status 2
expect_advice 'nothing: the dump has no VMCOREINFO.*neither in a note nor in its memory'
echo 'repeat 50' | core nolog --say='SYMBOL(prb)=' --say='SYMBOL(log_buf)='
run "$tmp/nolog"
expect_status 2
expect_error 'VMCOREINFO names no log'
finish

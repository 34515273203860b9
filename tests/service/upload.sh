#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump upload waits a part of --spread that is another one each time, says so, and can be stopped
# meanwhile. What it sends where: tests/storage.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
need zstd zstd
zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$tmp/load61" || exit 99
mkdir "$tmp/crash"
run save --progress=none -d 31 "$tmp/load61" "$tmp/crash"
expect_status 0

# waits SPREAD [OPTION...]: how many seconds it says, in $tmp/waits; then it is stopped
waits()
{
	ran="kdump upload --spread=$1"
	: > "$tmp/err"
	"$program" upload --spread="$@" --to=http://localhost:1/x "$tmp/crash" > "$tmp/out" 2> "$tmp/err" &
	pid=$!
	appears "$tmp/err"
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	expect_status 75
	sed -n 's/^kdump: waiting for \([0-9]*\) seconds, .*/\1/p' "$tmp/err" >> "$tmp/waits"
}

for n in 1 2 3 4 5 6; do
	waits 30d
done
same 'how often it waited' "$(wc -l < "$tmp/waits")" 6
same 'how many waits are others' "$(sort -u "$tmp/waits" | wc -l)" 6
check 'one is longer than the spread' awk '$1 > 30 * 86400 { exit 1 }' "$tmp/waits"
# Six of the first half of all: one time in 64; of the first hundredth, never.
check 'all are short' awk '$1 > 30 * 864 { long++ } END { exit !long }' "$tmp/waits"

# Nothing of it where nobody asked for that, or where it is off.
run upload --tries=1 --to=http://localhost:1/x "$tmp/crash"
expect_status 75
check 'a folder that is named waits' [ "$(grep -c waiting "$tmp/err")" = 0 ]
finish

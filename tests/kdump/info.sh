#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump info tells what a dump is, with its manifest and without, for people and for programs.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
need jq jq
need zstd zstd
zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$tmp/load61" || exit 99
"$tools/mkpages" "$tmp/pages" || exit 99

# member FILTER: of what was printed as JSON
member()
{
	jq -r "$1" "$tmp/out"
}

mkdir "$tmp/crash"
run save -d 31 "$tmp/load61" "$tmp/crash"
expect_status 0
folder=$(echo "$tmp"/crash/*)
run info "$folder"
expect_status 0
expect_stderr ''
check 'it is more than a screen' [ "$(wc -l < "$tmp/out")" -le 24 ]
expect_out "^Dump: +$folder/vmcore$"
expect_out '^Format: +kdump-compressed \(zstd\)$'
expect_out '^Machine: +x86_64$'
expect_out '^Release: +6\.1\.0-'
expect_out '^Build id: +[0-9a-f]{40}$'
expect_out '^Crashed: +2026-11-22 18:21:46 UTC$'
expect_out '^Panic: +Kernel panic - not syncing: sysrq triggered crash$'
expect_out '^Trouble: +sysrq: Trigger a crash; panic: '
expect_out '^Level: +31, of which 1 could be used$'
expect_out '^Pages: +kernel 0 MiB$'
expect_out '^Saved: +0 MiB of memory in 0 MiB$'
expect_out '^Complete: +yes$'
expect_out '^Manifest: +[0-9]+ checksums, of 64 KiB each$'
run info --json "$folder/vmcore"
expect_status 0
same 'what it says' "$(member '[.machine, .crash_time, .panic, .level, .level_used, .complete, .pages.kernel, .stored_bytes / .page_size] | @csv')" \
	'"x86_64",1795371706,"Kernel panic - not syncing: sysrq triggered crash",31,1,true,147,147'
same 'bytes' "$(member .bytes)" "$(stat -c %s "$folder/vmcore")"
same 'manifest' "$(member .manifest)" "$folder/manifest.json"

# Without it the dump itself and its log tell the same, but for pages.
cp "$folder/vmcore" "$tmp/alone"
run info "$tmp/alone"
expect_status 0
expect_out '^Panic: +Kernel panic - not syncing: sysrq triggered crash$'
expect_out '^Manifest: +none$'
expect_no_out '^Level:'
run info --json "$tmp/alone"
same 'what it says' "$(member '[.manifest, .level, .panic, .complete] | @csv')" \
	',,"Kernel panic - not syncing: sysrq triggered crash",true'
run info --json "$tmp/alone" "$folder/manifest.json"
same 'level' "$(member .level)" 31

# limited ARGUMENT...: with files of at most 4 MiB
limited()
{
	(trap '' XFSZ && ulimit -f 8192 && "$@")
}
run_with=limited
run save --compress=none --manifest="$tmp/cut.json" "$tmp/pages" "$tmp/cut"
run_with=
run info "$tmp/cut-incomplete" "$tmp/cut.json"
expect_status 0
expect_out '^Complete: +no: writing: File too large$'
expect_out '^Pages: +kernel '
run info --json "$tmp/cut-incomplete"
same 'complete' "$(member '[.complete, .why_incomplete] | @csv')" false,
# Who saved it was reset: its manifest is that of the beginning, or it has none. The dump says the same.
there=$(jq '.written * .page_size' "$tmp/cut.json")
check 'nothing came of the pages' [ "$there" -gt 1000000 ]
jq '.written = 0 | .sums = null | .bytes = 0' "$tmp/cut.json" > "$tmp/begun.json"
for manifest in "$tmp/cut.json" "$tmp/begun.json" ''; do
	run info --json "$tmp/cut-incomplete" ${manifest:+"$manifest"}
	expect_status 0
	same "what is stored by ${manifest##*/}" "$(member .stored_bytes)" "$there"
done

# What is in a manifest, as a dump's, cannot command a terminal.
jq '.panic = "\u001b[31mred"' "$folder/manifest.json" > "$tmp/red.json"
run info "$tmp/alone" "$tmp/red.json"
expect_out '^Panic: +\\x1b\[31mred$'

run info "$tmp/nothing"
expect_status 1
expect_error 'nothing: No such file'
run info "$tmp/alone" "$tmp/pages"
expect_status 1
for words in '' 'a b c' '--no-such a'; do
	# shellcheck disable=SC2086 # words
	run info $words
	expect_status 2
done
finish

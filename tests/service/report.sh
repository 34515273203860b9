#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump report: the same from a folder, a dump and a log; letters in words; nothing harms a terminal.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
need zstd zstd
need jq jq
zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$tmp/load61" || exit 99

# A log alone, as dmesg prints it, with a caller and without.
cat > "$tmp/log" << 'END'
<6>[    0.000000] Linux version 6.1.0-test
[    1.500000] systemd[1]: hello
[  100.000000][  T812] BUG: kernel NULL pointer dereference, address: 0000000000000010
[  100.000010][  T812] Oops: 0002 [#1] PREEMPT SMP NOPTI
[  100.000020][  T812] CPU: 3 PID: 812 Comm: insmod Tainted: P        W  OE     6.1.0-test #1
[  100.000030][  T812] RIP: 0010:bad_write+0x12/0x20 [bad]
[  100.000040][  T812] Modules linked in: bad(POE) ext4 crc32c_generic
[  100.000050][  T812] Kernel panic - not syncing: Fatal exception
[  100.000060][  T812] ---[ end Kernel panic - not syncing: Fatal exception ]---
END
cat > "$tmp/expected" << 'END'
Panic:      Kernel panic - not syncing: Fatal exception
Cause:      BUG: kernel NULL pointer dereference, address: 0000000000000010
Where:      bad_write+0x12/0x20
CPU:        3
Task:       insmod (PID 812)
Tainted:
  P: a proprietary module was loaded
  W: the kernel warned before
  O: a module from outside of the kernel's tree was loaded
  E: an unsigned module was loaded
Modules:    bad(POE) ext4 crc32c_generic

END
sed -n '3,9p' "$tmp/log" >> "$tmp/expected"
run report "$tmp/log"
expect_status 0
expect_stderr ''
same_file 'of a log' "$tmp/out" "$tmp/expected"

run report --json "$tmp/log"
expect_status 0
same 'as JSON' "$(jq -c '[.format, .trouble, .panicked, .panic, .cause, .where, .cpu, .task, .pid, .modules, (.lines | length)]' "$tmp/out")" \
	'[1,true,true,"Fatal exception","BUG: kernel NULL pointer dereference, address: 0000000000000010","bad_write+0x12/0x20","3","insmod","812","bad(POE) ext4 crc32c_generic",7]'
like 'the taints' "$(jq -r .tainted "$tmp/out")" 'P        W  OE*'

# G only says that no module is proprietary.
sed 's/Tainted: P/Tainted: G/' "$tmp/log" > "$tmp/free"
run report "$tmp/free"
expect_status 0
check 'a letter that says nothing' [ "$(grep -c '^  [GP]: ' "$tmp/out")" = 0 ]
expect_out '^  W: the kernel warned before$'

# Nothing happened; nothing is there; what a terminal would act upon.
sed -n '1,2p' "$tmp/log" > "$tmp/calm"
run report "$tmp/calm"
expect_status 0
expect_out '^Trouble: +the log tells of none$'
run report --json "$tmp/calm"
expect_status 0
same 'as JSON, no trouble' "$(jq -c '[.trouble, .panicked, .panic, .lines]' "$tmp/out")" '[false,false,null,[]]'
printf '[    1.000000] Kernel panic - not syncing: \033]0;x\007\n' > "$tmp/hostile"
run report "$tmp/hostile"
expect_status 0
expect_out '^Panic: +Kernel panic - not syncing: \\x1b\]0;x\\x07$'
check 'an escape' [ "$(grep -c "$(printf '\033')" "$tmp/out")" = 0 ]
: > "$tmp/empty"
run report "$tmp/empty"
expect_status 0
run report "$tmp/nothing"
expect_status 1
expect_error 'nothing: No such file or directory'
mkdir "$tmp/folder"
run report "$tmp/folder"
expect_status 1
expect_error 'there is neither vmcore-dmesg.txt nor a dump in it'
run report
expect_status 2

# A folder has the manifest's part, a dump's log is its own: the same story.
mkdir "$tmp/crash"
run save -d 31 "$tmp/load61" "$tmp/crash"
folder=$(echo "$tmp"/crash/*)
run report "$folder"
expect_status 0
expect_out '^Crashed: +2026-11-22 18:21:46 UTC$'
expect_out '^Kernel: +6\.1\.0-'
expect_out '^Panic: +Kernel panic - not syncing: sysrq triggered crash$'
expect_out '^Tainted: +no$'
expect_out '^Memory:$'
expect_out '^Dump: +vmcore$'
sed '1,/^$/d' "$tmp/out" > "$tmp/story"
run report --json "$folder"
expect_status 0
same 'as JSON, with a manifest' "$(jq -c '[.crash_time, .panic, .dump, .incomplete]' "$tmp/out")" \
	'[1795371706,"sysrq triggered crash","vmcore",null]'
jq -r '.lines[]' "$tmp/out" > "$tmp/lines"
same_file 'its lines' "$tmp/lines" "$tmp/story"
check 'no story' [ "$(wc -l < "$tmp/story")" -gt 10 ]
run report "$tmp/load61"
expect_status 0
sed '1,/^$/d' "$tmp/out" > "$tmp/again"
same_file 'the story of a dump' "$tmp/again" "$tmp/story"
rm "$folder/vmcore-dmesg.txt"
run report "$folder"
expect_status 0
sed '1,/^$/d' "$tmp/out" > "$tmp/again"
same_file 'the story without its log' "$tmp/again" "$tmp/story"
finish

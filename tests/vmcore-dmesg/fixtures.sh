#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The logs of real machines, record for record.
. "${srcdir:-.}/tests/vmcore-dmesg/lib.sh"
need zstd zstd
need xz xz-utils

for machine in load61 file61 wrap61 big612; do
	unpack $machine
	ran="check-records $machine"
	: > "$tmp/err"
	check 'records differ' \
		"$tools/check-records" "$tmp/$machine.vmcore" "$tmp/$machine.records"
	run "$tmp/$machine.vmcore"
	expect_status 0
	expect_stderr ''
	expect_out '^\[ {4}[0-9]\.[0-9]{6}\] sysrq: Trigger a crash$'
	run --panic "$tmp/$machine.vmcore"
	expect_status 0
	expect_out '^-- sysrq: Trigger a crash; panic: sysrq triggered crash; CPU [01], PID 1, init; Linux 6\.1'
	same 'start of the block' "$(sed -n 2p "$tmp/out" | cut -c16-)" 'sysrq: Trigger a crash'
	# The dump's own words, and what comes with them.
	run --info "$tmp/$machine.vmcore"
	expect_status 0
	expect_out '^CPUs: +2$'
	expect_out '^Release: +6\.1'
	expect_out "^Records: +$(wc -l < "$tmp/$machine.records")\$"
done

# The wall-clock time that crash(8) shows for this machine.
run --info "$tmp/load61.vmcore"
expect_out '^Crash time: +2026-11-22T18:21:46'
run -T "$tmp/load61.vmcore"
expect_out '^\[Sun Nov 22 18:21:46 2026\]  </TASK>$'
# A ring that was written over: what is gone is told.
run --seq "$tmp/wrap61.vmcore"
expect_out '^-- 2329 older records overwritten --$'
# Standard input.
ran='vmcore-dmesg -'
checks=$((checks + 1))
"$program" "$tmp/load61.vmcore" > "$tmp/named"
"$program" - < "$tmp/load61.vmcore" > "$tmp/out" 2> "$tmp/err" || bad 'exit status'
same_file 'output from standard input' "$tmp/out" "$tmp/named"
# A file that ends too early is partial or useless, never complete.
head -c 300000 "$tmp/load61.vmcore" > "$tmp/short"
run "$tmp/short"
checks=$((checks + 1))
case $status in 1 | 2) ;; *) bad "exit status $status of half a dump" ;; esac
finish

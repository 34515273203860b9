#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump test: nothing without a yes, a mark that ends, and the result after the reboot.
. "${srcdir:-.}/tests/service/lib.sh"
need jq jq
disk_machine

verb test
expect_status 2
expect_error 'test: say --crash: .*; or --vm: '
verb test --crash --vm
expect_status 2
verb test --crash --init=/init
expect_status 1
expect_error 'this machine would panic and reboot: say --yes where nobody can be asked'
expect_calls
same 'the trigger' "$(cat "$root/proc/sysrq-trigger")" ''

# Not armed: no crash.
put sys/kernel/kexec_crash_size 0
verb test --crash --yes --init=/init
expect_status 5
expect_calls
same 'the trigger' "$(cat "$root/proc/sysrq-trigger")" ''
# Nobody is asked first whether this machine may panic.
verb test --crash --init=/init
expect_status 5
expect_error 'no memory is reserved for a crash kernel, so that a crash would leave nothing'
disk_machine
verb arm --init=/init
# An image that is refused leaves the old one, which is no test's.
KX_FAKE_ERRNO_FILE=EPERM KX_FAKE_ERRNO_LOAD=EPERM verb test --crash --yes --init=/init
expect_status 1
expect_err 'the image of the test is not what is loaded, so that there is no crash$'
same 'the trigger' "$(cat "$root/proc/sysrq-trigger")" ''

# A kernel that does not panic: what is loaded is marked, and then not any more.
verb test --crash --yes --init=/init
expect_status 1
expect_err 'test test-[0-9a-f]{16}: the machine panics now; kdump status tells after the reboot'
expect_err 'the kernel did not panic$'
same 'the trigger' "$(cat "$root/proc/sysrq-trigger")" c
expect_calls kexec_file_load kexec_file_load
check 'it is remembered' [ ! -e "$root/var/lib/kdump/test" ]
same 'the mark of what is loaded' "$(sed -n 's/^test=//p' "$root/run/kdump/armed/record")" ''

# after_test CRASH...: the reboot after a test, which left these folders
after_test()
{
	disk_machine
	put proc/sys/kernel/random/boot_id 99999999-2222-3333-4444-555555555555
	put var/lib/kdump/test 'id=test-1' 'boot=11111111-2222-3333-4444-555555555555'
	put var/lib/kdump/last-test.json '{"format": 1, "begun": 1700000000, "id": "test-1",
		"kind": "crash", "result": "running", "reserved": 268435456}'
	put var/crash/other/manifest.json '{"format": 1, "crash_time": 9,
		"capture": {"test": "test-0", "low_kib": 10}}'
	[ $# = 0 ] || put "var/crash/mine/manifest.json" "$1"
	verb arm --init=/init
	verb status
}
after_test '{"format": 1, "crash_time": 5, "capture": {"test": "test-1", "low_kib": 225280}}'
expect_status 0
expect_out '^Last test: +2023-11-14 22:13:20 UTC, by a crash: saved /var/crash/mine, at least 220 MiB stayed free$'
expect_out 'needed are 48 MiB by the last test$'
check 'it is settled' [ ! -e "$root/var/lib/kdump/test" ]
verb status --json
same 'as JSON' "$(jq -c '[.last_test.result, .last_test.dump, .last_test.lowest, .needed_is_learned]' "$tmp/out")" \
	'["saved","/var/crash/mine",230686720,true]'
after_test
expect_status 4
expect_out '^warning +the last test left no dump: '
after_test '{"format": 1, "crash_time": 5, "incomplete": "disk full", "capture": {"test": "test-1"}}'
expect_status 4
expect_out '^warning +the last test left an incomplete dump: disk full$'

# Too little stayed free: more is needed than is reserved.
after_test '{"format": 1, "crash_time": 5, "capture": {"test": "test-1", "low_kib": 1024}}'
expect_status 4
expect_out '^warning +256 MiB are reserved, but 272 are needed, as the last test showed: boot with crashkernel=272M$'

# In the boot that is to crash nothing is settled.
put var/lib/kdump/test 'id=test-2' 'boot=99999999-2222-3333-4444-555555555555'
verb status
check 'it is still open' [ -e "$root/var/lib/kdump/test" ]
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump test --vm: what the virtual machine is given, and what is told when nothing comes of it. That a
# real one leaves a dump, tests/qemu/scenarios/vm-test.sh sees.
. "${srcdir:-.}/tests/service/lib.sh"
need zstd zstd
need cpio cpio
need jq jq
if [ "$(uname -m)" != x86_64 ]; then
	skip 'there are machines of x86_64 alone'
fi
disk_machine
mkdir "$tmp/folder"
TMPDIR=$tmp/folder
export TMPDIR

# qemu LINE...: a program in its place
qemu()
{
	printf '%s\n' '#!/bin/sh' "$@" > "$tmp/qemu"
	chmod +x "$tmp/qemu"
}

# vm OPTION...: the test, by that program
vm()
{
	verb test --vm --init=/init --qemu="$tmp/qemu" --accel=tcg "$@"
	same 'nothing is left behind' "$(ls "$tmp/folder")" ''
}

# result: what is kept of it
result()
{
	jq -r .result "$root/var/lib/kdump/last-vm-test.json"
}

# --- not at all -----------------------------------------------------------------------------------

verb test --vm --accel=fast
expect_status 2
expect_error '--accel=fast: it is kvm or tcg$'
verb test --vm --time-limit=0
expect_status 2
expect_error '--time-limit=0: it is 1 to 86400 seconds$'
verb test --vm --qemu="$tmp/nowhere"
expect_status 1
expect_error '/nowhere: No such file or directory$'
if [ ! -e /usr/libexec/qemu-kvm ] && [ ! -e /usr/bin/qemu-kvm ]; then
	PATH=/nowhere "$program" test --vm --root="$root" 2> "$tmp/none"
	check 'the package is named' grep -q 'no qemu-system-x86_64: install QEMU (package qemu-system-x86,' \
		"$tmp/none"
fi
qemu 'echo "qemu: no such thing" >&2; exit 1'
vm
expect_status 1
expect_err 'QEMU failed: qemu: no such thing$'
check 'that is no result' [ ! -e "$root/var/lib/kdump/last-vm-test.json" ]

# --- what it is given -----------------------------------------------------------------------------

qemu "printf '%s\\n' \"\$@\" > '$tmp/arguments'" "cp kernel initrd '$tmp'" \
	"stat -c '%n %s %a' disk > '$tmp/disk'" \
	"printf '[ 1.0] Kernel panic - not syncing: no good\\r\\n[ 2.0] \\033[2Jreboot\\r\\n' > console"
vm
expect_status 1
expect_err '^kdump: test-[0-9a-f]{16}: a virtual machine panics, with 256 MiB for its crash kernel \(tcg\)$'
expect_err '^console: \[ 2\.0\] \\x1b\[2Jreboot$'
expect_err 'no dump is on its disk; the console says: Kernel panic - not syncing: no good$'
same 'memory' "$(grep -A 1 -x -e -m "$tmp/arguments" | xargs)" '-m 768M'
same 'accel' "$(grep -A 1 -x -e -accel "$tmp/arguments" | xargs)" '-accel tcg,thread=single'
same 'words' "$(grep -A 1 -x -e -append "$tmp/arguments" | tail -n 1)" \
	'console=ttyS0,115200 no_timer_check crashkernel=256M panic=-1 rdinit=/init'
same 'disk' "$(cat "$tmp/disk")" "disk $(((256 + 1024) << 20)) 600"
check 'kernel' cmp -s "$tmp/kernel" "$root/boot/vmlinuz-6.1.0-test"
mkdir "$tmp/first" "$tmp/second"
(cd "$tmp/first" && cpio -i --quiet) < "$tmp/initrd"
same 'what /init says when it runs' "$("$tmp/first/init" 2>&1)" "$("$root/init" 2>&1)"
check 'its kernel' cmp -s "$tmp/first/kdump/vm/kernel" "$tmp/kernel"
check 'its words' grep -q 'rdinit=/init.* console=ttyS0,115200 no_timer_check$' "$tmp/first/kdump/vm/words"
check 'the first one has no plan' [ ! -e "$tmp/first/kdump/plan" ]
zstd -q -d -c "$tmp/first/kdump/vm/initrd" | (cd "$tmp/second" && cpio -i --quiet)
check 'the second one is no test' [ ! -e "$tmp/second/kdump/vm" ]
same 'its target' "$(sed -n '/^\[target\]/,$p' "$tmp/second/kdump/plan" | grep -E '^(name|type|device)' | xargs)" \
	'name vm type raw device serial=kdump-test'
check 'the mark of the test' grep -q '^test test-[0-9a-f]*$' "$tmp/second/kdump/plan"
same 'the result' "$(result)" nothing
vm --json
expect_status 1
same 'as JSON' "$(jq -c '[.kind, .result, .reserved, .lowest]' "$tmp/out")" '["vm","nothing",268435456,0]'

# Status tells it beside that of a crash, and goes by it for nothing.
verb status --json
same 'as JSON' "$(jq -c '[.last_vm_test.result, .last_vm_test.kind, .last_test]' "$tmp/out")" '["nothing","vm",null]'
verb status
expect_out '^warning +the last test in a virtual machine left no dump: .*no good$'
expect_out '^Last test: .*, by a virtual machine: nothing$'

# Without a reservation it is what would be needed.
put sys/kernel/kexec_crash_size 0
vm
expect_err 'with 96 MiB for its crash kernel'
put sys/kernel/kexec_crash_size 268435456

# --- it does not end ------------------------------------------------------------------------------

qemu "echo \$\$ > '$tmp/pid'" 'exec sleep 100'
vm --time-limit=3
expect_status 1
expect_err 'did not end within 3 s: --time-limit=SECONDS gives it more$'
expect_err '^kdump: its console said nothing$'
check 'it was ended' [ ! -e "/proc/$(cat "$tmp/pid")" ]

# Somebody does not want to wait: all goes, and what was known before stays.
rm "$root/var/lib/kdump/last-vm-test.json" "$tmp/pid"
"$program" test --vm --root="$root" --kexec="$kexec" --init=/init --qemu="$tmp/qemu" --accel=tcg \
	2> "$tmp/said" &
pid=$!
appears "$tmp/pid"
kill "$pid"
wait "$pid"
same 'its status' "$?" 1
check 'it says so' grep -q 'it was interrupted$' "$tmp/said"
check 'it was ended' [ ! -e "/proc/$(cat "$tmp/pid")" ]
same 'nothing is left behind' "$(ls "$tmp/folder")" ''
check 'that is no result' [ ! -e "$root/var/lib/kdump/last-vm-test.json" ]
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump status and check: golden texts of machines in every state, and their exit statuses.
. "${srcdir:-.}/tests/service/lib.sh"
need jq jq
need zstd zstd
disk_machine

# told: what was printed, with times and sizes that differ from run to run replaced
told()
{
	sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} UTC/TIME/; s/[0-9]+ KiB/N KiB/g; s/[0-9]+ MiB are free/N MiB are free/' \
		"$tmp/out"
}

# golden NAME: it is as in status/NAME.expected
golden()
{
	told > "$tmp/told"
	same_file "$1" "$tmp/told" "$srcdir/tests/service/status/$1.expected"
}

# member FILTER: of what was printed as JSON
member()
{
	jq -c "$1" "$tmp/out"
}

verb status
expect_status 3
golden never-armed
verb status --json
same 'as JSON' "$(member '[.format, .status, .armed, .reboot_required, .reservation, .needed, .last_check]')" \
	'[1,3,false,false,268435456,0,null]'
verb check --init=/init
expect_status 3
golden check-never-armed

verb arm --init=/init
verb status
expect_status 0
expect_stderr ''
golden armed
verb status --json
same 'as JSON' "$(member '[.status, .armed, .armed_by, .reboot_required, .kernel, .release, .needed]')" \
	'[0,true,"kdump",false,"/boot/vmlinuz-6.1.0-test","6.1.0-test",100663296]'
same 'targets' "$(member '.targets')" \
	'[{"name":"default","type":"file","where":"","path":"/var/crash","what":"dump"}]'

# A check that finds all in order, and what it keeps.
put sys/class/rtc/rtc0/since_epoch "$(date +%s)"
put proc/sys/kernel/panic_on_oops 1
put proc/sys/kernel/softlockup_panic 0
put proc/sys/kernel/hung_task_panic 1
verb check --init=/init
expect_status 0
expect_stderr ''
golden check-good
verb status
expect_status 0
golden checked
verb check --init=/init --json
expect_status 0
same 'worst' "$(member .worst)" '"note"'
same_file 'what is kept' "$root/var/lib/kdump/last-check.json" "$tmp/out"
verb check --init=/init --write
expect_status 0
expect_out '^good +default: a dump of 16 MiB was written, read again and removed$'
same 'what is left of it' "$(find "$root/var/crash" -mindepth 1)" ''

# What a dump took counts, of this machine, of this level, the newest that is whole.
learned()
{
	mkdir -p "$root/var/crash/$1"
	jq -n --argjson time "$2" --argjson size "$3" "{
		format: 1, dump: \"vmcore\", crash_time: \$time, level: 31, bytes: \$size,
		capture: { machine_id: \"0123456789abcdef0123456789abcdef\" }
	} | ${4:-.}" > "$root/var/crash/$1/manifest.json"
}
learned one 1763640000 $((3 << 60))
learned two 1763730000 $((77 << 20))
verb check --init=/init
expect_status 0
expect_out '^good +default: [0-9]+ MiB are free, the dump of 2025-11-21 took 77$'
learned older 1763630000 $((1 << 60))
learned others 1763830000 $((1 << 60)) '.capture.machine_id = "1"'
learned part 1763830000 $((1 << 60)) '.incomplete = "no room"'
learned level 1763830000 $((1 << 60)) '.level = 1'
learned hand 1763830000 $((1 << 60)) 'del(.capture)'
learned nothing 1763830000 0
learned wrong 1763830000 '"x"'
learned never 1099511627777 $((1 << 60))
verb check --init=/init
expect_status 0
expect_out '^good +default: [0-9]+ MiB are free, the dump of 2025-11-21 took 77$'
learned now 1763830000 $((1 << 50))
verb check --init=/init
expect_status 4
expect_out '^warning +default: the dump of 2025-11-22 took 1073741824 MiB, but [0-9]+ are free: kdump prune, or a higher level$'
# Nor less than what is expected now.
zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$root/proc/kcore" || exit 99
rm -r "$root/var/crash/now"
verb check --init=/init
expect_out '^good +default: [0-9]+ MiB are free, the dump of 2025-11-21 took 77$'
learned two 1763730000 1
verb check --init=/init
expect_out '^good +default: [0-9]+ MiB are free, a dump takes at most [0-9]+$'
rm "$root/proc/kcore"
rm -r "$root"/var/crash/*
verb check --init=/init --write

# Saving makes all of a folder's path that is missing, and so does what tries it.
put etc/kdump/kdump.conf '[target default]' 'path = /var/crash/of/this/machine'
verb check --init=/init --write
expect_out '^good +default: a dump of 16 MiB was written, read again and removed$'
rm -r "$root/var/crash/of" "$root/etc/kdump/kdump.conf"
verb check --init=/init --write

# A target that no check has seen is not good.
put etc/kdump/kdump.conf '[target default]' 'path = /var/crash' '[target new]' 'where = UUID=dead'
verb status
expect_out '^Target: +default, file /var/crash: good$'
expect_out '^Target: +new, file UUID=dead /var/crash: not checked yet$'
# Nor is one of the same name that is another one.
put etc/kdump/kdump.conf '[target default]' 'type = raw' 'where = /dev/vda1'
verb status
expect_out '^Target: +default, raw /dev/vda1 /var/crash: not checked yet$'
rm "$root/etc/kdump/kdump.conf"

# What has changed since.
put sys/class/rtc/rtc0/since_epoch "$(($(date +%s) - 7200))"
put etc/kdump/kdump.conf '[kdump]' 'append = other'
rm -r "$root/var/crash"
: > "$root/var/crash"
put sys/kernel/kexec_crash_size 67108864
verb check --init=/init --write
expect_status 4
told | sed 's/-7[12][0-9][0-9] seconds/-7200 seconds/' > "$tmp/told"
same_file 'a bad check' "$tmp/told" "$srcdir/tests/service/status/check-bad.expected"
verb status
expect_status 4
told | sed 's/-7[12][0-9][0-9] seconds/-7200 seconds/' > "$tmp/told"
same_file 'status after it' "$tmp/told" "$srcdir/tests/service/status/degraded.expected"

# What that said of a target is not said of the next one of its name.
put etc/kdump/kdump.conf '[kdump]' 'append = other' '[target default]' 'path = /var/other'
put sys/kernel/kexec_crash_size 268435456
verb status
expect_out '^Target: +default, file /var/other: not checked yet$'
check 'what was found of another folder is told' [ "$(grep -c '^fault' "$tmp/out")" = 0 ]
rm "$root/etc/kdump/kdump.conf"

# After the next boot, which loads the same: the machine was another one then.
verb status
expect_out '^Last check: .*, with --write:$'
put proc/sys/kernel/random/boot_id 99999999-2222-3333-4444-555555555555
verb status
expect_status 4
expect_out '^Last check: .*, with --write, of what was loaded then; kdump check checks again:$'
check 'what was found of another boot is told' [ "$(grep -c '^warning.*clock\|are reserved' "$tmp/out")" = 0 ]
expect_out '^fault +default: /var/crash: cannot be written to'

# A check that said that nothing is reserved is none that found the image good which is loaded since.
disk_machine
put sys/kernel/kexec_crash_size 0
verb check --init=/init
expect_status 5
put sys/kernel/kexec_crash_size 268435456
put proc/sys/kernel/random/boot_id 99999999-2222-3333-4444-555555555555
verb arm --init=/init
expect_status 0
verb status
expect_status 0
expect_out '^Last check: +[0-9: UTC-]+, of what was loaded then; kdump check checks again$'
verb status --json
same 'whether the check is of now' "$(member .last_check_is_current)" false
verb check --init=/init
verb status --json
same 'whether the check is of now' "$(member .last_check_is_current)" true

# What arming found is told as long as that is loaded, although it loaded it.
put etc/kdump/kdump.conf '[kdump]' 'extra_modules = nowhere' '[target default]' 'path = /var/crash' \
	'[target gone]' 'where = UUID=dead'
verb arm --init=/init
expect_status 4
verb status
expect_status 4
expect_out '^warning +extra_modules: kernel 6.1.0-test has no module nowhere: it is left out$'
expect_out '^fault +gone: .*dead'
verb status --json
same 'why' "$(member '[.status, (.why[] | [.level, .check, .target])]')" \
	'[4,["fault","target","gone"],["warning","modules",null]]'
rm "$root/etc/kdump/kdump.conf"
verb status
expect_status 4
verb arm --init=/init
expect_status 0
verb status
expect_status 0
check 'what another arming found is told' [ "$(grep -c extra_modules "$tmp/out")" = 0 ]

# Who checks waits for who does, since one would take away what the other writes; arming waits for none.
if command -v flock > /dev/null; then
	flock "$root/run/kdump/check" sh -c ': > "$1"; while [ ! -e "$2" ]; do sleep 0.1; done' sh \
		"$tmp/locked" "$tmp/go" &
	while [ ! -e "$tmp/locked" ]; do
		sleep 0.1
	done
	verb arm --init=/init
	expect_status 0
	(
		sleep 2
		: > "$tmp/go"
	) &
	verb check --init=/init
	expect_status 0
	check 'a check waits for none' [ -e "$tmp/go" ]
	wait
fi

# States of what is loaded.
disk_machine
verb arm --init=/init
put sys/kernel/kexec_crash_loaded 0
verb status
expect_status 3
expect_out '^fault +something else has unloaded what kdump loaded: kdump arm$'
disk_machine
put sys/kernel/kexec_crash_loaded 1
verb status
expect_status 4
expect_out '^Armed: +by another program$'
verb status --json
same 'by whom' "$(member '[.armed, .armed_by, .status]')" '[true,"other",4]'
put sys/kernel/kexec_crash_loaded 0
put sys/kernel/kexec_crash_size 0
put proc/cmdline 'root=/dev/vda1'
verb status
expect_status 5
expect_out '^fault +no memory is reserved for a crash kernel: kdump reserve tells how much it takes, and kdump reserve auto asks'
verb status --json
same 'reboot' "$(member '[.reboot_required, .status]')" '[true,5]'
verb check --init=/init
expect_status 5
expect_out 'boot with crashkernel=96M'
put etc/kdump/kdump.conf '[kdump]' 'enabled = no'
put sys/kernel/kexec_crash_size 268435456
verb status
expect_status 3
expect_out '^fault +kdump.conf says enabled = no$'

# The last crash is the newest one; what a terminal would act upon is not printed.
disk_machine
verb arm --init=/init
put var/crash/old/manifest.json '{"format": 1, "crash_time": 1700000000, "panic": "old"}'
put var/crash/new/manifest.json \
	'{"format": 1, "crash_time": 1700000001, "panic": "new \u001b[2J", "incomplete": "full"}'
verb status
expect_status 0
expect_out '^Last crash: +2023-11-14 22:13:21 UTC, /var/crash/new, incomplete$'
expect_out '^ +new \\x1b\[2J$'
verb status --json
same 'crash' "$(member '[.last_crash.path, .last_crash.complete, .last_crash.time]')" \
	'["/var/crash/new",false,1700000001]'
put var/lib/kdump/last-check.json 'nonsense'
verb status
expect_status 0
expect_out '^Last check: +never'

# With the clock set back what was done lies in the future.
disk_machine
put var/lib/kdump/last-test.json '{"format": 1, "begun": 4000000000, "id": "a", "kind": "crash", "result": "saved", "dump": "/x"}'
verb check --init=/init
expect_out '^note +the last test saved a dump, at a time that lies in the future \(is the clock right\?\): test again'
verb status
expect_out '^Last test: +2096-10-02 07:06:40 UTC \(in the future: is the clock right\?\), by a crash: saved /x$'
expect_out '^Last check: +[0-9]*-[0-9]*-[0-9]* [0-9:]* UTC[:,]'
put var/lib/kdump/last-test.json "{\"format\": 1, \"begun\": $(($(date +%s) - 86400 * 3)), \"kind\": \"crash\", \"result\": \"saved\"}"
verb check --init=/init
expect_out '^good +the last test saved a dump, 3 days ago$'

# On a mirror, of which one half is there: what a target is on is told in words.
disk_machine
array=sys/devices/virtual/block/md0
put $array/size 2093056
put $array/dev 9:0
put $array/md/level raid1
put $array/md/metadata_version 1.2
put $array/md/raid_disks 2
put $array/md/dev-vda1/state in_sync
put $array/md/dev-vda1/slot 0
put $array/slaves/vda1 x
ln -s ../../devices/virtual/block/md0 "$root/sys/class/block/md0"
ln -s ../../devices/virtual/block/md0 "$root/sys/dev/block/9:0"
put run/udev/data/b9:0 E:ID_FS_UUID=0000-2222 E:ID_FS_TYPE=ext4
put proc/self/mountinfo '22 1 9:0 / / rw,relatime shared:1 - ext4 /dev/md0 rw'
printf 'kernel/drivers/md/%s.ko\n' md-mod raid1 >> "$root/lib/modules/6.1.0-test/modules.builtin"
printf 'raid1.alias=md-raid1\0' > "$root/lib/modules/6.1.0-test/modules.builtin.modinfo"
verb arm --init=/init
expect_status 0
verb check --init=/init
expect_out '^good +default: md0 \(RAID\) on vda1$'
verb status
expect_out '^Target: +default, file /var/crash: good, on md0 \(RAID\) on vda1$'
put $array/md/degraded 1
verb check --init=/init
expect_out '^warning +default: 1 of [0-9]+ members of md0 are missing or not up to date'
put $array/md/level faulty
verb check --init=/init
expect_out '^fault .*md0 is a RAID array of level faulty, which a crash kernel cannot set up'

verb status more
expect_status 2
expect_error 'status: "more" is one word too many'
finish

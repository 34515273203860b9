#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump recover --boot: what a crash left is taken in, told once, and room is made; what left nothing
# is told, too.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
need jq jq
need zstd zstd
need python3 python3
zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$tmp/load61" || exit 99
mkdir "$tmp/made"
run save -d 31 "$tmp/load61" "$tmp/made"
expect_status 0
made=$(echo "$tmp"/made/*)
root=$tmp/root
crash=$root/var/crash
mkdir -p "$crash" "$root/etc/kdump" "$root/proc/sys/kernel/random" "$root/run/systemd/journal" \
	"$root/dev"
mkdir -m 700 -p "$root/run/kdump" "$root/var/lib/kdump"
echo 22222222-0000-0000-0000-000000000000 > "$root/proc/sys/kernel/random/boot_id"
old=11111111-0000-0000-0000-000000000000
printf '%s\n' '[keep]' 'count = 2' 'bytes = all' 'age = all' 'min_free = 0' \
	'[notify]' "command = { echo \"\$1\"; cat; } > $tmp/notified" > "$root/etc/kdump/kdump.conf"

# boot STATUS: the journal's entries are in $tmp/journal
boot()
{
	rm -f "$root/run/systemd/journal/socket" "$tmp/journal" "$tmp/ready"
	python3 - "$root/run/systemd/journal/socket" "$tmp/journal" "$tmp/ready" << 'END' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(60)
print('yes', file=open(sys.argv[3], 'w'))
with open(sys.argv[2], 'wb') as out:
    while (got := s.recv(65536)) != b'end':
        out.write(got + b'--\n')
        out.flush()
END
	listener=$!
	appears "$tmp/ready"
	run recover --boot --root="$root"
	python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"end", sys.argv[1])' \
		"$root/run/systemd/journal/socket"
	wait "$listener"
	expect_status "$1"
}

# journal REGEX: a line of an entry
journal()
{
	check "no line $1 in the journal" grep -Eq -- "$1" "$tmp/journal"
}

# Nothing happened.
boot 6
same 'the journal' "$(cat "$tmp/journal")" ''
expect_stderr ''

# A dump is told once, with its report, to the journal and to the command.
cp -r "$made" "$crash/one"
boot 0
journal '^MESSAGE=The kernel crashed, and its dump is in /var/crash/one: Kernel panic - not syncing: sysrq'
journal '^MESSAGE_ID=ba59b62fe5784272aa70e4a42932876f$'
journal '^PRIORITY=3$'
journal "^KDUMP_FOLDER=$crash/one\$"
check 'no report' grep -q '^Panic:  *Kernel panic - not syncing: sysrq triggered crash$' "$crash/one/report.txt"
same 'its mode' "$(stat -c %a "$crash/one/report.txt")" 600
{
	echo "$crash/one"
	cat "$crash/one/report.txt"
} > "$tmp/expected"
same_file 'what the command got' "$tmp/notified" "$tmp/expected"
rm "$tmp/notified"
boot 6
check 'it is told again' [ ! -e "$tmp/notified" ]

# What a crash kernel made has no label under SELinux; one that was told has.
mkdir -p "$root/sys/fs/selinux" "$root/usr/sbin"
printf '#!/bin/sh\nls "$2" > %s/labelled; echo "$*" >> %s/labelled; exit $(cat %s/how)\n' "$tmp" "$tmp" "$tmp" \
	> "$root/usr/sbin/restorecon"
chmod 755 "$root/usr/sbin/restorecon"
echo 0 > "$tmp/how"
cp -r "$made" "$crash/plain"
boot 0
check 'without SELinux there are labels' [ ! -e "$tmp/labelled" ]
echo 1 > "$root/sys/fs/selinux/enforce"
cp -r "$made" "$crash/secure"
boot 0
same 'what is labelled' "$(xargs < "$tmp/labelled")" \
	"manifest.json report.txt vmcore vmcore-dmesg.txt -R $crash/secure"
echo 3 > "$tmp/how"
rm "$crash/secure/report.txt"
boot 0
check 'that it failed is not told' grep -q '^kdump: restorecon: it failed (status 3)' "$tmp/err"
rm -r "$crash/plain" "$crash/secure" "$root/sys/fs/selinux" "$tmp/notified"
# As a unit it is in the journal once; what stderr is tells whether it is one.
cp -r "$made" "$crash/two"
JOURNAL_STREAM=$(stat -c %d:%i "$tmp/err")
export JOURNAL_STREAM
boot 0
expect_stderr ''
journal '^MESSAGE=The kernel crashed, and its dump is in /var/crash/two: '
rm "$crash/two/report.txt"
JOURNAL_STREAM=1:1
boot 0
expect_err '^kdump: The kernel crashed, and its dump is in /var/crash/two: '
unset JOURNAL_STREAM
rm -r "$crash/two"
grep -q 'journalctl MESSAGE_ID=ba59b62fe5784272aa70e4a42932876f' "$srcdir/man/kdump.8" ||
	bad 'kdump(8) does not have the id'

# One whose manifest says nothing is one.
cp -r "$made" "$crash/cut"
head -c 100 "$made/manifest.json" > "$crash/cut/manifest.json"
boot 0
expect_err '^kdump: The kernel crashed, and a part of its dump is in /var/crash/cut: its manifest cannot be read$'
check 'there is no report of it' grep -q 'sysrq triggered crash' "$crash/cut/report.txt"
boot 6
rm -r "$crash/cut"

# A command that fails is told, and the rest is done; then there is room for two.
printf '%s\n' '[keep]' 'count = 2' 'bytes = all' 'age = all' 'min_free = 0' '[notify]' \
	'command = exit 7' > "$root/etc/kdump/kdump.conf"
for day in 3 2; do
	cp -r "$made" "$crash/day$day"
	jq ".crash_time = $(($(date +%s) - day * 86400)) | .panic = \"a\\nMESSAGE_ID=b\"" \
		"$made/manifest.json" > "$crash/day$day/manifest.json"
done
boot 0
check 'the command' grep -q 'it failed (status 7)' "$tmp/err"
same 'entries' "$(grep -c '^MESSAGE_ID=' "$tmp/journal")" 2
same 'what is left' "$(ls "$crash" | xargs)" 'day2 day3'

# An armed boot that was not shut down: with a dump of it, without one, and told once.
mark()
{
	echo "$1 1764000000" > "$root/var/lib/kdump/armed-boot"
}
mark 22222222-0000-0000-0000-000000000000
boot 6
check 'the mark of this boot is gone' [ -e "$root/var/lib/kdump/armed-boot" ]
mark $old
printf '%s\n' '[keep]' 'count = 2' 'bytes = all' 'age = all' 'min_free = 0' \
	'[notify]' "command = { echo \"<\$1>\"; cat; } > $tmp/notified" > "$root/etc/kdump/kdump.conf"
boot 0
same 'what the command got' "$(cut -c 1-46 "$tmp/notified")" '<>
The last boot was armed and ended without a cl'
mkdir -p "$root/sys/kernel"
run status --root="$root"
expect_out '^note +The last boot was armed and ended without a clean shutdown, and there is no dump: '
run status --root="$root" --json
same 'as JSON' "$(jq -c '.why[] | select(.check == "boot") | .level' "$tmp/out")" '"note"'
rm "$tmp/notified"
journal '^MESSAGE=The last boot was armed and ended without a clean shutdown, and there is no dump'
journal '^MESSAGE_ID=e20ab63476844892a78540d731041c47$'
check 'the mark is there' [ ! -e "$root/var/lib/kdump/armed-boot" ]
boot 6
# What is on another machine is not seen from here, and nobody says that there is nothing.
cp "$root/etc/kdump/kdump.conf" "$tmp/conf"
printf '%s\n' '[target near]' '[target far]' 'type = ssh' 'where = root@server' '[target lost]' \
	'where = UUID=none' >> "$root/etc/kdump/kdump.conf"
mark $old
boot 0
journal '^MESSAGE=The last boot was armed and ended without a clean shutdown, and no dump of it is on this machine: look at far, lost; if none is there, '
check 'it is said that there is none' [ "$(grep -c 'there is no dump' "$tmp/journal")" = 0 ]
mv "$tmp/conf" "$root/etc/kdump/kdump.conf"
mark $old
cp -r "$made" "$crash/new"
jq ".crash_time = $(date +%s)" "$made/manifest.json" > "$crash/new/manifest.json"
boot 0
same 'entries' "$(grep -c '^MESSAGE_ID=' "$tmp/journal")" 1
journal '^MESSAGE=The kernel crashed'
mark $old
jq ".crash_time = $(date +%s) | .capture = {\"id\": \"$old\"}" "$made/manifest.json" > "$crash/new/manifest.json"
boot 6

# A dump on a raw target becomes a folder, once; no dump on it is no failure.
printf '%s\n' '[keep]' 'count = all' 'bytes = all' 'age = all' 'min_free = 0' \
	'[target raw]' 'type = raw' 'where = /dev/raw.disk' '[target disk]' 'path = /var/crash' \
	> "$root/etc/kdump/kdump.conf"
rm -r "$crash"/*
truncate -s 64M "$root/dev/raw.disk"
boot 6
program=$tools/kdump-block
run save -d 31 "$tmp/load61" "$root/dev/raw.disk"
expect_status 0
program=$builddir/kdump/kdump
boot 0
journal '^MESSAGE=The kernel crashed, and its dump is in /var/crash/2026-11-22-18:21:46: Kernel panic'
same 'the files' "$(ls "$crash"/* | xargs)" 'manifest.json report.txt vmcore vmcore-dmesg.txt'
boot 6
# By its name it is found as udev writes that: a blank is "\x20".
sed -i 's|^where = .*|where = PARTLABEL=crash dumps|' "$root/etc/kdump/kdump.conf"
mkdir -p "$root/dev/disk/by-partlabel" "$root/sys/class/block/raw.disk"
ln -s ../../raw.disk "$root/dev/disk/by-partlabel/crash\\x20dumps"
boot 6
rm "$root/dev/disk/by-partlabel"/*
boot 1
check 'nothing says why' grep -q 'PARTLABEL=crash dumps: no such device' "$tmp/err"
sed -i 's|^where = .*|where = /dev/raw.disk|' "$root/etc/kdump/kdump.conf"
rm "$root/dev/raw.disk"
boot 1
check 'nothing says why' grep -q '/dev/raw.disk: No such file or directory' "$tmp/err"
run recover --boot x
expect_status 2
finish

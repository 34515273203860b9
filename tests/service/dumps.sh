#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump list, show, remove, prune, pin, unpin: what stays, what goes, and that nothing else does.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
need jq jq
need zstd zstd
zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$tmp/load61" || exit 99
mkdir "$tmp/made"
run save -d 31 "$tmp/load61" "$tmp/made"
expect_status 0
made=$(echo "$tmp"/made/*)
root=$tmp/root
crash=$root/var/crash
mkdir -p "$crash" "$root/etc/kdump" "$root/proc/self"

# dump NAME DAYS [FILTER]: one that is that many days old; its manifest is changed by FILTER
dump()
{
	cp -r "$made" "$crash/$1"
	when=$(($(date +%s) - $2 * 86400))
	jq ".crash_time = $when | ${3:-.}" "$made/manifest.json" > "$crash/$1/manifest.json"
}

# keep LINE...: the limits; none that are not named
keep()
{
	printf '%s\n' '[keep]' 'count = all' 'bytes = all' 'age = all' 'min_free = 0' "$@" \
		> "$root/etc/kdump/kdump.conf"
}

# has NAME...: these are in the folder, and nothing else
has()
{
	same 'what is there' "$(cd "$crash" && find . -mindepth 1 -maxdepth 1 | sed 's/^..//' | sort | xargs)" "$*"
}

run list --root="$root"
expect_status 6
expect_error '^kdump: there are no dumps$'
run list --root="$root" --json
expect_status 6
same 'no dumps' "$(jq -c .dumps "$tmp/out")" '[]'
# Who may not look does not know: a folder that is none of a user's, and one dump in it.
keep
dump c-0 0
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	chmod 755 "$tmp"
	chmod 700 "$crash"
	run_with='setpriv --reuid=65534 --regid=65534 --clear-groups'
	for verb in list 'show latest' 'remove c-0' 'pin c-0'; do
		# shellcheck disable=SC2086 # words
		run $verb --root="$root"
		expect_status 1
		expect_error ': /var/crash: Permission denied; run as root$'
	done
	chmod 755 "$crash"
	chmod 700 "$crash/c-0"
	run list --root="$root"
	expect_status 1
	expect_error '/c-0/manifest.json: Permission denied$'
	run report "$crash/c-0"
	expect_status 1
	expect_error '/c-0: Permission denied$'
	run_with=
fi
rm -r "$crash/c-0"
for day in 1 2 3 4 5; do
	dump "c-$day" "$day"
done
dump c-6 6 '.complete = false | .incomplete = "the disk was full"'
mkdir "$crash/notes" "$crash/2026-01-01-00:00:00"
echo x > "$crash/2026-01-01-00:00:00/vmcore"
run list --root="$root"
expect_status 0
same 'the order' "$(sed 1d "$tmp/out" | cut -d' ' -f1 | xargs)" 'c-6 c-5 c-4 c-3 c-2 c-1'
expect_out '^c-6 +[0-9]+  incomplete +Kernel panic - not syncing: sysrq triggered crash$'
run list --root="$root" --json
expect_status 0
same 'as JSON' "$(jq -c '[.dumps[] | [.name, .complete, .pinned, .target]] | .[0,1]' "$tmp/out" | xargs)" \
	'[c-6,false,false,default] [c-5,true,false,default]'
run show --root="$root" latest
expect_status 0
expect_out "^Dump: +$crash/c-1/vmcore$"
run show --root="$root" c
expect_status 1
expect_error 'several dumps are called so'
run show --root="$root" x
expect_status 6
expect_error 'x: no such dump; kdump list has all'

# No limit, nothing goes; a limit is told before it is done.
run prune --root="$root"
expect_status 0
expect_stdout ''
run prune --root="$root" --json
expect_status 0
same 'nothing, as JSON' "$(jq -c .dumps "$tmp/out")" '[]'
keep 'count = 4'
run prune --root="$root" --dry-run
expect_status 0
same 'what would go' "$(xargs < "$tmp/out")" '/var/crash/c-6 /var/crash/c-5'
run prune --root="$root" --dry-run --json
expect_status 0
same 'the same as JSON' "$(jq -c '[.format, [.dumps[] | [.folder, .name, .complete]]]' "$tmp/out")" \
	'[1,[["/var/crash","c-6",false],["/var/crash","c-5",true]]]'
has 2026-01-01-00:00:00 c-1 c-2 c-3 c-4 c-5 c-6 notes

# Pinned ones do not count, and stay, also when they are named.
run pin --root="$root" c-5
expect_status 0
keep 'count = 2'
run prune --root="$root" --dry-run
same 'what would go' "$(xargs < "$tmp/out")" '/var/crash/c-6 /var/crash/c-4 /var/crash/c-3'
keep 'count = 4'
run prune --root="$root"
expect_status 0
same 'what goes' "$(xargs < "$tmp/out")" /var/crash/c-6
has 2026-01-01-00:00:00 c-1 c-2 c-3 c-4 c-5 notes
run remove --root="$root" c-5
expect_status 1
expect_error 'c-5: it is pinned; kdump unpin lets it go'
run unpin --root="$root" c-5
expect_status 0
run remove --root="$root" c-5 nothing
expect_status 6
has 2026-01-01-00:00:00 c-1 c-2 c-3 c-4 c-5 notes
run remove --root="$root" c-5 c-4
expect_status 0
has 2026-01-01-00:00:00 c-1 c-2 c-3 notes

# By age and by size, but never the newest that is complete.
keep 'age = 60h'
run prune --root="$root"
same 'what is too old' "$(xargs < "$tmp/out")" /var/crash/c-3
keep 'age = 1s' 'bytes = 1'
run prune --root="$root"
same 'the newest stays' "$(xargs < "$tmp/out")" /var/crash/c-2
has 2026-01-01-00:00:00 c-1 notes
dump c-2 2
keep 'min_free = 99%'
run prune --root="$root"
same 'for room' "$(xargs < "$tmp/out")" /var/crash/c-2

# While the newest is not complete nothing goes, whatever the limits.
dump c-2 2
dump c-0 0 '.complete = false | .incomplete = "cut"'
keep 'count = 1'
run prune --root="$root"
expect_status 0
expect_stdout ''
expect_error '^kdump: /var/crash: c-0, the newest, is not complete, so that nothing goes: kdump remove takes it, or others$'
has 2026-01-01-00:00:00 c-0 c-1 c-2 notes
keep 'count = 3'
run prune --root="$root"
expect_stderr ''
keep 'count = 1'
rm -r "$crash/c-0"

# A folder with a folder in it is not kdump's; links are not followed; what was cut is finished.
mkdir "$crash/c-2/mine"
run prune --root="$root"
expect_status 1
expect_error 'the folder "mine" in it is not kdump'
has 2026-01-01-00:00:00 c-1 c-2 notes
rmdir "$crash/c-2/mine"
mkdir "$tmp/others"
echo precious > "$tmp/others/file"
ln -s "$tmp/others" "$crash/c-2/link"
cp -r "$made" "$crash/.kdump-removed-c-9"
run prune --root="$root"
expect_status 0
has 2026-01-01-00:00:00 c-1 notes
same 'what the link leads to' "$(cat "$tmp/others/file")" precious
ln -s "$made" "$crash/c-3"
run list --root="$root"
same 'a link is no dump' "$(sed 1d "$tmp/out" | cut -d' ' -f1 | xargs)" 'c-1'

# Of a device the dumps are where it is mounted; udev writes a blank of its label as "\x20".
mkdir -p "$root/srv/dumps" "$root/dev/disk/by-label" "$root/sys/class/block/vda2"
cp -r "$crash/c-1" "$root/srv/dumps/d-1"
: > "$root/dev/vda2"
ln -s ../../vda2 "$root/dev/disk/by-label/of\\x20dumps"
echo 254:2 > "$root/sys/class/block/vda2/dev"
echo '23 22 254:2 / /srv rw - xfs /dev/vda2 rw' > "$root/proc/self/mountinfo"
keep '[target disk]' 'where = LABEL=of dumps' 'path = /dumps'
run list --root="$root"
expect_status 0
same 'on the device' "$(sed 1d "$tmp/out" | cut -d' ' -f1 | xargs)" 'd-1'
# Where mode = all saves twice a dump has the same name twice: nobody guesses which is meant.
cp -r "$root/srv/dumps/d-1" "$crash/d-1"
cp -r "$root/srv/dumps/d-1" "$crash/d-10"
keep '[target near]' '[target disk]' 'where = LABEL=of dumps' 'path = /dumps'
run pin --root="$root" d-1
expect_status 1
expect_error '^kdump: pin: d-1: it is in /.* and in /.*: name that, too$'
check 'one is pinned' [ -z "$(find "$root" -name pinned)" ]
run pin --root="$root" /srv/dumps/d-1
expect_status 0
run pin --root="$root" /var/crash/d-10
expect_status 0
same 'what is pinned' "$(cd "$root" && find . -name pinned | sort | xargs)" \
	'./srv/dumps/d-1/pinned ./var/crash/d-10/pinned'
run pin --root="$root" d-
expect_error '^kdump: pin: d-: several dumps are called so: give more of the name$'
run unpin --root="$root" d-10
expect_status 0
rm -r "$crash/d-1" "$crash/d-10"
run unpin --root="$root" d-1
keep '[target disk]' 'where = LABEL=of dumps' 'path = /dumps'
# Of a btrfs a mount shows a subvolume: dumps beside it are nowhere, and what has their path here are
# others.
echo '23 22 0:40 /@srv /srv rw - btrfs /dev/vda2 rw,subvol=/@srv' > "$root/proc/self/mountinfo"
run list --root="$root"
expect_status 6
for lines in 'path = /@srv/dumps' 'options = rw,subvol=@srv'; do
	keep '[target disk]' 'where = LABEL=of dumps' 'path = /dumps' "$lines"
	run list --root="$root"
	expect_status 0
	same "with $lines" "$(sed 1d "$tmp/out" | cut -d' ' -f1 | xargs)" 'd-1'
done
keep '[target disk]' 'where = LABEL=of dumps' 'path = /dumps' 'options = subvolid=256'
run list --root="$root"
expect_status 6
: > "$root/proc/self/mountinfo"
run list --root="$root"
expect_status 6
# What a manifest says is not known: it is a dump all the same, told, and removed only by name.
keep 'count = 1'
rm -r "$crash"
mkdir "$crash"
for name in c-1 c-2 c-3; do
	dump "$name" "${name#c-}"
done
damaged='cut empty zeros deep twice number escape later'
for name in $damaged; do
	dump "d-$name" 9
done
head -c 100 "$made/manifest.json" > "$crash/d-cut/manifest.json"
: > "$crash/d-empty/manifest.json"
printf '%100000s' '' | tr ' ' '[' > "$crash/d-deep/manifest.json"
echo '{ "format": 1, "format": 1 }' > "$crash/d-twice/manifest.json"
echo '{ "format": 1, "crash_time": -1 }' > "$crash/d-number/manifest.json"
printf '{ \033[31m\\u0000\377' > "$crash/d-escape/manifest.json"
echo '{ "format": 1, "bytes": 1, "sums": { "kind": "later", "chunk": 1, "list": [] } }' \
	> "$crash/d-later/manifest.json"
: > "$crash/d-zeros/manifest.json"
truncate -s 8M "$crash/d-zeros/manifest.json"
dump d-dir 9
rm "$crash/d-dir/manifest.json"
mkdir "$crash/d-dir/manifest.json"
dump d-fifo 9
rm "$crash/d-fifo/manifest.json"
mkfifo "$crash/d-fifo/manifest.json"
dump d-begun 9
mv "$crash/d-begun/manifest.json" "$crash/d-begun/manifest.json-incomplete"
# Nobody's, or somebody else's: without a manifest, or with one and no dump.
mkdir "$crash/other" "$crash/theirs"
cp "$crash/d-cut/manifest.json" "$crash/other"
echo x > "$crash/theirs/vmcore"
echo x > "$crash/theirs/vmcore-incomplete"
for name in "$crash"/d-*; do
	touch -d '9 days ago' "$name"
done
damaged=$(cd "$crash" && echo d-*)
run list --root="$root"
expect_status 0
expect_stderr ''
same 'what there is' "$(sed 1d "$tmp/out" | cut -d' ' -f1 | sort | xargs)" "c-1 c-2 c-3 $damaged"
same 'what cannot be read' "$(grep -c ' incomplete  *its manifest cannot be read$' "$tmp/out")" 10
expect_out '^d-begun +[0-9]+  incomplete +its manifest was only begun$'
run list --root="$root" --json
same 'as JSON' "$(jq -r '[.dumps[] | select(.complete | not) | .incomplete] | unique | join(", ")' "$tmp/out")" \
	'its manifest cannot be read, its manifest was only begun'
for name in $damaged; do
	run show --root="$root" "$name"
	expect_status 0
	expect_out '^Panic: +sysrq triggered crash$|sysrq triggered crash'
	run report "$crash/$name"
	expect_status 0
	expect_out 'sysrq triggered crash'
	run pin --root="$root" "$name"
	expect_status 0
	run remove --root="$root" "$name"
	expect_status 1
	run unpin --root="$root" "$name"
	expect_status 0
	touch -d '9 days ago' "$crash/$name"
done
# They do not count, and do not go; as the newest one holds up the others, as any that is incomplete.
run prune --root="$root"
expect_status 0
same 'what goes' "$(xargs < "$tmp/out")" '/var/crash/c-3 /var/crash/c-2'
keep 'age = 1s' 'bytes = 1'
run prune --root="$root"
expect_stdout ''
dump c-2 2
touch "$crash/d-cut"
run prune --root="$root"
expect_stdout ''
expect_error 'd-cut, the newest, is not complete'
# By name they do, but for what has a folder in it.
rmdir "$crash/d-dir/manifest.json"
: > "$crash/d-dir/manifest.json"
for name in $damaged; do
	run remove --root="$root" "$name"
	expect_status 0
	check "$name is there" [ ! -e "$crash/$name" ]
done
has c-1 c-2 other theirs
run prune --root="$root" c-1
expect_status 2
run pin --root="$root"
expect_status 2
finish

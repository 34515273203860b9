#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Dumps on block devices, and recovered from them: the folder is that of a save to a folder, nothing
# that is worth anything is written over, and damage is told. Files *.disk are the devices.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
program=$tools/kdump-block
compare=$tools/dumpcmp
need zstd zstd
need jq jq
need mkfs.ext4 e2fsprogs

zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$tmp/load61" || exit 99
"$tools/mkpages" "$tmp/pages" || exit 99
disk=$tmp/a.disk
mkdir "$tmp/crash" "$tmp/folder"
when=2026-11-22-18:21:46

# no_blkid: does this build lack libblkid? Then every new device has to be forced.
force=
grep -q '^#define HAVE_BLKID 1' "$builddir/config.h" || force=--force

# new_disk MIB: without anything on it
new_disk()
{
	rm -f "$disk"
	truncate -s "$1M" "$disk" || exit 99
}

# untouched COPY: is the disk still what it was?
untouched()
{
	same_file 'the device' "$disk" "$1"
}

# bytes_at OFFSET BYTE...: change the disk
bytes_at()
{
	# shellcheck disable=SC2059 # the format is the bytes
	printf "$2" | dd of="$disk" bs=1 seek="$1" conv=notrunc 2> /dev/null
}

# forget: what was recovered so far
forget()
{
	rm -rf "$tmp/crash"
	mkdir "$tmp/crash" || exit 99
}

without()
{
	LD_LIBRARY_PATH=$tmp/broken "$@"
}

# --- there and back --------------------------------------------------------------------------------
run save --progress=none -d 31 "$tmp/load61" "$tmp/folder"
expect_status 0
new_disk 64
run save --progress=none -d 31 $force "$tmp/load61" "$disk"
expect_status 0
expect_err 'a.disk: [0-9]+ of [0-9]+ pages'
check 'a whole dump is called incomplete' [ "$(grep -c incomplete "$tmp/err")" = 0 ]
cp "$disk" "$tmp/saved"
run recover --keep "$disk" "$tmp/crash"
expect_status 0
expect_stderr "kdump: $tmp/crash/$when/vmcore: $(($(stat -c %s "$tmp/folder/$when/vmcore") >> 20)) MiB"
untouched "$tmp/saved"
run recover "$disk" "$tmp/crash"
expect_status 0
for folder in "$tmp/crash/$when" "$tmp/crash/$when.2"; do
	same 'what is in the folder' "$(cd "$folder" && echo *)" 'manifest.json vmcore vmcore-dmesg.txt'
	for file in vmcore vmcore-dmesg.txt; do
		same_file "$file" "$folder/$file" "$tmp/folder/$when/$file"
		same 'its mode' "$(stat -c %a "$folder/$file")" 600
	done
	for of in "$folder" "$tmp/folder/$when"; do
		jq 'del(.seconds, .phase_seconds, .peak_kib)' "$of/manifest.json"
	done > "$tmp/manifests"
	same 'the manifest' "$(jq -s '.[0] == .[1]' "$tmp/manifests")" true
done

# Once is enough, and then it may be written over.
run recover "$disk" "$tmp/crash"
expect_status 6
expect_error 'a.disk: the dump on it was recovered already; --again'
run recover --again "$disk" "$tmp/crash"
expect_status 0
same_file 'once more' "$tmp/crash/$when.3/vmcore" "$tmp/folder/$when/vmcore"
run save --progress=none -d 31 $force "$tmp/pages" "$disk"
expect_status 0
forget

# What was not recovered stays.
cp "$disk" "$tmp/saved"
run save --progress=none "$tmp/load61" "$disk"
expect_status 1
expect_error 'a.disk: a dump is on it that was not recovered: kdump recover does, --force'
untouched "$tmp/saved"
run save --progress=none --force "$tmp/load61" "$disk"
expect_status 0

# Either end will do.
for zeros in 0 $(((64 << 20) - 4096)); do
	cp "$disk" "$tmp/copy"
	dd if=/dev/zero of="$tmp/copy" bs=4096 count=1 seek=$((zeros / 4096)) conv=notrunc 2> /dev/null
	run recover "$tmp/copy" "$tmp/crash"
	expect_status 0
done
dd if=/dev/zero of="$tmp/copy" bs=4096 count=1 conv=notrunc 2> /dev/null
cp "$tmp/copy" "$tmp/marked"
run recover "$tmp/copy" "$tmp/crash"
expect_status 6
expect_error 'recovered already'
forget

# --- what is there ---------------------------------------------------------------------------------
new_disk 64
mkfs.ext4 -q -F "$disk" || exit 99
cp "$disk" "$tmp/saved"
run save --progress=none "$tmp/pages" "$disk"
expect_status 1
if [ "$force" ]; then
	expect_error 'whether it holds something cannot be told, .* no libblkid .*; --force writes'
else
	expect_error 'a.disk: it holds something \(ext4\): --force writes over it'
fi
untouched "$tmp/saved"
# Without the library nobody knows.
if [ ! "$force" ] && grep -q '^#define KX_DLOPEN 1' "$builddir/config.h"; then
	mkdir "$tmp/broken"
	echo broken > "$tmp/broken/libblkid.so.1"
	run_with=without
	run save --progress=none "$tmp/pages" "$disk"
	run_with=
	expect_status 1
	expect_error 'cannot be told, libblkid.so.1 cannot be loaded; install it .*libblkid1.*; --force'
	untouched "$tmp/saved"
fi
run save --progress=none --force "$tmp/pages" "$disk"
expect_status 0
run recover "$disk" "$tmp/crash"
expect_status 0
# Nothing is left of it, so that there is nothing to force any more.
if [ ! "$force" ]; then
	run save --progress=none "$tmp/pages" "$disk"
	expect_status 0
fi
mv "$disk" "$tmp/a.busy.disk"
for force in '' --force; do
	run save --progress=none $force "$tmp/pages" "$tmp/a.busy.disk"
	expect_status 1
	expect_error 'a.busy.disk is in use: mounted, swap, or held by another'
done
run recover "$tmp/a.busy.disk" "$tmp/crash"
expect_status 1
expect_error 'a.busy.disk: it is in use'
force=--force
forget

# --- room ------------------------------------------------------------------------------------------
for size in 0 1 2; do
	new_disk $size
	cp "$disk" "$tmp/saved"
	run save --progress=none $force "$tmp/pages" "$disk"
	expect_status 1
	expect_error 'a.disk: [0-9]+ bytes are too small: log and head of the dump alone want [0-9]+'
	untouched "$tmp/saved"
done
wants=$(sed 's/.* want //' "$tmp/err")
# What is left out is what does not fit, before it is tried.
new_disk 16
run save --progress=none --fit --compress=none $force "$tmp/pages" "$disk"
expect_status 0
expect_err 'the dump may not fit: expected are 17 MiB \(17 to 17\), there is room for 13 MiB'
expect_err 'the level is 17 now: expected are 13 MiB'
run recover "$disk" "$tmp/crash"
expect_status 0
forget
# 16 MiB of pages into less: what fits is a dump.
rm "$disk"
truncate -s $((wants + 4096)) "$disk"
for size in $wants $((8 << 20)) $((12 << 20)); do
	rm "$disk"
	truncate -s "$size" "$disk"
	run save --progress=none --compress=none $force "$tmp/pages" "$disk"
	expect_status 3
	expect_err 'the dump is incomplete: .*No space left on device'
	written=$(sed -n 's/.*disk: \([0-9]*\) of 4096 pages.*/\1/p' "$tmp/err")
	run recover "$disk" "$tmp/crash"
	expect_status 3
	expect_err 'the dump is incomplete, as it was when saving ended'
	folder=$tmp/crash/$(ls "$tmp/crash")
	same 'what is in the folder' "$(cd "$folder" && echo *)" \
		'manifest.json vmcore-dmesg.txt vmcore-incomplete'
	"$tools/dumpinfo" "$folder/vmcore-incomplete" > "$tmp/out" 2>&1
	expect_out 'incomplete'
	same 'why' "$(jq -r '.incomplete, .written' "$folder/manifest.json" | sed 's/.*: //' | xargs)" \
		"No space left on device $written"
	if [ "$written" -gt 0 ]; then
		"$compare" 0x1000000 "$tmp/pages" "$folder/vmcore-incomplete" > "$tmp/out"
		expect_out "^.* $written pages equal, 0 differ"
	fi
	forget
done
check 'nothing was written to the larger one' [ "$written" -gt 1000 ]

# What is on the device is not what was written: it is not called whole.
new_disk 64
KX_OTHER=$(((1 << 26) - 4096 + 24))
export KX_OTHER
run save --progress=none --compress=none $force "$tmp/pages" "$disk"
[ "$status" = 3 ] || {
	# The other head was written last.
	KX_OTHER=24
	new_disk 64
	run save --progress=none --compress=none $force "$tmp/pages" "$disk"
}
unset KX_OTHER
expect_status 3
expect_err 'the dump is incomplete: .*a.disk: what is on the disk is not what was written, at byte [0-9]+$'
run recover "$disk" "$tmp/crash"
expect_status 3
expect_err 'the dump is incomplete, as it was when saving ended'
folder=$tmp/crash/$(ls "$tmp/crash")
same 'what is in the folder' "$(cd "$folder" && echo *)" \
	'manifest.json vmcore-dmesg.txt vmcore-incomplete'
jq -e '.incomplete | test("not what was written")' "$folder/manifest.json" > "$tmp/out"
same 'is that in the manifest?' "$(cat "$tmp/out")" true
forget

# What does not fit into the folder stays on the device, and nowhere else.
limited()
{
	(
		trap '' XFSZ
		ulimit -f 8192
		"$@"
	)
}
new_disk 64
run save --progress=none --compress=none $force "$tmp/pages" "$disk"
expect_status 0
cp "$disk" "$tmp/saved"
run_with=limited
run recover --keep "$disk" "$tmp/crash"
run_with=
expect_status 1
expect_error 'vmcore-incomplete: File too large'
same 'what was left' "$(ls "$tmp/crash")" ''
untouched "$tmp/saved"

# --- damage ----------------------------------------------------------------------------------------
bytes_at $((9 << 20)) 'damaged'
run recover "$disk" "$tmp/crash"
expect_status 3
expect_err 'a.disk: [0-9]+ bytes are damaged, the first at [0-9]+'
expect_err 'the dump is incomplete: the device is damaged'
folder=$tmp/crash/$(ls "$tmp/crash")
same 'what is in the folder' "$(cd "$folder" && echo *)" \
	'manifest.json vmcore-dmesg.txt vmcore-incomplete'
"$tools/dumpinfo" "$folder/vmcore-incomplete" > "$tmp/out" 2>&1
expect_out 'incomplete'
# What is lost is missing, and no zeros.
lost=$(sed -n 's/^kdump: \([0-9]*\) pages are lost by that$/\1/p' "$tmp/err")
check "pages that are lost: $lost" [ "$lost" -gt 200 ]
"$compare" 0x1000000 "$tmp/pages" "$folder/vmcore-incomplete" > "$tmp/out" 2>&1
expect_out " $((4096 - lost)) pages equal, 0 differ, $lost left out"
forget

# --- nothing ---------------------------------------------------------------------------------------
new_disk 64
# nothing_in STATUS DEVICE...: no files come of that
nothing_in()
{
	wanted=$1
	shift
	for name; do
		run recover "$name" "$tmp/crash"
		expect_status "$wanted"
		same 'what was left' "$(ls "$tmp/crash")" ''
	done
}
nothing_in 6 "$disk" "$tmp/pages"
nothing_in 1 "$tmp/no-such" /dev/null "$tmp/crash"
run recover "$disk" "$tmp/crash"
expect_error 'a.disk: no dump is on it'
run recover "$tmp/saved" "$tmp/no-folder"
expect_status 1
expect_error 'no-folder: No such file'
# A save of which nothing came: its head is all there is.
dd if="$tmp/saved" of="$disk" bs=1M count=1 conv=notrunc 2> /dev/null
run recover "$disk" "$tmp/crash"
expect_status 1
expect_err 'nothing of the dump can be read'
same 'what was left' "$(ls "$tmp/crash")" ''

# --- usage -----------------------------------------------------------------------------------------
for wrong in 'recover' 'recover a' 'recover a b c' 'recover --no-such a b'; do
	# shellcheck disable=SC2086 # words
	run $wrong
	expect_status 2
done
run save --format=flat $force "$tmp/pages" "$disk"
expect_status 1
expect_error 'on a device a dump is an ordinary one, not flat'
run recover --help
expect_status 0
expect_out '^Usage: kdump recover \[OPTION\]\.\.\. DEVICE FOLDER$'
finish

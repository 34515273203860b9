#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Whatever goes wrong while a dump is saved: what is left opens, says that it is not whole, has right
# pages and the most valuable first, and nothing lies beside it. Full disks are a tmpfs of that size in
# a mount namespace, little memory is a limit of data (RLIMIT_DATA) and, for root with version 1 of
# memory cgroups, a cgroup of 64 MiB.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
compare=$tools/dumpcmp
need jq jq
need unshare util-linux
need prlimit util-linux
need python3 python3

"$tools/mkpages" "$tmp/pages" || exit 99
"$tools/mkpages" -z "$tmp/zeros" || exit 99
mkdir "$tmp/disk" "$tmp/taken"

# opens FILE [PAGES]: our reader opens it, it is incomplete, no page of it is wrong, and it has that many
opens()
{
	"$tools/dumpinfo" "$1" > "$tmp/out" 2>&1
	expect_out 'incomplete'
	check 'pages are wrong' "$compare" 0x1000000 "$tmp/pages" "$1" > "$tmp/out"
	expect_out ' 0 differ, '
	[ -z "${2:-}" ] || expect_out "(^|[^0-9])$2 equal"
}

# --- a full disk -----------------------------------------------------------------------------------
for how in -m -rm; do
	unshare $how true 2> /dev/null && break
done
unshare $how true 2> /dev/null || skip 'no mount namespace can be made here'

# on_disk ARGUMENT...: with a file system of $size bytes at $tmp/disk; what is there then is in
# $tmp/taken
cat > "$tmp/on-disk" <<'END'
mount -t tmpfs -o size="$SIZE" none "$DISK" || exit 99
status=0
"$@" || status=$?
cp -a "$DISK/." "$TAKEN" || exit 99
exit $status
END
on_disk()
{
	rm -rf "$tmp/taken"
	mkdir "$tmp/taken"
	SIZE=$size DISK=$tmp/disk TAKEN=$tmp/taken unshare $how sh "$tmp/on-disk" "$@"
}

run save --compress=none --progress=none "$tmp/pages" "$tmp/whole"
expect_status 0
whole=$(stat -c %s "$tmp/whole")
run_with=on_disk
for tenth in 1 2 3 4 5 6 7 8 9; do
	size=$((whole / 10 * tenth / 4096 * 4096))
	run save --compress=none --progress=none "$tmp/pages" "$tmp/disk/dump"
	expect_status 3
	expect_err "the dump may not fit: expected are 17 MiB \(17 to 17\), there is room for [0-9]+ MiB"
	expect_err "the kernel's own pages are saved first"
	expect_err 'the dump is incomplete: writing: No space left on device'
	same 'what is there' "$(ls "$tmp/taken")" dump-incomplete
	opens "$tmp/taken/dump-incomplete"

	# Most of this machine are zeros: another level is enough.
	run save --compress=none --progress=none --fit "$tmp/zeros" "$tmp/disk"
	expect_status 0
	expect_err 'the level is 1 now'
	folder=$(echo "$tmp"/taken/*)
	same 'what is there' "$(cd "$folder" && echo *)" 'manifest.json vmcore vmcore-dmesg.txt'
	check 'pages are wrong' "$compare" 0x1000000 "$tmp/zeros" "$folder/vmcore" > "$tmp/out"
	expect_out ' 0 differ, 0 left out$'
done
# Not even the head.
size=65536
run save --compress=none --progress=none "$tmp/pages" "$tmp/disk/dump"
expect_status 1
expect_err 'no room for the head of the dump'
same 'what is there' "$(ls "$tmp/taken")" ''
run_with=

# --- a limit ---------------------------------------------------------------------------------------
for limit in 1M 2048K 4194304 8M; do
	run save --compress=none --progress=none --limit=$limit "$tmp/pages" "$tmp/limited"
	expect_status 3
	expect_err 'the dump is incomplete: the limit of [0-9]+ bytes is reached'
	check 'it is larger' [ "$(stat -c %s "$tmp/limited-incomplete")" -le "$(numfmt --from=iec $limit)" ]
	opens "$tmp/limited-incomplete"
	rm "$tmp/limited-incomplete"
done
run save --compress=none --limit=1G "$tmp/pages" "$tmp/limited"
expect_status 0
same_file 'with a limit that is no matter' "$tmp/limited" "$tmp/whole"
rm "$tmp/limited"
run save --limit=64K "$tmp/pages" "$tmp/limited"
expect_status 1
expect_err 'the limit of 65536 bytes is less than the head of the dump'
check 'a file was left' [ ! -e "$tmp/limited-incomplete" ]
for wrong in '' x 5X -1 1.5G 99999999999T 0; do
	run save --limit="$wrong" "$tmp/pages" "$tmp/limited"
	expect_status 2
done

# --- pages that cannot be read ---------------------------------------------------------------------
program=$tools/kdump-unread
mkdir "$tmp/crash"
# The last two pages of the file, and some of the middle.
size=$(stat -c %s "$tmp/pages")
middle=$((size / 2 / 4096 * 4096))
KX_EIO=$((size - 5000))-$((size - 1)),$middle-$((middle + 9 * 4096))
export KX_EIO
run save --compress=none --progress=none "$tmp/pages" "$tmp/crash"
unset KX_EIO
expect_status 3
expect_err 'the dump is incomplete: [0-9]+ pages could not be read'
folder=$(echo "$tmp"/crash/*)
opens "$folder/vmcore-incomplete"
lost=$(jq .lost "$folder/manifest.json")
check "$lost pages are lost" [ "$lost" = 12 ]
same 'what is named' "$(jq '[.lost_ranges[] | .[1] - .[0] + 1] | add' "$folder/manifest.json")" "$lost"

# --- what is on the disk is not what was written ---------------------------------------------------
# Read again, before the name: of a folder, of a file, of one that is encrypted or flat. Behind the
# headers nothing is read.
for at in 0 $((0x1000)) 8191; do
	rm -rf "$tmp/crash"
	mkdir "$tmp/crash"
	KX_OTHER=$at
	export KX_OTHER
	run save --compress=none --progress=none "$tmp/pages" "$tmp/crash"
	expect_status 3
	expect_err "the dump is incomplete: .*/vmcore-incomplete: what is on the disk is not what was written, at byte $((at))\$"
	folder=$(echo "$tmp"/crash/*)
	same 'what is there' "$(cd "$folder" && echo *)" 'manifest.json vmcore-dmesg.txt vmcore-incomplete'
	check "the manifest says: $(jq .incomplete "$folder/manifest.json")" \
		jq -e '.incomplete | test("not what was written")' "$folder/manifest.json" > "$tmp/out"
	for form in flat elf; do
		run save --format=$form --progress=none "$tmp/pages" "$tmp/other"
		expect_status 3
		expect_err 'what is on the disk is not what was written'
		check 'it has a name' [ ! -e "$tmp/other" ]
		rm "$tmp/other-incomplete"
	done
done
KX_OTHER=8192
rm -rf "$tmp/crash"
mkdir "$tmp/crash"
run save --compress=none --progress=none "$tmp/pages" "$tmp/crash"
expect_status 0
unset KX_OTHER
program=$builddir/kdump/kdump

# --- a pipe that nobody reads any more -------------------------------------------------------------
mkfifo "$tmp/pipe" || exit 99
head -c 2000000 "$tmp/pipe" > "$tmp/first" &
status=0
"$program" save --compress=none --progress=none "$tmp/pages" - > "$tmp/pipe" 2> "$tmp/err" ||
	status=$?
wait
expect_status 3
expect_err 'the dump is incomplete: writing: Broken pipe'

# --- signals ---------------------------------------------------------------------------------------
# While pages are written it is in save.sh. Before, as here while the source is still coming, there is
# no dump, and nothing stays.
mkfifo "$tmp/source" || exit 99
{
	# More than a pipe holds: when that is gone, the program is reading.
	head -c 100000 "$tmp/pages"
	echo > "$tmp/reading"
	appears "$tmp/stopped"
} > "$tmp/source" &
"$program" save -d 31 --progress=none "$tmp/source" "$tmp/early" 2> "$tmp/err" &
saver=$!
appears "$tmp/reading"
kill -s TERM "$saver"
status=0
wait "$saver" || status=$?
expect_status 143
echo > "$tmp/stopped"
check 'a file was left' [ ! -e "$tmp/early-incomplete" ]
check 'a file was left' [ ! -e "$tmp/early" ]
wait

# --- little memory ---------------------------------------------------------------------------------
for memory in 1M 7M 8191K; do
	run save --memory=$memory "$tmp/pages" "$tmp/small"
	expect_status 2
	expect_err '8 MiB are the least'
done
if grep -q -a __asan_init "$program"; then
	echo 'not checked: memory, of which the address sanitizer takes more by itself'
	finish
fi
# peak MEMORY: a save that may take so much takes no more, with all threads that are asked for
with_data()
{
	prlimit --data=$((data * 1048576)) "$@"
}
for memory in 8 16 32 64; do
	rm -rf "$tmp/crash"
	mkdir "$tmp/crash"
	data=$memory
	run_with=with_data
	run save -d 31 --jobs=16 --memory=${memory}M --progress=none "$tmp/pages" "$tmp/crash"
	run_with=
	expect_status 0
	folder=$(echo "$tmp"/crash/*)
	peak=$(jq .peak_kib "$folder/manifest.json")
	check "a peak of $peak KiB of $memory MiB" [ "$peak" -le $((memory * 1024)) ]
done

group=/sys/fs/cgroup/memory/kx-faults-$$
if [ "$(id -u)" = 0 ] && mkdir "$group" 2> /dev/null; then
	echo 64M > "$group/memory.limit_in_bytes"
	in_group()
	{
		sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$group" "$@"
	}
	run_with=in_group
	run save -d 31 --jobs=64 --progress=none "$tmp/pages" "$tmp/grouped"
	run_with=
	expect_status 0
	rmdir "$group"
	echo 'a cgroup of 64 MiB: checked'
else
	echo 'a cgroup of 64 MiB: none can be made here, the limit of data stands for it'
fi

# --- whoever saves dies ----------------------------------------------------------------------------
# What sends to a server reads a socket, and knows then that what came is not all.
cat > "$tmp/put" <<'END'
import os, select, signal, sys
name = os.path.basename(sys.argv[2])
size = 0
while piece := os.read(0, 65536):
    size += len(piece)
    if name == os.environ["HTTP_KILLS"]:
        os.kill(os.getppid(), signal.SIGKILL)
poll = select.poll()
poll.register(0)
gone = any(event & select.POLLHUP for _, event in poll.poll(0))
with open(f"{os.environ['HTTP_LOG']}.{name}", "w") as log:
    print("broke" if gone else "ended", size > 0, file=log)
sys.exit(gone)
END
export HTTP_LOG="$tmp/http.log" HTTP_KILLS=none
push()
{
	rm -f "$HTTP_LOG".*
	run save --compress=none --progress=none --http="python3 $tmp/put" "$tmp/pages" http://server/x
}
push
expect_status 0
for file in vmcore manifest.json; do
	same "what all of $file was sent of" "$(cat "$HTTP_LOG.$file")" 'ended True'
done
HTTP_KILLS=vmcore
push
expect_status 137
appears "$HTTP_LOG.vmcore"
same 'what broke' "$(cat "$HTTP_LOG.vmcore")" 'broke True'
check 'the manifest came all the same' [ ! -e "$HTTP_LOG.manifest.json" ]

finish

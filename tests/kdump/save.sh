#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What kdump save leaves: a dump of its level, a folder with all that belongs to it, and how it fails.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
dmesg=$builddir/vmcore-dmesg/vmcore-dmesg
compare=$tools/dumpcmp
need zstd zstd
need jq jq

zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$tmp/load61" || exit 99
"$tools/mkpages" "$tmp/pages" || exit 99

# field NAME: of the manifest in the folder $folder
field()
{
	jq -r ".$1" "$folder/manifest.json"
}

# --- whoever waits for it, begun -------------------------------------------------------------------
# read_as NAME: reads a dump, and takes his time twice, or is the one who stops it; from when the dump
# begins to come, since a busy machine may start nothing for a while
read_as()
{
	{
		dd bs=4096 count=1 iflag=fullblock
		case $1 in
		INT | TERM | HUP)
			sleep 0.3
			kill -s "$1" "$saver"
			;;
		*)
			sleep 1.2
			dd bs=65536 count=192 iflag=fullblock
			sleep 1.2
			;;
		esac
		cat
	} > "$tmp/$1.dump" 2> "$tmp/$1.dd"
}
# wait_for NAME OPTION...: saves for that reader; leaves the status and how many ms it took
wait_for()
{
	reader=$1
	shift
	began=$(($(date +%s%N) / 1000000))
	"$program" save --compress=none --jobs=1 "$@" "$tmp/pages" - > "$tmp/$reader.pipe" \
		2> "$tmp/$reader.err" &
	saver=$!
	read_as "$reader" < "$tmp/$reader.pipe"
	status=0
	wait "$saver" || status=$?
	echo "$status $(($(date +%s%N) / 1000000 - began))" > "$tmp/$reader.ended"
}
# ended NAME: what came of it
ended()
{
	ran="kdump save for $1"
	read -r status passed < "$tmp/$1.ended"
	cp "$tmp/$1.err" "$tmp/err"
}
# While they wait all else is done; the end of them is below.
for form in lines json none; do
	mkfifo "$tmp/$form.pipe" || exit 99
	wait_for $form --progress=$form &
done
for signal in INT TERM HUP; do
	mkfifo "$tmp/$signal.pipe" || exit 99
	wait_for $signal --progress=none &
done

# --- a folder --------------------------------------------------------------------------------------
mkdir "$tmp/crash"
run save -d 31 "$tmp/load61" "$tmp/crash"
expect_status 0
# That dump was made without its struct pages.
expect_err 'nothing is left out but zero pages: .*mem_section'
expect_err 'crash/2026-11-22-18:21:46/vmcore: '
check 'a whole dump is called incomplete' [ "$(grep -c incomplete "$tmp/err")" = 0 ]
folder=$tmp/crash/2026-11-22-18:21:46
same 'what is in the folder' "$(cd "$folder" && echo *)" 'manifest.json vmcore vmcore-dmesg.txt'
"$dmesg" "$tmp/load61" > "$tmp/log"
same_file 'the log in the folder' "$folder/vmcore-dmesg.txt" "$tmp/log"
"$dmesg" "$folder/vmcore" > "$tmp/again"
same_file 'the log out of the dump' "$tmp/again" "$tmp/log"
check 'the dump is for others to read' [ "$(stat -c %a "$folder/vmcore")" = 600 ]
check 'the folder is for others to read' [ "$(stat -c %a "$folder")" = 700 ]
same 'release' "$(field release)" "$("$dmesg" --info "$tmp/load61" | sed -n 's/^Release: *//p')"
same 'level' "$(field level)" 31
same 'incomplete' "$(field incomplete)" null
check 'why it is not filtered' [ "$(field unfiltered)" != null ]
same 'bytes' "$(field bytes)" "$(stat -c %s "$folder/vmcore")"
same 'pages in all' "$(field '| [.pages[]] | add')" "$(field 'absent + .kept')"
same 'what the rest says' "$(field '| [.format, .dump, .source, .machine, .codec, .lost, .written - .kept] | @csv')" \
	"1,\"vmcore\",\"$tmp/load61\",\"x86_64\",\"zstd\",0,0"
check 'peak_kib' [ "$(field peak_kib)" -gt 1000 ]
# A second crash in the same second.
run save --progress=none "$tmp/load61" "$tmp/crash"
expect_status 0
check 'the second folder' [ -e "$folder.2/vmcore" ]

# No time of a crash, and none that is a number, or a date: it is now.
for crashed in '' -1 x 1099511627776; do
	mkdir "$tmp/now"
	{
		echo 'info PAGESIZE=4096'
		echo 'info OSRELEASE=made'
		echo "${crashed:+info CRASHTIME=$crashed}"
		echo 'load 0 0'
		echo 'zero 4096'
	} | "$tools/mkelf" elf "$tmp/made" || exit 99
	run save "$tmp/made" "$tmp/now"
	expect_status 0
	folder=$(echo "$tmp"/now/*)
	like 'the name of the folder' "$folder" "$tmp/now/2???-??-??-??:??:??"
	same 'release' "$(field release)" made
	same 'build_id' "$(field build_id)" null
	rm -r "$tmp/now"
done

# --- a file, its level and its codec ---------------------------------------------------------------
while read -r level kept; do
	run save -d "$level" --jobs=2 "$tmp/pages" "$tmp/level$level"
	expect_status 0
	expect_err "level$level: $kept of 4096 pages"
	rm -f "$tmp/level$level"
done <<'END'
0 4096
1 4096
2 4080
4 4064
8 3584
16 3072
31 2528
END
for codec in none zlib zlib:9 lzo snappy zstd zstd:3; do
	run save --compress="$codec" "$tmp/load61" "$tmp/$codec"
	# A build without the codec says so, and leaves nothing.
	if [ "$status" = 1 ]; then
		expect_err "${codec%:*}.* is not in this build|LZO is not in this build"
		check 'a file was left' [ ! -e "$tmp/$codec" ]
		continue
	fi
	expect_status 0
	check 'the pages differ' "$compare" 0x40000000 "$tmp/load61" "$tmp/$codec" > "$tmp/out"
	expect_out ' 0 differ, 0 left out$'
	rm -f "$tmp/$codec"
done

# --- where it is -----------------------------------------------------------------------------------
in_tmp()
{
	(cd "$tmp" && "$@")
}
run_with=in_tmp
run save -d 31 "$tmp/pages" here
expect_status 0
run save -d 31 "$tmp/pages" ./crash/there
expect_status 0
same_file 'a file in a folder' "$tmp/crash/there" "$tmp/here"
run save "$tmp/pages" no-folder/
expect_status 1
expect_err 'no-folder/: no name for a file'
run_with=

# --- what is there stays ---------------------------------------------------------------------------
echo mine > "$tmp/mine"
run save "$tmp/pages" "$tmp/mine"
expect_status 1
expect_err 'mine is there'
same 'the file that was there' "$(cat "$tmp/mine")" mine
ln -s nowhere "$tmp/link"
run save "$tmp/pages" "$tmp/link"
expect_status 1
check 'a link was followed' [ ! -e "$tmp/nowhere" ]
run save "$tmp/pages" "$tmp/no/such"
expect_status 1
# However long a path is, the reason stands behind it.
long=$tmp/$(printf '%250s' '' | tr ' ' x)
run save "$tmp/pages" "$long"
expect_status 1
expect_err 'x: File name too long'
run save "$tmp/pages" "$long/new"
expect_status 1
expect_err 'x: No such file'
run save "$tmp/nothing" "$tmp/new"
expect_status 1
expect_err 'nothing: No such file'
# The source that is meant when none is named; but for a crash kernel nobody has it.
if [ ! -e /proc/vmcore ]; then
	run save "$tmp/new"
	expect_status 1
	expect_err '/proc/vmcore: No such file'
fi
run save "$tmp/mine" "$tmp/new"
expect_status 1
check 'files were left' [ "$(cd "$tmp" && echo new*)" = 'new*' ]

# --- no more room ----------------------------------------------------------------------------------
# limited ARGUMENT...: with files of at most 4 MiB
limited()
{
	(
		trap '' XFSZ
		# In blocks of 512 bytes.
		ulimit -f 8192
		"$@"
	)
}
run_with=limited
run save --compress=none "$tmp/pages" "$tmp/cut"
run_with=
expect_status 3
expect_err 'the dump is incomplete: writing: File too large'
check 'it has its name' [ ! -e "$tmp/cut" ]
"$tools/dumpinfo" "$tmp/cut-incomplete" > "$tmp/out" 2>&1
expect_out 'incomplete'

# --- usage -----------------------------------------------------------------------------------------
for wrong in '' 'save' 'save a b c' 'save -d 32 a b' 'save -d x a b' 'save --compress=gzip a b' \
	'save --compress=zstd:x a b' 'save --jobs=1000 a b' 'save --progress=loud a b' \
	'save --no-such a b' 'throw' 'save --jobs=257 a b' 'save --compress=zstd:1001 a b' \
	'save --compress=zstd:-1001 a b' 'save --compress= a b' 'save --format= a b'; do
	# shellcheck disable=SC2086 # words
	run $wrong
	expect_status 2
done
run save --help
expect_status 0
expect_out '^Usage: kdump save \[OPTION\]\.\.\. \[SOURCE\] DEST$'
expect_out '^  FOLDER  +dump, log and manifest'
expect_out '^See kdump\(8\)\.$'
for help in --help -h; do
	run $help
	expect_status 0
	expect_out '^  save  +save a dump, filtered and compressed$'
done
run -V
expect_status 0
expect_out '^kdump \(kexec-suite\) '
run --version
expect_status 0
expect_out '^kdump \(kexec-suite\) '

# --- whoever waits for it, ended -------------------------------------------------------------------
wait
# A line a second, when there is something to tell.
ended lines
expect_status 0
expect_err '^kdump: copying: [0-9]+ MiB of 16, [0-9]+ MiB written$'
expect_err '^kdump: copying: [0-9]+ MiB of 16, [0-9]+ MiB written, [0-9]+ s left$'
# By what passed, and not more than that; MiB are rounded down.
sed -n 's/.*: \([0-9]*\) MiB of 16, .*, \([0-9]*\) s left$/\1 \2/p' "$tmp/err" > "$tmp/left_s"
check 'the time left' awk -v passed="$passed" '
	{ n++; bad += $2 < 16 / ($1 + 1) - 1.5 || $1 && $2 > (16 - $1) / $1 * passed / 1000 + 1 }
	END { exit !n || bad }' "$tmp/left_s"
# Of what passed here it was told nearly all.
sed -n 's/.* MiB, \([0-9.]*\) s$/\1/p' "$tmp/err" > "$tmp/seconds"
check 'the time that it took' awk -v passed="$passed" \
	'{ ok = $1 >= 2.3 && $1 < passed / 1000 + 0.1 } END { exit !ok }' "$tmp/seconds"

ended json
expect_status 0
grep '^{' "$tmp/err" > "$tmp/json"
check 'fewer than two lines' [ "$(wc -l < "$tmp/json")" -ge 2 ]
same 'what they say' "$(jq -c '[.phase, .total, .pages > 0 and .pages < .total,
	.bytes > .pages * 4096, .seconds < 60]' "$tmp/json" | sort -u)" '["copy",4096,true,true,true]'
same 'the first, and the last' "$(jq -sc '[.[0].seconds < 1, .[-1].seconds >= 1]' "$tmp/json")" \
	'[true,true]'

ended none
expect_status 0
same 'lines' "$(wc -l < "$tmp/err")" 1

# Whoever stops it has what is there.
for signal in INT TERM HUP; do
	ended $signal
	expect_status 3
	expect_err 'the dump is incomplete: stopped'
	"$tools/dumpinfo" "$tmp/$signal.dump" > "$tmp/out" 2>&1
	expect_out 'incomplete'
done
finish

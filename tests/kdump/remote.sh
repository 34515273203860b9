#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump save to ssh://: what a shell and dd make of it at the other end, which here is this machine;
# by ssh itself it is the scenario save-ssh.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
"$tools/mkpages" "$tmp/pages" || exit 99
mkdir "$tmp/there"

# A program that is called like ssh and leaves out the way: options, host, command. The first line of
# the file $NEAR_CUTS says after how many bytes it ends, "hung" behind it that nobody tells the other
# machine so, "down N" that only N bytes of answers come, and other words are a command for what
# happens there then.
cat > "$tmp/near" <<'END'
#!/bin/sh
while [ $# -gt 1 ]; do
	echo "$1" >> "$NEAR_LOG"
	shift
done
PATH=${NEAR_SHELL:+$NEAR_SHELL:}$PATH
# Nothing is held back; a read that gets less than a block counts as one, where there are many.
pass()
{
	if [ "$1" -gt 100000 ]; then
		dd bs=65536 iflag=count_bytes count="$1" status=none
	else
		dd bs=1 count="$1" status=none
	fi
}
cut= after=
if [ -s "${NEAR_CUTS:-/dev/null}" ]; then
	read -r cut after < "$NEAR_CUTS"
	sed -i 1d "$NEAR_CUTS"
fi
if [ "$after" = hung ]; then
	rm -f "$NEAR_LOG.back" "$NEAR_LOG.cut"
	mkfifo "$NEAR_LOG.back"
	# What runs behind has another standard input.
	exec 3<&0
	{
		pass "$cut" <&3
		exec 3<&-
		: > "$NEAR_LOG.cut"
		exec sleep 60
	} | sh -c "$1" > "$NEAR_LOG.back" 3<&- &
	cat "$NEAR_LOG.back" &
	until [ -e "$NEAR_LOG.cut" ]; do sleep 0.05; done
	kill $!
	exit 255
fi
if [ "${after%% *}" = down ]; then
	exec 3<&0
	rm -f "$NEAR_LOG.back"
	mkfifo "$NEAR_LOG.back"
	sh -c "$1" <&3 > "$NEAR_LOG.back" 3<&- &
	exec 3<&-
	pass "${after#down }" < "$NEAR_LOG.back"
	# What is on its way arrives, and is done.
	sleep 1
	exit 255
fi
if [ "$cut" ]; then
	pass "$cut" | sh -c "$1"
	$after
else
	${NEAR_LIMIT:-} sh -c "$1"
fi
status=$?
sleep "${NEAR_SLEEP:-0}"
echo ended >> "$NEAR_LOG"
exit $status
END
chmod +x "$tmp/near"
NEAR_LOG=$tmp/near.log
NEAR_CUTS=$tmp/cuts
export NEAR_LOG NEAR_CUTS
# kdump is where the other machine finds it, or, in the first part, nowhere.
bin=$tmp/bin
mkdir "$bin" || exit 99
ln -s "$program" "$bin/kdump" || exit 99
plain=$PATH
if command -v kdump > /dev/null || [ -e /usr/local/sbin/kdump ] || [ -e /usr/sbin/kdump ]; then
	receiver=--receiver=shell
else
	receiver=--receiver=auto
fi

run save -d 31 "$tmp/pages" "$tmp/local"
for name in dump "it's a \$(dump)"; do
	run save -d 31 $receiver --ssh="$tmp/near -i key" "$tmp/pages" "ssh://me@other:2222$tmp/there/$name"
	expect_status 0
	same_file "$name" "$tmp/there/$name" "$tmp/local"
	same 'what is left' "$(find "$tmp/there" -name '*-incomplete')" ''
done
# ssh may have something to do yet when all is written.
NEAR_SLEEP=1
export NEAR_SLEEP
run save -d 31 $receiver --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/late"
expect_status 0
same 'what was done last' "$(tail -n 1 "$NEAR_LOG")" ended
NEAR_SLEEP=0

same 'what ssh is given' "$(head -n 5 "$NEAR_LOG" | xargs)" '-i key -p 2222 me@other'
same 'its rights' "$(stat -c %a "$tmp/there/dump")" 600

# What is there stays.
echo mine > "$tmp/there/mine"
ln -s nowhere "$tmp/there/link"
for name in mine link no/such; do
	run save $receiver --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/$name"
	expect_status 1
	expect_err 'nothing can be saved there'
done
same 'the file that was there' "$(cat "$tmp/there/mine")" mine
check 'a link was followed' [ ! -e "$tmp/there/nowhere" ]

# The connection breaks: what was acknowledged can be read, and the file says that it is not whole.
cat > "$tmp/limit" <<'END'
#!/bin/sh
trap '' XFSZ
ulimit -f 8192
exec "$@"
END
chmod +x "$tmp/limit"
NEAR_LIMIT=$tmp/limit
export NEAR_LIMIT
run save --compress=none $receiver --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/cut"
expect_status 3
expect_err "the dump is incomplete: other: error writing '.*cut-incomplete': File too large"
check 'it has its name' [ ! -e "$tmp/there/cut" ]
"$tools/dumpinfo" "$tmp/there/cut-incomplete" > "$tmp/out" 2>&1
expect_out 'incomplete'

# In a folder there, by each shell: what a folder here gets.
mkdir "$tmp/crash" "$tmp/shells"
run save -d 31 --progress=none "$tmp/pages" "$tmp/crash"
expect_status 0
here=$(echo "$tmp"/crash/*)
for shell in dash bash busybox; do
	command -v $shell > /dev/null || skip "$shell is missing"
	mkdir "$tmp/shells/$shell" "$tmp/there/$shell"
	ln -s "$(command -v $shell)" "$tmp/shells/$shell/sh"
	if [ $shell = busybox ]; then
		for name in dd ln mkdir rm sync; do
			ln -s "$(command -v busybox)" "$tmp/shells/busybox/$name"
		done
	fi
	NEAR_SHELL=$tmp/shells/$shell
	export NEAR_SHELL
	for number in 1 2; do
		run save -d 31 $receiver --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/$shell/"
		expect_status 0
		expect_err "^kdump: ssh://other$tmp/there/$shell/2.*/vmcore: 2528 of 4096 pages"
	done
	same "folders by $shell" "$(find "$tmp/there/$shell" -mindepth 1 -type d | wc -l)" 2
	for folder in "$tmp/there/$shell"/*; do
		same "files by $shell" "$(cd "$folder" && echo *)" \
			'manifest.json vmcore vmcore-dmesg.txt'
		for name in vmcore vmcore-dmesg.txt; do
			same_file "$name by $shell" "$folder/$name" "$here/$name"
		done
		same "the manifest by $shell" "$(grep -cE '"(dump|written)": ("vmcore"|2528),' \
			"$folder/manifest.json")" 2
		same "rights by $shell" "$(stat -c %a "$folder" "$folder"/* | sort -u | xargs)" '600 700'
	done
	# Its disk is full: the machine and the reason are named, the folder is what it would be here.
	mkdir "$tmp/there/$shell-cut"
	NEAR_LIMIT=$tmp/limit
	run save --compress=none $receiver --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/$shell-cut"
	expect_status 3
	expect_err "the dump is incomplete: other: .*: File too large"
	NEAR_LIMIT=
	cut=$(echo "$tmp/there/$shell-cut"/*)
	"$tools/dumpinfo" "$cut/vmcore-incomplete" > "$tmp/out" 2>&1
	expect_out 'incomplete'
	same_file "the log by $shell" "$cut/vmcore-dmesg.txt" "$here/vmcore-dmesg.txt"
done
NEAR_SHELL=
# Folders that are not there, or not for us.
run save $receiver --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/no-folder/"
expect_status 1
expect_err 'no-folder/: no such folder'
# What says something else is no receiver.
cat > "$tmp/deaf" <<'END'
#!/bin/sh
echo 'Welcome to this machine!'
END
chmod +x "$tmp/deaf"
run save $receiver --ssh="$tmp/deaf" "$tmp/pages" "ssh://other$tmp/there/deaf"
expect_status 1
expect_err 'nothing can be saved there: other: no receiver answers, but "Welcome to this machine!"'

# What cannot be saved leaves nothing there.
NEAR_LIMIT=
run save --compress=zlib:99 $receiver --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/none"
expect_status 1
same 'what is left' "$(find "$tmp/there" -name 'none*')" ''

# --- by kdump there --------------------------------------------------------------------------------
PATH=$bin:$plain

# It is taken where it is, and the shell where that is wanted; each says so.
for kind in auto kdump shell; do
	: > "$NEAR_LOG"
	run save -d 31 --receiver=$kind --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/by-$kind"
	expect_status 0
	same_file "the dump by $kind" "$tmp/there/by-$kind" "$tmp/local"
	same 'its rights' "$(stat -c %a "$tmp/there/by-$kind")" 600
done
PATH=$plain
run save --receiver=kdump --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/nobody"
if [ "$receiver" = --receiver=auto ]; then
	expect_status 1
	expect_err 'there is no kdump that understands version 1'
fi
PATH=$bin:$plain
mkdir "$tmp/there/framed"
run save -d 31 --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/framed"
expect_status 0
folder=$(echo "$tmp/there/framed"/*)
same 'files by kdump' "$(cd "$folder" && echo *)" 'manifest.json vmcore vmcore-dmesg.txt'
for name in vmcore vmcore-dmesg.txt; do
	same_file "$name by kdump" "$folder/$name" "$here/$name"
done
same 'rights by kdump' "$(stat -c %a "$folder" "$folder"/* | sort -u | xargs)" '600 700'

# What is there stays; what there is no room for leaves what came, and the machine is named.
for name in mine link no/such; do
	run save --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/$name"
	expect_status 1
	expect_err "nothing can be saved there: other: $tmp/there/${name%/such}"
done
same 'the file that was there' "$(cat "$tmp/there/mine")" mine
NEAR_LIMIT=$tmp/limit
run save --compress=none --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/full"
expect_status 3
expect_err "the dump is incomplete: other: $tmp/there/full: File too large"
NEAR_LIMIT=
"$tools/dumpinfo" "$tmp/there/full-incomplete" > "$tmp/out" 2>&1
expect_out 'incomplete'
run save --compress=zlib:99 --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/none"
expect_status 1
same 'what is left' "$(find "$tmp/there" -name 'none*')" ''

# The connection breaks, anywhere, and more than once: the dump is the same.
run save --compress=none "$tmp/pages" "$tmp/large"
expect_status 0
cut_test()
{
	name=cut$((checks))
	printf '%s\n' "$@" > "$NEAR_CUTS"
	run save --compress=none --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/$name"
	expect_status 0
	same_file "the dump that broke at $*" "$tmp/there/$name" "$tmp/large"
	same 'breaks that are left' "$(cat "$NEAR_CUTS")" ''
	same 'what is left' "$(find "$tmp/there" -name "$name-*")" ''
	expect_err 'other: the connection broke; trying again in 0.25 s'
	rm "$tmp/there/$name"
}
for cut in 44 100 5000 300000 9999999 16500000; do
	cut_test $cut
done
cut_test 1000000 100 3000000 120 2500000 2500000
# Where nobody tells the other machine, its receiver is ended before another one writes.
cut_test '3000000 hung' '700000 hung' 2000000
same 'receivers that are left' "$(pgrep -f "kdump receive $tmp" | wc -l)" 0
# All was done there, and nobody knows: HELLO and WELCOME with their headers and the path came.
echo "0 down $((40 + 40 + 48 + ${#tmp} + 11))" > "$NEAR_CUTS"
run save -d 31 --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/done"
expect_status 0
same_file 'the dump that was done already' "$tmp/there/done" "$tmp/local"
same 'breaks that are left' "$(cat "$NEAR_CUTS")" ''
# In a folder, whose receiver is not told.
mkdir "$tmp/there/hung"
echo '3000000 hung' > "$NEAR_CUTS"
run save --compress=none --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/hung/"
expect_status 0
same_file 'the dump in a folder' "$(echo "$tmp/there/hung"/*/vmcore)" "$tmp/large"
same 'receivers that are left in a folder' "$(pgrep -f "kdump receive $tmp" | wc -l)" 0
# In a folder: log, dump and manifest.
for cut in 100 400 20000 61000 62000; do
	rm -rf "$tmp/there/folder"
	mkdir "$tmp/there/folder"
	echo $cut > "$NEAR_CUTS"
	run save -d 31 --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/folder"
	expect_status 0
	folder=$(echo "$tmp/there/folder"/*)
	same "files after a break at $cut" "$(cd "$folder" && echo *)" \
		'manifest.json vmcore vmcore-dmesg.txt'
	for name in vmcore vmcore-dmesg.txt; do
		same_file "$name after a break at $cut" "$folder/$name" "$here/$name"
	done
	expect_err 'the connection broke'
done

# Room for the descriptors of all pages was taken there before anything was written.
echo 20000 > "$NEAR_CUTS"
run save --compress=none --retry=0 --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/head"
expect_status 3
expect_err 'the dump is incomplete: other: the connection ended$'
check 'no room was taken' [ "$(stat -c %s "$tmp/there/head-incomplete")" -gt $((4096 * 24)) ]

# What is not what broke is nobody's to write to: another file of that name, or a link.
mkdir "$tmp/swap"
cat > "$tmp/swap/file" <<'END'
#!/bin/sh
mv "$1" "$1.moved"
echo mine > "$1"
END
cat > "$tmp/swap/link" <<'END'
#!/bin/sh
mv "$1" "$1.moved"
echo mine > "$1.target"
ln -s "$1.target" "$1"
END
chmod +x "$tmp/swap"/*
for kind in file link; do
	echo "5000000 $tmp/swap/$kind $tmp/there/swap-$kind-incomplete" > "$NEAR_CUTS"
	run save --compress=none --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/swap-$kind"
	expect_status 3
	expect_err "dump is incomplete: other: $tmp/there/swap-$kind: what broke there is there no more"
	same "a $kind in its place" "$(cat "$tmp/there/swap-$kind-incomplete")" mine
	"$tools/dumpinfo" "$tmp/there/swap-$kind-incomplete.moved" > "$tmp/out" 2>&1
	expect_out 'incomplete'
done
# The same in a folder of its own, which itself is the same.
mkdir "$tmp/there/linked"
cat > "$tmp/swap/inside" <<'END'
#!/bin/sh
for folder in "$1"/*; do
	"${0%/*}/link" "$folder/vmcore-incomplete"
done
END
chmod +x "$tmp/swap/inside"
echo "5000000 $tmp/swap/inside $tmp/there/linked" > "$NEAR_CUTS"
run save --compress=none --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/linked"
expect_status 3
expect_err 'vmcore: Too many levels of symbolic links'
same 'a link inside' "$(cat "$tmp/there/linked"/*/vmcore-incomplete.target)" mine

# It is given up after as many tries as was said; what came is a dump that says it is not whole.
yes 100 | head -n 4 | sed '1s/.*/9000000/' > "$NEAR_CUTS"
run save --compress=none --retry=3 --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/given-up"
expect_status 3
expect_err 'the dump is incomplete: other: the connection ended; given up after 3 tries'
"$tools/dumpinfo" "$tmp/there/given-up-incomplete" > "$tmp/out" 2>&1
expect_out 'incomplete'
# Whoever stops it while it waits to try again has what came.
yes 100 | head -n 20 | sed '1s/.*/9000000/' > "$NEAR_CUTS"
: > "$tmp/err"
ran='kdump save, stopped'
"$program" save --compress=none --retry=20 --ssh="$tmp/near" "$tmp/pages" \
	"ssh://other$tmp/there/stopped" > "$tmp/out" 2> "$tmp/err" &
saver=$!
until grep -q 'trying again in [1-9]' "$tmp/err"; do
	kill -0 "$saver" || break
	sleep 0.1
done
kill -TERM "$saver"
status=0
wait "$saver" || status=$?
expect_status 3
expect_err 'the dump is incomplete: other: stopped while the connection was broken'
"$tools/dumpinfo" "$tmp/there/stopped-incomplete" > "$tmp/out" 2>&1
expect_out 'incomplete'
# With a shell there nothing goes on.
echo 9000000 > "$NEAR_CUTS"
run save --compress=none --receiver=shell --ssh="$tmp/near" "$tmp/pages" \
	"ssh://other$tmp/there/no-more"
expect_status 3
expect_err 'the dump is incomplete: other: the connection ended'
"$tools/dumpinfo" "$tmp/there/no-more-incomplete" > "$tmp/out" 2>&1
expect_out 'incomplete'
: > "$NEAR_CUTS"

# What does not come to the disk there is not whole, whatever a sync of all says; a file system may
# know no other names for a file.
mkdir "$tmp/failing" "$tmp/nameless" || exit 99
cat > "$tmp/failing/dd" <<END
#!/bin/sh
case "\$*" in *fsync*)
	echo "dd: fsync failed for 'vmcore-incomplete': Input/output error" >&2
	exit 1
esac
PATH='$plain' exec dd "\$@"
END
cat > "$tmp/failing/sync" <<'END'
#!/bin/sh
[ $# -eq 0 ]
END
printf '#!/bin/sh\necho "ln: failed to create hard link: Operation not permitted" >&2\nexit 1\n' \
	> "$tmp/nameless/ln"
chmod +x "$tmp/failing/dd" "$tmp/failing/sync" "$tmp/nameless/ln"
NEAR_SHELL=$tmp/failing run save --compress=none --receiver=shell --ssh="$tmp/near" \
	"$tmp/pages" "ssh://other$tmp/there/unsynced"
expect_status 1
expect_err "unsynced: other: fsync failed for 'vmcore-incomplete': Input/output error"
check 'it has its name' [ ! -e "$tmp/there/unsynced" ]
NEAR_SHELL=$tmp/nameless run save -d 31 --receiver=shell --ssh="$tmp/near" \
	"$tmp/pages" "ssh://other$tmp/there/renamed"
expect_status 0
same_file 'what was renamed' "$tmp/there/renamed" "$tmp/local"
check 'its other name is left' [ ! -e "$tmp/there/renamed-incomplete" ]

# A shell there tells what room there is, where it can.
mkdir "$tmp/poor" || exit 99
for room in 4096 -; do
	printf '#!/bin/sh\necho Filesystem 1024-blocks Used Available Capacity Mounted on\n' > "$tmp/poor/df"
	echo "echo //a b/c 1000000 5 $room 99% /some where" >> "$tmp/poor/df"
	chmod +x "$tmp/poor/df"
	NEAR_SHELL=$tmp/poor run save --fit --compress=none --receiver=shell --ssh="$tmp/near" \
		"$tmp/pages" "ssh://other$tmp/there/poor$room"
	if [ "$room" != - ]; then
		expect_status 3
		expect_err 'the dump may not fit: .* there is room for 3 MiB'
		expect_err 'the dump is incomplete: the limit of [0-9]* bytes is reached'
		check 'it is larger' [ "$(stat -c %s "$tmp/there/poor$room-incomplete")" -le $((4096 << 10)) ]
	else
		expect_status 0
		same 'comparisons' "$(grep -c 'may not fit' "$tmp/err")" 0
	fi
done

# A key may be for this alone, whatever is asked for; also after a break.
cat > "$tmp/forced" <<'END'
#!/bin/sh
while [ $# -gt 1 ]; do shift; done
exec "$NEAR" other "kdump receive $NEAR_FORCED"
END
chmod +x "$tmp/forced"
NEAR=$tmp/near NEAR_FORCED=$tmp/there/forced
export NEAR NEAR_FORCED
mkdir "$tmp/there/forced"
echo 30000 > "$NEAR_CUTS"
run save -d 31 --ssh="$tmp/forced" "$tmp/pages" "ssh://other$tmp/there/elsewhere"
expect_status 0
expect_err "ssh://other$tmp/there/forced/.*/vmcore: "
same_file 'the dump where the key leads' "$(echo "$tmp/there/forced"/*/vmcore)" "$tmp/local"
same 'what is elsewhere' "$(find "$tmp/there" -name 'elsewhere*')" ''

# What is no sender gets an answer, and makes nothing.
printf 'GET / HTTP/1.1\r\n' > "$tmp/get"
ran='kdump receive, of a browser'
status=0
"$program" receive "$tmp/there/nothing" < "$tmp/get" > "$tmp/out" 2> "$tmp/err" || status=$?
expect_status 1
check 'no answer' grep -aq 'what came is no frame' "$tmp/out"
run receive --speaks=1
expect_status 0
run receive --speaks=2
expect_status 1
run receive
expect_status 2
run receive "$tmp/there/nothing"
expect_status 3
same 'what nobody sent' "$(find "$tmp/there" -name 'nothing*')" ''
run receive --help
expect_status 0
expect_out '^Usage: kdump receive '
for wrong in --receiver=none --retry=x --retry=1001; do
	run save $wrong "$tmp/pages" "ssh://other$tmp/there/x"
	expect_status 2
done
PATH=$plain

# Standard output is flattened, and so may be a file.
run save -d 31 "$tmp/pages" -
expect_status 0
cp "$tmp/out" "$tmp/flat"
"$tools/dumpcmp" 0x1000000 "$tmp/local" "$tmp/flat" > "$tmp/out"
expect_out ' flattened .* 0 differ, 0 left out$|flattened.* 0 differ, 0 left out$'
run save -d 31 --format=flat "$tmp/pages" "$tmp/file"
expect_status 0
same_file 'the flattened file' "$tmp/file" "$tmp/flat"
if command -v makedumpfile > /dev/null; then
	makedumpfile -R "$tmp/ordinary" < "$tmp/flat" > "$tmp/out" 2>&1
	same_file 'what makedumpfile -R makes of it' "$tmp/ordinary" "$tmp/local"
else
	need makedumpfile makedumpfile
fi

for wrong in ssh://other ssh://other/ ssh:///path ssh://-o/path ssh://other:0/path \
	ssh://other:65536/path ssh://other:x/path; do
	run save $receiver --ssh="$tmp/near" "$tmp/pages" "$wrong"
	expect_status 1
done
# A path has at most 4095 bytes, as long as those here are.
long=/$(printf '%4094s' '' | tr ' ' x)
run save $receiver --ssh="$tmp/near" "$tmp/pages" "ssh://other$long"
expect_status 1
expect_err 'nothing can be saved there'
run save $receiver --ssh="$tmp/near" "$tmp/pages" "ssh://other${long}x"
expect_status 1
expect_err 'names no file'
for host in 255 256; do
	name=$(printf '%*s' $host '' | tr ' ' h)
	run save $receiver --ssh="$tmp/near" "$tmp/pages" "ssh://$name$tmp/there/$host"
	if [ $host = 255 ]; then
		expect_status 0
		same 'the host' "$(grep -c "^$name\$" "$NEAR_LOG")" 1
	else
		expect_status 1
		expect_err 'no host'
	fi
done
run save $receiver --ssh="$tmp/near" "$tmp/pages" "ssh://other:65535$tmp/there/port"
expect_status 0
# Words of the command, and a program that is not there.
for command in '' '  ' "$tmp/no-such"; do
	run save --ssh="$command" "$tmp/pages" "ssh://other$tmp/there/command"
	expect_status 1
	expect_err 'names no program|no-such: No such file'
done
run save --format=flat $receiver --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/flat"
expect_status 1
run save --format=core "$tmp/pages" "$tmp/x"
expect_status 2
finish

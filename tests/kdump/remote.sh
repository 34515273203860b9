#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump save to ssh://: what a shell and dd make of it at the other end, which here is this machine;
# by ssh itself it is the scenario save-ssh.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
"$tools/mkpages" "$tmp/pages" || exit 99
mkdir "$tmp/there"

# A program that is called like ssh and leaves out the way: options, host, command.
cat > "$tmp/near" <<'END'
#!/bin/sh
while [ $# -gt 1 ]; do
	echo "$1" >> "$NEAR_LOG"
	shift
done
PATH=${NEAR_SHELL:+$NEAR_SHELL:}$PATH ${NEAR_LIMIT:-} sh -c "$1"
status=$?
sleep "${NEAR_SLEEP:-0}"
echo ended >> "$NEAR_LOG"
exit $status
END
chmod +x "$tmp/near"
NEAR_LOG=$tmp/near.log
export NEAR_LOG

run save -d 31 "$tmp/pages" "$tmp/local"
for name in dump "it's a \$(dump)"; do
	run save -d 31 --ssh="$tmp/near -i key" "$tmp/pages" "ssh://me@other:2222$tmp/there/$name"
	expect_status 0
	same_file "$name" "$tmp/there/$name" "$tmp/local"
	same 'what is left' "$(find "$tmp/there" -name '*-incomplete')" ''
done
# ssh may have something to do yet when all is written.
NEAR_SLEEP=1
export NEAR_SLEEP
run save -d 31 --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/late"
expect_status 0
same 'what was done last' "$(tail -n 1 "$NEAR_LOG")" ended
NEAR_SLEEP=0

same 'what ssh is given' "$(head -n 5 "$NEAR_LOG" | xargs)" '-i key -p 2222 me@other'
same 'its rights' "$(stat -c %a "$tmp/there/dump")" 600

# What is there stays.
echo mine > "$tmp/there/mine"
ln -s nowhere "$tmp/there/link"
for name in mine link no/such; do
	run save --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/$name"
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
run save --compress=none --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/cut"
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
		run save -d 31 --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/$shell/"
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
	run save --compress=none --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/$shell-cut"
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
run save --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/no-folder/"
expect_status 1
expect_err 'no-folder/: no such folder'
# What says something else is no receiver.
cat > "$tmp/deaf" <<'END'
#!/bin/sh
echo 'Welcome to this machine!'
END
chmod +x "$tmp/deaf"
run save --ssh="$tmp/deaf" "$tmp/pages" "ssh://other$tmp/there/deaf"
expect_status 1
expect_err 'nothing can be saved there: other: no receiver answers, but "Welcome to this machine!"'

# What cannot be saved leaves nothing there.
NEAR_LIMIT=
run save --compress=zlib:99 --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/none"
expect_status 1
same 'what is left' "$(find "$tmp/there" -name 'none*')" ''

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
	run save --ssh="$tmp/near" "$tmp/pages" "$wrong"
	expect_status 1
done
# A path has at most 4095 bytes, as long as those here are.
long=/$(printf '%4094s' '' | tr ' ' x)
run save --ssh="$tmp/near" "$tmp/pages" "ssh://other$long"
expect_status 1
expect_err 'nothing can be saved there'
run save --ssh="$tmp/near" "$tmp/pages" "ssh://other${long}x"
expect_status 1
expect_err 'names no file'
for host in 255 256; do
	name=$(printf '%*s' $host '' | tr ' ' h)
	run save --ssh="$tmp/near" "$tmp/pages" "ssh://$name$tmp/there/$host"
	if [ $host = 255 ]; then
		expect_status 0
		same 'the host' "$(grep -c "^$name\$" "$NEAR_LOG")" 1
	else
		expect_status 1
		expect_err 'no host'
	fi
done
run save --ssh="$tmp/near" "$tmp/pages" "ssh://other:65535$tmp/there/port"
expect_status 0
# Words of the command, and a program that is not there.
for command in '' '  ' "$tmp/no-such"; do
	run save --ssh="$command" "$tmp/pages" "ssh://other$tmp/there/command"
	expect_status 1
	expect_err 'names no program|no-such: No such file'
done
run save --format=flat --ssh="$tmp/near" "$tmp/pages" "ssh://other$tmp/there/flat"
expect_status 1
run save --format=core "$tmp/pages" "$tmp/x"
expect_status 2
finish

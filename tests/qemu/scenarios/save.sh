# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# kdump save to another machine, which here is this one: by OpenSSH's client and server. No machine is
# started; the server is not installed, but unpacked, and sees users and /run of its own.

# start_sshd PORT: it listens, until the scenario ends; $server_home is where commands are thought to
# be at home
start_sshd()
{
	local root=$cache/sshd libraries

	libraries=$(echo "$root"/usr/lib/*-linux-gnu)
	mkdir -m 700 "$dir/keys"
	ssh-keygen -q -t ed25519 -N '' -f "$dir/keys/host"
	ssh-keygen -q -t ed25519 -N '' -f "$dir/keys/user"
	cp "$dir/keys/user.pub" "$dir/keys/authorized"
	{
		cat /etc/passwd
		echo 'sshd:x:65533:65534::/run/sshd:/bin/false'
	} > "$dir/passwd"
	LD_LIBRARY_PATH=$libraries unshare -m sh -c "
		mount --bind '$dir/passwd' /etc/passwd && mount -t tmpfs none /run &&
		mkdir -m 755 /run/sshd && exec '$root/usr/sbin/sshd' -D -e -f /dev/null -p $1 \
			-h '$dir/keys/host' -o ListenAddress=127.0.0.1 \
			-o 'AuthorizedKeysFile=$dir/keys/authorized' -o StrictModes=no -o UsePAM=no \
			-o PidFile=none -o PermitRootLogin=yes \
			-o 'SetEnv=PATH=${kdump%/*}:/usr/bin:/bin${server_home:+ HOME=$server_home}'" > "$dir/sshd.log" 2>&1 < /dev/null &
	sshd_pid=$!
	listens "$1" || true
}

# save_to NAME OPTION...: save the dump there; $by goes before ssh's words
save_to()
{
	local name=$1 ssh

	shift
	ssh="${by:-}ssh -i $dir/keys/user -o BatchMode=yes -o StrictHostKeyChecking=no"
	ssh+=" -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
	timeout 120 "$kdump" save --progress=none --ssh="$ssh" "$@" "$source" \
		"ssh://$(id -un)@127.0.0.1:$port$dir/there/$name" 2> "$dir/tool.err"
}

# by_ssh PART STATUS NAME OPTION...: save_to(), which has to end with that status
by_ssh()
{
	local status=0 name=$3 expected=$2

	part=$1
	shift 3
	save_to "$name" "$@" || status=$?
	((status == expected)) && return
	bad "$part" "status $status, expected $expected: $(tail -n 1 "$dir/tool.err")"
	return 1
}

# is_here NAME: it is the file that saving to here leaves, and nothing is beside it
is_here()
{
	if ! cmp "$dir/there/$1" "$dir/here" > "$dir/cmp.err" 2>&1; then
		bad "$part" "$(head -n 1 "$dir/cmp.err"); $(tail -n 1 "$dir/tool.err")"
	elif [[ $(ls "$dir/there") != "$1" ]]; then
		bad "$part" "there is also $(ls "$dir/there")"
	else
		ok "$part"
	fi
	rm -r "$dir/there"
	mkdir "$dir/there"
}

# check_whole RECEIVER: a file, and a folder with all that belongs to it
check_whole()
{
	by_ssh "a dump by ssh to $1" 0 "a dump" -d 31 --receiver="$1" || return 0
	is_here "a dump"
	mkdir "$dir/there/crash"
	by_ssh "a folder by ssh to $1" 0 crash -d 31 --receiver="$1" || return 0
	if [[ $(cd "$dir"/there/crash/* && echo *) != 'manifest.json vmcore vmcore-dmesg.txt' ]]; then
		bad "$part" "there is $(find "$dir/there/crash")"
	else
		mv "$dir"/there/crash/*/vmcore "$dir/there/moved"
		rm -r "$dir/there/crash"
		is_here moved
	fi
}

# kill_in_middle FILE PID: when FILE has some of the dump, kill PID's children and theirs, at once
kill_in_middle()
{
	python3 - "$1" "$2" <<-'END'
		import os, signal, sys, time
		def size():
		    try:
		        return os.stat(sys.argv[1]).st_size
		    except FileNotFoundError:
		        return 0
		def below(pid):
		    found = []
		    for name in os.listdir("/proc"):
		        try:
		            stat = open(f"/proc/{name}/stat").read()
		        except (OSError, ValueError):
		            continue
		        if name.isdigit() and int(stat.rpartition(")")[2].split()[1]) == pid:
		            found += [int(name)] + below(int(name))
		    return found
		end = time.time() + 60
		while size() < 16 << 20:
		    if time.time() > end:
		        sys.exit("it does not begin")
		    time.sleep(0.002)
		pids = below(int(sys.argv[2]))
		for pid in pids:
		    os.kill(pid, signal.SIGKILL)
		sys.exit(not pids)
	END
}

# check_resumed WHO: ssh here, or the server there, is killed in the middle of a save; it goes on
check_resumed()
{
	local status=0 saver pid

	part="a save whose $1 is killed"
	save_to dump --receiver=kdump &
	saver=$!
	pid=$sshd_pid
	if [[ $1 == client ]]; then
		# That of the program is below the one of timeout, and that below this shell's.
		until pid=$(pgrep -o -f "^$kdump save.*there/dump$") || ! kill -0 "$saver"; do
			sleep 0.01
		done
	fi
	kill_in_middle "$dir/there/dump-incomplete" "$pid" 2> "$dir/kill.err" || status=$?
	((status == 0)) || bad "$part" "nothing was killed: $(tail -n 1 "$dir/kill.err")"
	wait "$saver" || status=$?
	if ((status)); then
		bad "$part" "status $status: $(tail -n 1 "$dir/tool.err")"
	elif ! grep -q 'the connection broke' "$dir/tool.err"; then
		bad "$part" "it did not break: $(tail -n 1 "$dir/tool.err")"
	else
		is_here dump
	fi
}

# noise FILE: the core of a machine with 64 MiB of what cannot be compressed
noise()
{
	python3 - "$1" <<-'END'
		import os, struct, sys
		info = b"OSRELEASE=noise\nPAGESIZE=4096\nCRASHTIME=1700000000\n"
		note = struct.pack("<III", 11, len(info), 0) + b"VMCOREINFO\0\0" + info
		note += b"\0" * (-len(note) % 4)
		with open(sys.argv[1], "wb") as f:
		    f.write(b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 4, 62, 1,
		            0, 64, 0, 0, 64, 56, 2, 0, 0, 0))
		    f.write(struct.pack("<IIQQQQQQ", 4, 0, 4096, 0, 0, len(note), len(note), 4))
		    f.write(struct.pack("<IIQQQQQQ", 1, 7, 8192, 0, 0, 64 << 20, 64 << 20, 4096))
		    f.seek(4096)
		    f.write(note)
		    f.seek(8192)
		    f.write(os.urandom(64 << 20))
	END
}

# check_untouched: what is there stays
check_untouched()
{
	echo mine > "$dir/there/mine"
	by_ssh "a file that is there" 1 mine || return 0
	if [[ $(cat "$dir/there/mine") == mine ]]; then
		ok "$part"
	else
		bad "$part" "it was written over"
	fi
}

# says_incomplete FILE: by a bit of the status in its header
says_incomplete()
{
	python3 - "$1" <<-'END'
		import sys
		head = open(sys.argv[1], "rb").read(464)
		sys.exit(head[:8] != b"KDUMP   " or not head[424] & 8)
	END
}

# check_killed: the connection breaks; what is there opens, and says that it is not whole
check_killed()
{
	local by="$dir/short "

	cat > "$dir/short" <<-'END'
		#!/bin/bash
		# More than the head of the dump, and less than all of it; nothing is held back.
		python3 -c '
		import os
		left = 100000
		while left:
		    data = os.read(0, left)
		    os.write(1, data)
		    left -= len(data)' | "$@"
		exit 255
	END
	chmod +x "$dir/short"
	by_ssh "a connection to a shell that breaks" 3 cut --compress=none --receiver=shell ||
		return 0
	if [[ -e $dir/there/cut || ! -e $dir/there/cut-incomplete ]]; then
		bad "$part" "there is $(ls "$dir/there")"
	elif ! says_incomplete "$dir/there/cut-incomplete"; then
		bad "$part" "its header does not say that it is incomplete"
	else
		ok "$part"
	fi
}

save_ssh()
{
	local kdump source=$dir/source port sshd_pid receiver

	# The server's idea of where we are is another one.
	kdump=$(cd "$build" && pwd)/kdump/kdump
	[[ -x $kdump ]] || skip "no kdump program at $kdump"
	[[ $(id -u) == 0 ]] || skip "the server has to be started by root"
	need ssh openssh-client
	need zstd zstd
	need python3 python3
	zstd -qd "$here/../fixtures/vmcore/load61.vmcore.zst" -o "$source"
	mkdir "$dir/there"
	port=$(free_port)
	start_sshd "$port"
	"$kdump" save --progress=none -d 31 "$source" "$dir/here" 2> "$dir/tool.err" || true
	for receiver in auto kdump shell; do
		check_whole "$receiver"
	done
	check_untouched
	check_killed
	rm -r "$dir/there" "$dir/here"
	mkdir "$dir/there"
	noise "$source"
	"$kdump" save --progress=none "$source" "$dir/here" 2> "$dir/tool.err" || true
	check_resumed client
	check_resumed server
	kill "$sshd_pid" 2> /dev/null || true
}

scenario save-ssh save_ssh -- sshd -- "kdump save to another machine by ssh"

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# kdump save to another machine, which here is this one: by OpenSSH's client and server. No machine is
# started; the server is not installed, but unpacked, and sees users and /run of its own.

# start_sshd PORT: until the scenario ends
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
			-o PidFile=none -o PermitRootLogin=yes" > "$dir/sshd.log" 2>&1 < /dev/null &
	sshd_pid=$!
}

# by_ssh PART STATUS NAME OPTION...: save the dump there; $by goes before ssh's words
by_ssh()
{
	local status=0 name=$3 ssh expected=$2

	part=$1
	shift 3
	ssh="${by:-}ssh -i $dir/keys/user -o BatchMode=yes -o StrictHostKeyChecking=no"
	ssh+=" -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
	timeout 120 "$kdump" save --progress=none --ssh="$ssh" "$@" "$source" \
		"ssh://$(id -un)@127.0.0.1:$port$dir/there/$name" 2> "$dir/tool.err" || status=$?
	((status == expected)) && return
	bad "$part" "status $status, expected $expected: $(tail -n 1 "$dir/tool.err")"
	return 1
}

# check_whole: it is the file that saving to here leaves, and nothing is beside it
check_whole()
{
	by_ssh "a dump by ssh" 0 "a dump" -d 31 || return 0
	"$kdump" save --progress=none -d 31 "$source" "$dir/here" 2> "$dir/tool.err" || true
	if ! cmp "$dir/there/a dump" "$dir/here" > "$dir/tool.err" 2>&1; then
		bad "$part" "$(head -n 1 "$dir/tool.err")"
	elif [[ $(ls "$dir/there") != "a dump" ]]; then
		bad "$part" "there is also $(ls "$dir/there")"
	else
		ok "$part"
	fi
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
		left = 200000
		while left:
		    data = os.read(0, left)
		    os.write(1, data)
		    left -= len(data)' | "$@"
		exit 255
	END
	chmod +x "$dir/short"
	by_ssh "a connection that breaks" 3 cut --compress=none || return 0
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
	local kdump=$build/kdump/kdump source=$dir/source port=$((20000 + $$ % 10000)) sshd_pid tries

	[[ -x $kdump ]] || skip "no kdump program at $kdump"
	[[ $(id -u) == 0 ]] || skip "the server has to be started by root"
	need ssh openssh-client
	need zstd zstd
	need python3 python3
	zstd -qd "$here/../fixtures/vmcore/load61.vmcore.zst" -o "$source"
	mkdir "$dir/there"
	start_sshd "$port"
	for ((tries = 0; tries < 100; tries++)); do
		! grep -qs '^Server listening' "$dir/sshd.log" || break
		sleep 0.1
	done
	check_whole
	check_untouched
	check_killed
	kill "$sshd_pid" 2> /dev/null || true
}

scenario save-ssh save_ssh -- sshd -- "kdump save to another machine by ssh"

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from run and lib.sh
# kdump-ssh, which is ssh in crash kernels, against the OpenSSH server of save.sh: no machine is
# started.

# with_kdump_ssh NAME [WORD...]: save there by it; words go before its own
with_kdump_ssh()
{
	local name=$1

	shift
	timeout 120 "$kdump" save --progress=none -d 31 \
		--ssh="$* $build/kdump/kdump-ssh -a ${at:-127.0.0.1} -i ${key:-$dir/keys/user} -k $dir/known" \
		"$source" "ssh://$(id -un)@far:${to_port:-$port}$dir/there/$name" 2> "$dir/tool.err"
}

# whole_by RECEIVER: the same dump as one that is saved here
whole_by()
{
	part="a dump to the receiver $1"
	if ! with_kdump_ssh "$1"; then
		bad "$part" "$(joined '; ' < "$dir/tool.err")"
	elif ! cmp "$dir/there/$1" "$dir/here" > "$dir/cmp.err" 2>&1; then
		bad "$part" "$(head -n 1 "$dir/cmp.err")"
	else
		ok "$part"
	fi
}

# refused_by PART SECONDS TEXT: nothing is saved, that is said, and soon
refused_by()
{
	local began=$SECONDS status=0

	part=$1
	with_kdump_ssh refused || status=$?
	if ((status != 1)); then
		bad "$part" "status $status"
	elif [[ $(< "$dir/tool.err") != *"$3"* ]]; then
		bad "$part" "it says $(joined '; ' < "$dir/tool.err")"
	elif ((SECONDS - began > $2)); then
		bad "$part" "it took $((SECONDS - began)) s"
	elif [[ -e $dir/there/refused || -e $dir/there/refused-incomplete ]]; then
		bad "$part" "there is $(ls "$dir/there")"
	else
		ok "$part"
	fi
}

# killed: a command that was ended there has not ended well
killed()
{
	local status=0

	part="a command that a signal ends"
	"$build/kdump/kdump-ssh" -p "$port" -a 127.0.0.1 -i "$dir/keys/user" -k "$dir/known" \
		"$(id -un)@far" 'kill -KILL $$' < /dev/null > "$dir/tool.out" 2> "$dir/tool.err" || status=$?
	if ((status != 255)); then
		bad "$part" "status $status"
	elif [[ $(< "$dir/tool.err") != *'the command was ended by SIGKILL'* ]]; then
		bad "$part" "it says $(joined '; ' < "$dir/tool.err")"
	else
		ok "$part"
	fi
}

# propagated: the key that is there gets into the server's file once, its own key is pinned
propagated()
{
	local root=$dir/root run

	mkdir -p "$root/etc/kdump" "$server_home"
	cp "$dir/keys/user" "$root/etc/kdump/id_ed25519"
	cp "$dir/keys/user.pub" "$root/etc/kdump/id_ed25519.pub"
	printf '[target far]\ntype = ssh\nwhere = %s@127.0.0.1:%s\npath = %s\n' "$(id -un)" "$port" \
		"$dir/there/pro pagated" > "$root/etc/kdump/kdump.conf"
	part="propagate"
	if "$kdump" propagate --root="$root" < /dev/null > "$dir/tool.out" 2> "$dir/tool.err" ||
		[[ $(< "$dir/tool.err") != *'nobody is there to look at the key'* ]]; then
		bad "$part" "a key was taken that nobody looked at: $(joined '; ' < "$dir/tool.err")"
		return 0
	fi
	for run in 1 2; do
		"$kdump" propagate --yes --root="$root" < /dev/null > "$dir/tool.out" 2> "$dir/tool.err" || {
			bad "$part" "run $run: $(joined '; ' < "$dir/tool.err")"
			return 0
		}
	done
	if [[ $(grep -c "$(cut -d' ' -f2 "$dir/keys/host.pub")" "$root/etc/kdump/known_hosts") != 1 ]]; then
		bad "$part" "pinned is $(< "$root/etc/kdump/known_hosts")"
	elif ! cmp "$dir/keys/user.pub" "$server_home/.ssh/authorized_keys" > "$dir/cmp.err" 2>&1; then
		bad "$part" "the server takes $(< "$server_home/.ssh/authorized_keys")"
	elif [[ ! -d "$dir/there/pro pagated" ]]; then
		bad "$part" "the folder was not made"
	else
		ok "$part"
	fi
}

kdump_ssh()
{
	local kdump source=$dir/source port sshd_pid silent key to_port
	local server_home=$dir/home

	kdump=$(cd "$build" && pwd)/kdump/kdump
	build=$(cd "$build" && pwd)
	[[ -x $build/kdump/kdump-ssh ]] || skip "no kdump-ssh in $build/kdump: no static libssh2"
	[[ $(id -u) == 0 ]] || skip "the server has to be started by root"
	need ssh openssh-client
	need python3 python3
	need zstd zstd
	zstd -qd "$here/../fixtures/vmcore/load61.vmcore.zst" -o "$source"
	mkdir "$dir/there"
	port=$(free_port)
	start_sshd "$port"
	"$kdump" save --progress=none -d 31 "$source" "$dir/here" 2> "$dir/tool.err" || true
	echo "far $(cut -d' ' -f1,2 "$dir/keys/host.pub")" > "$dir/known"
	for receiver in auto shell; do
		whole_by "$receiver"
	done
	killed
	propagated
	ssh-keygen -q -t ecdsa -N '' -f "$dir/keys/other"
	key=$dir/keys/other refused_by "a wrong key" 20 "the key is not accepted"
	echo "far $(cut -d' ' -f1,2 "$dir/keys/other.pub")" > "$dir/known"
	refused_by "a server that never had the known key" 30 "no ssh server answers"
	ssh-keygen -q -t ed25519 -N '' -f "$dir/keys/third"
	echo "far $(cut -d' ' -f1,2 "$dir/keys/third.pub")" > "$dir/known"
	refused_by "a server with another key" 20 "the server's key is not the one"
	start_silent
	to_port=$(< "$dir/silent.port") refused_by "a server that says nothing" 30 "no ssh server answers"
	kill "$silent"
	to_port=1 refused_by "no server" 5 "127.0.0.1 port 1: Connection refused"
	kill "$sshd_pid" 2> /dev/null || true
}

scenario kdump-ssh kdump_ssh -- sshd -- "kdump-ssh: keys, a server that is another one, one that is silent"

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from the .conf files
# A machine with one processor and 128 MiB for its crash kernel panics, and saves its dump by ssh to
# the server of save.sh, to both receivers; ssh is killed in the middle of one. The network is QEMU's.

# --- inside the machine --------------------------------------------------------------------------

# The host is 10.0.2.2 in there, as QEMU's documentation has it (user mode network).
join_network()
{
	for m in /kx/net/*.ko; do
		insmod "$m"
	done
	ip link set lo up
	n=0
	until [ -e /sys/class/net/eth0 ] || [ $n -ge 100 ]; do
		sleep 0.1
		n=$((n + 1))
	done
	ip link set eth0 up
	ip addr add 10.0.2.15/24 dev eth0
	ip route add default via 10.0.2.2
}

# save_by RECEIVER [OPTION...]: into a folder there of the receiver's name
save_by()
{
	receiver=$1
	shift
	run "save.$receiver" kdump save -d 31 --jobs=1 --progress=none --receiver="$receiver" \
		--ssh="ssh -i /kx/key -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR" \
		"$@" "ssh://root@10.0.2.2:$PORT$THERE/$receiver"
}

# Once as much was sent as is worth to go on behind.
kill_ssh()
{
	until [ "$(cat /sys/class/net/eth0/statistics/tx_bytes)" -gt 4000000 ]; do
		sleep 0.1
	done
	killall -9 ssh && say killed ssh
}

guest_save_by_ssh()
{
	if [ -e /proc/vmcore ]; then
		lines meminfo < /proc/meminfo
		join_network
		kill_ssh &
		save_by kdump
		save_by shell
	else
		arm
		fall
	fi
}

# --- on the host ---------------------------------------------------------------------------------

# check_received RECEIVER: what came is whole, and has the machine's last words
check_received()
{
	local folder

	part="saved to $1"
	folder=$(echo "$dir/there/$1"/*)
	if [[ $(get 2 "save.$1.status") != 0 ]]; then
		bad "$part" "status '$(get 2 "save.$1.status")': $(get 2 "save.$1.err" | joined '; ')"
	elif [[ $(cd "$folder" && echo *) != 'manifest.json vmcore vmcore-dmesg.txt' ]]; then
		bad "$part" "there is $(find "$dir/there/$1")"
	elif [[ $(< "$folder/vmcore-dmesg.txt") != *"kx-last-words $(get 1 mark)"* ]]; then
		bad "$part" "the log lacks the last words"
	elif ! "$build/vmcore-dmesg/vmcore-dmesg" "$folder/vmcore" 2> "$dir/tool.err" |
		cmp - "$folder/vmcore-dmesg.txt" > "$dir/cmp.err" 2>&1; then
		bad "$part" "the dump's log is another one: $(head -n 1 "$dir/cmp.err")"
	elif [[ $(jq -r .incomplete "$folder/manifest.json") != null ]]; then
		bad "$part" "incomplete: $(jq -r .incomplete "$folder/manifest.json")"
	else
		ok "$part ($(($(stat -c %s "$folder/vmcore") >> 20)) MiB, peak $(jq -r .peak_kib \
			"$folder/manifest.json") KiB, $(jq -r '.seconds | if type == "object" then .total
				else . end' "$folder/manifest.json") s)"
	fi
}

save_by_ssh()
{
	local kdump port sshd_pid

	kdump=$(cd "$build" && pwd)/kdump/kdump
	[[ -x $kdump ]] || skip "no kdump program at $kdump"
	[[ $(id -u) == 0 ]] || skip "the server has to be started by root"
	need ssh openssh-client
	need jq jq
	need python3 python3
	mkdir -p "$dir/there/kdump" "$dir/there/shell"
	port=$(free_port)
	start_sshd "$port"
	vm guest_save_by_ssh join_network save_by kill_ssh fall crash_cmdline arm
	vm_set KERNEL "$1"
	vm_set WAY "$3"
	vm_set PORT "$port"
	vm_set THERE "$dir/there"
	vm_kernel "$1"
	put_program "$payload" "$kdump" /sbin/kdump
	put_program "$payload" "$(command -v ssh)" /bin/ssh
	mkdir -p "$payload/kx/net" "$payload/etc"
	cp "$cache/net-$(package_of "$1")"/*.ko "$payload/kx/net"
	cp "$dir/keys/user" "$payload/kx/key"
	echo 'root:x:0:0:root:/:/bin/sh' > "$payload/etc/passwd"
	vm_memory=640M
	vm_cmdline="crashkernel=128M"
	boot "$1" "$2" -smp 1 -netdev user,id=net -device virtio-net-pci,netdev=net,romfile=
	kill "$sshd_pid" 2> /dev/null || true
	part="crash kernel"
	if ! reached 2; then
		bad "$part" "$(why_no_dump)"
		return 0
	fi
	ok "$part ($(get 2 meminfo | awk '$1 == "MemAvailable:" { printf "%d", $2 / 1024 }') MiB available)"
	check_received kdump
	check_received shell
	part="ssh was killed, and the dump went on"
	if [[ $(get 2 killed) != ssh || $(get 2 save.kdump.err) != *'the connection broke'* ]]; then
		bad "$part" "$(get 2 save.kdump.err | joined '; ')"
	elif ! cmp "$dir"/there/kdump/*/vmcore "$dir"/there/shell/*/vmcore > "$dir/cmp.err" 2>&1; then
		bad "$part" "the dumps differ: $(head -n 1 "$dir/cmp.err")"
	else
		ok "$part"
	fi
	[[ ${KX_KEEP_VMCORE:-} ]] || rm -rf "$dir/there"
}

for k in 6.12 newest; do
	scenario "more-save-ssh-$k" save_by_ssh "$k" bios -s -- "$k" "net-$(package_of "$k")" sshd -- \
		"a machine of one processor and crashkernel=128M saves by ssh: $k"
done

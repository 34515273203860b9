# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2054,SC2154 # from init-net.sh, init-http.sh and lib.sh
# Debian machines whose targets are elsewhere, by networks of several kinds: the crash kernel has to
# make the same again, and all servers have the dump.
#
# To add a network: layout_NAME makes it in the machine, where QEMU's user mode network is 10.0.2.0/24;
# layout_cable() connects it. To add a server: far_TYPE starts it, and prints its target's lines.

# --- inside the machine --------------------------------------------------------------------------

guest_service_net()
{
	# Else there was no crash.
	[ "$hop" = 1 ] || return 0
	run install install_ours
	"layout_$LAYOUT"
	mkdir -p /etc/kdump
	cp -r /kx/config/. /etc/kdump
	[ ! -e /etc/kdump/hosts ] || cat /etc/kdump/hosts >> /etc/hosts
	if grep -q '^type = ssh' /etc/kdump/kdump.conf; then
		run propagate kdump propagate --yes
	fi
	run arm kdump arm
	run check kdump check --write
	find /run/kdump -name 'target-*' | lines mounted
	echo "kx-last-words $mark" > /dev/kmsg
	say mark "$mark"
	run test kdump test --crash --yes
	exit 0
}

# layout_nic LAST: the card whose hardware address ends so, without an address and in nobody's hands
layout_nic()
{
	modprobe virtio_net
	systemctl stop systemd-networkd.socket systemd-networkd.service
	udevadm settle
	for nic in /sys/class/net/*/device; do
		nic=${nic%/device}
		case $(cat "$nic/address") in
		52:54:00:12:34:"$1") break ;;
		esac
	done
	nic=${nic##*/}
	ip addr flush dev "$nic"
	ip link set "$nic" down
}

# layout_address INTERFACE
layout_address()
{
	ip link set "$1" up
	ip addr add 10.0.2.15/24 dev "$1"
	ip route add default via 10.0.2.2
}

layout_static()
{
	layout_nic 56
	layout_address "$nic"
}

layout_vlan()
{
	layout_nic 56
	ip link set "$nic" up
	ip link add link "$nic" name storage type vlan id 5
	layout_address storage
}

# Two cards, of which the first has a link that leads nowhere: the bond finds that out by ARP. Its hardware
# address is none of theirs, udev makes it up.
layout_bond()
{
	ip link add bond0 type bond mode active-backup arp_interval 500 arp_ip_target 10.0.2.2,10.0.2.3
	for last in 56 57; do
		layout_nic $last
		ip link set "$nic" master bond0
	done
	layout_address bond0
	n=0
	until [ "$(cat /sys/class/net/bond0/bonding/active_slave)" = "$nic" ] || [ $n -ge 300 ]; do
		sleep 0.1
		n=$((n + 1))
	done
}

# By LACP, which takes its time, and what is sent on it is tagged.
layout_lacp()
{
	ip link add bond0 type bond mode 802.3ad miimon 100 lacp_rate fast xmit_hash_policy layer3+4
	for last in 56 57; do
		layout_nic $last
		ip link set "$nic" master bond0
	done
	ip link set bond0 up
	ip link add link bond0 name storage type vlan id 5
	layout_address storage
	sleep 3
}

# IPv4 by DHCP, also after the crash; of IPv6 an address that somebody gave it.
layout_dhcp()
{
	modprobe virtio_net
	n=0
	until ip -4 route get 10.0.2.2 2> /dev/null | grep ' src 10' > /dev/null || [ $n -ge 600 ]; do
		sleep 0.1
		n=$((n + 1))
	done
	for nic in /sys/class/net/*/device; do
		nic=${nic%/device}
		ip addr add fec0::5/64 dev "${nic##*/}" nodad
	done
}

# --- on the host ---------------------------------------------------------------------------------

layout_functions=(layout_nic layout_address)

# layout_cable LAYOUT: net_card is what such a machine is connected by
layout_cable()
{
	case $1 in
	vlan) layout_switch 1 --vlan 5 ;;
	bond) layout_switch 2 --dead 0 ;;
	lacp) layout_switch 2 --vlan 5 --lacp ;;
	esac
}

# layout_switch CARDS OPTION...: that many cards at a switch, QEMU's user mode network behind it
layout_switch()
{
	local ports n

	python3 "$here/switch" --cards "$@" > "$dir/switch.ports" 2> "$dir/switch.log" &
	servers+=($!)
	until [[ -s $dir/switch.ports ]]; do
		sleep 0.1
		kill -0 "${servers[-1]}" || skip "no switch: $(tail -n 1 "$dir/switch.log")"
	done
	read -r -a ports < "$dir/switch.ports"
	net_card=()
	for ((n = 0; n < $1; n++)); do
		# By LACP only links whose speed is known are joined.
		net_card+=(-netdev "socket,id=way$n,connect=127.0.0.1:${ports[n]}"
			-device "virtio-net-pci,id=card$n,netdev=way$n,romfile=,mac=52:54:00:12:34:5$((6 + n)),speed=1000,duplex=full")
	done
	net_card+=(-netdev user,id=net -netdev hubport,id=net-hub,hubid=0,netdev=net
		-netdev "socket,id=access,connect=127.0.0.1:${ports[n]}"
		-netdev hubport,id=access-hub,hubid=0,netdev=access)
}

far_nfs()
{
	local port

	port=$(free_port)
	start_nfs "$port"
	printf 'where = 10.0.2.2:/dump\npath = /var/nfs\noptions = port=%s\n' "$port"
}

far_smb()
{
	local port

	port=$(free_port)
	start_smb "$port"
	(umask 077 && echo 'a,b c' > "$dir/config/smb.password")
	printf 'where = //10.0.2.2/dump\npath = /var/smb\noptions = port=%s\n' "$port"
	printf 'user = root\nsecret = /etc/kdump/smb.password\n'
}

far_ssh()
{
	local port sshd_pid server_home=$dir/home kdump

	port=$(free_port)
	kdump=$(cd "$build" && pwd)/kdump/kdump
	mkdir -p "$server_home"
	start_sshd "$port"
	server_pid=$sshd_pid
	cp "$dir/keys/user" "$dir/config/id_ed25519"
	cp "$dir/keys/user.pub" "$dir/config/id_ed25519.pub"
	printf 'where = root@10.0.2.2:%s\npath = %s\n' "$port" "$dir/there/var/ssh"
}

# QEMU's user mode network has the host at ::2 of its prefix, too.
far_http()
{
	local http_plain http_tls http_expired http_also='' address=10.0.2.2

	if [[ $1 == dhcp ]]; then
		[[ -e /proc/net/if_inet6 ]] || skip "this machine has no IPv6"
		address=fec0::2 http_also='[::1]'
	fi
	start_nginx
	echo "$address collector.test" > "$dir/config/hosts"
	cp "$dir/http/ca.pem" "$dir/config/ca.pem"
	(umask 077 && echo testing > "$dir/config/http.password")
	printf 'where = https://collector.test:%s/var\npath = /http\n' "$http_tls"
	printf 'user = tester\nsecret = /etc/kdump/http.password\ncacert = /etc/kdump/ca.pem\n'
}

far_s3()
{
	local port

	start_swift
	(umask 077 && printf 'test:tester\ntesting\n' > "$dir/config/s3.keys")
	printf 'endpoint = http://10.0.2.2:%s\nbucket = dumps\n' "$port"
	printf 'path = /there\nsecret = /etc/kdump/s3.keys\n'
}

far_virtiofs()
{
	start_virtiofs "$dir/there/var/virtiofs"
	disks+=("${virtiofs_options[@]}")
	printf 'where = crashes\npath = /of/ours\n'
}

# far_config LAYOUT: with the servers of $types; their processes in servers
far_config()
{
	local type server_pid

	((${#types[@]} == 1)) || printf '[kdump]\nmode = all\n'
	[[ $1 != dhcp ]] || printf '[network]\nmode = dhcp\n'
	for type in "${types[@]}"; do
		mkdir -p "$dir/there/var/$type"
		printf '[target %s]\ntype = %s\n' "$type" "$type"
		"far_$type" "$1"
		servers+=("$server_pid")
	done
}

# Two more targets are on disks that are not mounted, which only checking writes to: the one server
# has the dump before.
far_disks()
{
	printf '%s\n' '[target spare]' 'type = file' 'where = LABEL=spare' 'path = /crash' \
		'[target bare]' 'type = raw' 'where = /dev/disk/by-id/virtio-bare'
	truncate -s 64M "$dir/bare"
	mke2fs -q -t ext4 -L spare "$dir/spare" 64M > "$dir/mke2fs.log" 2>&1
	names+=(spare bare)
	disks+=(-drive "if=none,id=spare,format=raw,file=$dir/spare" -device virtio-blk-pci,drive=spare
		-drive "if=none,id=bare,format=raw,file=$dir/bare"
		-device virtio-blk-pci,drive=bare,serial=bare)
}

# far_written NAME...: the crash kernel's worker wrote to all of these targets
far_written()
{
	local name again

	for name; do
		part="check --write: $name" again=", read again"
		case $name in
		ssh | http | s3) again= ;;
		esac
		if [[ $(get 1 check.out) == *"$name: a dump of 16 MiB was written$again and removed"* ]]; then
			ok "$part"
		else
			bad "$part" "$(get 1 check.out | grep "$name: " | joined '; ') $(get 1 check.err)"
		fi
	done
}

# far_clean: and left nothing there. An HTTP server keeps folders.
far_clean()
{
	local left

	part="nothing is left of it"
	left=$(find "$dir/there" \( -name '.kdump-check*' ! -path "$dir/there/var/http/*" -o \
		-path '*.kdump-check*' -type f \); get 1 mounted)
	if [[ $left ]]; then
		bad "$part" "$(joined ' ' <<< "$left")"
	elif [[ ! -e $dir/spare ]]; then
		ok "$part"
	elif "$build/kdump/kdump" recover --keep "$dir/bare" "$dir" > "$dir/bare.out" 2>&1 ||
		! grep -q 'recovered already' "$dir/bare.out"; then
		bad "$part" "on the bare disk: $(tail -n 1 "$dir/bare.out")"
	elif [[ $(debugfs -R 'ls -p /crash' "$dir/spare" 2> /dev/null | cut -d/ -f 6 | xargs) != ". .." ]]; then
		bad "$part" "on the disk: $(debugfs -R 'ls -p /crash' "$dir/spare" 2>&1 | joined ' ')"
	else
		ok "$part"
	fi
}

# far_dump TYPE: what that server has
far_dump()
{
	local folder

	part="dump by $1"
	folder=$(find "$dir/there/var/$1" -name vmcore -printf '%h\n' -quit)
	if [[ ! $folder ]]; then
		bad "$part" "none: $(find "$dir/there/var/$1" | tail -n 5 | joined ' ') $(
			grep "kdump: $1" "$serial" | tail -n 5 | joined ' ')"
	elif [[ $(< "$folder/vmcore-dmesg.txt") != *"kx-last-words $(get 1 mark)"* ]]; then
		bad "$part" "the log lacks the last words"
	elif ! grep -q "kdump: $1: saving to" "$folder/kexec-dmesg.log"; then
		bad "$part" "kexec-dmesg.log lacks what was said"
	elif ! "$build/kdump/kdump" verify --progress=none "$folder" > "$dir/verify.out" 2>&1; then
		bad "$part" "verify: $(tail -n 1 "$dir/verify.out")"
	else
		ok "$part ($(($(stat -c %s "$folder/vmcore") >> 20)) MiB, $(jq -r .capture.low_kib \
			"$folder/manifest.json") KiB at least were free)"
	fi
}

# far_cable LAYOUT: where there is a switch, it knew the crash kernel as the machine before, and what was
# said of the network is as it was there
far_cable()
{
	[[ -e $dir/switch.log ]] || return 0
	part="hardware address"
	if (($(grep -c 'TCP from' "$dir/switch.log") == 1)); then
		ok "one $part"
	else
		bad "$part" "$(joined ', ' < "$dir/switch.log")"
	fi
	part="network as it was"
	if grep 'kdump: .*interface .*: .*: ' "$serial" > "$dir/said"; then
		bad "$part" "$(joined ', ' < "$dir/said")"
	else
		ok "$part"
	fi
}

# service_net TYPES KERNEL WORDS LAYOUT: TYPES are separated by "+", each gets the dump
service_net()
{
	local type types names servers=() disks=() logins

	IFS=+ read -r -a types <<< "$1"
	need python3 python3
	need jq jq
	[[ $(id -u) == 0 ]] || skip "the servers have to be started by root"
	vm_cmdline=$3
	vm_memory=1G
	vm_timeout=1800
	# What it does when it is up again is service-arm's.
	vm_until='reboot: machine restart'
	mkdir -p "$dir/there" "$dir/config"
	debian guest_service_net "${layout_functions[@]}" "layout_$4"
	debian_install
	layout_cable "$4"
	vm_set LAYOUT "$4"
	vm_set mark "$$-$RANDOM"
	far_config "$4" > "$dir/config/kdump.conf"
	names=("${types[@]}")
	((${#types[@]} > 1)) || far_disks >> "$dir/config/kdump.conf"
	debian_put "$dir/config" config
	boot_debian "$2" "${net_card[@]}" "${disks[@]}"
	[[ +$1+ != *+s3+* ]] || swift_fetch "$dir/there/var/s3"
	kill "${servers[@]}" 2> /dev/null || true
	part=arm
	if [[ $(get 1 arm.status) != 0 ]]; then
		bad "$part" "$(get 1 propagate.err) $(get 1 arm.err) $(why_debian 1)"
		return 0
	fi
	ok "$(get 1 arm.err)"
	part=check
	logins=$(get 1 check.out | grep -c "the server took a login and a byte in \|: it took a byte in " || true)
	if ((logins == ${#types[@]})); then
		ok "check logs in"
	else
		bad "$part" "$(get 1 check.out | grep -v ^good | joined '; ') $(get 1 check.err)"
	fi
	far_written "${names[@]}"
	far_clean
	for type in "${types[@]}"; do
		far_dump "$type"
	done
	far_cable "$4"
	part=reset
	if [[ $vm_ended == stopped ]]; then
		ok "and resets"
	else
		bad "$part" "the machine was not reset: $vm_ended"
	fi
}

scenario more-service-nfs service_net nfs full crashkernel=112M static -- root-bookworm file-servers -- \
	"Debian 12 arms for an NFS server, checks it, crashes: the server has the dump"
scenario more-service-http service_net http full crashkernel=112M static -- root-bookworm -- \
	"Debian 12 arms for an HTTPS server, checks it, crashes: the server has the dump"
scenario more-service-lacp service_net nfs cloud crashkernel=96M lacp -- root-bookworm file-servers -- \
	"an NFS server that is reached by a VLAN on a bond of two cards by LACP (802.3ad)"
scenario more-service-bond service_net nfs cloud crashkernel=96M bond -- root-bookworm file-servers -- \
	"an NFS server that is reached by an active-backup bond of two cards, one of which leads nowhere"
scenario more-service-vlan service_net ssh cloud crashkernel=96M vlan -- root-bookworm sshd -- \
	"an ssh server that is reached by a VLAN on a card"
scenario more-service-s3 service_net s3+virtiofs cloud crashkernel=96M static -- root-bookworm -- \
	"object storage and a folder of the host's: each has the dump, and what was tried is gone there"
scenario more-service-dhcp service_net smb+ssh+http cloud crashkernel=112M dhcp -- root-bookworm file-servers sshd -- \
	"SMB and ssh servers by an address from DHCP, and an HTTPS server by IPv6: each has the dump"

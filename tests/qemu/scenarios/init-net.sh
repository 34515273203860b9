# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2054,SC2154 # from init.sh and lib.sh
# kdump-init saves to servers: NFS-Ganesha, Samba, OpenSSH on this machine's loopback, which QEMU's user
# mode network calls 10.0.2.2. What they get is judged where they have it.

# servers_libraries: those that came with the servers
servers_libraries()
{
	local root=$cache/file-servers library

	library=$(echo "$root"/usr/lib/*-linux-gnu)
	echo "$library:$library/ganesha:$library/samba:$root/usr/lib/ganesha:$(
		echo "$root"/lib/*-linux-gnu)"
}

# start_nfs PORT: exports $dir/there as /dump, until the scenario ends
start_nfs()
{
	local root=$cache/file-servers

	mkdir -p "$dir/nfs"
	printf '[General]\nDomain = localdomain\n[Translation]\nMethod = nsswitch\n' > "$dir/nfs/idmapd"
	cat > "$dir/nfs/config" <<-END
	NFS_CORE_PARAM {
		NFS_Port = $1; Bind_addr = 127.0.0.1; Protocols = 4;
		Enable_NLM = false; Enable_RQUOTA = false;
		Plugins_Dir = "$(echo "$root"/usr/lib/*-linux-gnu/ganesha)";
	}
	NFSv4 {
		IdmapConf = "$dir/nfs/idmapd"; UseGetpwnam = true; Only_Numeric_Owners = true;
		Graceless = true; RecoveryBackend = fs_ng; RecoveryRoot = "$dir/nfs";
	}
	EXPORT {
		Export_Id = 1; Path = "$dir/there"; Pseudo = /dump; Access_Type = RW;
		Squash = No_Root_Squash; SecType = sys; Transports = TCP;
		FSAL { Name = VFS; }
	}
	END
	LD_LIBRARY_PATH=$(servers_libraries) "$root/usr/bin/ganesha.nfsd" -F -L "$dir/nfs.log" \
		-f "$dir/nfs/config" \
		-p "$dir/nfs/pid" -N NIV_EVENT > "$dir/nfs.out" 2>&1 < /dev/null &
	server_pid=$!
	listens "$1" || skip "the NFS server does not run here: $(tail -n 1 "$dir/nfs.log")"
}

# start_smb PORT: the same as share "dump", for root with the password "a,b c"
start_smb()
{
	local root=$cache/file-servers own=$dir/smb folder

	mkdir -p "$own"/{lock,state,cache,private,pid,ncalrpc}
	{
		printf '[global]\nsmb ports = %s\ninterfaces = 127.0.0.1\nbind interfaces only = yes\n' "$1"
		for folder in lock state cache private; do
			case $folder in
			private) echo "private dir = $own/private" ;;
			*) echo "$folder directory = $own/$folder" ;;
			esac
		done
		echo "pid directory = $own/pid"
		echo "ncalrpc dir = $own/ncalrpc"
		echo "log file = $own/log"
		echo "passdb backend = tdbsam:$own/private/passdb.tdb"
		printf '%s\n' 'server role = standalone server' 'server min protocol = SMB3_11' \
			'disable netbios = yes' 'load printers = no' 'obey pam restrictions = no'
		printf '[dump]\npath = %s\nread only = no\nforce user = root\n' "$dir/there"
	} > "$own/config"
	printf 'a,b c\na,b c\n' |
		LD_LIBRARY_PATH=$(servers_libraries) "$root/usr/bin/smbpasswd" -c "$own/config" \
			-L -s -a root > "$own/out" 2>&1
	# When it is ended it ends its process group: one of its own, or it would be the scenario's.
	setpriv --pdeathsig KILL env LD_LIBRARY_PATH="$(servers_libraries)" "$root/usr/sbin/smbd" -F \
		-s "$own/config" --debug-stdout >> "$own/out" 2>&1 < /dev/null &
	server_pid=$!
	listens "$1" || skip "the SMB server does not run here: $(tail -n 1 "$own/out")"
}

# The card, and how the host is reached by it.
net_card=(-netdev user,id=net -device virtio-net-pci,id=card,netdev=net,romfile=,mac=52:54:00:12:34:56)
plan_link()
{
	cat <<-END
	[link]
	name kx0
	kind physical
	mac 52:54:00:12:34:56
	mtu 1500
	address 10.0.2.15/24
	route 10.0.2.2/32 src 10.0.2.15
	END
}

# plan_far TYPE PORT [LINE...]: a plan with one target there
plan_far()
{
	printf '%s\n' 'id boot-1' 'host crashed' 'compress zlib' '[target]' 'name far' "type $1" \
		'server 10.0.2.2' "port $2" "${@:3}"
	plan_link
}

# net_vm KERNEL CRASHKERNEL MODULE...: ci_vm with a card; what is in $dir/more is in the image, too
net_vm()
{
	[[ $(id -u) == 0 ]] || skip "the server has to be started by root"
	: "${capture_mounts=}" "${capture_next=vda}"
	[[ $capture_mounts ]] || capture_collect=no
	ci_vm "$1" "$2" virtio_net "${@:3}"
}

# net_boot KERNEL: it panics; what came is looked at as if it were on a disk
net_boot()
{
	ci_boot "$1" "${net_card[@]}"
	kill "$server_pid" 2> /dev/null || true
	ln -s "$dir/there" "$dir/left"
}

nfs_modules="nfsv4"
smb_modules="cifs cmac ccm gcm ghash_generic sha512_generic sha256_generic hmac md5 ecb ctr nls_utf8"

capture_nfs()
{
	local port server_pid

	need python3 python3
	port=$(free_port)
	mkdir -p "$dir/there"
	start_nfs "$port"
	plan_far nfs "$port" 'share /dump' 'path /var/crash' > "$dir/plan"
	# shellcheck disable=SC2086 # words
	net_vm "$1" "$2" $nfs_modules
	net_boot "$1"
	check_left var/crash
}

capture_smb()
{
	local port server_pid

	need python3 python3
	port=$(free_port)
	mkdir -p "$dir/there" "$dir/more/kdump/secrets"
	start_smb "$port"
	echo 'a,b c' > "$dir/more/kdump/secrets/password"
	plan_far smb "$port" 'share dump' 'path /var/crash' 'user root' 'secret password' > "$dir/plan"
	# shellcheck disable=SC2086 # words
	net_vm "$1" "$2" $smb_modules
	net_boot "$1"
	check_left var/crash
}

# ssh_there: a server, with its port in $port and its process in $server_pid; what the image needs
ssh_there()
{
	local sshd_pid kdump

	need python3 python3
	port=$(free_port)
	kdump=$(cd "$build" && pwd)/kdump/kdump
	[[ -x $build/kdump/kdump-ssh ]] || skip "no kdump-ssh in $build/kdump: no static libssh2"
	mkdir -p "$dir/there/var/crash" "$dir/more/kdump/secrets"
	start_sshd "$port"
	server_pid=$sshd_pid
	cp "$dir/keys/user" "$dir/more/kdump/secrets/key"
	echo "server $(cut -d' ' -f1,2 "$dir/keys/host.pub")" > "$dir/more/kdump/secrets/known"
	strip -o "$dir/more/kdump/ssh" "$build/kdump/kdump-ssh"
}

capture_ssh()
{
	local port server_pid

	ssh_there
	plan_far ssh "$port" "path $dir/there/var/crash" 'user root' 'secret key' 'host-key known' \
		> "$dir/plan"
	net_vm "$1" "$2"
	net_boot "$1"
	check_sent "$dir"/there/var/crash/*
}

# check_sent FOLDER: what came to a server, in one folder
check_sent()
{
	local folder="$*"

	part=saved
	if [[ $(cd "$folder" && echo *) != 'kexec-dmesg.log manifest.json vmcore vmcore-dmesg.txt' ]]; then
		bad "$part" "there is $(find "$dir/there" -type f | joined ' '): $(grep 'kdump: ' "$dir/crash.log" |
			tail -n 3 | tr '\n' ' ')"
	elif [[ $(jq -r .incomplete "$folder/manifest.json") != null ]]; then
		bad "$part" "incomplete: $(jq -r .incomplete "$folder/manifest.json")"
	elif [[ $(< "$folder/vmcore-dmesg.txt") != *"kx-last-words $(get 1 mark)"* ]]; then
		bad "$part" "the log lacks the last words"
	elif ! grep -q 'kdump: .*saving to' "$folder/kexec-dmesg.log"; then
		bad "$part" "kexec-dmesg.log lacks what was said"
	elif ! "$build/kdump/kdump" verify "$folder" > "$dir/verify.out" 2>&1; then
		bad "$part" "verify: $(tail -n 1 "$dir/verify.out")"
	else
		ok "$part ($(($(stat -c %s "$folder/vmcore") >> 20)) MiB, least $(
			jq -r .capture.low_kib "$folder/manifest.json") KiB of $(
			jq -r .capture.memory_kib "$folder/manifest.json"), $(
			stat -c %s "$dir/capture") bytes of image)"
	fi
}

# --- trouble -------------------------------------------------------------------------------------

# With a disk that is the next target.
net_and_disk()
{
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk data ext4:ro
	{
		cat "$dir/plan"
		ci_target disk file "device uuid=$uuid1" "fs ext4" "path /crash"
	} > "$dir/plan.all"
	mv "$dir/plan.all" "$dir/plan"
}

# pull_cable PID: in the middle of the dump, and not in the boots after it
pull_cable()
{
	[[ ! -e $dir/pulled ]] || return 0
	timeout "$vm_timeout" cat "$dir/monitor.out" > "$dir/monitor.log" &
	echo '{"execute":"qmp_capabilities"}' > "$dir/monitor.in"
	while kill -0 "$1" 2> /dev/null; do
		if [[ $(stat -c %s "$dir"/there/var/crash/*/vmcore-incomplete 2> /dev/null) -gt 1000000 ]]; then
			monitor set_link card off
			: > "$dir/pulled"
			return
		fi
		sleep 0.05
	done
}

# The cable is pulled, or the server never says anything: the disk has the dump.
capture_cable()
{
	local port server_pid

	need python3 python3
	port=$(free_port)
	mkdir -p "$dir/there"
	start_nfs "$port"
	plan_far nfs "$port" 'share /dump' 'path /var/crash' 'stall-time 15' > "$dir/plan"
	net_and_disk
	# shellcheck disable=SC2086 # words
	net_vm "$1" "$2" ext4 $nfs_modules
	monitor_options
	vm_driver=pull_cable
	ci_boot "$1" "${net_card[@]}" "${monitor_words[@]}"
	kill "$server_pid" 2> /dev/null || true
	check_end
	part="cable"
	if [[ -e $dir/pulled ]]; then
		ok "pulled in the middle"
	else
		bad "$part" "the dump was there before: $(tail -n 3 "$dir/monitor.log")"
	fi
	check_left vda/crash "the next target"
}

# A key that the server does not know, and a server that is not the one that is known: neither has
# anything; the disk has the dump.
capture_ssh_refused()
{
	local port server_pid name said

	ssh_there
	ssh-keygen -q -t ed25519 -N '' -f "$dir/keys/other"
	cp "$dir/keys/other" "$dir/more/kdump/secrets/other-key"
	echo "server $(cut -d' ' -f1,2 "$dir/keys/other.pub")" > "$dir/more/kdump/secrets/other-known"
	{
		printf '%s\n' 'id boot-1' 'host crashed' 'compress zlib'
		for name in 'wrong-key other-key known' 'wrong-host key other-known'; do
			# shellcheck disable=SC2086 # words
			set -- "$1" "$2" $name
			ci_target "$3" ssh 'server 10.0.2.2' "port $port" "path $dir/there/var/crash" \
				'user root' "secret $4" "host-key $5"
		done
		plan_link
	} > "$dir/plan"
	net_and_disk
	net_vm "$1" "$2" ext4
	ci_boot "$1" "${net_card[@]}"
	kill "$server_pid" 2> /dev/null || true
	check_end
	check_left vda/crash "the next target"
	for said in 'the key is not accepted' "the server's key is not the one that is known of"; do
		part="it says: $said"
		if grep -q "kdump-ssh: $said" "$dir/crash.log"; then
			ok "$part"
		else
			bad "$part" "$(grep 'kdump.*: ' "$dir/crash.log" | joined ' ')"
		fi
	done
	part='nothing there'
	if [[ $(find "$dir/there/var/crash" -mindepth 1) ]]; then
		bad "$part" "$(find "$dir/there/var/crash" | joined ' ')"
	else
		ok "$part"
	fi
}

# A cluster's other machine hears of it, though the dump stays here.
capture_fence()
{
	local port listener

	need python3 python3
	port=$(free_port)
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", int(sys.argv[1])))
while True:
    print(s.recv(2000).hex(), flush=True)' "$port" > "$dir/heard" &
	listener=$!
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk data ext4:ro
	{
		printf '%s\n' 'id boot-1' 'fence 10.0.2.2' "fence-port $port" 'fence-interval 1'
		ci_target disk file "device uuid=$uuid1" "fs ext4" "path /crash"
		plan_link
	} > "$dir/plan"
	ci_vm "$1" "$2" ext4 virtio_net
	ci_boot "$1" "${net_card[@]}"
	kill "$listener"
	check_end
	check_left vda/crash
	# Number and version, in the order of bytes of x86.
	part="the other machine hears of it"
	if (($(wc -l < "$dir/heard") < 2)) || grep -vx 402a301b01000000 "$dir/heard" > "$dir/said"; then
		bad "$part" "$(wc -l < "$dir/heard") times, $(head -n 1 "$dir/said")"
	else
		ok "$part ($(wc -l < "$dir/heard") times)"
	fi
}

capture_silent()
{
	local silent

	mkdir -p "$dir/there"
	start_silent
	plan_far nfs "$(< "$dir/silent.port")" 'share /dump' 'path /var/crash' 'prepare-time 20' \
		> "$dir/plan"
	net_and_disk
	# shellcheck disable=SC2086 # words
	net_vm "$1" "$2" ext4 $nfs_modules
	ci_boot "$1" "${net_card[@]}"
	kill "$silent"
	check_end
	check_left vda/crash "the next target"
	part="given up"
	if capture_said "far: getting ready took longer than 20 s"; then
		ok "$part"
	else
		bad "$part" "$(grep 'kdump: far' "$dir/crash.log" | tr '\n' ' ')"
	fi
}

scenario capture-nfs capture_nfs full 80M -- 6.1 root-bookworm file-servers -- \
	"kdump-init saves to an NFS server: Debian's full kernel, crashkernel=80M"
scenario more-capture-smb capture_smb full 80M -- 6.1 root-bookworm file-servers -- \
	"kdump-init saves to an SMB server: Debian's full kernel, crashkernel=80M"
for size in 88M 112M; do
	scenario "more-capture-ssh-$size" capture_ssh full "$size" -- 6.1 root-bookworm sshd -- \
		"kdump-init saves to an ssh server: Debian's full kernel, crashkernel=$size"
done
scenario more-capture-ssh-refused capture_ssh_refused full 96M -- 6.1 root-bookworm sshd -- \
	"a wrong key, and a server that is another one: nothing is sent, a disk has the dump"
scenario more-init-fence capture_fence cloud 96M -- 6.1 root-bookworm -- \
	"kdump-init tells another machine of a cluster while it saves to its own disk"
scenario more-capture-cable capture_cable full 112M -- 6.1 root-bookworm file-servers -- \
	"the cable is pulled in the middle of a dump to NFS: a disk has it, the machine resets"
scenario more-capture-silent capture_silent full 112M -- 6.1 root-bookworm -- \
	"a server accepts and says nothing: it is given up, a disk has the dump"

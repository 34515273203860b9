# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2153,SC2034 # from and for crash.sh, lib.sh and the .conf files
# A machine panics, and kdump save in its crash kernel, which has 128 MiB and one processor, writes to
# a file system or to the bare disk. Meanwhile the machine is stopped again and again, and what its
# disk holds then is what a power cut at that moment leaves: each is read on the host.

# --- inside the machine --------------------------------------------------------------------------

# refused NAME [OPTION...]: a save to the disk that must not come about
refused()
{
	name=$1
	shift
	kdump save --progress=none "$@" "$disk" 2> /tmp/err
	say "$name.status" $?
	lines "$name.err" < /tmp/err
}

# The crash kernel.
save_to_disk()
{
	driver
	dest=$disk
	if [ "$KIND" = ext4 ]; then
		mkdir /mnt
		dest=/mnt
		refused holds
		mount -t ext4 "$disk" /mnt || say mount.status $?
		refused mounted --force
	fi
	lines meminfo < /proc/meminfo
	say saving
	kdump save -d 31 --compress="$CODEC" "$dest" 2> /tmp/err
	say save.status $?
	lines save.err < /tmp/err
	if [ "$KIND" = ext4 ]; then
		umount /mnt
		return
	fi
	refused unrecovered
	# What all else lies on was sized when the kernel had not yet got the initrd's memory back.
	mkdir /tmp/here
	mount -t tmpfs none /tmp/here
	kdump recover --keep "$disk" /tmp/here 2> /tmp/err
	say recover.status $?
	lines recover.err < /tmp/err
	sha256sum < "$(echo /tmp/here/*/vmcore)" | lines recover.sum
}

# The running kernel, whose pages change meanwhile.
estimate()
{
	kdump estimate -d 0,31 --compress="$CODEC" --json > /tmp/estimate 2> /tmp/err
	say estimate.status $?
	lines estimate < /tmp/estimate
	lines estimate.err < /tmp/err
}

guest_disk()
{
	if [ -e /proc/vmcore ]; then
		save_to_disk
	else
		estimate
		arm
		fall
	fi
}

# --- on the host ---------------------------------------------------------------------------------

# emulator PID: the process of QEMU below timeout's
emulator()
{
	pgrep -P "$1" | sed -n 1p
}

# until_saving PID: the crash kernel is about to save; false: it never came to it
until_saving()
{
	while kill -0 "$1" 2> /dev/null; do
		! grep -q 'KXT saving' "$serial.raw" || return 0
		sleep 0.1
	done
	return 1
}

# stop_often PID: copies of the disk in $dir/cut while it is saved
stop_often()
{
	local qemu_pid count=0

	mkdir "$dir/cut"
	until_saving "$1" || return 0
	qemu_pid=$(emulator "$1")
	while kill -0 "$1" 2> /dev/null && ! grep -q 'KXT save.status' "$serial.raw"; do
		kill -STOP "$qemu_pid" 2> /dev/null || break
		count=$((count + 1))
		cp --sparse=always --reflink=auto "$dump" "$dir/cut/$(printf %03d "$count")"
		# Its clocks go on, so that what is done every few seconds is done.
		sleep 0.5
		kill -CONT "$qemu_pid" 2> /dev/null || break
		# Less and less often, for hosts that are slow.
		sleep "$(printf '%d.%02d' $(((5 + count) / 100)) $(((5 + count) % 100)))"
	done
}

# kill_once PID: as soon as 8 MiB are on the disk
kill_once()
{
	local qemu_pid before

	until_saving "$1" || return 0
	qemu_pid=$(emulator "$1")
	before=$(stat -c %b "$dump")
	while kill -0 "$1" 2> /dev/null; do
		if (($(stat -c %b "$dump") - before > 16384)); then
			kill -KILL "$qemu_pid"
			touch "$dir/killed"
			return
		fi
		sleep 0.05
	done
}

# disk_vm KIND KERNEL DRIVER: from power-on to the end of the save, with $dump as the disk
disk_vm()
{
	local kdump=$build/kdump/kdump

	kind=$1 dump=$dir/disk codec=zstd
	# What Debian's makedumpfile can read.
	[[ $kind == ext4 ]] || codec=zlib
	[[ -x $kdump ]] || skip "no kdump program at $kdump"
	need python3 python3
	need jq jq
	need e2fsck e2fsprogs
	need pgrep procps
	vm guest_disk save_to_disk refused estimate fall crash_cmdline arm
	vm_set KERNEL "$2"
	vm_set WAY -c
	vm_set KIND "$kind"
	vm_set CODEC "$codec"
	vm_kernel "$2"
	put_program "$payload" "$kdump" /sbin/kdump
	truncate -s 512M "$dump"
	[[ $kind == raw ]] || mkfs.ext4 -q -F "$dump"
	vm_memory=640M vm_cmdline="crashkernel=128M" vm_driver=$3
	# However fast the host is, some 17 MiB take 11 seconds, so that it can be stopped ten times.
	boot "$2" bios -smp 2 "${disk_device[@]}" \
		-drive "if=none,id=dump,format=raw,cache=writeback,throttling.bps-write=1500000,file=$dump"
}

# files_of DISK FOLDER: what a reboot finds on it, in a new folder; the status of the last program.
files_of()
{
	mkdir "$2"
	if [[ $kind == raw ]]; then
		"$build/kdump/kdump" recover "$1" "$2" > "$dir/tool.err" 2>&1
		return
	fi
	# As a mount does, it replays the journal; 1: and that was all.
	e2fsck -fy "$1" > "$dir/fsck.out" 2>&1 || (($? == 1)) || {
		tail -n 1 "$dir/fsck.out" > "$dir/tool.err"
		return 9
	}
	debugfs -R "rdump / $2" "$1" > "$dir/debugfs.out" 2>&1 || return 9
	rm -rf "$2/lost+found"
}

# judge FOLDER: whole, unnamed (all is there, but for that it says so), incomplete, log (no dump yet)
# or nothing is on the disk, or what is wrong
judge()
{
	local folder vmcore

	folder=$(find "$1" -mindepth 1 -maxdepth 1 -type d)
	if [[ -z $folder ]]; then
		echo nothing
		return
	fi
	vmcore=$(find "$folder" -name 'vmcore*' ! -name '*.txt')
	if [[ -s $folder/vmcore-dmesg.txt ]] &&
		! grep -qF "kx-last-words $(get 1 mark)" "$folder/vmcore-dmesg.txt"; then
		echo "its log lacks the last words"
	elif [[ -z $vmcore ]]; then
		echo log
	elif [[ ! -s $folder/vmcore-dmesg.txt ]]; then
		echo "there is a dump and no log"
	elif [[ $vmcore == */vmcore ]]; then
		if says_incomplete "$vmcore"; then
			echo "vmcore says that it is incomplete"
		else
			echo whole
		fi
	elif [[ ! -s $vmcore ]]; then
		echo log
	elif ! says_incomplete "$vmcore"; then
		# On a file system its head may not be there yet; nobody takes it for a dump then.
		if [[ $(head -c 8 "$vmcore") == 'KDUMP   ' ]]; then
			echo unnamed
		else
			echo log
		fi
	else
		echo incomplete
	fi
}

# check_refused NAME TEXT: such a save failed, and said why
check_refused()
{
	part=$1
	if [[ $(get 2 "$1.status") == 1 && $(get 2 "$1.err") == *"$2"* ]]; then
		ok "$part"
	else
		bad "$part" "status $(get 2 "$1.status"): $(get 2 "$1.err")"
	fi
}

# check_recovered: from the device in the machine as from its copy here
check_recovered()
{
	part=recovered
	if [[ $(get 2 recover.status) == 0 &&
		$(get 2 recover.sum) == "$(sha256sum < "$vmcore")" ]]; then
		ok "$part"
	else
		bad "$part" "status $(get 2 recover.status): $(get 2 recover.err)"
	fi
}

# check_estimate: what the machine would take, asked a moment before it crashed, is near what it took.
# Arming and the panic come between, so it need not be within the range.
check_estimate()
{
	local expected size user

	part=estimate
	get 1 estimate > "$dir/estimate.json"
	expected=$(jq '.sizes[] | select(.level == 31).expected' "$dir/estimate.json" 2> /dev/null)
	user=$(jq .pages.user.pages "$dir/estimate.json" 2> /dev/null)
	size=$(stat -c %s "$vmcore")
	if [[ $(get 1 estimate.status) != 0 || ! $expected ]] || ((user == 0)); then
		bad "$part" "status $(get 1 estimate.status): $(get 1 estimate.err)"
	elif ((expected < size * 7 / 10 || expected > size * 13 / 10)); then
		bad "$part" "$expected bytes, and the dump has $size"
	else
		ok "$part ($((expected >> 20)) MiB, $user user pages)"
	fi
}

# check_whole_dump: what is on the disk in the end
check_whole_dump()
{
	local status=0 ours=$build/vmcore-dmesg/vmcore-dmesg

	part=saved
	if [[ $(get 2 save.status) != 0 ]]; then
		bad "$part" "$(why_no_dump)"
		return 1
	fi
	files_of "$dump" "$dir/whole" || status=$?
	vmcore=$(find "$dir/whole" -name vmcore)
	if ((status)) || [[ $(judge "$dir/whole") != whole ]]; then
		bad "$part" "status $status, $(judge "$dir/whole"): $(tail -n 1 "$dir/tool.err")"
		return 1
	fi
	ok "$(($(stat -c %s "$vmcore") >> 20)) MiB to $kind"
	check_log ours.txt "$ours" "$vmcore"
	[[ $codec == zstd ]] ||
		check_log makedumpfile.txt makedumpfile --dump-dmesg "$vmcore" "$dir/makedumpfile.txt"
}

# check_cut DISK: what is there opens, and every page in it is the whole dump's; sets $found
check_cut()
{
	local status=0 cut=$dir/cut.files

	rm -rf "$cut"
	files_of "$1" "$cut" || status=$?
	found=$(judge "$cut")
	case $found in
	whole | unnamed | incomplete | log | nothing) ;;
	*) return 1 ;;
	esac
	if [[ $kind == raw ]]; then
		case $found-$status in
		whole-0 | unnamed-3 | incomplete-3 | log-3 | nothing-6) ;;
		*)
			found="$found, and recover's status is $status: $(tail -n 1 "$dir/tool.err")"
			return 1
			;;
		esac
	fi
	[[ $found == incomplete || $found == unnamed || $found == whole ]] || return 0
	set -- "$(find "$cut" -name 'vmcore*' ! -name '*.txt')" "$vmcore"
	[[ $found == incomplete ]] || set -- "$2" "$1"
	# No page is in it yet: dumpcmp says so by its status.
	"$build/tests/tools/dumpcmp" 0x28000000 "$@" > "$dir/compared" 2>&1 || true
	if ! grep -q ' 0 differ, 0 left out' "$dir/compared"; then
		found="$found, and not the same: $(tail -n 1 "$dir/compared")"
		return 1
	fi
	pages=$(sed -n 's/.*: \([0-9]*\) pages equal.*/\1/p' "$dir/compared")
}

# check_cuts: ten of them
check_cuts()
{
	local all=("$dir"/cut/*) i pages=0 most=0 last=
	declare -A times=()

	part=cuts
	if ((${#all[@]} < 10)); then
		bad "$part" "the machine was stopped ${#all[@]} times only"
		return
	fi
	for ((i = 0; i < 10; i++)); do
		last=${all[i * ${#all[@]} / 10]}
		if ! check_cut "$last"; then
			bad "$part" "stop ${last##*/} of ${#all[@]}: $found"
			return
		fi
		times[$found]=$((${times[$found]:-0} + 1))
		((pages <= most)) || most=$pages
	done
	if ((${times[incomplete]:-0} < 2 || most == 0)); then
		bad "$part" "no cut has pages: $(declare -p times)"
	else
		ok "10 cuts with up to $most pages: ${times[nothing]:-0} nothing, ${times[log]:-0} log, ${times[incomplete]:-0} incomplete, ${times[whole]:-0} whole"
	fi
	[[ ${KX_KEEP_VMCORE:-} ]] || rm -rf "$dir/cut" "$dir/cut.files"
}

# save_disk KIND KERNEL: all of it
save_disk()
{
	local vmcore

	need makedumpfile makedumpfile
	disk_vm "$1" "$2" stop_often
	check_whole_dump || return 0
	check_estimate
	check_cuts
	if [[ $kind == ext4 ]]; then
		check_refused holds 'it holds something (ext4): --force'
		check_refused mounted 'is in use: mounted'
	else
		check_refused unrecovered 'a dump is on it that was not recovered'
		check_recovered
	fi
	[[ ${KX_KEEP_VMCORE:-} ]] || rm -rf "$dump" "$dir/whole" "$dir/cut" "$dir/cut.files"
}

# save_killed KIND KERNEL: a machine that is killed; no copy is made while it stands still
save_killed()
{
	local status=0

	disk_vm "$1" "$2" kill_once
	part=killed
	[[ -e $dir/killed ]] || {
		bad "$part" "the machine was not killed: $(why_no_dump)"
		return
	}
	# The end is what was wanted.
	: > "$dir/parts"
	files_of "$dump" "$dir/found" || status=$?
	if [[ $(judge "$dir/found") == incomplete ]]; then
		ok "incomplete on $kind"
	else
		bad "$part" "$(judge "$dir/found") ($status)"
	fi
	rm -f "$dump"
}

scenario save-disk-ext4 save_disk ext4 6.12 -- 6.12 -- \
	"6.12 panics; kdump save to ext4, stopped at ten points"
scenario save-disk-raw save_disk raw 6.1 -- 6.1 -- \
	"6.1 panics; kdump save to the bare disk, stopped at ten points"
for v in 5.10 6.1 6.12 newest; do
	for k in ext4 raw; do
		scenario "more-save-disk-$k-$v" save_disk "$k" "$v" -- "$v" -- \
			"$v panics; kdump save to $k, stopped at ten points"
		scenario "more-save-killed-$k-$v" save_killed "$k" "$v" -- "$v" -- \
			"$v panics; kdump save to $k, and QEMU is killed"
	done
done

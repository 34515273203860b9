# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The host dumps a machine that has no vmcoreinfo device, as virsh dump --memory-only does by default:
# vmcore-dmesg finds VMCOREINFO in the dumped memory, and the log is what the machine has seen of it.

# The machine stands still while it is dumped, and after a reset there is a second kernel in it.
guest_hostdump()
{
	echo '<12>kx the log of a machine' > /dev/kmsg
	dmesg | sed '/kx the log of a machine/q' | md5sum | lines log
	say ready "$(cat /proc/sys/kernel/random/boot_id)"
	sleep 10000
}

# await_ready PID COUNT: it has been up so often
await_ready()
{
	while kill -0 "$1" 2> /dev/null; do
		(($(grep -c 'KXT ready' "$serial.raw" || true) < $2)) || return 0
		sleep 0.5
	done
	return 1
}

# monitor_done COUNT: the monitor has answered so many commands
monitor_done()
{
	local i

	for ((i = 0; i < 600; i++)); do
		(($(grep -c '"return"' "$dir/monitor.log" || true) < $1)) || return 0
		sleep 0.2
	done
	return 1
}

# QEMU's process id is $1. A command is answered when it is done.
dump_from_host()
{
	timeout "$vm_timeout" cat "$dir/monitor.out" > "$dir/monitor.log" &
	await_ready "$1" 1 || return 0
	echo '{"execute":"qmp_capabilities"}' > "$dir/monitor.in"
	monitor system_reset
	await_ready "$1" 2 || return 0
	monitor dump-guest-memory "$dir/dump.elf"
	monitor dump-guest-memory -p "$dir/dump.paging"
	monitor dump-guest-memory -z "$dir/dump.kdump"
	monitor_done 5 || true
	monitor quit
}

# check_host_dump FILE PART FORMAT: the log of the second boot, whole, and where it was found
check_host_dump()
{
	local ours=${VMCORE_DMESG:-$build/vmcore-dmesg/vmcore-dmesg} text

	part=$2
	if ! "$ours" --info "$dir/$1" > "$dir/$1.info" 2> "$dir/$1.err"; then
		bad "$part" "$(head -n 1 "$dir/$1.err")"
	elif ! grep -qE '^VMCOREINFO: +found in the dumped memory at 0x' "$dir/$1.info"; then
		bad "$part" "--info does not say that it was searched for"
	elif [[ $(sed -n 's/^Release: *//p' "$dir/$1.info") != "$(get 1 release | tail -n 1)" ]] ||
		[[ $(sed -n 's/^Dump: *//p' "$dir/$1.info") != "$3" ]]; then
		bad "$part" "--info says: $(tr -s ' \n' ' ' < "$dir/$1.info")"
	elif ! "$ours" --force-prefix "$dir/$1" > "$dir/$1.log" 2> "$dir/$1.err"; then
		bad "$part" "$(head -n 1 "$dir/$1.err")"
	else
		text=$(sed '/kx the log of a machine/q' "$dir/$1.log" | md5sum)
		if [[ $text == "$(get 1 log | tail -n 1)" ]]; then
			ok "$part ($(wc -l < "$dir/$1.log") lines)"
		else
			bad "$part" "not the log that the machine read after its reset"
		fi
	fi
	rm -f "$dir/$1"
}

# hostdump KERNEL FIRMWARE [FORMAT...]
hostdump()
{
	[[ -x ${VMCORE_DMESG:-$build/vmcore-dmesg/vmcore-dmesg} ]] ||
		skip "no vmcore-dmesg program in $build"
	vm guest_hostdump
	vm_memory=512M
	vm_driver=dump_from_host
	monitor_options
	# The default ends QEMU at a reset.
	local word words=()
	for word in "${machine[@]}"; do
		[[ $word == -no-reboot ]] || words+=("$word")
	done
	machine=("${words[@]}")
	boot "$1" "$2" "${monitor_words[@]}"
	check_host_dump dump.elf ELF ELF
	check_host_dump dump.paging "ELF with addresses" ELF
	check_host_dump dump.kdump kdump-compressed 'flattened kdump-compressed (zlib)'
}

# The newest kernel in the default run; the others are for those who change what finds VMCOREINFO.
for k in 5.10 6.1 6.12 newest; do
	more=more-
	[[ $k != newest ]] || more=
	scenario "${more}hostdump-$k" hostdump "$k" bios -- "$k" -- \
		"QEMU dumps $k, reset once, without the vmcoreinfo device"
done
for v in $(variants hostdump); do
	k=${v#*-}
	more=more-
	[[ $k != newest@* ]] || more=
	scenario "${more}hostdump-$k" hostdump "$k" "${v%%-*}" -- "$k" -- \
		"QEMU dumps $k, reset once, without the vmcoreinfo device"
done

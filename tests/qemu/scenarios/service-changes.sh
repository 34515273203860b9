# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from and for run, lib.sh and debian.sh
# The service on a Debian machine that changes while it is armed, or is reset while it arms.

# --- inside the machine --------------------------------------------------------------------------

# units_on: what packages enable
units_on()
{
	run install install_ours
	udevadm control --reload
	run enable systemctl enable kdump.service kdump-recover.service
}

# left_behind: files of the service that are not whole, or that nobody takes away
left_behind()
{
	for f in /var/lib/kdump/*.json; do
		[ ! -e "$f" ] || jq -e . "$f" > /dev/null 2>&1 || say torn "$f"
	done
	for f in /var/lib/kdump/* /run/kdump/*; do
		case $f in
		*.new* | *.tmp* | */.*) say half "$f" ;;
		esac
	done
	find /run/kdump -mindepth 1 -maxdepth 1 -name 'image-*' | wc -l | lines images
}

# Boots 1 to $CUTS arm over and over until the host resets them; then one crashes, and one looks.
guest_cut()
{
	[ "$hop" != 1 ] || units_on
	[ "$hop" = 1 ] || say armed_by_unit "$(systemctl is-active kdump.service)"
	journalctl -b -q -o cat MESSAGE_ID=e20ab63476844892a78540d731041c47 | lines told
	run arm kdump arm
	run status kdump status
	left_behind
	if [ "$hop" -gt "$CUTS" ]; then
		run json kdump status --json
		find /var/crash -mindepth 1 | sort | lines crash
		[ "$hop" = $((CUTS + 1)) ] || return 0
		echo "KXT-MARK before the crash" > /dev/kmsg
		run test kdump test --crash --yes
		exit 0
	fi
	mkdir -p /etc/kdump/conf.d
	n=0
	say cut "$hop"
	while :; do
		n=$((n + 1))
		printf '[kdump]\nappend = kx.cut=%s-%s\n' "$hop" "$n" > /etc/kdump/conf.d/cut.conf
		sync /etc/kdump/conf.d/cut.conf
		say "arming.$hop" "$n"
		kdump arm > /tmp/cut.log 2>&1
		say "armed.$hop" "$?"
	done
}

# more_there: memory and the processor that were plugged are in use
more_there()
{
	for f in /sys/devices/system/memory/memory*/state; do
		[ "$(cat "$f")" = online ] || echo online > "$f"
	done
	[ ! -e /sys/devices/system/cpu/cpu2/online ] || echo 1 > /sys/devices/system/cpu/cpu2/online
	[ "$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)" -gt $((total + 200000)) ] &&
		[ "$(cat /sys/devices/system/cpu/cpu2/online)" = 1 ]
}

armed_anew()
{
	[ "$(journalctl -b -q -o cat | grep -c '^kdump: armed: ')" -gt "$1" ]
}

guest_plugged()
{
	if [ "$hop" != 1 ]; then
		run status kdump status
		run list kdump list
		return
	fi
	units_on
	run arm systemctl start kdump.service
	before=$(journalctl -b -q -o cat | grep -c '^kdump: armed: ')
	say kernel_tells "$(cat /sys/devices/system/memory/crash_hotplug 2> /dev/null || echo no)"
	total=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
	say ready
	after plugged 60 more_there
	after reloaded 90 armed_anew "$before"
	# What came later would be a second one.
	sleep 8
	say reloads $(($(journalctl -b -q -o cat | grep -c '^kdump: armed: ') - before))
	run check kdump check
	journalctl -b -q -o cat | grep '^kdump: ' | tail -n 5 | lines journal
	echo "KXT-MARK before the crash" > /dev/kmsg
	sync
	sleep 1
	# No test: that would arm once more.
	echo c > /proc/sysrq-trigger
}

# --- on the host ---------------------------------------------------------------------------------

# Seconds from the first arming of each boot to the reset: one arming takes some two.
cuts=(0.3 1.1 2.6 4.2)

# cut_power PID: resets the machine, so that what it had not written is lost
cut_power()
{
	local number=1 seconds

	timeout "$vm_timeout" cat "$dir/monitor.out" > "$dir/monitor.log" &
	for seconds in "${cuts[@]}"; do
		await "$1" "KXT cut $number" || return 0
		[[ $number != 1 ]] || echo '{"execute":"qmp_capabilities"}' > "$dir/monitor.in"
		sleep "$seconds"
		monitor system_reset
		number=$((number + 1))
	done
}

# check_reset_armed N: boot N comes after a reset: it is whole, and armed by itself
check_reset_armed()
{
	local n=$1 where

	part="after reset $((n - 1))"
	where="$(get $((n - 1)) "arming.$((n - 1))" | tail -n 1) armings"
	if ! reached "$n"; then
		bad "$part" "it did not come up again: $(why_debian "$n")"
	elif [[ $(get "$n" armed_by_unit) != active || $(get "$n" arm.status) != 0 ||
		$(get "$n" arm.err) != *"armed already"* ]]; then
		bad "$part" "$(get "$n" armed_by_unit), $(get "$n" arm.err | joined '; ')"
	elif [[ $(get "$n" torn) || $(get "$n" half) || $(get "$n" images) != 1 ]]; then
		bad "$part" "left: $(get "$n" torn) $(get "$n" half) $(get "$n" images)"
	elif [[ $(get "$n" told) != *"was armed and ended without a clean shutdown"* ]]; then
		bad "$part" "it is not told: $(get "$n" told) $(get "$n" status.out | joined '; ')"
	else
		ok "$part ($where)"
	fi
}

# service_cut: reset while it arms; in the end it is armed, and leaves its dump
service_cut()
{
	local n folder last=$((${#cuts[@]} + 2))

	vm_cmdline=crashkernel=96M
	vm_timeout=2400
	vm_driver=cut_power
	monitor_options
	debian guest_cut units_on left_behind
	vm_set CUTS "${#cuts[@]}"
	debian_install
	boot_debian full "${monitor_words[@]}"
	part=arm
	if [[ $(get 1 arm.status) != 0 ]]; then
		bad "$part" "$(get 1 arm.err) $(why_debian 1)"
		return
	fi
	for ((n = 2; n < last; n++)); do
		check_reset_armed "$n"
	done
	part=dump
	debian_get /var/crash "$dir/saved"
	folder=$(find "$dir/saved" -name vmcore -printf '%h\n' -quit)
	if ! reached "$last" || [[ ! $folder ]]; then
		bad "$part" "no vmcore: $(why_debian "$last") $(get $((last - 1)) test.err | joined '; ')"
	else
		part=makedumpfile
		check_read_here "$folder"
	fi
}

# plug_both PID: 256 MiB and a processor, at once
plug_both()
{
	timeout "$vm_timeout" cat "$dir/monitor.out" > "$dir/monitor.log" &
	await "$1" 'KXT ready' || return 0
	echo '{"execute":"qmp_capabilities"}' > "$dir/monitor.in"
	monitor object_add memory-backend-ram,id=m1,size=256M
	monitor device_add pc-dimm,id=d1,memdev=m1
	monitor device_add max-x86_64-cpu,id=c2,socket-id=2,core-id=0,thread-id=0
}

# service_plugged: what is loaded after that knows of both
service_plugged()
{
	local folder bytes cpus

	vm_memory=1G,slots=2,maxmem=4G
	vm_cmdline=crashkernel=128M
	vm_timeout=1500
	vm_driver=plug_both
	monitor_options
	debian guest_plugged units_on after more_there armed_anew
	debian_install
	boot_debian full "${monitor_words[@]}" -smp 2,maxcpus=3,sockets=3,cores=1,threads=1
	part=plugged
	[[ $(get 1 plugged) == there ]] && ok "$part" || bad "$part" "$(get 1 plugged) $(why_debian 1)"
	part="loaded anew"
	if [[ $(get 1 reloaded) == there && $(get 1 reloads) == 1 &&
		$(get 1 check.out) == *"what is loaded is what kdump arm would load now"* ]]; then
		ok "$part, once"
	else
		bad "$part" "$(get 1 reloads) times: $(get 1 journal | joined '; ') $(get 1 check.out | joined '; ')"
	fi
	part="after the crash"
	if [[ $(get 2 status.out | grep '^Last crash') == *"/var/crash/"* && $(get 2 end) == 2 ]]; then
		ok "it came up again, and tells of it"
	else
		bad "$part" "$(why_debian 2) $(get 2 status.out | joined '; ')"
	fi
	part=dump
	debian_get /var/crash "$dir/saved"
	folder=$(find "$dir/saved" -name vmcore -printf '%h\n' -quit)
	if [[ ! $folder ]]; then
		bad "$part" "no vmcore"
		return
	fi
	bytes=$(jq '[.pages[]] | add * 4096' "$folder/manifest.json")
	"$build/kdump/kdump" convert --progress=none --format=elf "$folder/vmcore" "$dir/elf" \
		> "$dir/tool.out" 2>&1
	cpus=$(readelf -n "$dir/elf" 2> /dev/null | grep -c NT_PRSTATUS)
	rm -f "$dir/elf"
	if ((bytes > 1100 << 20 && cpus == 3)); then
		ok "$((bytes >> 20)) MiB and $cpus processors are in it"
	else
		bad "$part" "$((bytes >> 20)) MiB, $cpus processors: $(tail -n 1 "$dir/tool.out")"
	fi
}

scenario more-service-cut service_cut -- root-bookworm -- \
	"Debian 12 is reset four times while it arms: armed by its unit each time, told of, and a crash leaves its dump"
scenario more-service-plugged service_plugged -- root-bookworm -- \
	"memory and a processor are plugged into Debian 12: loaded anew once, and the dump has both"

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from the .conf files, and init.sh
# kdump-init where something goes wrong: the machine ends all the same, and something is left.

# Not there, read-only and full: the dump goes to the fourth, and it says why.
capture_next_target()
{
	ci_new full 24 mke2fs -q -t ext4 -U "$uuid2" "$dir/full"
	ci_new locked 40 mke2fs -q -t ext4 -U "${uuid2/2222/3333}" "$dir/locked"
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk full ext4:ro
	ci_disk locked '' readonly=on
	ci_disk data ext4:ro
	{
		printf 'id boot-1\n'
		ci_target gone file "device uuid=nowhere" "fs ext4" "path /crash" "prepare-time 3"
		ci_target locked file "device uuid=${uuid2/2222/3333}" "fs ext4" "path /crash"
		ci_target full file "device uuid=$uuid2" "fs ext4" "path /crash" "min-free 12000000"
		ci_target good file "device uuid=$uuid1" "fs ext4" "path /crash"
		ci_target never file "device uuid=$uuid1" "fs ext4" "path /never"
	} > "$dir/plan"
	ci_vm cloud 80M ext4
	ci_boot cloud
	check_end
	check_left vdc/crash
	part="why not the others"
	if [[ $(jq -c '[.capture.targets[] | [.name, (.error // "" | length > 0)]]' \
		"$dir"/left/vdc/crash/*/manifest.json) != \
		'[["gone",true],["locked",true],["full",true],["good",false]]' ]]; then
		bad "$part" "$(jq -c .capture.targets "$dir"/left/vdc/crash/*/manifest.json)"
	elif [[ ! -s $(echo "$dir"/left/vda/crash/*/vmcore-dmesg.txt) ]]; then
		bad "$part" "the full one has not even the log: $(find "$dir/left/vda")"
	elif [[ -e $dir/left/vdc/never ]]; then
		bad "$part" "there is another dump"
	else
		ok "$part ($(jq -r '.capture.targets[].error // empty' \
			"$dir"/left/vdc/crash/*/manifest.json | tr '\n' ';'))"
	fi
}

# check_abandoned TARGET TEXT: why that one was given up is told
check_abandoned()
{
	part="abandoned"
	if capture_said "$1: $2"; then
		ok "$part ($(sed 's/.*kdump: //' "$dir/said"))"
	else
		bad "$part" "$(grep "kdump: $1" "$dir/crash.log" | tr '\n' ' ')"
	fi
}

# A disk that answers so slowly that a mount does not come back: nobody can end who waits for it.
capture_hung()
{
	ci_new slow 64 mke2fs -q -t ext4 -U "$uuid2" "$dir/slow"
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk slow ext4:ro throttling.bps-total=600
	ci_disk data ext4:ro
	{
		printf 'id boot-1\n'
		ci_target slow file "device size=$((64 << 20))" "fs ext4" "path /crash" "prepare-time 10"
		ci_target good file "device uuid=$uuid1" "fs ext4" "path /crash"
	} > "$dir/plan"
	ci_vm cloud 80M ext4
	ci_boot cloud
	check_end
	check_left vdb/crash
	check_abandoned slow "getting ready took longer than 10 s"
}

# A disk that takes so much, and then next to nothing: whoever waits for it hangs in the kernel. What was
# written before the dump is there, and the next target has the dump.
capture_hung_writing()
{
	local folder

	ci_new stuck 300 mke2fs -q -t ext4 -U "$uuid2" "$dir/stuck"
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk stuck ext4:ro throttling.bps-total=600,throttling.bps-total-max=12000000
	ci_disk data ext4:ro
	{
		printf 'id boot-1\n'
		ci_target stuck file "device uuid=$uuid2" "fs ext4" "path /crash" "stall-time 15"
		ci_target good file "device uuid=$uuid1" "fs ext4" "path /crash"
	} > "$dir/plan"
	ci_vm cloud 80M ext4
	ci_boot cloud
	check_end
	check_left vdb/crash
	check_abandoned stuck "nothing was written for 15 s"
	part="what the disk took"
	folder=$(echo "$dir/left/vda/crash"/*)
	if [[ -s $folder/vmcore-dmesg.txt && $(jq -r .incomplete "$folder/manifest.json") == *'while it was saved' ]]; then
		ok "$part: $(cd "$folder" && stat -c '%n %s' -- * | xargs)"
	else
		bad "$part" "$(find "$dir/left/vda" | joined ' ') $(jq -r .incomplete "$folder/manifest.json")"
	fi
}

# A plan that gives more memory than there is: the worker is ended, and another takes less.
capture_no_memory()
{
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk data ext4:ro
	{
		printf 'id boot-1\njobs 60\nmemory 1000000000\n'
		ci_target disk file "device uuid=$uuid1" "fs ext4" "path /crash"
	} > "$dir/plan"
	ci_vm cloud 80M ext4
	ci_boot cloud
	check_end
	part="the worker was ended"
	if capture_said "disk: the kernel ended it, as it does where memory is short"; then
		ok "$part"
	else
		bad "$part" "$(grep 'kdump: disk' "$dir/crash.log" | tr '\n' ' ')"
	fi
	# The first one's folder stays, and says what it is.
	local why
	part="its folder"
	why=$(jq -r .incomplete "$dir"/left/vda/crash/*:[0-9][0-9]/manifest.json)
	if [[ $why == *'while it was saved' ]]; then
		ok "$part"
	else
		bad "$part" "'$why'"
	fi
	for one in "$dir"/left/vda/crash/*; do
		[[ $one == *.2 ]] || rm -rf "$one"
	done
	check_left vda/crash
}

# The crash kernel itself does not come up: it must not stand still.
capture_second_panic()
{
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk data
	printf 'id boot-1\n' > "$dir/plan"
	capture_more_words="init_is_missing rdinit=/nowhere root=/dev/nowhere"
	ci_vm cloud 80M ext4
	ci_boot cloud
	part="reset after the second panic"
	if [[ $crash_ended == off ]] && grep 'Kernel panic' "$dir/crash.log" > "$dir/said"; then
		ok "$part ($(sed 's/.*Kernel panic/Kernel panic/' "$dir/said" | tail -n 1))"
	else
		bad "$part" "$crash_ended"
	fi
}

# panic_midway PID: once pages are being written the crash kernel gets an interrupt that ends it
panic_midway()
{
	[[ ! -e $dir/monitor.log ]] || return 0
	timeout "$vm_timeout" cat "$dir/monitor.out" > "$dir/monitor.log" &
	await "$1" 'kdump: disk: saving to' || return 0
	# Pages are referred to when they are on the disk, every few seconds.
	sleep 14
	echo '{"execute":"qmp_capabilities"}' > "$dir/monitor.in"
	monitor nmi
}

# It panics in the middle: what was written until then can be read, the log is all there.
capture_panic_midway()
{
	local folder

	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk data ext4:ro throttling.bps-write=1500000
	{
		printf 'id boot-1\n'
		ci_target disk file "device uuid=$uuid1" "fs ext4" "path /crash"
	} > "$dir/plan"
	capture_more_words=unknown_nmi_panic
	ci_vm cloud 80M ext4
	monitor_options
	vm_driver=panic_midway
	ci_boot cloud "${monitor_words[@]}"
	part="reset after the second panic"
	if [[ $crash_ended == off ]] && ! capture_said "the end, after" &&
		grep 'Kernel panic - not syncing: NMI' "$dir/crash.log" > "$dir/said"; then
		ok "$part"
	else
		bad "$part" "$crash_ended: $(tail -n 2 "$dir/crash.log" | joined '; ')"
	fi
	folder=$(echo "$dir"/left/vda/crash/*)
	part="the log"
	if [[ $(< "$folder/vmcore-dmesg.txt") == *"kx-last-words $(get 1 mark)"* ]]; then
		ok "$part"
	else
		bad "$part" "$(find "$dir/left/vda" | joined ' ')"
	fi
	# Half of it or so: the rest never came, and no page that is there is another one.
	part="what there is of the dump"
	"$build/kdump/kdump" info --json "$folder" > "$dir/info" 2> "$dir/tool.err"
	"$build/kdump/kdump" verify --json --progress=none "$folder" > "$dir/verify" 2>> "$dir/tool.err" ||
		true
	if [[ $(jq -c '[.complete, .stored_bytes > 10000000]' "$dir/info") == '[false,true]' &&
		$(jq -r .result "$dir/verify") == incomplete ]]; then
		ok "$part ($(($(jq .stored_bytes "$dir/info") >> 20)) MiB of memory; good as far as it goes)"
	else
		bad "$part" "$(jq -c . "$dir/info") $(jq -c . "$dir/verify") $(< "$dir/tool.err")"
	fi
}

# Nothing can be saved anywhere: the next kernel finds in its own place for it why.
capture_note()
{
	local plain_firmware=kept
	local firmware_kept=("${firmware_uefi[@]:0:2}" -drive "if=pflash,unit=1,format=raw,file=$dir/vars")

	[[ -r $uefi_code ]] || skip "$uefi_code is missing (package $uefi_package)"
	cp "$ovmf/OVMF_VARS_4M.fd" "$dir/vars"
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk data ext4:ro
	{
		printf 'id boot-1\nfailure poweroff\n'
		ci_target gone file "device uuid=nowhere" "fs ext4" "path /crash" "prepare-time 2"
	} > "$dir/plan"
	ci_vm cloud 96M ext4 efivarfs efi_pstore
	ci_boot cloud
	check_end
	part="a note for the next kernel"
	serial=$dir/collect.log
	if [[ $(get 1 note) != *'kdump: no dump was saved (boot-1)'*'gone: getting ready took longer than 2 s'*'sysrq triggered crash'* ]]; then
		bad "$part" "$(get 1 note | tr '\n' ' '); $(grep 'kdump: .*note' "$dir/crash.log")"
	else
		ok "$part ($(get 1 note | wc -c) bytes in pstore)"
	fi
	serial=$dir/serial.log
}

# --- a watchdog in hardware -----------------------------------------------------------------------

# The device, and what the machine tells while it runs, in $dir/events: who reset it.
dog=(-device i6300esb -action watchdog=reset)
dog_events()
{
	mkfifo "$dir/qmp.in" "$dir/qmp.out"
	cat "$dir/qmp.out" > "$dir/events" &
	echo '{"execute": "qmp_capabilities"}' > "$dir/qmp.in" &
	dog+=(-chardev "pipe,id=events,path=$dir/qmp" -mon chardev=events,mode=control)
}

# A mount hangs, and the plan has so much time for it that nobody else does anything: the device ends
# it. Time that nothing is done in passes at once; what makes the disk slow is the host's time.
capture_watchdog_hung()
{
	local silent

	ci_new slow 64 mke2fs -q -t ext4 -U "$uuid2" "$dir/slow"
	ci_disk slow '' throttling.bps-total=60
	{
		printf 'id boot-1\n'
		ci_target slow file "device size=$((64 << 20))" "fs ext4" "path /crash" "prepare-time 5000"
	} > "$dir/plan"
	ci_vm full 96M ext4 i6300esb
	dog_events
	ci_boot full "${dog[@]}" -icount shift=2,sleep=off
	part="the device resets it"
	silent=$(sed -n 's/.*kdump: .*\(after [0-9]* s without progress\).*/\1/p' "$dir/crash.log")
	if [[ $crash_ended != off ]]; then
		bad "$part" "$crash_ended"
	elif capture_said "the end, after"; then
		bad "$part" "it ended by itself: $(tail -n 1 "$dir/said")"
	elif [[ ! $silent ]] || ! grep -q '"event": "WATCHDOG"' "$dir/events"; then
		bad "$part" "$silent, $(tail -n 1 "$dir/events")"
	else
		ok "$part ($silent)"
	fi
}

# It takes longer than the device waits, but moves.
capture_watchdog_slow()
{
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk data ext4:ro throttling.bps-write=250000
	{
		printf 'id boot-1\n'
		ci_target slow file "device uuid=$uuid1" "fs ext4" "path /crash" "stall-time 100"
	} > "$dir/plan"
	ci_vm full 96M ext4 i6300esb
	dog_events
	ci_boot full "${dog[@]}"
	check_end
	check_left vda/crash
	part="it is fed"
	if grep '"event": "WATCHDOG"' "$dir/events" > "$dir/said"; then
		bad "$part" "$(< "$dir/said")"
	elif ! grep -q 'after 60 s without progress' "$dir/crash.log"; then
		bad "$part" "no device"
	elif ! awk -v seconds="$(sed -n 's/.*the end, after \([0-9]*\).*/\1/p' "$dir/crash.log")" \
		'BEGIN { exit seconds < 80 }'; then
		bad "$part" "it took no longer than the device waits"
	else
		ok "$part"
	fi
}

scenario init-next-target capture_next_target -- 6.1 root-bookworm -- \
	"targets that are gone, read-only and full: the fourth has the dump"
scenario init-hung capture_hung -- 6.1 root-bookworm -- \
	"a mount hangs: it is given up, the next target has the dump, the machine resets"
scenario more-init-hung-writing capture_hung_writing -- 6.1 root-bookworm -- \
	"a disk hangs in the middle of the dump: the log is there, the next target has the dump, the machine resets"
scenario more-init-note capture_note -- 6.1 root-bookworm -- \
	"nothing can be saved: the next kernel's pstore says why (UEFI)"
scenario more-init-no-memory capture_no_memory -- 6.1 root-bookworm -- \
	"the kernel ends the worker for want of memory: another one takes less"
scenario more-init-second-panic capture_second_panic -- 6.1 root-bookworm -- \
	"the crash kernel panics: the machine resets"
scenario more-init-panic-midway capture_panic_midway -- 6.1 root-bookworm -- \
	"the crash kernel panics while it saves: the machine resets, log and a part of the dump are there"
scenario more-init-watchdog-hung capture_watchdog_hung -- 6.1 root-bookworm -- \
	"nothing moves, and nobody ends it: the watchdog's device resets the machine"
scenario more-init-watchdog-slow capture_watchdog_slow -- 6.1 root-bookworm -- \
	"a save that takes longer than the watchdog's device waits, and moves"

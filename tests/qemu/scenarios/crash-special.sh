# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034 # crash.sh reads what is set here
# Crash kernels in more than plain machines: crashkernel= in its forms, memory and processors that
# come later, a full log, loads that are refused. Built on crash.sh.

# --- crashkernel= in its forms -------------------------------------------------------------------

# check_filtered: what save_filtered() left; the headers are those of the whole dump
check_filtered()
{
	part="crash kernel"
	if [[ $(get 2 save.status) != 0 ]]; then
		bad "$part" "$(why_no_dump)"
		return 1
	fi
	ok "$part"
	makedumpfile -R "$dir/small" < "$dump" > "$dir/tool.out" 2>&1 ||
		bad "$part" "makedumpfile -R: $(tail -n 1 "$dir/tool.out")"
	get 2 vmcore.head | base64 -d | gzip -d > "$dump"
	check_loads "$1"
	dump=$dir/small
	check_log vmcore-dmesg.txt vmcore-dmesg "$dump"
	check_log makedumpfile.txt makedumpfile --dump-dmesg "$dump" "$dir/makedumpfile.txt"
	[[ ${KX_KEEP_VMCORE:-} ]] || rm -f "$dir/vmcore" "$dir/small"
}

# crash_high KERNEL WAY: it is loaded above 4 GiB, and has memory below for its devices. Where it
# then decompresses itself to is its own choice (KASLR), so the initrd is looked at.
crash_high()
{
	local start end low='' high=''

	vm_memory=6G
	crash_save=save_filtered
	crash_vm "$1" bios "$2" "crashkernel=256M,high crashkernel=96M,low" guest_crash
	check_filtered "$(what_of "$2")" || return 0
	part=regions
	while read -r start end; do
		((16#$end - 16#$start >= 16 << 20)) || continue
		if ((16#$start >> 32)); then high=$start; else low=$start; fi
	done < <(iomem 2 "System RAM")
	start=$(get 2 ramdisk)
	if [[ ! $low || ! $high ]]; then
		bad "$part" "the crash kernel's memory is not one region below and one above 4 GiB"
	elif ((start >> 32 == 0)); then
		bad "$part" "the crash kernel's initrd is at $start"
	else
		ok "loaded above 4 GiB"
	fi
}

# crash_cma KERNEL WAY: user pages lie in memory that the crash kernel gets
crash_cma()
{
	local start end from to found

	vm_memory=768M
	crash_vm "$1" bios "$2" "crashkernel=192M crashkernel=64M,cma" guest_crash
	check_dump 2 "$(what_of "$2")" || return 0
	part=CMA
	[[ $(get 1 cma) ]] || bad "$part" "the kernel shows no CMA ranges"
	while read -r start end; do
		found=
		while read -r from to; do
			((16#$from <= 16#$start && 16#$end <= 16#$to)) && found=yes
		done < <(iomem 2 "System RAM")
		if [[ $found ]]; then
			ok "$start-$end is the crash kernel's"
		else
			bad "$part" "the crash kernel does not have $start-$end"
		fi
	done < <(get 1 cma | tr - ' ')
}

# --- hotplug -------------------------------------------------------------------------------------

# after NAME SECONDS COMMAND...: wait until COMMAND succeeds, and say whether it did
after()
{
	name=$1 left=$2
	shift 2
	until "$@" > /dev/null 2>&1; do
		left=$((left - 1))
		[ $left -gt 0 ] || {
			say "$name" late
			return 1
		}
		sleep 1
	done
	say "$name" there
}

more_memory()
{
	for state in /sys/devices/system/memory/memory*/state; do
		[ "$(cat "$state")" = online ] || echo online > "$state"
	done
	[ "$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)" -gt $((total + 200000)) ]
}

# A processor that is there but was left off by maxcpus=. One that QEMU plugs is out of reach: Linux
# 6.12 and 7.2 say "Allowing 2 present CPUs plus 0 hotplug CPUs" of this machine's tables.
more_cpus()
{
	echo 1 > /sys/devices/system/cpu/cpu2/online
}

guest_plug()
{
	if [ -e /proc/vmcore ]; then
		"$SAVE"
		return
	fi
	# shellcheck disable=SC2086 # words
	arm $OPTIONS
	say crash_hotplug "$(cat /sys/devices/system/cpu/crash_hotplug) $(cat /sys/devices/system/memory/crash_hotplug)"
	total=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
	say ready
	after memory 20 more_memory
	after cpu 3 more_cpus
	dmesg | tail -n 20 | lines dmesg
	fall
}

# await PID PATTERN: until the machine has said it; fails when it ends before
await()
{
	while kill -0 "$1" 2> /dev/null; do
		grep -q "$2" "$serial.raw" && return
		sleep 0.2
	done
	return 1
}

# monitor COMMAND...: tell QEMU's monitor, which is a pair of named pipes
monitor()
{
	printf '{"execute":"human-monitor-command","arguments":{"command-line":"%s"}}\n' "$*" > \
		"$dir/monitor.in"
}
monitor_options()
{
	mkfifo "$dir/monitor.in" "$dir/monitor.out"
	monitor_words=(-chardev "pipe,id=monitor,path=$dir/monitor" -mon chardev=monitor,mode=control)
}

plug()
{
	timeout "$vm_timeout" cat "$dir/monitor.out" > "$dir/monitor.log" &
	await "$1" 'KXT ready' || return 0
	echo '{"execute":"qmp_capabilities"}' > "$dir/monitor.in"
	monitor object_add memory-backend-ram,id=m1,size=256M
	monitor device_add pc-dimm,id=d1,memdev=m1
}

# crash_plug KERNEL WAY: memory and a processor come after arming; the dump has both
crash_plug()
{
	vm_memory=640M,slots=2,maxmem=2G
	crash_options=--hotplug
	vm_driver=plug
	monitor_options
	vm_cmdline=maxcpus=2
	crash_vm "$1" bios "$2" crashkernel=192M guest_plug "${monitor_words[@]}" -smp 4
	part=hotplug
	if [[ $(get 1 memory) == there && $(get 1 cpu) == there ]]; then
		ok "memory plugged, CPU brought up"
	else
		bad "$part" "memory: $(get 1 memory), CPU: $(get 1 cpu)"
	fi
	# A header that the kernel has rewritten has no low memory: it does not know of the backup.
	check_dump 3 no-low || true
}

# --- the log -------------------------------------------------------------------------------------

# 4 MiB of lines of many lengths go through a ring of 1 MiB.
guest_log()
{
	if [ -e /proc/vmcore ]; then
		"$SAVE"
		return
	fi
	arm
	filler=$(head -c 900 /dev/zero | tr '\0' x)
	i=0
	while [ $i -lt 8000 ]; do
		printf 'kx-line %d %.*s\n' $i $((i * 37 % 900)) "$filler" > /dev/kmsg
		i=$((i + 1))
	done
	fall
}

# crash_log KERNEL [nokaslr]
crash_log()
{
	local lines virtual

	vm_memory=512M
	vm_cmdline="log_buf_len=1M printk.devkmsg=on ${2:-}"
	crash_vm "$1" bios -c crashkernel=192M guest_log
	check_dump 2 || return 0
	part=ring
	lines=$(sed -n 's/.*kx-line \([0-9]*\) .*/\1/p' "$dir/vmcore-dmesg.txt")
	if [[ $lines != "$(seq 8000 | sed 's/^/0/' | awk '{ print $1 - 1 }' | tail -n "$(wc -l <<< "$lines")")" ]]; then
		bad "$part" "lines are missing or out of order: $(head -n 1 <<< "$lines") to $(tail -n 1 <<< "$lines")"
	elif (($(wc -l <<< "$lines") < 1000 || $(wc -l <<< "$lines") > 7000)); then
		bad "$part" "$(wc -l <<< "$lines") lines: the ring did not wrap"
	else
		ok "last $(wc -l <<< "$lines") lines of 8000"
	fi
	part="image address"
	virtual=$(grep -o '^image .*' "$dir/loads" | cut -d' ' -f2)
	if [[ ${2:-} && $virtual != 0xffffffff81000000 ]] ||
		[[ ! ${2:-} && $virtual == 0xffffffff81000000 ]]; then
		bad "$part" "${2:-KASLR}, but the image is at $virtual"
	else
		ok "$virtual"
	fi
}

# --- a second load that is refused ---------------------------------------------------------------

guest_twice()
{
	if [ -e /proc/vmcore ]; then
		"$SAVE"
		return
	fi
	run none kexec -p -S
	arm
	run status kexec -p -S
	head -c 1000000 /tmp/vmlinuz > /tmp/cut
	dd if=/dev/zero of=/tmp/large bs=1M count=220 2> /dev/null
	for way in -c -s; do
		run "cut$way" kexec $way -p /tmp/cut --initrd=/tmp/initrd --command-line=x
		say "cut$way.crash" "$(cat /sys/kernel/kexec_crash_loaded)"
		run "large$way" kexec $way -p /tmp/vmlinuz --initrd=/tmp/large --command-line=x
		say "large$way.crash" "$(cat /sys/kernel/kexec_crash_loaded)"
		run "long$way" kexec $way -p /tmp/vmlinuz --initrd=/tmp/initrd \
			--command-line="$(head -c 3000 /dev/zero | tr '\0' x)"
		say "long$way.crash" "$(cat /sys/kernel/kexec_crash_loaded)"
	done
	run low-c kexec -c -p /tmp/vmlinuz --mem-max=0x1000000 --command-line=x
	say low-c.crash "$(cat /sys/kernel/kexec_crash_loaded)"
	rm -f /tmp/large
	say ready
	sleep 3
	fall
}

# check_kept KEY PATTERN: refused with status 1, and what was loaded still is
check_kept()
{
	part=$1
	if [[ $(get 1 "$1.crash") != 1 ]]; then
		bad "$part" "the crash kernel is gone: $(get 1 "$1.err")"
	else
		check_command 1 "$1" 1 0 "$2"
	fi
}

# The machine's low memory as it is shortly before the panic.
look_low()
{
	timeout "$vm_timeout" cat "$dir/monitor.out" > "$dir/monitor.log" &
	await "$1" 'KXT ready' || return 0
	echo '{"execute":"qmp_capabilities"}' > "$dir/monitor.in"
	monitor "pmemsave 0 0xa0000 \\\"$dir/low\\\""
}

# check_low: the dump has it from the backup, whatever the crash kernel did to the original. A few
# bytes are the kernel's own, for starting processors, and change.
check_low()
{
	local offset virtual physical size differ

	part="low memory"
	read -r offset virtual physical size < <(loads | awk '$3 ~ /^0x0+1000$/')
	if [[ -z ${size:-} || ! -s $dir/low ]]; then
		bad "$part" "nothing to compare"
		return
	fi
	differ=$({ cmp -l -i "$((physical)):$((offset))" -n $((size)) "$dir/low" "$dump" || true; } | wc -l)
	if ((size < 0x90000 || differ > 4096)); then
		bad "$part" "$differ of $((size)) bytes differ"
	else
		ok "$((size >> 10)) KiB of low memory ($differ bytes changed)"
	fi
}

crash_twice()
{
	local way

	vm_memory=1G
	vm_driver=look_low
	monitor_options
	KX_KEEP_VMCORE=yes
	crash_vm 6.1 bios -c crashkernel=192M guest_twice "${monitor_words[@]}"
	[[ $(get 1 none.status) == 0 && $(get 1 status.status) == 1 ]] ||
		bad status "-S ends with $(get 1 none.status), then $(get 1 status.status)"
	for way in -c -s; do
		check_kept "cut$way" truncated
		check_kept "large$way" 'no room for the initrd.*crashkernel='
		check_kept "long$way" 'command line has'
	done
	check_kept low-c 'no room for the'
	check_dump 2 || return 0
	check_low
	rm -f "$dump" "$dir/small"
}

# What the kernel refuses though everything looks right has cost the crash kernel that was there.
guest_lost()
{
	next_initrd /tmp/initrd
	run first kexec -c -p "$boot/vmlinuz-6.1" --initrd=/tmp/initrd --command-line=x
	say first.crash "$(cat /sys/kernel/kexec_crash_loaded)"
	LD_PRELOAD=/kx/misplace.so
	export LD_PRELOAD
	run lost kexec -c -p "$boot/vmlinuz-6.1" --initrd=/tmp/initrd --command-line=x
	say lost.crash "$(cat /sys/kernel/kexec_crash_loaded)"
	run none kexec -c -p "$boot/vmlinuz-6.1" --initrd=/tmp/initrd --command-line=x
	unset LD_PRELOAD
	run again kexec -c -p "$boot/vmlinuz-6.1" --initrd=/tmp/initrd --command-line=x
}

lost()
{
	need "${CC:-cc}" gcc
	vm guest_lost
	vm_kernel 6.1
	vm_cmdline=crashkernel=192M
	"${CC:-cc}" -shared -fPIC -o "$payload/kx/misplace.so" "$here/../tools/misplace.c" -ldl
	boot 6.1 bios
	check_command 1 first 0 0 '' "first load"
	check_command 1 lost 3 0 'THE CRASH KERNEL THAT WAS LOADED IS GONE.*EADDRNOTAVAIL' "lost: 3"
	[[ $(get 1 first.crash) == 1 && $(get 1 lost.crash) == 0 ]] ||
		bad "lost: 3" "crash_loaded was $(get 1 first.crash), then $(get 1 lost.crash)"
	check_command 1 none 1 0 'kexec_load:.*EADDRNOTAVAIL' "none before: 1"
	check_command 1 again 0 0 '' "loaded again"
}

# A panic without a reservation cannot be armed for, by neither way.
guest_unreserved()
{
	for way in -c -s -a; do
		run "load$way" kexec "$way" -p "$boot/vmlinuz-6.1" --command-line=x
	done
	run size kexec --print-ckr-size
}

unreserved()
{
	local way

	vm guest_unreserved
	vm_kernel 6.1
	boot 6.1 bios
	for way in -c -s -a; do
		check_command 1 "load$way" 1 0 'no memory is reserved.*crashkernel='
	done
	part=size
	if [[ $(get 1 size.out) == 0 ]]; then
		ok "no reservation"
	else
		bad "$part" "--print-ckr-size says '$(get 1 size.out)'"
	fi
}

# --- the table --------------------------------------------------------------------------------------

# Each by one of the system calls; the other pairs are run by hand.
declare -A others=([high-s]=more- [cma-c]=more- [hotplug-s]=more-)
for way in -c -s; do
	scenario "${others[high$way]:-}crash-high$way" crash_high newest $way -- newest -- \
		"6 GiB, crashkernel=,high and ,low, armed by $way"
	scenario "${others[cma$way]:-}crash-cma$way" crash_cma newest $way -- newest -- \
		"crashkernel=,cma, armed by $way"
	scenario "${others[hotplug$way]:-}crash-hotplug$way" crash_plug newest $way -- newest -- \
		"memory plugged and a processor brought up after arming by $way --hotplug"
done
unset others
scenario crash-log-6.1-nokaslr crash_log 6.1 nokaslr -- 6.1 -- "a ring of 1 MiB that has wrapped"
scenario crash-log-newest crash_log newest -- newest -- "a ring of 1 MiB that has wrapped, KASLR"
scenario more-crash-log-6.1 crash_log 6.1 -- 6.1 -- "a ring of 1 MiB that has wrapped, KASLR"
scenario more-crash-log-newest-nokaslr crash_log newest nokaslr -- newest -- \
	"a ring of 1 MiB that has wrapped"
scenario crash-twice crash_twice -- 6.1 -- "loads that are refused leave the first crash kernel"
scenario crash-lost lost -- 6.1 -- "a load that the kernel refuses has cost the crash kernel: status 3"
scenario crash-unreserved unreserved -- 6.1 -- "-p without crashkernel= says what to do"

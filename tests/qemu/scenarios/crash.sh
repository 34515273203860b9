# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A machine armed by -p panics. Its crash kernel copies /proc/vmcore to a disk, and the host reads
# that with tools that are not ours.

# --- inside the machine --------------------------------------------------------------------------

# The crash kernel.
save_dump()
{
	driver
	lines iomem < /proc/iomem
	lines meminfo < /proc/meminfo
	dmesg | sed -n 's/.*RAMDISK: \[mem \(0x[0-9a-f]*\)-.*/\1/p' | lines ramdisk
	say vmcore.size "$(stat -c %s /proc/vmcore)"
	dd if=/proc/vmcore of="$disk" bs=1M 2> /tmp/err
	say save.status $?
	lines save.err < /tmp/err
	sync
	[ ! -x /sbin/makedumpfile ] || read_here
}

# A makedumpfile understands the dumps of one architecture only, so a foreign one has to be asked
# in its own machine.
read_here()
{
	makedumpfile --message-level 4 --dump-dmesg /proc/vmcore /tmp/log > /tmp/err 2>&1
	say makedumpfile.status $?
	lines makedumpfile.err < /tmp/err
	[ ! -e /tmp/log ] || lines makedumpfile.log < /tmp/log
	{
		makedumpfile -F -c -d 31 --message-level 4 /proc/vmcore 2> /tmp/err
		echo $? > /tmp/status
	} | wc -c > /tmp/size
	say filtered.status "$(cat /tmp/status)"
	say filtered.size "$(cat /tmp/size)"
	lines filtered.err < /tmp/err
}

# The same, but by Debian's makedumpfile: six gigabytes take too long to copy under emulation.
save_filtered()
{
	driver
	lines iomem < /proc/iomem
	lines meminfo < /proc/meminfo
	dmesg | sed -n 's/.*RAMDISK: \[mem \(0x[0-9a-f]*\)-.*/\1/p' | lines ramdisk
	head -c 16384 /proc/vmcore | gzip | base64 | lines vmcore.head
	say vmcore.size "$(stat -c %s /proc/vmcore)"
	{
		makedumpfile -F -E -d 31 --message-level 0 /proc/vmcore 2> /tmp/err
		echo $? > /tmp/status
	} | dd of="$disk" bs=1M 2> /dev/null
	say save.status "$(cat /tmp/status)"
	lines save.err < /tmp/err
	sync
}

# The panicking kernel's state, for comparison with the dump. The last things that it does.
fall()
{
	lines iomem < /proc/iomem
	cat /sys/kernel/kexec/crash_cma_ranges 2> /dev/null | lines cma
	# RAM that the firmware below the kernel lets nobody read.
	for f in /proc/device-tree/reserved-memory/mmode_resv*/reg; do
		[ ! -e "$f" ] || say firmware "$(hex "$f" 0 8) $(hex "$f" 8 8)"
	done
	# Its headers say where memory is mapped.
	head -c 4096 /proc/kcore | gzip | base64 | lines kcore
	say cpus.online "$(cat /sys/devices/system/cpu/online)"
	mark=$(tr -dc '[:lower:]' < /dev/urandom | head -c 16)
	say mark "$mark"
	echo "kx-last-words $mark" > /dev/kmsg
	# A panic does not wait for what was said before it: setting a line waits until all is sent.
	stty opost < /dev/console || sleep 1
	echo c > /proc/sysrq-trigger
	sleep 30
}

# What every crash kernel here gets. Without acpi_no_memhotplug it takes memory that was plugged for
# its own, and cannot read it as the dead kernel's.
crash_cmdline()
{
	echo "$(next_cmdline) irqpoll nr_cpus=1 reset_devices acpi_no_memhotplug${crash_words:+ $crash_words}"
}

# arm [OPTION...]: -p with a kernel from outside the initrd that the crash kernel gets
arm()
{
	if [ -e "$boot/vmlinuz-$KERNEL" ]; then
		mv "$boot/vmlinuz-$KERNEL" /tmp/vmlinuz
		next_initrd /tmp/initrd
	fi
	say cmdline.given "$(crash_cmdline)"
	run load kexec "$WAY" -p /tmp/vmlinuz --initrd=/tmp/initrd \
		--command-line="$(crash_cmdline)" --console-serial "$@"
	say crash.loaded "$(cat /sys/kernel/kexec_crash_loaded)"
}

guest_crash()
{
	if [ -e /proc/vmcore ]; then
		"$SAVE"
	else
		# shellcheck disable=SC2086 # words
		arm $OPTIONS
		if [ "$(word kx.wait)" ]; then
			say ready
			sleep 3
		fi
		fall
	fi
}

# --- on the host ---------------------------------------------------------------------------------

# crash_vm KERNEL FIRMWARE WAY CRASHKERNEL FUNCTION [QEMU OPTION...]: from power-on to the dump
crash_vm()
{
	local kernel=$1 firmware=$2 way=$3

	dump=$dir/vmcore
	need eu-readelf elfutils
	need vmcore-dmesg kexec-tools
	need makedumpfile makedumpfile
	truncate -s 9G "$dump"
	vm "$5" save_dump read_here save_filtered fall crash_cmdline arm after more_memory more_cpus
	vm_set KERNEL "$kernel"
	vm_set WAY "$way"
	vm_set OPTIONS "${crash_options:-}"
	vm_set SAVE "${crash_save:-save_dump}"
	vm_kernel "$kernel"
	[[ ! ${crash_by_vmlinux:-} ]] ||
		vmlinux_of "$(kernel_file "$kernel")" > "$payload/boot/vmlinuz-$kernel"
	if foreign || [[ ${crash_save:-} ]]; then
		put_program "$payload" "$(own_program makedumpfile)" /sbin/makedumpfile
	fi
	vm_cmdline="$4${vm_cmdline:+ $vm_cmdline}"
	shift 5
	boot "$kernel" "$firmware" "$@" "${disk_device[@]}" \
		-drive "if=none,id=dump,format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap,file=$dump"
}

# why_no_dump: what is known when the crash kernel did not come up or did not save
why_no_dump()
{
	if reached 2; then
		echo "saving ended with '$(get 2 save.status)': $(get 2 save.err | tr '\n' ' ')"
	elif [[ $(get 1 crash.loaded | tail -n 1) != 1 ]]; then
		echo "load ended with $(get 1 load.status): $(get 1 load.err | tr '\n' ' ')"
	else
		echo "the crash kernel did not come up ($vm_ended)"
	fi
}

# loads: the dump's PT_LOADs as "OFFSET VIRTUAL PHYSICAL SIZE", each 0x…
loads()
{
	readelf -lW "$dump" | awk '$1 == "LOAD" { print $2, $3, $4, $6 }'
}

# sum: of "START END" pairs of hexadecimal numbers without prefix, END inclusive
sum()
{
	local start end total=0

	while read -r start end; do
		total=$((total + 16#$end - 16#$start + 1))
	done
	echo "$total"
}

# iomem N LABEL: such lines of hop N's /proc/iomem as "START END"
iomem()
{
	get "$1" iomem | sed -n "s/^ *\([0-9a-f]*\)-\([0-9a-f]*\) : $2.*/\1 \2/p"
}

# stext: where the dead kernel's image was mapped, by the dump's VMCOREINFO
stext()
{
	local text

	text=$(eu-readelf -n "$dump" 2> /dev/null | sed -n 's/.*SYMBOL(_stext)=\([0-9a-f]*\)$/0x\1/p')
	echo "${text:-0}"
}

# mapping: "VIRTUAL SIZE PHYSICAL" of the dead kernel's own map, as far as /proc/kcore knew
mapping()
{
	get 1 kcore | base64 -d | gunzip > "$dir/kcore"
	readelf -lW "$dir/kcore" 2> /dev/null |
		awk '$1 == "LOAD" && $4 != "0xffffffffffffffff" { print $3, $6, $4 }'
}

# mapped VIRTUAL PHYSICAL: does what kcore said contradict?
mapped()
{
	local start size physical

	while read -r start size physical; do
		if (($1 - start >= 0 && $1 - start < size)); then
			(($1 - start + physical == $2))
			return
		fi
	done < "$dir/mapping"
}

# firmware: bytes of the dead kernel's RAM that only the firmware can read
firmware()
{
	local start size from to total=0

	while read -r start size; do
		while read -r from to; do
			((16#$start < 16#$from || 16#$start + 16#$size - 1 > 16#$to)) ||
				total=$((total + 16#$size))
		done < <(iomem 1 "System RAM")
	done < <(get 1 firmware)
	echo "$total"
}

# check_loads low|no-low: RAM of the dead kernel is all there, once; the image is there as mapped.
# The kernel's own header leaves out what lies below 1 MiB.
check_loads()
{
	local offset virtual physical size image=0 total=0 expected text wrong=

	part="program headers"
	text=$(stext)
	mapping > "$dir/mapping"
	while read -r offset virtual physical size; do
		if ((text - virtual >= 0 && text - virtual < size)); then
			image=$((image + 1))
			echo "image $virtual $physical $offset"
		else
			total=$((total + size))
			echo "ram $virtual $physical $offset $size"
		fi
		mapped "$virtual" "$physical" || wrong+=" $virtual"
	done < <(loads) > "$dir/loads"
	expected=$(($(iomem 1 "System RAM" | sum) - $(iomem 1 "Crash kernel" | sum) - \
		$(get 1 cma | tr - ' ' | sum) - $(firmware)))
	[[ $1 == low ]] ||
		expected=$((expected - $(iomem 1 "System RAM" | grep '^0*[0-9a-f]\{1,5\} ' | sum)))
	# The kernel's own ranges are cut at pages, and it may keep a page of low memory.
	if ((image != 1)); then
		bad "$part" "$image headers for the kernel's image at $text"
	elif [[ $wrong ]]; then
		bad "$part" "other physical addresses than /proc/kcore has for$wrong"
	elif [[ $1 == low ]] && ((total != expected)); then
		bad "$part" "the dump shows $total bytes of RAM, the machine had $expected"
	elif ((total - expected > 1 << 20 || expected - total > 1 << 20)); then
		bad "$part" "the dump shows $total bytes of RAM, the machine had about $expected"
	else
		ok "$((total >> 20)) MiB"
	fi
}

# check_notes CPUS: registers of that many processors, and VMCOREINFO
check_notes()
{
	local notes count

	part=notes
	notes=$(eu-readelf -n "$dump" 2>&1)
	count=$(grep -c PRSTATUS <<< "$notes")
	if ((count != $1)); then
		bad "$part" "registers of $count processors, $1 were running"
	elif ! grep -q "OSRELEASE=$(get 1 release)" <<< "$notes"; then
		bad "$part" "no VMCOREINFO of $(get 1 release)"
	else
		ok "$count CPUs"
	fi
}

# check_log NAME COMMAND...: its output, or file $dir/NAME, holds what was said last and the panic
check_log()
{
	local file=$dir/$1 status=0

	part=$1
	shift
	"$@" > "$dir/tool.out" 2> "$dir/tool.err" || status=$?
	[[ -s $file ]] || mv "$dir/tool.out" "$file"
	if ((status != 0)); then
		bad "$part" "status $status: $(tail -n 1 "$dir/tool.err")"
	elif ! grep -qF "kx-last-words $(get 1 mark)" "$file"; then
		bad "$part" "the last words are missing, it has $(wc -l < "$file") lines"
	elif ! grep -q 'sysrq triggered crash' "$file"; then
		bad "$part" "the panic is missing"
	else
		ok "$part"
	fi
}

# makedumpfile_gives_up: up to 1.7.8 it says so of kernels that have small pages and 52 bits of virtual
# address, a number of arm64's alone, whoever made the header. The day that it reads them, it is
# judged like others.
makedumpfile_gives_up()
{
	local info

	info=$(eu-readelf -n "$dump" 2> /dev/null)
	[[ $info == *'NUMBER(VA_BITS)=52'* && $info == *PAGESIZE=4096* ]] &&
		get 2 filtered.err | grep "Can't determine platform config values" > /dev/null
}

# check_dump CPUS [WHAT]: WHAT is for check_loads; by -c low memory is in the dump
check_dump()
{
	local ours=${VMCORE_DMESG:-$build/vmcore-dmesg/vmcore-dmesg} given got size

	part="crash kernel"
	size=$(get 2 vmcore.size)
	if [[ $(get 2 save.status) != 0 || -z $size ]]; then
		bad "$part" "$(why_no_dump)"
		return 1
	fi
	given=$(get 1 cmdline.given | tail -n 1)
	got=$(get 2 cmdline)
	[[ $elfcorehdr_by != cmdline || $got == *elfcorehdr=* ]] || bad "$part" "no elfcorehdr= in '$got'"
	# What is for the crash kernel comes first, by -c as by -s.
	while [[ $got =~ ^(elfcorehdr|memmap|acpi_rsdp)= ]]; do
		got=${got#* }
	done
	[[ $got == "$given" ]] || bad "$part" "command line is '$got', given was '$given'"
	[[ $(get 1 marker.given) == "$(get 2 marker)" ]] || bad "$part" "not the initrd that was given"
	ok "$part"
	truncate -s "$size" "$dump"
	check_loads "${2:-low}"
	check_notes "$1"
	check_log vmcore-dmesg.txt vmcore-dmesg "$dump"
	[[ -x $ours ]] && check_log ours.txt "$ours" "$dump"
	check_makedumpfile
	# Hundreds of MiB each; whoever wants to keep them says so.
	[[ ${KX_KEEP_VMCORE:-} ]] || rm -f "$dump" "$dir/small"
}

# check_makedumpfile: it gives the log and filters. What it did with a foreign machine's dump
# read_here() has said.
check_makedumpfile()
{
	if ! foreign; then
		check_log makedumpfile.txt makedumpfile --dump-dmesg "$dump" "$dir/makedumpfile.txt"
		check_filter
	elif makedumpfile_gives_up; then
		ok "makedumpfile does not know 52 address bits"
	else
		check_log makedumpfile.txt get 2 makedumpfile.log
		check_foreign_filter
	fi
}

check_filter()
{
	part="makedumpfile -d 31"
	if makedumpfile -d 31 -c "$dump" "$dir/small" > "$dir/tool.out" 2>&1; then
		ok "$part"
	else
		bad "$part" "$(tail -n 1 "$dir/tool.out")"
	fi
}

check_foreign_filter()
{
	part="makedumpfile -d 31"
	if [[ $(get 2 filtered.status) == 0 ]] && (($(get 2 filtered.size) > 1 << 20)); then
		ok "$part"
	else
		bad "$part" "$(get 2 filtered.err | tail -n 1) ($(get 2 filtered.size) bytes)"
	fi
}

# crash KERNEL FIRMWARE WAY CPUS
crash()
{
	vm_memory=$crash_memory
	[[ $2 != uefi ]] || vm_memory=${crash_memory_uefi:-$crash_memory}
	crash_vm "$1" "$2" "$3" "crashkernel=$crashkernel" guest_crash -smp "$4"
	check_dump "$4" "$(what_of "$3")" || true
}

# crash_vmlinux KERNEL FIRMWARE WAY: the crash kernel is a vmlinux, and runs where it is put
crash_vmlinux()
{
	local crash_by_vmlinux=yes

	crash "$1" "$2" "$3" 2
}

# crash_pvh KERNEL FIRMWARE: it is entered by its PVH note, which lets it be moved
crash_pvh()
{
	local crash_by_vmlinux=yes crash_options=--type=pvh

	crash "$1" "$2" -c 2
}

# what_of WAY: does the dump have low memory?
what_of()
{
	if [[ $1 == -c ]]; then
		echo low
	else
		echo no-low
	fi
}

# --- the table -----------------------------------------------------------------------------------

# Every kernel by both ways; firmware and processors take turns. The rest of the table is "more-".
crash_table()
{
	local kernel way firmware cpus name
	local essential=' 5.10-c-bios-2 5.10-s-uefi-4 6.1-c-uefi-4 6.1-s-bios-2 6.12-c-bios-4 6.12-s-uefi-2 newest-c-uefi-2 newest-s-bios-4 '

	for kernel in 5.10 6.1 6.12 newest; do
		for way in -c -s; do
			for firmware in bios uefi; do
				for cpus in 2 4; do
					name=$kernel$way-$firmware-$cpus
					[[ $essential == *" $name "* ]] && name=crash-$name || name=more-crash-$name
					scenario "$name" crash "$kernel" "$firmware" "$way" "$cpus" -- "$kernel" -- \
						"$kernel panics, armed by $way: $firmware, $cpus processors"
				done
			done
		done
	done
}
crash_table
scenario crash-vmlinux-6.1 crash_vmlinux 6.1 uefi -a -- 6.1 -- \
	"6.1 panics, armed by -a with a vmlinux: uefi"
scenario more-crash-vmlinux-newest crash_vmlinux newest bios -c -- newest -- \
	"newest panics, armed by -c with a vmlinux: bios"
scenario more-crash-pvh-newest crash_pvh newest bios -- newest -- \
	"newest panics, armed with a vmlinux that is entered by its PVH note: bios"

for v in $(variants crash | by_firmware); do
	scenario "crash-${v#*-}-c-${v%%-*}" crash "${v#*-}" "${v%%-*}" -c 2 -- "${v#*-}" -- \
		"${v#*-} panics, armed by -c: $(text_of "$v"), 2 processors"
done

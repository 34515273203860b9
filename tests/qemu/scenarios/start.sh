# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The main job: load a kernel, start it, and it reaches user space with what it was given.

# In the guest: hop 1 starts hop 2 the first way of $WAYS, hop 2 starts hop 3 the second way, …
guest_start()
{
	way=$(echo "$WAYS" | cut -d ' ' -f "$hop")
	if [ "$way" ]; then
		load "$way" "$boot/vmlinuz-$KERNEL" && start
	fi
}

# start_ways KERNEL FIRMWARE WAY...
start_ways()
{
	local kernel=$1 firmware=$2 n=1 way

	shift 2
	vm guest_start
	vm_set KERNEL "$kernel"
	vm_set WAYS "$* "
	vm_kernel "$kernel"
	boot "$kernel" "$firmware"
	for way; do
		n=$((n + 1))
		check_hop $n "$way" "$(kernel_release "$kernel")" || true
	done
}

# 6.1 and newest start under BIOS in formats.sh, too, in more ways.
for k in 5.10 6.12 more-6.1 more-newest; do
	more=${k%"${k#more-}"} k=${k#more-}
	scenario "${more}start-bios-$k" start_ways "$k" bios -c -s -a -- "$k" -- \
		"$k starts itself by -c, then by -s, then by -a (BIOS)"
done
unset more
scenario more-entry-32-bios-5.10 start_ways 5.10 bios --entry-32bit -- 5.10 -- \
	"5.10 starts itself by its 32-bit entry (BIOS)"
scenario more-entry-32-uefi-6.1 start_ways 6.1 uefi --entry-32bit -c -- 6.1 -- \
	"6.1 starts itself by its 32-bit entry, then by -c (UEFI)"
for k in 6.1 newest; do
	scenario "start-uefi-$k" start_ways "$k" uefi -c -s -a -- "$k" -- \
		"$k starts itself by -c, then by -s, then by -a (UEFI)"
done

for v in $(variants start | by_firmware); do
	scenario "start-$v" start_ways "${v#*-}" "${v%%-*}" -c -- "${v#*-}" -- \
		"${v#*-} starts itself by -c ($(text_of "$v"))"
done

# Load and start in one call, with this kernel's command line; what the boot loader put there goes.
guest_force()
{
	if [ "$hop" = 1 ]; then
		next_initrd /tmp/initrd
		say cmdline.given "$(sed 's/BOOT_IMAGE=[^ ]* *//' /proc/cmdline) kx.hop=2"
		run start kexec -f "$boot/vmlinuz-6.1" --initrd=/tmp/initrd --reuse-cmdline \
			--append=kx.hop=2
	fi
}

force()
{
	vm guest_force
	vm_kernel 6.1
	vm_cmdline="BOOT_IMAGE=/vmlinuz kx.more=1"
	boot 6.1 bios
	check_hop 2 "-f --reuse-cmdline" "$(kernel_release 6.1)" || true
}

# Without any of -l -e -f: load, then leave it to shutdown to stop the system and start the kernel.
guest_shutdown()
{
	if [ "$hop" = 1 ]; then
		printf '#!/bin/sh\necho "KXT shutdown $*" > /dev/console\nexec kexec -e\n' > /sbin/shutdown
		chmod 755 /sbin/shutdown
		next_initrd /tmp/initrd
		next=$(next_cmdline)
		say cmdline.given "$next"
		run start kexec "$boot/vmlinuz-6.1" --initrd=/tmp/initrd --append="$next"
	fi
}

shut_down()
{
	vm guest_shutdown
	vm_kernel 6.1
	boot 6.1 bios
	part=shutdown
	if [[ $(get 1 shutdown) == '-r now' ]]; then
		ok "$part -r now"
	else
		bad "$part" "was called with '$(get 1 shutdown)', expected '-r now'"
	fi
	check_hop 2 "started" "$(kernel_release 6.1)" || true
}

scenario shutdown shut_down -- 6.1 -- "without -l, -e and -f: loads, then calls shutdown -r now"
scenario force force -- 6.1 -- "-f loads and starts at once, --reuse-cmdline hands on the command line"

# By the setup code, which copies its header, with the end of its heap, to where the kernel finds it.
guest_real_mode()
{
	say heap "$(hex /sys/kernel/boot_params/data 0x224 2)"
	facts_memmap
	facts_acpi
	guest_start
}

real_mode()
{
	local kernel=$1

	vm guest_real_mode guest_start
	vm_set KERNEL "$kernel"
	vm_set WAYS "--real-mode -c "
	vm_kernel "$kernel"
	boot "$kernel" bios
	check_hop 2 --real-mode "$(kernel_release "$kernel")" || return 0
	[[ $(get 2 heap) == 00ce ]] || bad --real-mode "heap_end_ptr is $(get 2 heap), not 00ce"
	same_fact memmap
	same_fact acpi
	same_fact acpi.rsdp
	check_hop 3 "then -c" "$(kernel_release "$kernel")" || true
}

for k in 6.1 newest; do
	scenario "more-real-mode-bios-$k" real_mode "$k" -- "$k" -- \
		"$k starts itself by its setup code, which asks the BIOS, then by -c"
done

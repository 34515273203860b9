# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from lib.sh
# A vmlinux that is entered as Xen enters its guests, by its PVH note.

# In the guest: what hop 1 and hop 2 see of the firmware is the same.
guest_pvh()
{
	# Linux itself calls the range of ISA's ROMs reserved there.
	facts_memmap | sed -n 's/^KXT memmap \(.*System RAM\)/KXT ram \1/p'
	facts_acpi
	say protocol "$(cat /sys/kernel/boot_params/version 2> /dev/null)"
	if [ "$hop" = 1 ]; then
		load --type=pvh "$boot/vmlinux" && start
	fi
}

# same_fact KEY: both kernels said the same lines under KEY, and at least one
same_fact()
{
	part="the same $1"
	if [[ $(get 1 "$1") && $(get 1 "$1") == "$(get 2 "$1")" ]]; then
		ok "$part"
	else
		bad "$part" "first '$(get 1 "$1" | sed -n 1p)', then '$(get 2 "$1" | sed -n 1p)'"
	fi
}

# pvh KERNEL FIRMWARE
pvh()
{
	vm guest_pvh
	vmlinux_of "$(kernel_file "$1")" > "$payload/boot/vmlinux"
	boot "$1" "$2"
	check_hop 2 "by its PVH note" "$(kernel_release "$1")" || return 0
	# Linux says 2.12 of the boot_params that it makes for itself there, whatever its bzImage has.
	[[ $(get 2 protocol) == 0x020c ]] ||
		bad "by its PVH note" "boot_params are of protocol $(get 2 protocol), not 0x020c"
	same_fact ram
	same_fact acpi.rsdp
}

scenario more-pvh-bios-6.1 pvh 6.1 bios -- 6.1 -- "6.1's vmlinux starts by its PVH note (BIOS)"
scenario more-pvh-uefi-newest pvh newest uefi -- newest -- \
	"newest's vmlinux starts by its PVH note (UEFI)"

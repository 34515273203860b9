# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The running kernel and the loaded one are of different releases.

guest_cross()
{
	if [ "$hop" = 1 ]; then
		load -c "$boot/vmlinuz-$OTHER" && start
	fi
}

# cross RUNNING LOADED
cross()
{
	vm guest_cross
	vm_set OTHER "$2"
	vm_kernel "$2"
	boot "$1" bios
	check_hop 2 "$1 to $2" "$(kernel_release "$2")" || true
}

scenario cross-6.1-newest cross 6.1 newest -- 6.1 newest -- "6.1 loads and starts the newest kernel by -c"
scenario cross-newest-6.1 cross newest 6.1 -- 6.1 newest -- "the newest kernel loads and starts 6.1 by -c"

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Files of a machine for `kexec --dry-run --root`: what tests/tools/capture-machine takes from each.

guest_capture()
{
	run capture capture-machine /tmp/captured
	(cd /tmp/captured && tar cz .) | base64 | lines tar
}

# capture FIRMWARE KERNEL: the tree goes to $dir/FIRMWARE-KERNEL
capture()
{
	local tree=$dir/$1-$2

	part=capture
	vm guest_capture
	boot "$2" "$1" -device bochs-display
	mkdir -p "$tree"
	get 1 tar | base64 -d | tar xz -C "$tree"
	# Links lead to a folder that is not in the tree, which is why they are looked at as links.
	for file in proc/iomem proc/meminfo proc/sys/kernel/osrelease sys/kernel/boot_params/data \
		sys/firmware/memmap/0/start; do
		[[ -s $tree/$file ]] || bad "$part" "$file is missing or empty in $tree"
	done
	[[ $1 == bios || -s $tree/sys/firmware/efi/runtime-map/0/phys_addr ]] ||
		bad "$part" "no EFI runtime map in $tree"
	[[ $(get 1 capture.status) == 0 ]] || bad "$part" "$(get 1 capture.err)"
	cmp -s <(get 1 release) "$tree/proc/sys/kernel/osrelease" &&
		ok "$(find "$tree" -type f | wc -l) files of $(get 1 release)"
}

# A machine that may get a crash kernel, with what only -p reads.
capture_crash()
{
	local tree

	vm_memory=6G
	vm_cmdline="crashkernel=256M,high crashkernel=96M,low crashkernel=64M,cma"
	capture "$@"
	tree=$dir/$1-$2
	part="crash facts"
	for file in proc/kcore sys/kernel/vmcoreinfo sys/kernel/kexec/crash_cma_ranges \
		sys/devices/system/cpu/cpu{0,1}/crash_notes{,_size}; do
		[[ -s $tree/$file ]] || bad "$part" "$file is missing or empty in $tree"
	done
	if (($(stat -c %s "$tree/proc/kcore") == 64 + $(od -An -tu2 -j56 -N2 "$tree/proc/kcore") * 56)); then
		ok "kcore without memory"
	else
		bad "$part" "kcore has $(stat -c %s "$tree/proc/kcore") bytes"
	fi
}
scenario capture-crash capture_crash bios newest -- newest -- \
	"capture-machine takes what -p reads, and no memory"

for k in 6.1 newest; do
	for f in bios uefi; do
		scenario "capture-$f-$k" capture $f $k -- $k -- \
			"capture-machine takes a $k machine's facts (with --keep DIR they stay there)"
	done
done

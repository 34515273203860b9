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
	local -n facts=facts_$1

	part=capture
	vm guest_capture
	boot "$2" "$1" "${screen_device[@]}"
	((${#facts[@]})) || bad "$part" "$arch.conf has no facts_$1"
	mkdir -p "$tree"
	get 1 tar | base64 -d | tar xz -C "$tree"
	# Links lead to a folder that is not in the tree, which is why they are looked at as links.
	for file in proc/iomem proc/meminfo proc/sys/kernel/osrelease proc/self/auxv "${facts[@]}"; do
		[[ -s $tree/$file ]] || bad "$part" "$file is missing or empty in $tree"
	done
	[[ $(get 1 capture.status) == 0 ]] || bad "$part" "$(get 1 capture.err)"
	cmp -s <(get 1 release) "$tree/proc/sys/kernel/osrelease" &&
		ok "$(find "$tree" -type f | wc -l) files of $(get 1 release)"
}

# A machine that may get a crash kernel, with what only -p reads.
capture_crash()
{
	local tree size

	vm_memory=6G
	vm_cmdline="crashkernel=256M,high crashkernel=96M,low crashkernel=64M,cma"
	capture "$@"
	tree=$dir/$1-$2
	part="crash facts"
	for file in proc/kcore sys/kernel/vmcoreinfo sys/kernel/kexec/crash_cma_ranges \
		sys/devices/system/cpu/cpu{0,1}/crash_notes{,_size}; do
		[[ -s $tree/$file ]] || bad "$part" "$file is missing or empty in $tree"
	done
	# Headers and notes; of the notes only VMCOREINFO, since one is a piece of the kernel's memory.
	size=$(readelf -lW "$tree/proc/kcore" | awk '$1 == "NOTE" { print $2, $5 }')
	if (($(stat -c %s "$tree/proc/kcore") != ${size/ /+})); then
		bad "$part" "kcore has $(stat -c %s "$tree/proc/kcore") bytes, expected ${size/ /+}"
	elif ! grep -qa "OSRELEASE=$(get 1 release)" "$tree/proc/kcore"; then
		bad "$part" "no VMCOREINFO in kcore"
	elif (($(told "$tree/proc/kcore") > 64)); then
		# Three headers of notes have some forty.
		bad "$part" "kcore has $(told "$tree/proc/kcore") bytes of other notes"
	else
		ok "kcore without memory"
	fi
}

# told FILE: how many bytes of its notes before VMCOREINFO are not zero
told()
{
	local start end

	start=$(readelf -lW "$1" | awk '$1 == "NOTE" { print $2 }')
	end=$(grep -abo VMCOREINFO "$1" | sed -n 1p | cut -d: -f1)
	head -c "$end" "$1" | tail -c "$((end - start))" | tr -d '\000' | wc -c
}

scenario capture-crash capture_crash bios newest -- newest -- \
	"capture-machine takes what -p reads, and no memory"

for v in $(variants capture); do
	scenario "more-capture-$v" capture "${v%%-*}" "${v#*-}" -- "${v#*-}" -- \
		"capture-machine takes a machine's facts: ${v%%-*}, ${v#*-}"
done
for k in 6.1 newest; do
	for f in bios uefi; do
		scenario "capture-$f-$k" capture $f $k -- $k -- \
			"capture-machine takes a $k machine's facts (with --keep DIR they stay there)"
	done
done

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from init.sh and lib.sh
# kdump-init saves to one disk: Debian's full kernel in little memory. kdump.conf(5) has the figures.

# capture_disk TYPE CRASHKERNEL: to the only target, a disk with a file system of that type
capture_disk()
{
	local device="uuid=$uuid1" modules=$1

	case $1 in
	xfs)
		need mkfs.xfs xfsprogs
		ci_new disk 320 mkfs.xfs -q -m "uuid=$uuid1" "$dir/disk"
		;;
	vfat)
		need mkfs.vfat dosfstools
		ci_new disk 320 mkfs.vfat -i 1234abcd "$dir/disk"
		device="uuid=1234-ABCD"
		modules="nls_cp437 nls_ascii nls_iso8859_1 vfat"
		;;
	btrfs)
		need mkfs.btrfs btrfs-progs
		ci_new disk 320 mkfs.btrfs -q -U "$uuid1" "$dir/disk"
		;;
	esac
	ci_disk disk "$1:ro"
	{
		printf 'id boot-1\nhost crashed\n'
		ci_target a file "device $device" "fs $1" "path /crash"
	} > "$dir/plan"
	# shellcheck disable=SC2086 # words
	ci_vm full "$2" $modules
	ci_boot full
	check_end
	check_left vda/crash
}

# capture_raw CRASHKERNEL: to the only target, a disk with nothing on it
capture_raw()
{
	ci_new disk 320
	# Nothing is there to be mounted afterwards.
	ci_disk disk
	{
		printf 'id boot-1\nhost crashed\n'
		ci_target a raw "device size=$((320 << 20))"
	} > "$dir/plan"
	ci_vm full "$1"
	ci_boot full
	check_end
	mkdir -p "$dir/left/raw"
	"$build/kdump/kdump" recover "$dir/disk" "$dir/left/raw" > "$dir/recover.log" 2>&1 ||
		bad raw "recover: $(cat "$dir/recover.log")"
	check_left raw
}

scenario more-target-raw-80M capture_raw 80M -- 6.1 root-bookworm -- \
	"kdump-init saves to a bare disk: Debian's full kernel, crashkernel=80M"
for pair in xfs-88M btrfs-80M vfat-80M; do
	scenario "more-target-$pair" capture_disk "${pair%-*}" "${pair#*-}" -- 6.1 root-bookworm -- \
		"kdump-init saves to ${pair%-*}: Debian's full kernel, crashkernel=${pair#*-}"
done

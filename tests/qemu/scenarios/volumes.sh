# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from run, lib.sh, debian.sh; for service.sh
# What /var/crash may be on in the service's scenarios: LVM, made by lvm2.
# The crash kernel writes there without it; after the reboot it puts that together again.
#
# To add a layout: volumes_NAME makes it and mounts it on /var/crash, volumes_NAME_mount finds it again;
# both tell under "table" what has to be the same after the crash.

# --- inside the machine --------------------------------------------------------------------------

# serial_disk SERIAL: the disk that QEMU gave that serial number
serial_disk()
{
	for d in /sys/block/vd* /sys/block/nvme*; do
		case $(cat "$d/serial" "$d/device/serial" 2> /dev/null) in
		*"$1"*) echo "/dev/${d##*/}" ;;
		esac
	done
}

# What lvm2 says is lost but for its end.
quietly()
{
	"$@" > /tmp/made 2>&1 || say failed "$* $(tail -n 3 /tmp/made | tr '\n' ' ')"
}

# The host can read only the root file system's disk.
volumes_save()
{
	mkdir /var/saved-crash
	cp -a /var/crash/. /var/saved-crash
	umount /var/crash
}

# A volume group on two disks, a volume that is on both, and one beside it where nothing may be written.
volumes_lvm()
{
	quietly pvcreate -y "$(serial_disk one)" "$(serial_disk two)"
	quietly vgcreate kx "$(serial_disk one)" "$(serial_disk two)"
	quietly lvcreate -y -W n -n other -l 10 kx
	dd if=/dev/urandom of=/dev/kx/other bs=1M count=40 conv=fsync 2> /dev/null
	quietly lvcreate -y -W n -n crash -l '80%VG' kx
	quietly mkfs.ext4 -q /dev/kx/crash
	mkdir -p /var/crash
	quietly mount /dev/kx/crash /var/crash
	volumes_lvm_tell
}

volumes_lvm_tell()
{
	dmsetup table kx-crash | lines table
	sha256sum < /dev/kx/other | lines table
}

volumes_lvm_mount()
{
	quietly vgchange -ay kx
	quietly udevadm settle
	quietly mount /dev/kx/crash /var/crash
	volumes_lvm_tell
}

# --- on the host ---------------------------------------------------------------------------------

# What layouts need besides their own two.
volumes_functions=(serial_disk quietly volumes_save volumes_lvm volumes_lvm_mount
	volumes_lvm_tell)

# volumes_disk SERIAL MIB [DEVICE]: one more disk of the machine, in volumes_options
volumes_disk()
{
	truncate -s "$2M" "$dir/$1.img"
	volumes_options+=(-drive "if=none,id=$1,format=raw,cache=unsafe,file=$dir/$1.img"
		-device "${3:-virtio-blk-pci},drive=$1,serial=$1")
}

volumes_disks()
{
	volumes_disk one 200
	volumes_disk two 260
}

check_volumes_armed()
{
	part="armed on volumes"
	if [[ $(get 1 failed) ]]; then
		bad "$part" "$(get 1 failed | joined '; ')"
	elif [[ $(get 1 check.status) == 0 && $(get 1 check.out) == *" on vd"* ]]; then
		ok "$(get 1 check.out | sed -n 's/^good *\(.* on vd.*\)/\1/p' | joined ', ')"
	else
		bad "$part" "$(get 1 check.out | joined ' ')"
	fi
}

check_volumes_assembled()
{
	part="put together again"
	if [[ $(get 2 failed) ]]; then
		bad "$part" "$(get 2 failed | joined '; ')"
	elif [[ $(get 1 table) && $(get 1 table) == "$(get 2 table)" ]]; then
		ok "$part: $(get 1 table | joined ', ')"
	else
		bad "$part" "$(get 1 table | joined ', ') became $(get 2 table | joined ', ')"
	fi
}

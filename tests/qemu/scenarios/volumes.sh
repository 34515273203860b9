# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from run, lib.sh, debian.sh; for service.sh
# What /var/crash may be on in the service's scenarios: LVM and Linux's RAID, made by lvm2 and mdadm.
# The crash kernel writes there without them; after the reboot they put it together again.
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

# What lvm2 and mdadm say is lost but for its end.
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

# A mirror of LVM's own on the two disks. Both halves are the same, before and after.
volumes_mirror()
{
	quietly pvcreate -y "$(serial_disk one)" "$(serial_disk two)"
	quietly vgcreate kx "$(serial_disk one)" "$(serial_disk two)"
	quietly lvcreate -y -W n --type raid1 -m 1 -n crash -l '90%PVS' kx
	quietly mkfs.ext4 -q /dev/kx/crash
	volumes_mirror_tell kx crash
	mkdir -p /var/crash
	quietly mount /dev/kx/crash /var/crash
}

# volumes_mirror_tell GROUP VOLUME: once what is to be made up for is, are the halves the same?
volumes_mirror_tell()
{
	sync
	for _ in $(seq 100); do
		[ "$(lvs --noheadings -o sync_percent "$1/$2" | tr -d ' ')" != 100.00 ] || break
		sleep 1
	done
	dmsetup status "$1-$2" | lines health
	dmsetup table "$1-$2" | sed 's/[0-9]*:[0-9]*/DISK/g' | lines table
	if cmp "/dev/mapper/$1-${2}_rimage_0" "/dev/mapper/$1-${2}_rimage_1"; then
		say table "$2: halves are the same"
	else
		say table "$2: halves differ"
	fi
}

volumes_mirror_mount()
{
	quietly vgchange -ay kx
	quietly udevadm settle
	volumes_mirror_tell kx crash
	quietly mount /dev/kx/crash /var/crash
}

# volumes_array NUMBER LEVEL METADATA DISK...
volumes_array()
{
	n=$1 l=$2 v=$3
	shift 3
	quietly mdadm --create "/dev/md$n" --run --level="$l" --metadata="$v" --assume-clean \
		--raid-devices=$# "$@"
}

# volumes_new NAME DEVICE: a file system that is in use while the machine panics
volumes_new()
{
	quietly mkfs.ext4 -q -L "$1" "$2"
	mkdir -p "/mnt/$1"
	quietly mount "$2" "/mnt/$1"
	echo before > "/mnt/$1/before"
}

# Three kinds at once: a mirror on disks of two kinds, stripes of LVM on a linear array and on a disk, and
# stripes of RAID.
guest_volumes()
{
	if [ "$hop" = 1 ]; then
		run install install_ours
		volumes_array 1 raid1 1.2 "$(serial_disk one)" "$(serial_disk two)"
		volumes_array 2 linear 0.90 "$(serial_disk three)" "$(serial_disk four)"
		volumes_array 3 raid0 1.0 "$(serial_disk five)" "$(serial_disk six)"
		quietly pvcreate -y /dev/md2 "$(serial_disk seven)"
		quietly vgcreate kx /dev/md2 "$(serial_disk seven)"
		quietly lvcreate -y -W n -n stripes -i 2 -l '90%VG' kx
		volumes_new mirror /dev/md1
		volumes_new stripes /dev/kx/stripes
		volumes_new raid0 /dev/md3
		mkdir -p /etc/kdump
		cp /kx/kdump.conf /etc/kdump/kdump.conf
		sync
		run arm kdump arm
		run check kdump check
		run status kdump status
		echo "KXT-MARK before the crash" > /dev/kmsg
		run test kdump test --crash --yes
		exit 0
	fi
	udevadm settle
	mdadm --assemble --scan > /tmp/made 2>&1
	quietly vgchange -ay kx
	udevadm settle
	for l in mirror stripes raid0; do
		mkdir -p /mnt/$l
		quietly mount LABEL=$l /mnt/$l
		say "table" "$l $(cat /mnt/$l/before)"
		mkdir -p /var/saved-crash
		cp -a /mnt/$l/crash /var/saved-crash/$l
	done
	lines arrays < /proc/mdstat
	run status kdump status
	run json kdump status --json
	umount /mnt/mirror /mnt/stripes /mnt/raid0
}

# --- on the host ---------------------------------------------------------------------------------

# What layouts need besides their own two.
volumes_functions=(serial_disk quietly volumes_save volumes_lvm volumes_lvm_mount
	volumes_lvm_tell volumes_mirror_tell)

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

# volumes_target NAME WHAT
volumes_target()
{
	printf '[target %s]\nwhere = LABEL=%s\npath = /crash\nwhat = %s\n' "$1" "$1" "$2"
}

volumes_chain()
{
	local name

	vm_cmdline=$2
	vm_memory=1G
	vm_timeout=1200
	volumes_options=()
	volumes_disk one 160
	volumes_disk two 160 nvme
	for name in three four five six; do
		volumes_disk "$name" 40
	done
	volumes_disk seven 60
	debian guest_volumes "${volumes_functions[@]}" volumes_array volumes_new
	{
		printf '[kdump]\nmode = all\n'
		volumes_target mirror dump
		volumes_target stripes dmesg
		volumes_target raid0 dmesg
	} > "$payload/kx/kdump.conf"
	debian_install
	boot_debian "$1" "${volumes_options[@]}"
	part=arm
	if [[ $(get 1 arm.status) != 0 ]]; then
		bad "$part" "$(get 1 arm.err) $(get 1 failed) $(why_debian 1)"
	else
		ok "$(get 1 arm.err)"
	fi
	check_volumes_armed
	part="after the crash"
	if ! reached 2; then
		bad "$part" "it did not come up again: $(why_debian 2)"
		return
	fi
	part="a mirror runs"
	if grep -q 'kdump: md1 runs, with 2 of 2 members' "$serial"; then
		ok "$part"
	else
		bad "$part" "$(grep 'kdump: md' "$serial" | joined '; ')"
	fi
	part="put together again"
	if [[ ! $(get 2 failed) && $(get 2 table | joined ' ') == 'mirror before stripes before raid0 before' ]]; then
		ok "$part: $(get 2 arrays | grep '^md' | joined '; ')"
	else
		bad "$part" "$(get 2 failed | joined '; ') $(get 2 table | joined ', ')"
	fi
	debian_get /var/saved-crash "$dir/saved"
	for name in stripes raid0; do
		part="log on $name"
		if grep -q 'KXT-MARK before the crash' "$dir/saved/saved-crash/$name"/*/vmcore-dmesg.txt; then
			ok "$part"
		else
			bad "$part" "$(find "$dir/saved/saved-crash/$name" | joined ' ')"
		fi
	done
	check_service_dump "$(echo "$dir/saved/saved-crash/mirror"/*)"
}

scenario more-service-volumes volumes_chain cloud crashkernel=96M -- root-bookworm -- \
	"a mirror, LVM's stripes on a linear array, raid0: dump or log on each, found again by mdadm and lvm2"

scenario more-service-arm-mirror service_crash cloud crashkernel=96M mirror -- root-bookworm -- \
	"/var/crash on an LVM mirror (raid1): the dump is there after the reboot, and both halves are the same"

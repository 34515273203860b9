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

# volumes_crash: armed for what the file says, and the end
volumes_crash()
{
	mkdir -p /etc/kdump
	cp /kx/kdump.conf /etc/kdump/kdump.conf
	sync
	run arm kdump arm
	run check kdump check
	run status kdump status
	echo "KXT-MARK before the crash" > /dev/kmsg
	run test kdump test --crash --yes
	exit 0
}

# volumes_again: by mdadm and lvm2, after the reboot
volumes_again()
{
	udevadm settle
	mdadm --assemble --scan > /tmp/made 2>&1
	quietly vgchange -ay kx
	udevadm settle
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
		volumes_crash
	fi
	volumes_again
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

# What lacks a part: two mirrors that the crash kernel finds half of, one that was half before, and
# what keeps parity.
guest_degraded()
{
	if [ "$hop" = 1 ]; then
		run install install_ours
		volumes_array 1 raid1 1.2 "$(serial_disk one)" "$(serial_disk two)"
		volumes_array 2 raid1 1.2 "$(serial_disk three)" missing
		volumes_array 4 raid4 1.2 "$(serial_disk four1)" "$(serial_disk four2)" \
			"$(serial_disk four3)"
		volumes_array 5 raid5 1.2 "$(serial_disk five1)" "$(serial_disk five2)" \
			"$(serial_disk five3)"
		volumes_array 6 raid6 1.2 "$(serial_disk six1)" "$(serial_disk six2)" \
			"$(serial_disk six3)" "$(serial_disk six4)"
		volumes_array 10 raid10 1.2 "$(serial_disk ten1)" "$(serial_disk ten2)" \
			"$(serial_disk ten3)"
		quietly pvcreate -y "$(serial_disk lvm1)" "$(serial_disk lvm2)"
		quietly vgcreate kx "$(serial_disk lvm1)" "$(serial_disk lvm2)"
		quietly lvcreate -y -W n --type raid1 -m 1 -n legs -l '90%PVS' kx
		volumes_new half /dev/md1
		volumes_new before /dev/md2
		volumes_new four /dev/md4
		volumes_new five /dev/md5
		volumes_new six /dev/md6
		volumes_new ten /dev/md10
		volumes_new lvm /dev/kx/legs
		lines arrays < /proc/mdstat
		volumes_crash
	fi
	volumes_again
	lines arrays < /proc/mdstat
	dmsetup status kx-legs | lines arrays
	# What was not there is behind: whoever has mdadm says so.
	grep -q '^md1 .*\[1\].*\[0\]\|^md1 .*\[0\].*\[1\]' /proc/mdstat ||
		quietly mdadm --manage /dev/md1 --add "$(serial_disk two)"
	mdadm --wait /dev/md1 > /tmp/made 2>&1
	volumes_halves_tell
	for l in half before four five six ten lvm; do
		mkdir -p /mnt/$l
		quietly mount LABEL=$l /mnt/$l
		say "table" "$l $(cat /mnt/$l/before)"
		mkdir -p /var/saved-crash
		cp -a /mnt/$l/crash /var/saved-crash/$l
		umount /mnt/$l
	done
	run json kdump status --json
}

# The kernel itself compares the mirror, and the parity.
volumes_halves_tell()
{
	for n in 1 4 5 6 10; do
		echo check > /sys/block/md$n/md/sync_action
		mdadm --wait /dev/md$n > /dev/null 2>&1
		say halves "md$n: $(cat /sys/block/md$n/md/mismatch_cnt) differ, $(cat /sys/block/md$n/md/degraded) lost"
	done
	volumes_mirror_tell kx legs
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
	debian guest_volumes "${volumes_functions[@]}" volumes_array volumes_new volumes_crash volumes_again
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
	check_volumes_saved mirror stripes raid0
}

scenario more-service-volumes volumes_chain cloud crashkernel=96M -- root-bookworm -- \
	"a mirror, LVM's stripes on a linear array, raid0: dump or log on each, found again by mdadm and lvm2"

# check_volumes_saved NAME LOGS...: the dump that is on the first volume, and the log on each other
check_volumes_saved()
{
	local whole=$1 name

	shift
	debian_get /var/saved-crash "$dir/saved"
	for name; do
		part="log on $name"
		if grep -q 'KXT-MARK before the crash' "$dir/saved/saved-crash/$name"/*/vmcore-dmesg.txt; then
			ok "$part"
		else
			bad "$part" "$(find "$dir/saved/saved-crash/$name" | joined ' ')"
		fi
	done
	check_service_dump "$(echo "$dir/saved/saved-crash/$whole"/*)"
}

# check_volumes_runs WHAT HOW: a line of the crash kernel
check_volumes_runs()
{
	part="$1 runs"
	if grep -qF "kdump: $1 runs, with $2" "$serial"; then
		ok "with $2"
	else
		bad "$part" "$(grep "kdump: .*$1" "$serial" | joined '; ')"
	fi
}

volumes_degraded()
{
	local name whole

	vm_cmdline=$2
	vm_memory=1G
	vm_timeout=1800
	volumes_options=()
	volumes_disk one 160
	volumes_disk two 160 nvme
	volumes_disk lvm1 40
	volumes_disk lvm2 40 nvme
	for name in three {four,five,ten}{1,2,3} six{1,2,3,4}; do
		volumes_disk "$name" 40
	done
	debian guest_degraded "${volumes_functions[@]}" volumes_array volumes_new volumes_crash volumes_again volumes_halves_tell
	{
		# Debian's cloud kernel has that driver in itself.
		printf '[kdump]\nmode = all\nappend = initcall_blacklist=nvme_init\n'
		volumes_target half dump
		for name in before four five six ten lvm; do
			volumes_target "$name" dmesg
		done
	} > "$payload/kx/kdump.conf"
	debian_install
	boot_debian "$1" "${volumes_options[@]}"
	part=arm
	if [[ $(get 1 arm.status) == [04] && ! $(get 1 failed) ]]; then
		ok "$(get 1 arm.err | tail -n 1)"
	else
		bad "$part" "$(get 1 arm.err) $(get 1 failed) $(why_debian 1)"
	fi
	part="what was half before is told"
	if [[ $(get 1 check.out) == *"1 of 2 members of md2 are missing or not up to date"* &&
		$(get 1 check.out) != *"members of md1 "* ]]; then
		ok "$(get 1 check.out | grep 'members of' | joined '; ')"
	else
		bad "$part" "$(get 1 check.out | joined '; ')"
	fi
	part="after the crash"
	if ! reached 2; then
		bad "$part" "it did not come up again: $(why_debian 2)"
		return
	fi
	check_volumes_runs md1 "1 of 2 members"
	check_volumes_runs md2 "1 of 2 members"
	check_volumes_runs md4 "3 of 3 members"
	check_volumes_runs md5 "3 of 3 members"
	check_volumes_runs md6 "4 of 4 members"
	check_volumes_runs md10 "3 of 3 members"
	check_volumes_runs kx-legs "1 of 2 parts"
	part="whole again"
	whole="legs: halves are the same"
	for name in half before four five six ten lvm; do
		whole+=" $name before"
	done
	if [[ ! $(get 2 failed) &&
		$(get 2 halves | joined ' ') == "$(printf 'md%s: 0 differ, 0 lost\n' 1 4 5 6 10 | joined ' ')" &&
		$(get 2 table | joined ' ') == *"$whole" ]]; then
		ok "$(get 2 halves | joined '; '); $(get 2 health | joined '; ')"
	else
		bad "$part" "$(get 2 failed | joined '; ') $(get 2 halves | joined '; ') $(get 2 table | joined ', ') $(get 2 health | joined '; ') $(get 2 arrays | joined '; ')"
	fi
	check_volumes_saved half before four five six ten lvm
}

scenario more-service-volumes-degraded volumes_degraded cloud crashkernel=96M -- root-bookworm -- \
	"mirrors of RAID and of LVM that the crash kernel finds half of, one that was half before, raid4, 5, 6 and 10: whole again after the reboot"
scenario more-service-arm-mirror service_crash cloud crashkernel=96M mirror -- root-bookworm -- \
	"/var/crash on an LVM mirror (raid1): the dump is there after the reboot, and both halves are the same"

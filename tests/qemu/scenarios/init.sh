# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2054,SC2153,SC2154 # from the .conf files, and vm_set
# A machine panics. kdump-init, alone in the crash kernel but for modules and a plan, saves its dump
# and resets the machine. Another boot of the machine puts what is there into an archive for the host.

# --- inside the machine --------------------------------------------------------------------------

# Modules that came with the payload, in their order.
ci_modules()
{
	for m in /kx/modules/*.ko; do
		insmod "$m" 2> /dev/null
	done
	n=0
	until [ -e "/dev/$OUT" ] || [ $n -ge 100 ]; do
		sleep 0.1
		n=$((n + 1))
	done
}

# The machine that shall panic.
ci_fall()
{
	# What the crash kernel will read from the machine's clock.
	if [ "${CLOCK:-}" ]; then
		now=$(date +%s)
		date -s "$CLOCK" > /dev/null
		hwclock -w -u
		date -s "@$now" > /dev/null
	fi
	say cmdline.given "$(next_cmdline) $WORDS"
	run load kexec "${WAY:--s}" -p "/boot/vmlinuz-$KERNEL" --initrd=/kx/capture \
		--command-line="console=$console panic=10 $WORDS"
	say crash.loaded "$(cat /sys/kernel/kexec_crash_loaded)"
	fall
}

# What the crash kernel left on DISKS, each DEVICE:TYPE:OPTIONS, as an archive on the last disk.
ci_collect()
{
	ci_modules
	for d in $DISKS; do
		mkdir -p "/mnt/${d%%:*}"
		o=${d#*:}
		say mount "$d: $(mount -t "${o%%:*}" -o "${o#*:}" "/dev/${d%%:*}" "/mnt/${d%%:*}" 2>&1)"
	done
	mount -t efivarfs efivarfs /sys/firmware/efi/efivars 2> /dev/null
	mount -t pstore pstore /sys/fs/pstore 2> /dev/null
	for f in /sys/fs/pstore/*; do
		[ ! -e "$f" ] || lines "note" < "$f"
	done
	(cd /mnt && tar -c ./*) > "/dev/$OUT"
	sync
	say collected
}

guest_capture_init()
{
	if [ "$(word kx.collect)" ]; then
		ci_collect
	else
		ci_fall
	fi
}

# --- on the host ---------------------------------------------------------------------------------

# shellcheck source=tests/qemu/modules.sh
. "$here/modules.sh"
root_files=$cache/root-bookworm

# kernel_file full|cloud: Debian's kernels that the root file system has, too
capture_kernel_file()
{
	echo "$root_files/$1.vmlinuz"
}

# from_root PATH FILE: a file out of that file system
from_root()
{
	debugfs -R "dump $1 $2" "$root_files/root.img" 2> /dev/null
	[[ -s $2 ]]
}

# capture_image KERNEL MODULE...: the initramfs with the plan $dir/plan, and what is in $dir/more, in
# $dir/capture; modules of $capture_asked are there, but not in the plan
capture_image()
{
	local release path name number=10 root=$dir/capture.d

	release=$(< "$root_files/$1.release")
	shift
	rm -rf "$root"
	mkdir -p "$root"/{kdump,lib/modules} "$payload/kx/modules"
	strip -o "$root/init" "$build/kdump/kdump-init"
	from_root "/usr/lib/modules/$release/modules.dep" "$dir/modules.dep"
	for path in $(module_order "$dir/modules.dep" "$@"); do
		name=${path##*/}
		from_root "/usr/lib/modules/$release/$path" "$payload/kx/modules/$number-$name"
		zstd -q -9 --zstd=wlog=19 "$payload/kx/modules/$number-$name" \
			-o "$root/lib/modules/$name.zst"
		[[ " ${capture_asked:-} " == *" ${name%.ko} "* ]] || echo "module $name"
		number=$((number + 1))
	done > "$root/kdump/plan"
	cat "$dir/plan" >> "$root/kdump/plan"
	[[ ! -d $dir/more ]] || cp -r "$dir/more/." "$root"
	cpio_of "$root" > "$dir/capture.cpio"
	zstd -q -f -19 --zstd=wlog=19 "$dir/capture.cpio" -o "$dir/capture"
	echo "image: $(stat -c %s "$dir/capture.cpio") bytes, packed $(stat -c %s "$dir/capture")"
}

# Words of the crash kernel: reference, what saves memory there.
capture_words=(nr_cpus=1 reset_devices irqpoll cgroup_disable=memory numa=off mce=off novmcoredd
	audit=0 transparent_hugepage=never cma=0 hugetlb_cma=0 kfence.sample_interval=0
	acpi_no_memhotplug hest_disable nokaslr pcie_ports=compat
	initcall_blacklist=tracer_init_tracefs,event_trace_init rdinit=/init)

# What each scenario sets before ci_vm: disks as QEMU options, and as DISKS is
capture_disks=() capture_mounts='' capture_next=vda

# ci_disk NAME [TYPE:OPTIONS [DRIVE OPTION...]]: one more, from the file $dir/NAME
ci_disk()
{
	local drive="if=none,id=$1,format=raw,cache=unsafe,file=$dir/$1" letters=abcdefgh
	local letter=${letters:$((${#capture_disks[@]} / 4)):1} more

	for more in "${@:3}"; do
		drive+=,$more
	done
	capture_disks+=(-drive "$drive" -device "virtio-blk-pci,drive=$1")
	[[ ! ${2:-} ]] || capture_mounts+=" vd$letter:$2"
	capture_next=vd${letters:$((${#capture_disks[@]} / 4)):1}
}

# ci_vm KERNEL CRASHKERNEL MODULE...: a machine that panics; the plan is $dir/plan
ci_vm()
{
	local kernel=$1 crashkernel=$2

	shift 2
	[[ -x $build/kdump/kdump-init ]] || skip "no kdump-init in $build/kdump: no static libraries"
	need debugfs e2fsprogs
	need zstd zstd
	need jq jq
	vm guest_capture_init ci_collect ci_fall ci_modules fall
	vm_set KERNEL "$kernel"
	vm_set WORDS "${capture_words[*]}${capture_more_words:+ $capture_more_words}"
	vm_set DISKS "$capture_mounts"
	vm_set OUT "$capture_next"
	capture_image "$kernel" virtio_pci virtio_blk crc32c_generic "$@"
	cp "$dir/capture" "$payload/kx/capture"
	cp "$root_files/$kernel.vmlinuz" "$payload/boot/vmlinuz-$kernel"
	cp -r "$payload" "$dir/payload.kept"
	vm_memory=1G
	vm_cmdline="crashkernel=$crashkernel"
}

# ci_crash KERNEL [QEMU OPTION...]: it panics; $dir/crash.log has what was said
ci_crash()
{
	local kernel=$1

	shift
	# shellcheck disable=SC2317 # compose calls it
	kernel_file()
	{
		capture_kernel_file "$1"
	}
	boot "$kernel" "$plain_firmware" -smp 1 "${capture_disks[@]}" "$@"
	mv "$serial" "$dir/crash.log"
	crash_ended=$vm_ended
}

# ci_fetch KERNEL: what it saved is then in $dir/left/DEVICE
ci_fetch()
{
	cp -r "$dir/payload.kept" "$payload"
	truncate -s 600M "$dir/out.tar"
	vm_cmdline="kx.collect=1"
	boot "$1" "$plain_firmware" "${capture_disks[@]/throttling.bps-total=*/}" \
		-drive "if=none,id=out,format=raw,file=$dir/out.tar" \
		-device virtio-blk-pci,drive=out
	rm -rf "$dir/left"
	mkdir "$dir/left"
	tar -x -C "$dir/left" -f "$dir/out.tar" 2> "$dir/tar.err" || true
	mv "$serial" "$dir/collect.log"
}

# ci_boot KERNEL [QEMU OPTION...]: both, where it saves to disks
ci_boot()
{
	ci_crash "$@"
	[[ ! $capture_mounts ]] || ci_fetch "$1"
	rm -rf "$dir/out.tar" "$dir/payload.kept"
	cp "$dir/crash.log" "$serial"
}

# capture_said TEXT: did the crash kernel's log have it?
capture_said()
{
	grep -F "kdump: $1" "$dir/crash.log" > "$dir/said"
}

# check_end: did the machine end as it should, and not before the crash kernel had its say?
check_end()
{
	part="ends"
	if [[ $crash_ended != off ]]; then
		bad "$part" "the machine did not reset ($crash_ended)"
	elif ! capture_said "the end, after"; then
		bad "$part" "it was reset before its end"
	else
		ok "$part ($(sed -n 's/.*the end, after //p' "$dir/crash.log"))"
	fi
}

# check_left FOLDER [PART]: it has a whole dump with all that belongs to it
check_left()
{
	local folder manifest

	part=${2:-saved}
	folder=$(echo "$dir/left/$1"/*)
	manifest=$folder/manifest.json
	if [[ ! -s $manifest ]]; then
		bad "$part" "no manifest in $folder: $(grep 'kdump: ' "$dir/crash.log" | tail -n 3 |
			tr '\n' ' ')"
	elif [[ $(cd "$folder" && echo *) != 'kexec-dmesg.log manifest.json vmcore vmcore-dmesg.txt' ]]; then
		bad "$part" "there is $(cd "$folder" && echo *)"
	elif [[ $(jq -r .incomplete "$manifest") != null ]]; then
		bad "$part" "incomplete: $(jq -r .incomplete "$manifest")"
	elif [[ $(< "$folder/vmcore-dmesg.txt") != *"kx-last-words $(get 1 mark)"* ]]; then
		bad "$part" "the log lacks the last words"
	elif ! "$build/vmcore-dmesg/vmcore-dmesg" "$folder/vmcore" 2> "$dir/tool.err" |
		cmp - "$folder/vmcore-dmesg.txt" > "$dir/cmp.err" 2>&1; then
		bad "$part" "the dump's log is another one: $(cat "$dir/cmp.err")"
	elif ! "$build/kdump/kdump" verify "$folder" > "$dir/verify.out" 2>&1; then
		bad "$part" "verify: $(tail -n 1 "$dir/verify.out")"
	elif ! grep -q 'kdump: .*saving to' "$folder/kexec-dmesg.log"; then
		bad "$part" "kexec-dmesg.log lacks what was said"
	else
		ok "$part ($(($(stat -c %s "$folder/vmcore") >> 20)) MiB in $(jq -r .seconds "$manifest") s, least $(
			jq -r .capture.low_kib "$manifest") KiB of $(jq -r .capture.memory_kib "$manifest"), $(
			stat -c %s "$dir/capture") bytes of image)"
	fi
}

# --- targets -------------------------------------------------------------------------------------

# UUIDs that no other disk has.
uuid1=11111111-2222-4333-8444-555555555555
uuid2=22222222-2222-4333-8444-555555555555

# ci_target NAME TYPE [LINE...]: a section of the plan
ci_target()
{
	printf '[target]\nname %s\ntype %s\n' "$1" "$2"
	shift 2
	printf '%s\n' "$@"
}

# ci_new NAME MIB [MKFS OPTION...]
ci_new()
{
	rm -f "$dir/$1"
	truncate -s "$2M" "$dir/$1"
	shift 2
	[[ $# == 0 ]] || "$@" > "$dir/mkfs.log" 2>&1
}

# check_makedumpfile_reads FOLDER: it is not our own program that says what it is worth
check_makedumpfile_reads()
{
	part="makedumpfile reads it"
	if makedumpfile -d 31 -c "$dir/left/$1"/*/vmcore "$dir/again" > "$dir/mdf.log" 2>&1; then
		ok "$part"
	else
		bad "$part" "$(tail -n 1 "$dir/mdf.log")"
	fi
}

capture_ext4()
{
	local kernel=$1 size=$2

	need makedumpfile makedumpfile
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk data ext4:ro
	{
		printf 'id boot-1\nhost crashed\ncompress zlib\n'
		ci_target disk file "device uuid=$uuid1" "fs ext4" "path /var/crash"
	} > "$dir/plan"
	ci_vm "$kernel" "$size" ext4
	ci_boot "$kernel"
	check_end
	check_left vda/var/crash
	check_makedumpfile_reads vda/var/crash
	part="what the manifest says"
	if [[ $(jq -c '[.capture.id, .capture.host, .capture.failed_modules,
		.capture.targets[0].name, .capture.targets[0].error]' \
		"$dir"/left/vda/var/crash/crashed-*/manifest.json) == '["boot-1","crashed",0,"disk",null]' ]]; then
		ok "$part"
	else
		bad "$part" "$(jq -c .capture "$dir"/left/vda/var/crash/*/manifest.json)"
	fi
}

# capture_clock CRASHKERNEL: the machine's clock is 25 years off, that of the kernel that crashed is not
capture_clock()
{
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk data ext4:ro
	{
		printf 'id boot-1\nhost crashed\n'
		ci_target disk file "device uuid=$uuid1" "fs ext4" "path /crash"
	} > "$dir/plan"
	ci_vm full "$1" ext4
	vm_set CLOCK "2001-02-03 04:05:06"
	ci_boot full
	check_end
	check_left vda/crash
	part="clock"
	if ! capture_said "the clock is off by -2"; then
		bad "$part" "it is not said that it is off"
	elif [[ $(find "$dir/left/vda/crash" -name manifest.json -mtime -2) ]]; then
		ok "$part ($(sed 's/.*kdump: //' "$dir/said"))"
	else
		bad "$part" "the manifest is of $(stat -c %y "$dir"/left/vda/crash/*/manifest.json)"
	fi
}

# capture_pair xfs-vfat|btrfs-raw CRASHKERNEL: to two targets at once
capture_pair()
{
	printf 'id boot-1\nmode all\nhost crashed\n' > "$dir/plan"
	if [[ $1 == xfs-vfat ]]; then
		need mkfs.xfs xfsprogs
		need mkfs.vfat dosfstools
		ci_new one 320 mkfs.xfs -q -m "uuid=$uuid1" "$dir/one"
		ci_new two 200 mkfs.vfat -i 1234abcd "$dir/two"
		ci_disk one xfs:ro
		ci_disk two vfat:ro
		ci_target a file "device uuid=$uuid1" "fs xfs" "path /crash" >> "$dir/plan"
		ci_target b file "device uuid=1234-ABCD" "fs vfat" "path /crash" >> "$dir/plan"
		ci_vm full "$2" xfs nls_cp437 nls_ascii nls_iso8859_1 vfat
	else
		need mkfs.btrfs btrfs-progs
		ci_new one 200
		ci_new two 200
		ci_new three 220
		mkfs.btrfs -q -U "$uuid1" -d raid0 -m raid1 "$dir/one" "$dir/two" > "$dir/mkfs.log" 2>&1
		ci_disk one btrfs:ro,device=/dev/vdb
		ci_disk two
		ci_disk three
		ci_target a file "device uuid=$uuid1" "fs btrfs" "path /crash" >> "$dir/plan"
		ci_target b raw "device size=$((220 << 20))" >> "$dir/plan"
		ci_vm full "$2" btrfs
	fi
	ci_boot full
	check_end
	check_left vda/crash "${1%-*}"
	if [[ $1 == xfs-vfat ]]; then
		check_left vdb/crash vfat
		return
	fi
	mkdir -p "$dir/left/raw"
	"$build/kdump/kdump" recover "$dir/three" "$dir/left/raw" > "$dir/recover.log" 2>&1 ||
		bad raw "recover: $(cat "$dir/recover.log")"
	check_left raw raw
}

# plug_disk PID: while the crash kernel looks for it, and not in the boot after it
plug_disk()
{
	[[ ! -e $dir/plugged ]] || return 0
	timeout "$vm_timeout" cat "$dir/monitor.out" > "$dir/monitor.log" &
	await "$1" 'kdump: a (file): the dump' || return 0
	sleep 5
	# Nobody reads the pipe of a machine that has ended.
	kill -0 "$1" 2> /dev/null || return 0
	echo '{"execute":"qmp_capabilities"}' > "$dir/monitor.in"
	monitor device_add scsi-hd,drive=two
	: > "$dir/plugged"
}

# capture_late CRASHKERNEL: of a file system on two disks the second comes when the first is known
capture_late()
{
	local disks

	need mkfs.btrfs btrfs-progs
	ci_new one 200
	ci_new two 200
	mkfs.btrfs -q -U "$uuid1" -d raid0 -m raid1 "$dir/one" "$dir/two" > "$dir/mkfs.log" 2>&1
	ci_disk one btrfs:ro,device=/dev/vdb
	ci_disk two
	disks=("${capture_disks[@]}")
	{
		printf 'id boot-1\nhost crashed\n'
		ci_target a file "prepare-time 150" "device uuid=$uuid1" "fs btrfs" "path /crash"
	} > "$dir/plan"
	ci_vm full "$1" btrfs virtio_scsi sd_mod
	monitor_options
	vm_driver=plug_disk
	capture_disks=("${disks[@]:0:6}")
	ci_crash full -device virtio-scsi-pci "${monitor_words[@]}"
	capture_disks=("${disks[@]}")
	ci_fetch full
	rm -rf "$dir/out.tar" "$dir/payload.kept"
	cp "$dir/crash.log" "$serial"
	check_end
	check_left vda/crash
}

# start_virtiofs FOLDER: machines of 1 GiB with $virtiofs_options have it under the tag "crashes"
start_virtiofs()
{
	local daemon=/usr/lib/qemu/virtiofsd

	[[ -x $daemon ]] || skip "$daemon is missing (package qemu-system-common)"
	[[ $(id -u) == 0 ]] || skip "virtiofsd has to be started by root"
	mkdir -p "$1"
	"$daemon" --socket-path="$dir/fs.sock" -o source="$1" -o sandbox=chroot \
		> "$dir/virtiofsd.log" 2>&1 &
	server_pid=$!
	virtiofs_options=(-chardev "socket,id=fs,path=$dir/fs.sock"
		-device vhost-user-fs-pci,chardev=fs,tag=crashes
		-object memory-backend-memfd,id=memory,size=1G,share=on -numa node,memdev=memory)
}

# capture_virtiofs KERNEL CRASHKERNEL: a folder of the host's
capture_virtiofs()
{
	local server_pid virtiofs_options

	{
		printf 'id boot-1\n'
		ci_target host virtiofs "share crashes" "path /"
	} > "$dir/plan"
	ci_vm "$1" "$2" virtiofs
	start_virtiofs "$dir/left/shared"
	ci_boot "$1" "${virtiofs_options[@]}"
	kill "$server_pid" 2> /dev/null || true
	check_end
	check_left shared
}

# What the plan does not have loaded, but the kernel asks for when it mounts; and a seed.
capture_asked_for()
{
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk data ext4:ro
	{
		printf 'id boot-1\n'
		ci_target disk file "device uuid=$uuid1" "fs ext4" "path /crash"
	} > "$dir/plan"
	mkdir -p "$dir/more/kdump"
	echo 'fs-ext[34] crc16.ko mbcache.ko jbd2.ko ext4.ko' > "$dir/more/kdump/aliases"
	printf '%032d' 7 > "$dir/more/kdump/seed"
	capture_asked="crc16 mbcache jbd2 ext4"
	ci_vm full 96M ext4
	ci_boot full
	check_end
	check_left vda/crash
	part="what was not in the plan"
	if grep -x 'module ext4.ko' "$dir/capture.d/kdump/plan" > "$dir/said"; then
		bad "$part" "the plan has it"
	elif capture_said 'the kernel asked for "'; then
		bad "$part" "$(< "$dir/said")"
	else
		ok "$part is loaded"
	fi
	part="the seed"
	if ! capture_said "random numbers have their seed"; then
		bad "$part" "$(grep 'kdump: .*random' "$dir/crash.log")"
	else
		ok "$part"
	fi
}

# The kernels of other machines, whose disks and file system they have, or have modules of.
capture_foreign()
{
	local kernel=$1 name=$2 init module number=10 root=$dir/capture.d out

	out=("${disk_device[@]//dump/out}")
	init=$(dirname "$(kexec_of "$arch")")/../kdump/kdump-init
	[[ -x $init ]] || skip "no kdump-init for $arch at $init"
	need jq jq
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	capture_disks=("${disk_device[@]//dump/data}" -drive "if=none,id=data,format=raw,file=$dir/data")
	vm guest_capture_init ci_collect ci_fall ci_modules fall
	vm_set KERNEL "$kernel"
	vm_set WAY -c
	vm_set WORDS "nr_cpus=1 reset_devices ${capture_words[-2]} rdinit=/init${crash_words:+ $crash_words}"
	vm_set DISKS "${disk##*/}:ext4:ro"
	vm_set OUT "$3"
	vm_kernel "$kernel"
	mkdir -p "$root"/{kdump,lib/modules} "$payload/kx/modules"
	"${cross}strip" -o "$root/init" "$init"
	for module in $disk_module "${file_modules[@]}"; do
		[[ -s $cache/$(package_of "$kernel")/$module.ko ]] || continue
		cp "$cache/$(package_of "$kernel")/$module.ko" "$root/lib/modules"
		cp "$cache/$(package_of "$kernel")/$module.ko" "$payload/kx/modules/$number-$module.ko"
		echo "module $module.ko"
		number=$((number + 1))
	done > "$root/kdump/plan"
	{
		printf 'id boot-1\nhost crashed\n'
		ci_target disk file "device uuid=$uuid1" "fs ext4" "path /crash"
	} >> "$root/kdump/plan"
	cpio_of "$root" | gzip -9 > "$dir/capture"
	cp "$dir/capture" "$payload/kx/capture"
	cp -r "$payload" "$dir/payload.kept"
	vm_memory=$crash_memory
	vm_cmdline="crashkernel=$name"
	boot "$kernel" "$plain_firmware" "${capture_disks[@]}"
	mv "$serial" "$dir/crash.log"
	crash_ended=$vm_ended
	cp -r "$dir/payload.kept" "$payload"
	truncate -s 600M "$dir/out.tar"
	vm_cmdline="kx.collect=1"
	boot "$kernel" "$plain_firmware" "${capture_disks[@]}" "${out[@]//serial=kx/serial=out}" \
		-drive "if=none,id=out,format=raw,file=$dir/out.tar"
	rm -rf "$dir/left" "$dir/payload.kept"
	mkdir "$dir/left"
	tar -x -C "$dir/left" -f "$dir/out.tar" 2> "$dir/tar.err" || true
	rm -f "$dir/out.tar"
	mv "$serial" "$dir/collect.log"
	cp "$dir/crash.log" "$serial"
	check_end
	check_left "${disk##*/}/crash"
}

# The smaller ones are what was the least that works.
capture_table()
{
	local name kernel size

	for name in init-ext4-{full-96M,cloud-80M} more-init-ext4-{full-80M,cloud-72M}; do
		size=${name##*-}
		kernel=${name%-*}
		kernel=${kernel##*-}
		scenario "$name" capture_ext4 "$kernel" "$size" -- 6.1 root-bookworm -- \
			"kdump-init saves to ext4: Debian's $kernel kernel, crashkernel=$size"
	done
}
capture_table
scenario init-xfs-vfat capture_pair xfs-vfat 96M -- 6.1 root-bookworm -- \
	"kdump-init saves to xfs and vfat: Debian's full kernel, crashkernel=96M"
scenario more-init-btrfs-raw capture_pair btrfs-raw 112M -- 6.1 root-bookworm -- \
	"kdump-init saves to btrfs on two disks and to a bare disk: crashkernel=112M"
scenario more-init-late capture_late 112M -- 6.1 root-bookworm -- \
	"kdump-init waits for the second disk of a btrfs, which comes late"
scenario more-init-clock capture_clock 96M -- 6.1 root-bookworm -- \
	"kdump-init has the time from the kernel that crashed, where the machine's clock is wrong"
scenario more-init-asked capture_asked_for -- 6.1 root-bookworm -- \
	"kdump-init has a module loaded that the kernel asks for, and seeds random numbers"
scenario more-init-virtiofs capture_virtiofs cloud 64M -- 6.1 root-bookworm -- \
	"kdump-init saves to a folder of the host's: virtiofs, crashkernel=64M"
scenario more-init-6.1@arm64 capture_foreign 6.1@arm64 48M nvme1n1 -- 6.1@arm64 -- \
	"kdump-init saves to ext4 on arm64, crashkernel=48M"
# In 96M that kernel, a file of 35 MiB, says nothing any more.
scenario more-init-newest@riscv64 capture_foreign newest@riscv64 112M vdb -- newest@riscv64 -- \
	"kdump-init saves to ext4 on riscv64, crashkernel=112M"

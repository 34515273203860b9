# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from the .conf files, and init.sh
# kdump test --vm: the machine that it makes is the only one here, and it is to be believed.

# vt_put FILE LINE...: into the system of which the kernel is
vt_put()
{
	mkdir -p "$dir/root/${1%/*}"
	printf '%s\n' "${@:2}" > "$dir/root/$1"
}

# vt_system MIB: a folder like a system with Debian's cloud kernel, on one virtio disk
vt_system()
{
	local release disk=sys/devices/pci0000:00/0000:00:04.0 modules path

	release=$(< "$root_files/cloud.release")
	modules=usr/lib/modules/$release
	mkdir -p "$dir/root/boot" "$dir/root/$modules" "$dir"/root/sys/{class/block,dev/block}
	cp "$root_files/cloud.vmlinuz" "$dir/root/boot/vmlinuz-$release"
	strip -o "$dir/root/init" "$build/kdump/kdump-init"
	vt_put "boot/config-$release" CONFIG_RD_ZSTD=y
	for path in modules.{dep,alias,softdep,builtin,builtin.modinfo}; do
		from_root "/$modules/$path" "$dir/root/$modules/$path" || return
	done
	for path in $(module_order "$dir/root/$modules/modules.dep" virtio_pci virtio_blk ext4 \
		crc32c_generic crc32c_intel); do
		mkdir -p "$dir/root/$modules/${path%/*}"
		from_root "/$modules/$path" "$dir/root/$modules/$path" || return
	done
	vt_put proc/sys/kernel/osrelease "$release"
	vt_put proc/sys/kernel/random/boot_id 11111111-2222-3333-4444-555555555555
	vt_put proc/cmdline "root=/dev/vda1 ro quiet crashkernel=$1M"
	vt_put sys/kernel/kexec_crash_size $(($1 << 20))
	vt_put sys/kernel/kexec_crash_loaded 0
	vt_put proc/iomem '00100000-3fffffff : System RAM' '  20000000-2fffffff : Crash kernel'
	vt_put $disk/modalias pci:v00001AF4d00001042
	vt_put $disk/virtio1/modalias virtio:d00000002v00001AF4
	vt_put sys/bus/pci/drivers/virtio-pci/bind x
	vt_put sys/bus/virtio/drivers/virtio_blk/bind x
	vt_put $disk/virtio1/block/vda/size 2097152
	vt_put $disk/virtio1/block/vda/dev 254:0
	ln -s ../../../bus/pci/drivers/virtio-pci "$dir/root/$disk/driver"
	ln -s ../../../../bus/virtio/drivers/virtio_blk "$dir/root/$disk/virtio1/driver"
	ln -s "../../devices/${disk#sys/devices/}/virtio1/block/vda" "$dir/root/sys/class/block/vda"
	ln -s "../../devices/${disk#sys/devices/}/virtio1/block/vda" "$dir/root/sys/dev/block/254:0"
	vt_put dev/vda x
	vt_put run/udev/data/b254:0 E:ID_FS_UUID=0000-1111 E:ID_FS_TYPE=ext4
	vt_put proc/self/mountinfo '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw'
	mkdir -p "$dir/root/var/crash"
}

# vt_run MIB: its status in $vt_status, what it said in $serial
vt_run()
{
	[[ $host_arch == x86_64 ]] || skip "there are machines of x86_64 alone"
	[[ -x $build/kdump/kdump-init ]] || skip "no kdump-init in $build/kdump: no static libraries"
	need debugfs e2fsprogs
	need jq jq
	vt_system "$1" || bad system "a file of the kernel is not in $root_files"
	mkdir "$dir/folder"
	serial=$dir/serial.log vt_status=0
	TMPDIR=$dir/folder "$build/kdump/kdump" test --vm --root="$dir/root" --init=/init \
		--qemu="$(command -v "$qemu")" --accel=tcg --time-limit=150 > "$serial" 2>&1 ||
		vt_status=$?
	part="nothing is left behind"
	if [[ $(ls "$dir/folder") ]]; then
		bad "$part" "$(ls "$dir/folder")"
	else
		ok "$part"
	fi
}

# vt_result: what is kept, as JSON
vt_result()
{
	jq -c '[.kind, .result, .reserved, .lowest > 4000000, .text]' \
		"$dir/root/var/lib/kdump/last-vm-test.json" 2>&1
}

vt_saved()
{
	local expected="[\"vm\",\"saved\",$(($1 << 20)),true,null]"

	vt_run "$1"
	part="a whole dump"
	if ((vt_status != 0)); then
		bad "$part" "$(tail -n 1 "$serial")"
	elif [[ $(vt_result) != "$expected" ]]; then
		bad "$part" "$(vt_result)"
	else
		ok "$part ($(tail -n 1 "$serial"))"
	fi
}

# Too little memory: in one the crash kernel cannot be loaded, in the other it panics.
vt_nothing()
{
	vt_run "$1"
	part="why there is no dump"
	if ((vt_status != 1)) || ! grep -q "no dump is on its disk; the console says: $2" "$serial"; then
		bad "$part" "status $vt_status: $(tail -n 1 "$serial")"
	elif [[ $(vt_result) != '["vm","nothing",'* ]]; then
		bad "$part" "$(vt_result)"
	elif ! grep -q '^console: ' "$serial"; then
		bad "$part" "not what the console says"
	else
		ok "$part ($(tail -n 1 "$serial"))"
	fi
}

scenario vm-test vt_saved 80 -- 6.1 root-bookworm -- \
	"kdump test --vm: a virtual machine leaves a whole dump in 80 MiB"
scenario more-vm-test-unloaded vt_nothing 40 no.crash -- 6.1 root-bookworm -- \
	"kdump test --vm: the crash kernel does not fit into 40 MiB"
scenario more-vm-test-panic vt_nothing 56 Kernel.panic -- 6.1 root-bookworm -- \
	"kdump test --vm: the crash kernel panics in 56 MiB"

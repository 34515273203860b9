# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from the .conf files, and init.sh
# kdump test --vm: the machine that it makes is the only one here, and it is to be believed.

# Seconds that a machine may take.
vt_limit=900

# vt_put FILE LINE...: into the system of which the kernel is
vt_put()
{
	mkdir -p "$dir/root/${1%/*}"
	printf '%s\n' "${@:2}" > "$dir/root/$1"
}

# vt_debian: $release, and Debian's cloud kernel and its modules of that disk in the system
vt_debian()
{
	local modules path

	release=$(< "$root_files/cloud.release")
	modules=usr/lib/modules/$release
	mkdir -p "$dir/root/boot" "$dir/root/$modules"
	cp "$root_files/cloud.vmlinuz" "$dir/root/boot/vmlinuz-$release"
	for path in modules.{dep,alias,softdep,builtin,builtin.modinfo}; do
		from_root "/$modules/$path" "$dir/root/$modules/$path" || return
	done
	for path in $(module_order "$dir/root/$modules/modules.dep" virtio_pci virtio_blk ext4 \
		crc32c_generic crc32c_intel); do
		mkdir -p "$dir/root/$modules/${path%/*}"
		from_root "/$modules/$path" "$dir/root/$modules/$path" || return
	done
}

# vt_foreign KERNEL: the same of another architecture
vt_foreign()
{
	local package

	package=$(package_of "$1")
	release=$(kernel_release "$1")
	mkdir -p "$dir/root/boot" "$dir/root/usr/lib"
	cp "$cache/$package/vmlinuz" "$dir/root/boot/vmlinuz-$release"
	cp -r "$cache/modules-$package/lib/modules" "$dir/root/usr/lib"
}

# vt_system MIB: a folder like a system with the kernel $release, on one virtio disk
vt_system()
{
	local disk=sys/devices/pci0000:00/0000:00:04.0

	mkdir -p "$dir"/root/sys/{class/block,dev/block}
	"${cross}strip" -o "$dir/root/init" "$vt_build/kdump/kdump-init"
	vt_put "boot/config-$release" CONFIG_RD_ZSTD=y
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

# vt_qemu: a program that is QEMU for the machine; OpenSBI of this release does not get along with all
# that its emulator has
vt_qemu()
{
	local program

	program=$(command -v "$qemu")
	if [[ ${opensbi:-} ]]; then
		printf '#!/bin/sh\nexec %s -bios %s "$@"\n' "$program" "$opensbi" > "$dir/qemu"
		chmod +x "$dir/qemu"
		program=$dir/qemu
	fi
	echo "$program"
}

# vt_emulated WORD...: a program of this host's by itself, one of another architecture by qemu-user,
# and so what it starts; its C library is the compiler's
vt_emulated()
{
	local with

	if [[ ! $cross ]]; then
		"$@"
		return
	fi
	with="$cache/qemu-user/usr/bin/qemu-${triplet%%-*} -L /usr/$triplet"
	"$cc" -shared -fPIC -o "$dir/foreign.so" "$here/../tools/foreign.c" -ldl || return
	# shellcheck disable=SC2086 # a list of words
	KX_FOREIGN=$with $with -E "LD_PRELOAD=$dir/foreign.so" "$@"
}

# vt_run MIB [KERNEL]: its status in $vt_status, what it said in $serial; without KERNEL Debian's
# cloud kernel
vt_run()
{
	local release

	vt_build=$(dirname "$(kexec_of "$arch")")/..
	[[ -x $vt_build/kdump/kdump-init ]] ||
		skip "no kdump-init in $vt_build/kdump: no static libraries"
	need jq jq
	if [[ ${2:-} ]]; then
		vt_foreign "$2"
	else
		need debugfs e2fsprogs
		[[ $host_arch == x86_64 ]] || skip "Debian's cloud kernel is that of x86_64"
		vt_debian || bad system "a file of the kernel is not in $root_files"
	fi
	vt_system "$1"
	mkdir "$dir/folder"
	serial=$dir/serial.log vt_status=0
	TMPDIR=$dir/folder vt_emulated "$vt_build/kdump/kdump" test --vm --root="$dir/root" \
		--init=/init --kexec="$(kexec_of "$arch")" --qemu="$(vt_qemu)" --accel=tcg \
		--time-limit="$vt_limit" > "$serial" 2>&1 || vt_status=$?
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

# vt_saved MIB [KERNEL]
vt_saved()
{
	local expected="[\"vm\",\"saved\",$(($1 << 20)),true,null]"

	vt_run "$@"
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

# Their kernels have no kexec_file_load, and kdump runs by qemu-user, as if it were there.
scenario more-vm-test@arm64 vt_saved 64 6.1@arm64 -- 6.1@arm64 modules-bookworm-arm64 qemu-user -- \
	"kdump test --vm on arm64: a virtual machine leaves a whole dump in 64 MiB"
scenario more-vm-test@riscv64 vt_saved 256 newest@riscv64 -- newest@riscv64 modules-sid-riscv64 qemu-user -- \
	"kdump test --vm on riscv64: a virtual machine leaves a whole dump in 256 MiB"

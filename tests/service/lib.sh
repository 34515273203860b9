# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What tests of the service share: kdump, and the machine of tests/cli in which its kexec records
# what it would have loaded.
. "${srcdir:-.}/tests/cli/lib.sh"
program_name=kdump
program=$builddir/kdump/kdump
kexec=$builddir/tests/cli/kexec-fake
run_with=logged

# verb NAME ARGUMENT...: kdump on the machine below $root
verb()
{
	verb_name=$1
	shift
	run "$verb_name" --root="$root" --kexec="$kexec" "$@"
}

# crash_machine: machine() with 256 MiB for a crash kernel, whose own kernel is installed
crash_machine()
{
	machine
	put proc/iomem '00000000-00000fff : Reserved' '00001000-0009fbff : System RAM' \
		'0009fc00-0009ffff : Reserved' '000f0000-000fffff : Reserved' \
		'00100000-3ffdffff : System RAM' '  01000000-01ffffff : Kernel code' \
		'  20000000-2fffffff : Crash kernel' '3ffe0000-3fffffff : Reserved'
	put proc/sys/kernel/kexec_load_limit_panic -1
	put proc/sys/kernel/osrelease 6.1.0-test
	put proc/sys/kernel/hostname made
	put proc/sys/kernel/random/boot_id 11111111-2222-3333-4444-555555555555
	put proc/cmdline 'BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro quiet crashkernel=256M console=ttyS0'
	put etc/machine-id 0123456789abcdef0123456789abcdef
	put sys/kernel/kexec_crash_size 268435456
	kernel "$tmp/k"
	mkdir -p "$root/boot"
	cp "$tmp/k" "$root/boot/vmlinuz-6.1.0-test"
}

# disk_machine: crash_machine() with a virtio disk, an ext4 file system on it for /, and drivers that
# its kernel has built in; the program that captures is any ELF file
disk_machine()
{
	crash_machine
	disk=sys/devices/pci0000:00/0000:00:04.0
	put $disk/modalias pci:v00001AF4d00001042
	put sys/bus/pci/drivers/virtio-pci/bind x
	ln -s ../../../bus/pci/drivers/virtio-pci "$root/$disk/driver"
	put $disk/virtio1/modalias virtio:d00000002v00001AF4
	put sys/bus/virtio/drivers/virtio_blk/bind x
	ln -s ../../../../bus/virtio/drivers/virtio_blk "$root/$disk/virtio1/driver"
	put $disk/virtio1/block/vda/size 2097152
	put $disk/virtio1/block/vda/dev 254:0
	put $disk/virtio1/block/vda/serial S1
	put $disk/virtio1/block/vda/vda1/partition 1
	put $disk/virtio1/block/vda/vda1/size 2095104
	put $disk/virtio1/block/vda/vda1/dev 254:1
	put $disk/virtio1/block/vda/vda1/uevent PARTUUID=aa-01
	mkdir -p "$root/sys/class/block" "$root/sys/dev/block"
	for name in vda vda/vda1; do
		ln -s ../../devices/pci0000:00/0000:00:04.0/virtio1/block/$name \
			"$root/sys/class/block/${name##*/}"
	done
	ln -s ../../devices/pci0000:00/0000:00:04.0/virtio1/block/vda/vda1 \
		"$root/sys/dev/block/254:1"
	put dev/vda1 x
	put run/udev/data/b254:1 E:ID_FS_UUID=0000-1111 E:ID_FS_TYPE=ext4 E:ID_PART_ENTRY_UUID=aa-01
	put proc/self/mountinfo '22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw'
	put lib/modules/6.1.0-test/modules.dep ''
	put lib/modules/6.1.0-test/modules.builtin kernel/drivers/block/virtio_blk.ko \
		kernel/drivers/virtio/virtio_pci.ko kernel/fs/ext4/ext4.ko
	put boot/config-6.1.0-test CONFIG_RD_ZSTD=y
	put proc/sysrq-trigger ''
	mkdir -p "$root/var/crash"
	cp "$tools/mkbzimage" "$root/init"
}

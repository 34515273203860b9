# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from run, lib.sh and the .conf files
# Machines with a real Debian root file system, that of fetch-root.sh, on a disk of their own: systemd
# is process 1, and a unit of it runs the scenario's steps. They are written, and their lines read, as
# those of other machines (lib.sh); what differs is:
#
#	debian FUNCTION...	instead of vm: the first FUNCTION is what each boot runs
#	boot_debian full|cloud	instead of boot: with Debian's full or its cloud kernel; or with a
#				kernel of another suite, by its name in scenarios. That one has no modules
#				there, and its disks are NVMe, whose driver it has built in
#
# Hop N is the Nth boot of that disk. A machine that is reset starts again, with all that it wrote: it
# ends when it switches itself off, after its steps by itself. restart() in it boots it once more.

# Where run has a scenario's architecture it is that one's.
root_folder=$cache/$(root_of "$host_arch")

# debian FUNCTION...: a new machine, whose disk is a fresh one
debian()
{
	need qemu-img qemu-utils
	need mke2fs e2fsprogs
	vm "$@"
	cp "$here/guest/lib.sh" "$payload/kx/lib.sh"
	printf "%s='%s'\n" console "$console" >> "$payload/kx/scenario.sh"
	rm -f "$dir/root.qcow2"
	qemu-img create -q -f qcow2 -F raw -b "$(readlink -f "$root_folder")/root.img" "$dir/root.qcow2"
}

# debian_put FILE PATH: the machine finds it as /kx/PATH
debian_put()
{
	mkdir -p "$(dirname "$payload/kx/$2")"
	cp -a "$1" "$payload/kx/$2"
}

# debian_install: the machine finds what `make install` installs below /kx/install; install_ours()
# there puts it in its place
debian_install()
{
	make -s -C "$(build_folder "$arch")" install DESTDIR="$payload/kx/install" > "$dir/install.log" 2>&1 || {
		tail -n 20 "$dir/install.log"
		return 1
	}
	# Symbols would fill the disk.
	find "$payload/kx/install" -path '*bin/*' -type f -exec "${cross}strip" {} + 2> "$dir/strip.log" || true
}

# debian_initrd NAME FILE: it mounts the root file system, and has what that kernel needs for it
debian_initrd()
{
	local root=$dir/initrd.d module

	rm -rf "$root"
	mkdir -p "$root"/{bin,proc,sys,dev,root,modules}
	cp "$(own_program busybox)" "$root/bin/busybox"
	for module in "$root_folder/$1".*.ko*; do
		[[ ! -e $module ]] || cp "$module" "$root/modules"
	done
	# busybox's insmod takes them only unpacked.
	find "$root/modules" -name '*.xz' -exec unxz {} +
	cp "$here/guest/init-root" "$root/init"
	chmod 755 "$root/init"
	cpio_of "$root" > "$2"
	rm -rf "$root"
}

# compose_debian SERIAL NAME [QEMU OPTION...]: the command, in $vm_command
compose_debian()
{
	local serial=$1 name=$2 option options=() bus=virtio-blk-pci firmware="firmware_$plain_firmware[@]"

	shift 2
	[[ -e $root_folder/$name.vmlinuz ]] || bus=nvme
	debian_initrd "$name" "$dir/initrd"
	if [[ -d $payload/kx ]]; then
		rm -f "$dir/steps.img"
		mke2fs -q -t ext2 -L kx-steps -d "$payload/kx" "$dir/steps.img" \
			"$(($(du -sm "$payload/kx" | cut -f1) * 5 / 4 + 8))M"
		rm -rf "$payload"
	fi
	for option in "${machine[@]}"; do
		[[ $option == -no-reboot ]] || options+=("$option")
	done
	options+=("${root_machine[@]}")
	vm_command=(timeout --foreground --kill-after=5 "$vm_timeout" "$qemu" "${options[@]}" -cpu "$cpu"
		-m "$vm_memory" "${!firmware}" -serial "$serial" -kernel "$(debian_kernel "$name")"
		-initrd "$dir/initrd" -append "console=$console quiet panic=5 rw \
root=UUID=6b657865-6300-4000-8000-6b78726f6f74 systemd.show_status=0${vm_cmdline:+ $vm_cmdline}"
		-drive "if=none,id=root,format=qcow2,cache=unsafe,discard=unmap,file=$dir/root.qcow2"
		-device "$bus,drive=root,serial=root"
		-drive "if=none,id=steps,format=raw,readonly=on,file=$dir/steps.img"
		-device "$bus,drive=steps,serial=steps" "$@")
}

# boot_debian NAME [QEMU OPTION...]: run the machine until it is off
boot_debian()
{
	vm_compose=compose_debian
	boot "$@"
	vm_compose=compose
}

# debian_kernel NAME: its file
debian_kernel()
{
	if [[ -e $root_folder/$1.vmlinuz ]]; then
		echo "$root_folder/$1.vmlinuz"
	else
		kernel_file "$1"
	fi
}

# release_of_debian NAME: which kernel that is
release_of_debian()
{
	cat "$root_folder/$1.release" 2> /dev/null || kernel_release "$1"
}

# debian_get PATH FOLDER: that file or folder of the disk of a machine that is off goes into FOLDER
debian_get()
{
	mkdir -p "$2"
	[[ -e $dir/root.raw && ! $dir/root.qcow2 -nt $dir/root.raw ]] ||
		qemu-img convert -O raw "$dir/root.qcow2" "$dir/root.raw"
	debugfs -R "rdump \"$1\" \"$2\"" "$dir/root.raw" > "$dir/debugfs.log" 2>&1
	[[ -e $2/${1##*/} ]]
}

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Memory beyond 4 GiB is used, and several initrds become one.

guest_big()
{
	if [ "$hop" = 1 ]; then
		# A compressed part whose length is not a multiple of 4: the next part must be padded to one
		# (Linux, Documentation/driver-api/early-userspace/buffer-format.rst).
		mkdir -p /tmp/d/kx
		echo first > /tmp/d/kx/first
		while
			(cd /tmp/d && find . | cpio -o -H newc 2> /dev/null | gzip) > /tmp/first.gz
			[ $(($(stat -c %s /tmp/first.gz) % 4)) = 0 ]
		do
			tr -dc '[:lower:]' < /dev/urandom | head -c 7 >> /tmp/d/kx/first
		done
		load -c "$boot/vmlinuz-6.1" --initrd=/tmp/first.gz && start
	else
		dmesg | sed -n 's/.*RAMDISK: \[mem \(0x[0-9a-f]*\)-.*/\1/p' | lines ramdisk
		say first "$(head -c 5 /kx/first)"
	fi
}

big()
{
	vm guest_big
	vm_kernel 6.1
	vm_memory=8G
	boot 6.1 bios
	check_hop 2 "two initrds" "$(kernel_release 6.1)" || return 0
	[[ $(get 2 first) == first ]] || bad "two initrds" "the file of the other initrd is missing"
	part="above 4 GiB"
	if (($(get 2 ramdisk) >= 1 << 32)); then
		ok "initrd at $(get 2 ramdisk)"
	else
		bad "$part" "the initrd is at $(get 2 ramdisk)"
	fi
}

scenario big-memory big -- 6.1 -- "8 GiB: initrd above 4 GiB, two --initrd options both unpacked"

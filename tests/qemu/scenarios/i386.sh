# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# 32-bit kernels: they have no entry but the 32-bit one, and kexec_file_load does not know it.

guest_i386()
{
	say virtual "$(sed -n 's/^address sizes.* \([0-9]*\) bits virtual/\1/p' /proc/cpuinfo | sed -n 1p)"
	if [ "$hop" = 1 ]; then
		run refused kexec -s -l "$boot/vmlinuz-i386"
		next=$(next_cmdline)
		say cmdline.given "$next"
		say marker.given i386
		run load kexec -d -l "$boot/vmlinuz-i386" --initrd="$boot/i386.initrd" \
			--command-line="$next" && start
	else
		say machine "$(uname -m)"
		say bits "$(head -c 5 /proc/self/exe | od -An -tx1 | tr -d ' ')"
	fi
}

# i386_initrd FILE: the machine's first program, for 32 bits and without any of ours
i386_initrd()
{
	local root=$dir/i386

	mkdir -p "$root"/{bin,kx}
	cp "$cache/i386-bookworm/busybox" "$root/bin/busybox"
	cp "$here/guest/init" "$root/init"
	cp "$here/guest/lib.sh" "$root/kx/lib.sh"
	cp "$payload/kx/scenario.sh" "$root/kx/scenario.sh"
	chmod 755 "$root/init" "$root/bin/busybox"
	printf "%s='%s'\n" console "$console" disk "$disk" crash_words "$crash_words" \
		> "$root/kx/machine.sh"
	echo i386 > "$root/kx/marker"
	cpio_of "$root" > "$1"
	rm -rf "$root"
}

# i386 KERNEL: which starts it
i386()
{
	vm guest_i386
	i386_initrd "$payload/boot/i386.initrd"
	cp "$cache/i386-bookworm/vmlinuz" "$payload/boot/vmlinuz-i386"
	boot "$1" bios
	check_command 1 refused 1 0 'bzImage32.: kexec_file_load does not take this format' "-s is refused with the reason"
	check_hop 2 "a 32-bit kernel" "$(cat "$cache/i386-bookworm/release")" || return 0
	[[ $(get 2 machine) == i686 ]] || bad "a 32-bit kernel" "says that it is $(get 2 machine)"
	[[ $(get 2 bits) == 7f454c4601 ]] ||
		bad "a 32-bit kernel" "runs a program that begins with $(get 2 bits)"
}

# In the crash kernel: the dump's first notes and, somewhere in it, what the dead kernel said last.
guest_i386_crash()
{
	if [ -e /proc/vmcore ]; then
		say machine "$(uname -m)"
		say vmcore.size "$(stat -c %s /proc/vmcore)"
		dd if=/proc/vmcore bs=4k count=8 2> /dev/null | strings | grep '^OSRELEASE=' | lines notes
		# The kernel's own image comes first, with its log; all of memory would take minutes.
		dd if=/proc/vmcore bs=1M count=64 2> /tmp/err | tr -c '[:lower:]' '\n' |
			grep -c "^$(word kx.mark)\$" | lines found
		grep -v records /tmp/err | lines read.err
		return
	fi
	mark=$(tr -dc '[:lower:]' < /dev/urandom | head -c 16)
	next="$(next_cmdline kx.mark="$mark") nr_cpus=1 irqpoll reset_devices"
	say cmdline.given "$next"
	say marker.given i386
	run load kexec -d -p "$boot/vmlinuz-i386" --initrd="$boot/i386.initrd" --command-line="$next" \
		--console-serial
	say iomem "$(grep 'Crash kernel' /proc/iomem)"
	if [ "$(loaded_crash)" = 1 ]; then
		echo "kx-last-words $mark" > /dev/kmsg
		stty opost < /dev/console || sleep 1
		echo c > /proc/sysrq-trigger
		sleep 30
	fi
}

loaded_crash()
{
	cat /sys/kernel/kexec_crash_loaded
}

# i386_crash CRASHKERNEL: 6.1's crash kernel is a 32-bit one
i386_crash()
{
	vm guest_i386_crash loaded_crash
	i386_initrd "$payload/boot/i386.initrd"
	cp "$cache/i386-bookworm/vmlinuz" "$payload/boot/vmlinuz-i386"
	vm_memory=640M
	# Where that is said, nothing else may be.
	vm_cmdline="nokaslr crashkernel=$1"
	vm_timeout=1200
	boot 6.1 bios
}

i386_crash_low()
{
	i386_crash 192M@128M
	part="a 32-bit crash kernel"
	if ! reached 2; then
		bad "$part" "$(why_not 2)"
		return 0
	elif [[ $(get 2 release) == "$(cat "$cache/i386-bookworm/release")" && $(get 2 machine) == i686 &&
		$(get 2 cmdline) == "elfcorehdr="*" $(get 1 cmdline.given)" ]]; then
		ok "$part"
	else
		bad "$part" "$(get 2 release), $(get 2 machine), '$(get 2 cmdline)' of '$(get 1 cmdline.given)'"
	fi
	part=dump
	if [[ $(get 2 notes) == "OSRELEASE=$(kernel_release 6.1)" && $(get 2 found) -gt 0 && ! $(get 2 read.err) ]]; then
		ok "$part"
	else
		bad "$part" "of $(get 2 vmcore.size) bytes it read '$(get 2 notes)', last words $(get 2 found) times, '$(get 2 read.err)'"
	fi
}

# The processor leaves five levels of page tables for none; the kernel sets up its own.
i386_la57()
{
	cpu=${cpu/la57=off/la57=on}
	i386 newest
	[[ $(get 1 virtual) == 57 ]] || bad "5 levels" "the first kernel has $(get 1 virtual) bits"
}

scenario i386 i386 6.1 -- 6.1 i386-bookworm -- "6.1 starts Debian's 32-bit kernel of the same release"
scenario more-i386-la57 i386_la57 -- newest i386-bookworm -- \
	"newest with 5-level paging starts Debian's 32-bit kernel"
scenario more-i386-crash i386_crash_low -- 6.1 i386-bookworm -- \
	"6.1 panics, armed by -p with Debian's 32-bit kernel, which reads its memory"

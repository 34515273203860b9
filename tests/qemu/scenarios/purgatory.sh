# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What purgatory does with the machine: console in device memory, SHA instructions, the screen.

# A 16550 with registers in memory: a shared-memory device whose bytes this side prepares and reads.
guest_mmio()
{
	if [ "$hop" = 1 ]; then
		for d in /sys/bus/pci/devices/*; do
			if [ "$(cat "$d/vendor" "$d/device" | tr '\n' ' ')" = "0x1af4 0x1110 " ]; then
				bar=$(sed -n '3s/ .*//p' "$d/resource")
			fi
		done
		say bar "$bar"
		load -c "$boot/vmlinuz-$KERNEL" "--serial=mmio,$bar" --console-serial && start
	fi
}

# mmio KERNEL LA57: on or off
mmio()
{
	local uart=$dir/uart last

	vm guest_mmio
	vm_kernel "$1"
	vm_set KERNEL "$1"
	cpu=${cpu/la57=off/la57=$2}
	head -c 1M /dev/zero > "$uart"
	# Line status register: transmitter empty.
	printf '\140' | dd of="$uart" bs=1 seek=5 conv=notrunc status=none
	boot "$1" bios -object "memory-backend-file,id=uart,share=on,mem-path=$uart,size=1M" \
		-device ivshmem-plain,memdev=uart
	last=$(od -An -tx1 -N 1 "$uart" | tr -d ' ')
	check_hop 2 "-c" "$(kernel_release "$1")" || true
	part="console at $(get 1 bar)"
	# Purgatory ends its lines with a newline.
	if [[ $last == 0a ]]; then
		ok "$part"
	else
		bad "$part" "the last byte written is 0x$last, expected a newline"
	fi
	rm -f "$uart"
}

guest_sha_ni()
{
	say sha_ni "$(grep -cw sha_ni /proc/cpuinfo)"
	if [ "$hop" = 1 ]; then
		load -c "$boot/vmlinuz-6.1" --console-serial --serial=ttyS0 && start
	fi
}

# The emulator has these instructions since 8.2.
sha_ni()
{
	local version

	version=$("$qemu" --version | sed -n 's/.*version \([0-9]*\.[0-9]*\).*/\1/p')
	if [[ $(printf '%s\n' 8.2 "$version" | sort -V | sed -n 1p) != 8.2 ]]; then
		qemu=$cache/qemu/usr/bin/$qemu_program
		machine+=(-L "$cache/qemu/usr/share/qemu" -L /usr/share/seabios -L /usr/share/qemu)
	fi
	vm guest_sha_ni
	vm_kernel 6.1
	# What was executed at low addresses, where neither kernel runs once it has started itself.
	boot 6.1 bios -d in_asm -dfilter 0x30000000..0x3fffffff -D "$dir/asm"
	part=sha_ni
	if [[ $(get 1 sha_ni) -eq 0 ]]; then
		bad "$part" "the emulated processor has no SHA instructions"
		return
	fi
	check_hop 2 "-c" "$(kernel_release 6.1)" || true
	part="SHA instructions"
	if grep -q sha256rnds2 "$dir/asm"; then
		ok "$part executed"
	else
		bad "$part" "were not executed by purgatory"
	fi
	rm -f "$dir/asm"
}

guest_screen()
{
	facts
	lines fb < /proc/fb
	if [ "$hop" = 1 ]; then
		load -c "$boot/vmlinuz-$KERNEL" && start
	fi
}

# screen KERNEL: the framebuffer that the firmware set up goes on working
screen()
{
	local key

	vm guest_screen
	vm_kernel "$1"
	vm_set KERNEL "$1"
	boot "$1" uefi -device bochs-display
	check_hop 2 "-c" "$(kernel_release "$1")" || return 0
	for key in screen_info fb; do
		part=$key
		if [[ -z $(get 1 $key) ]]; then
			bad "$part" "the first kernel has none"
		elif [[ $(get 1 $key) != "$(get 2 $key)" ]]; then
			bad "$part" "is '$(get 2 $key)', the first kernel's '$(get 1 $key)'"
		else
			ok "$part"
		fi
	done
	part=iomem
	if get 2 iomem | grep -E 'efifb|BOOTFB' > "$dir/fb.2" &&
		cmp -s <(get 1 iomem | grep -E 'efifb|BOOTFB') "$dir/fb.2"; then
		ok "$part"
	else
		bad "$part" "framebuffer is '$(< "$dir/fb.2")', the first kernel's '$(
			get 1 iomem | grep -E 'efifb|BOOTFB')'"
	fi
}

scenario mmio-console mmio 6.1 off -- 6.1 -- \
	"purgatory writes to a serial port in memory, outside the kernel's identity map"
scenario mmio-console-la57 mmio newest on -- newest -- \
	"the same with 5-level paging"
scenario sha-ni sha_ni -- 6.1 qemu -- \
	"a processor with SHA instructions: purgatory verifies and the kernel starts"
for k in 6.1 newest; do
	scenario "screen-$k" screen $k -- $k -- \
		"the firmware's framebuffer is the second kernel's too (UEFI, $k)"
done

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from run and lib.sh
# Multiboot kernels: a small one that says what it was handed (tests/qemu/multiboot), Xen with its
# first domain, and memtest86+.

# What Debian has of them, and its full kernel: the cloud one cannot be a first domain.
multiboot_files=$cache/multiboot-bookworm
multiboot_dom0=$cache/root-bookworm/full.vmlinuz

guest_multiboot()
{
	facts_memmap
	say rsdp "$(hex /sys/kernel/boot_params/data 0x70 8)"
	say screen_info "$(hex /sys/kernel/boot_params/data 0 64)"
	say systab "$(hex /sys/kernel/boot_params/data 0x1c4 4)"
	start_small "$WAY"
}

# start_small WAY: with what small_files made
start_small()
{
	run load kexec "$1" -l "$boot/mini" --module="$boot/one first \"quoted words\"" \
		--module="$boot/two" --append="of the  kernel" && start
}

# sum_of FILE: as the small kernel adds up
sum_of()
{
	python3 - "$1" <<-'END'
		import sys
		value = 0
		for byte in open(sys.argv[1], "rb").read():
		    value = ((value << 1 | value >> 31) & 0xffffffff) ^ byte
		print("%x" % value)
	END
}

# Which kernel of its machine the small one is.
small_hop=2

# small_says KEY PART VALUE: the small kernel said just that, lines and all
small_says()
{
	local got

	got=$(get "$small_hop" "$1")
	if [[ $got == "$3" ]]; then
		ok "$2"
	else
		bad "$2" "it says '${got//$'\n'/; }', expected '${3//$'\n'/; }'"
	fi
}

# ranges_of N: the first kernel's map, as the small one prints it
ranges_of()
{
	get "$1" memmap | python3 -c '
import sys
types = {"System RAM": 1, "Reserved": 2, "ACPI Tables": 3, "ACPI Non-volatile Storage": 4}
for line in sys.stdin:
    span, name = line.rstrip("\n").split(" ", 1)
    start, end = (int(x, 16) for x in span.split("-"))
    print("%x %x %x" % (start, end - start + 1, types.get(name, 2)))'
}

# small_files VERSION FOLDER: the small kernel and its modules, with their sums in $small_modules
small_files()
{
	local one two

	need "$cc" "the C compiler"
	part=build
	"$here/multiboot/build" "$cc" "$1" "$2/mini" "$small_hop" || return
	head -c 5000 "$2/mini" > "$2/one"
	printf 'two\n' > "$2/two"
	one=$(sum_of "$2/one") two=$(sum_of "$2/two")
	small_modules="0 $(printf %x "$(wc -c < "$2/one")") $one /boot/one first \"quoted words\""
	small_modules+=$'\n'"0 4 $two /boot/two"
}

# check_small VERSION: what both versions have in common
check_small()
{
	part="version $1"
	[[ $(get "$small_hop" end) == "$small_hop" ]] || {
		bad "$part" "$(why_not "$small_hop")"
		return 1
	}
	# Protected mode, no paging, no long mode, no interrupts.
	small_says protected "$part entered" 1
	small_says paging paging 0
	small_says long-mode "long mode" 0
	small_says interrupts interrupts 0
	small_says segments segments 100018
	small_says module modules "$small_modules"
	small_says cmdline "command line" "/boot/mini of the  kernel"
	small_says range "memory map" "$(ranges_of 1)"
	[[ $(get "$small_hop" loader) == kexec-suite* ]] ||
		bad loader "its name is '$(get "$small_hop" loader)'"
	case $1 in
	1)
		small_says magic magic 2badb002
		# Linked for the middle of a page, which is where it has to run.
		small_says runs-at place 400010
		;;
	2) small_says magic magic 36d76289 ;;
	esac
}

# small VERSION FIRMWARE WAY [QEMU OPTION...]: a machine that starts it
small()
{
	vm guest_multiboot start_small
	vm_set WAY "$3"
	small_files "$1" "$payload/boot" || return
	boot 6.1 "$2" "${@:4}"
	check_small "$1"
}

multiboot1_bios()
{
	small 1 bios -c || true
}

# same_rsdp: ACPI's root pointer leads where the running kernel found it to lead
same_rsdp()
{
	if [[ $(get "$small_hop" rsdp) && ! $(get "$small_hop" rsdp-is-wrong) ]]; then
		ok RSDP
	else
		bad RSDP "it has none, or a wrong one: '$(get "$small_hop" rsdp-is-wrong)'"
	fi
}

multiboot2_bios()
{
	small 2 bios -a || return 0
	placed_high
}

# placed_high: the second version's, as high as it allows where BIOS tells the memory
placed_high()
{
	small_says runs-at place 1fff0000
	small_says base "where it is told to be" 1fff0000
	small_says rest "end of the information" 0
	same_rsdp
}

# number_of BYTES: four in hexadecimal, as the small kernel prints the number
number_of()
{
	printf %x "0x${1:6:2}${1:4:2}${1:2:2}${1:0:2}"
}

multiboot2_uefi()
{
	local at info

	small 2 uefi -c "${screen_device[@]}" || return 0
	small_says base "where it is told to be" "$(get 2 runs-at)"
	at=$(get 1 systab)
	small_says efi-table64 "EFI system table" "$(number_of "$at")"
	[[ $(get 2 efi | wc -l) -gt 10 ]] || bad "EFI map" "it has $(get 2 efi | wc -l) lines"
	info=$(get 1 screen_info)
	at=${info:48:8}
	if [[ $(get 2 screen) == "$(number_of "$at") "* ]]; then
		ok screen
	else
		bad screen "it is told '$(get 2 screen)', its kernel '$info'"
	fi
}

# In the first kernel: load Xen. The same init runs in the first domain then.
guest_xen()
{
	if [ "$hop" = 1 ]; then
		next_initrd /tmp/initrd
		next="console=hvc0 quiet panic=5 kx.hop=2 kx.text=\"two words\""
		say cmdline.given "$next"
		# shellcheck disable=SC2086 # words
		run load kexec $OPTIONS -l "$boot/xen.gz" --module="$boot/dom0 $next" \
			--module=/tmp/initrd --append="com1=115200,8n1 console=com1 dom0_mem=512M loglvl=info" &&
			start
	else
		say hypervisor "$(cat /sys/hypervisor/type) $(cat /sys/hypervisor/version/major)"
		say tables "$(find /sys/firmware/acpi/tables -type f | wc -l)"
	fi
}

# xen FIRMWARE OPTION...
xen()
{
	local firmware=$1

	shift
	vm guest_xen
	vm_set OPTIONS "$*"
	cp "$multiboot_files"/boot/xen-*.gz "$payload/boot/xen.gz"
	cp "$multiboot_dom0" "$payload/boot/dom0"
	vm_memory=2G
	# QEMU 7.2 takes the stack of an IRET from ring 3 to ring 3 for the kernel's, which SMAP forbids:
	# Linux does so where it is a guest of Xen's, to synchronise the processor.
	cpu+=,smap=off
	boot 6.1 "$firmware"
	check_hop 2 "Xen's first domain" "$(cat "$cache/root-bookworm/full.release")" || return 0
	[[ $(get 2 hypervisor) == "xen 4" ]] || bad hypervisor "it is '$(get 2 hypervisor)'"
	(($(get 2 tables) > 2)) || bad ACPI "the first domain sees $(get 2 tables) tables"
}

# memtest86+ comes as a Linux image of protocol 2.12 that runs at 1 MiB.
guest_memtest()
{
	run load kexec -l "$boot/memtest" --append="console=ttyS0,115200" && start
}

memtest()
{
	vm guest_memtest
	cp "$multiboot_files/boot/memtest86+x64.bin" "$payload/boot/memtest"
	vm_until='Memtest86+.*v6'
	vm_timeout=120
	boot 6.1 bios
	part=memtest86+
	if [[ $vm_ended == stopped ]]; then
		ok "$part"
	else
		bad "$part" "$(why_not 2)"
	fi
}

scenario more-multiboot-memtest memtest -- 6.1 multiboot-bookworm -- \
	"memtest86+ starts and tests, as a Linux image (BIOS)"
scenario more-multiboot2 multiboot2_bios -- 6.1 -- \
	"a Multiboot2 kernel says how it was entered and what it was handed (BIOS)"
scenario more-multiboot1 multiboot1_bios -- 6.1 -- \
	"a Multiboot 1 kernel says how it was entered and what it was handed (BIOS)"
scenario more-multiboot2-uefi multiboot2_uefi -- 6.1 -- \
	"a Multiboot2 kernel says what it was handed of EFI, screen and ACPI (UEFI)"
scenario multiboot-xen xen bios -- 6.1 multiboot-bookworm root-bookworm -- \
	"Xen 4.17 by Multiboot2: its first domain is Debian's full kernel, and has its init (BIOS)"
scenario more-multiboot-xen-1 xen bios --type=multiboot-x86 -- 6.1 multiboot-bookworm root-bookworm -- \
	"the same by Multiboot 1"
scenario more-multiboot-xen-uefi xen uefi -- 6.1 multiboot-bookworm root-bookworm -- \
	"Xen on a machine that EFI started, which has no BIOS: it and its first domain find ACPI"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Known faults of kernels are said before the kernel is asked, and ignored only when told so.
. "${srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/cli/boards.sh"

# running RELEASE T1SZ: a board whose kernel is of that release and runs with so many bits
running()
{
	board arm64/virt-1g
	put proc/sys/kernel/osrelease "$1"
	kcore=$root/proc/kcore
	grep -aq 'NUMBER(TCR_EL1_T1SZ)=0x10' "$kcore" || exit 99
	sed -i "s/NUMBER(TCR_EL1_T1SZ)=0x10/NUMBER(TCR_EL1_T1SZ)=$2/" "$kcore"
}

fault='known fault arm64-52-bit \(takes the running kernel down\): Linux 6\.12\.43 has it, as from 6\.9 to before 6\.16: .*oopses .*arm64\.nolva, .*--ignore-known-faults'
running 6.12.43+deb13-arm64 0x0c
image "$tmp/Image"
for way in -a -c -s '-c --dry-run' '-a --dry-run'; do
	# shellcheck disable=SC2086 # a list of words
	run $way -l "$tmp/Image"
	expect_status 1
	expect_error "$fault"
	expect_stdout ''
	expect_calls
done
for mode in -f ''; do
	# shellcheck disable=SC2086 # none or one
	run $mode -c "$tmp/Image"
	expect_status 1
	expect_error "$fault"
	expect_calls
done

# It goes on, and says so.
run -c -l --ignore-known-faults "$tmp/Image"
expect_status 0
expect_error '^kexec: warning: known fault arm64-52-bit'
expect_calls kexec_load
run -s -l --ignore-known-faults "$tmp/Image"
expect_status 0
expect_error '^kexec: warning: known fault arm64-52-bit'
expect_calls kexec_file_load
run -c -l --dry-run --ignore-known-faults "$tmp/Image"
expect_status 0
expect_out '^note .*warning: known fault arm64-52-bit'
expect_calls

# A crash kernel is loaded in place: nothing is copied.
run -c -p "$tmp/Image"
expect_status 0
expect_stderr ''
expect_calls kexec_load

# well RELEASE T1SZ: no word about it
well()
{
	running "$1" "$2"
	run -c -l "$tmp/Image"
	expect_status 0
	expect_stderr ''
	expect_calls kexec_load
	run -c -l --dry-run "$tmp/Image"
	expect_no_out 'arm64-52-bit'
}
well 6.8.0-100-generic 0x0c
well 6.16.0 0x0c
well 7.2.13+deb14-arm64 0x0c
well 6.12.43+deb13-arm64 0x10

# Who cannot find out says so, and does not stand in the way.
running 6.12.43+deb13-arm64 0x0c
rm "$root/proc/kcore"
run -c -l "$tmp/Image"
expect_status 0
expect_error '^kexec: warning: known fault arm64-52-bit .*may have it'
expect_calls kexec_load
printf 'no core' > "$root/proc/kcore"
run -c -l "$tmp/Image"
expect_status 1
expect_error '/proc/kcore: '
expect_calls

# What is only possible is never refused.
running 6.18.5+deb13-arm64 0x0c
run -c -l "$tmp/Image"
expect_status 0
expect_error '^kexec: warning: known fault arm64-read-only .*Linux 6\.18\.5 may have it'
expect_calls kexec_load
run -c -l --dry-run "$tmp/Image"
expect_out '^note .*known fault arm64-read-only .*may have it'

# What a PC is seen to be: CPUs that do not run, separate page tables, EFI.
pc()
{
	machine
	put proc/sys/kernel/osrelease "$1"
	put sys/devices/system/cpu/present 0-2,8-9
	put sys/devices/system/cpu/online "$2"
	put sys/devices/system/cpu/vulnerabilities/meltdown "$3"
	kernel "$tmp/k"
}
# warned NAME: of this fault and no other; none: of none
warned()
{
	for way in -s -c; do
		run "$way" -l "$tmp/k"
		expect_status 0
		same 'the known faults' "$(grep -o 'known fault x86_64-[a-z-]*' "$tmp/err" | cut -d ' ' -f 3)" "$1"
	done
}
pc 6.1.36 0-2,8 'Mitigation: PTI'
warned x86_64-offline-cpus
expect_error 'CPUs that are offline .*; bring them online'
for online in 0-2,8-9 0,1-2,8,9 nonsense 0-99; do
	pc 6.1.36 "$online" 'Mitigation: PTI'
	warned ''
done
pc 6.1.37 0-2,8 'Mitigation: PTI'
warned ''
pc 6.1.130-1-amd64 0-2 'Mitigation: PTI'
warned x86_64-page-tables
pc 6.1.130-1-amd64 0-2 'Not affected'
warned ''
pc 6.1.80 0-2 'Not affected'
warned ''
mkdir -p "$root/sys/firmware/efi"
warned x86_64-efi-tables
# 2 GiB of a file without a block are mapped, and nobody reads them.
pc 6.12.50 0-2 'Not affected'
truncate -s 2G "$tmp/big"
run -s -l "$tmp/k" --initrd="$tmp/big"
expect_status 1
expect_error 'known fault x86_64-big-file .*has it, .*initrds of 2 GiB'
expect_calls
truncate -s 2147483647 "$tmp/big"
run -s -l "$tmp/k" --initrd="$tmp/big"
expect_error '^kexec: kernel and initrd need 2048 MiB'
rm "$tmp/big"

# Faults of the file to be loaded.
known=
for board in $(boards virt-1g); do
	board "$board"
	image "$tmp/vmlinux" type=vmlinux rela=4800 zero=1
	run -c -l "$tmp/vmlinux"
	expect_status 1
	expect_error 'its 0x12c0 bytes of relocations are all 0'
	expect_calls
	grep -q 'known fault' "$tmp/err" || continue
	known="$known $arch"
	expect_error "relocations are all 0: .*use Image.*known fault $arch-no-relocations"
	run -c -l --ignore-known-faults "$tmp/vmlinux"
	expect_status 0
	expect_error "^kexec: warning: .*relocations are all 0: .*known fault $arch-no-relocations"
	expect_calls kexec_load
done
check 'no architecture has this fault' [ -n "$known" ]

# Of the running kernel, by the file: an empty segment below the kernel.
known=
for board in $(boards virt-1g); do
	board "$board"
	image "$tmp/vmlinux" type=vmlinux empty=1
	run -s -l "$tmp/vmlinux"
	grep -q 'known fault' "$tmp/err" || continue
	known="$known $arch"
	expect_status 1
	expect_error "empty segment at 0x0: .*use Image.*known fault $arch-empty-segment"
	expect_calls
	run -s -l --ignore-known-faults "$tmp/vmlinux"
	expect_status 0
	expect_calls kexec_file_load
	# Ours does not look at it.
	run -c -l "$tmp/vmlinux"
	expect_status 0
	expect_stderr ''
	run -a -l "$tmp/vmlinux"
	expect_status 0
	expect_calls kexec_load
	image "$tmp/vmlinux" type=vmlinux
	run -s -l "$tmp/vmlinux"
	expect_status 0
	expect_calls kexec_file_load
done
check 'no architecture has this fault' [ -n "$known" ]
finish

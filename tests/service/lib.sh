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
	put proc/cmdline 'BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro quiet crashkernel=256M'
	put etc/machine-id 0123456789abcdef0123456789abcdef
	put sys/kernel/kexec_crash_size 268435456
	kernel "$tmp/k"
	mkdir -p "$root/boot"
	cp "$tmp/k" "$root/boot/vmlinuz-6.1.0-test"
}

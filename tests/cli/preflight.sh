#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's own rules, found out before it is asked: value, limit and what to do.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k"

# refused WAYS PATTERN [ARGUMENT...]: one line, and no system call
refused()
{
	ways=$1
	pattern=$2
	shift 2
	for way in $ways; do
		run -l "$way" "$@" "$tmp/k"
		expect_status 1
		expect_error "$pattern"
		expect_calls
	done
}
all='-a -s -c'

KX_FAKE_UNPRIVILEGED=1
export KX_FAKE_UNPRIVILEGED
refused "$all" 'CAP_SYS_BOOT is missing; run as root'
put sys/kernel/kexec_loaded 1
run -e
expect_status 1
expect_error 'CAP_SYS_BOOT is missing; run as root'
expect_calls
# A dry run is for anybody.
run --dry-run -l "$tmp/k"
expect_status 0
unset KX_FAKE_UNPRIVILEGED
machine

put proc/sys/kernel/kexec_load_disabled 1
refused "$all" 'kernel.kexec_load_disabled is 1, must be 0; only a reboot clears it'
machine
put proc/sys/kernel/kexec_load_limit_reboot 0
refused "$all" 'kernel.kexec_load_limit_reboot is 0: no load is left'
put proc/sys/kernel/kexec_load_limit_reboot 1
run -l "$tmp/k"
expect_status 0
# The other limit is for crash kernels.
put proc/sys/kernel/kexec_load_limit_panic 0
run -l "$tmp/k"
expect_status 0
machine

for mode in integrity confidentiality; do
	put sys/kernel/security/lockdown "none [$mode]"
	refused -c "kernel lockdown is \"$mode\", kexec_load needs \"none\""
	run -l "$tmp/k"
	expect_status 0
	expect_calls kexec_file_load
done
machine

# Half of RAM: with kexec_load the room that kernel and initrd need, else their files.
truncate -s 100M "$tmp/initrd"
put proc/meminfo 'MemTotal: 204800 kB'
refused "$all" 'need 1[0-9][0-9] MiB, the kernel allows half of RAM, 100 MiB' --initrd="$tmp/initrd"
put proc/meminfo 'MemTotal: 409600 kB'
run -l -c --initrd="$tmp/initrd" "$tmp/k"
expect_status 0
machine

# The longest command line: a byte less with kexec_file_load, which counts the NUL too.
line=$(printf '%2047s' '' | tr ' ' x)
run -l -c --append="$line" "$tmp/k"
expect_status 0
refused '-s -a' 'the command line has 2048 bytes, this kernel takes at most 2047: shorten it' \
	--append="$line"
run -l -s --append="${line%x}" "$tmp/k"
expect_status 0
refused "$all" 'the command line has 204[89] bytes, this kernel takes at most 2047' --append="${line}x"

# Five levels of page tables, and a kernel that cannot be entered with them.
put proc/cpuinfo 'flags		: fpu la57 lm'
run -l "$tmp/k"
expect_status 0
kernel "$tmp/k" xloadflags=0x1f
refused "$all" '5-level paging, but xloadflags 0x1f .*no5lvl'
put proc/cpuinfo 'flags		: fpu la57x lm'
run -l "$tmp/k"
expect_status 0
kernel "$tmp/k"
machine

# Memory that is free at all, and that the user allows.
refused -c 'no room for the .*: 0x[0-9a-f]+ bytes wanted.* the largest free range there has 0x' \
	--mem-min=0x3f000000
refused -c 'no room for the kernel: ' --mem-max=0x1ffffff
put proc/iomem '00000000-00000000 : System RAM'
run -l -c "$tmp/k"
expect_status 0
rm -r "$root/sys/firmware/memmap"
refused -c 'no memory map: /sys/firmware/memmap and /proc/iomem show no addresses; run as root'
rm "$root/proc/iomem"
refused -c 'no memory map'
run -l -s "$tmp/k"
expect_status 0
machine

# Files of the machine that are not what they should be are named.
put proc/meminfo 'MemTotal: many kB'
refused "$all" '/proc/meminfo: MemTotal is not a number'
machine
put proc/iomem 'nonsense'
refused "$all" '/proc/iomem: line 1 is not "start-end : label"'
machine
put sys/firmware/memmap/0/end 'x'
refused "$all" '/sys/firmware/memmap/0: end is not a number'
machine
put proc/sys/kernel/kexec_load_disabled off
refused "$all" 'kexec_load_disabled: not a number'
finish

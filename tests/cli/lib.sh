# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What tests of kexec share on top of tests/lib.sh: a machine to load into, its kernel, and the
# system calls, which are recorded in place of being made.

program_name=kexec
. "${srcdir:-.}/tests/lib.sh"
installed=$program
recording=$builddir/tests/cli/kexec-fake
program=$recording
# Every host has the loaders of all architectures; purgatory took a compiler for it.
need_purgatory x86_64

# What the system was called for, in this run alone.
evidence='err log'
: > "$tmp/log"
run_with=logged
logged()
{
	: > "$tmp/log"
	"$@"
}

# real ARGUMENT...: the program as it is installed; only for what never loads anything
real()
{
	program=$installed
	run "$@"
	program=$recording
}

# --- a machine and its files -----------------------------------------------------------------------

# put FILE LINE...: a file below $root
put()
{
	file=$root/$1
	mkdir -p "${file%/*}"
	shift
	printf '%s\n' "$@" > "$file"
}

# memmap NUMBER START LAST TYPE: an entry of /sys/firmware/memmap
memmap()
{
	put "sys/firmware/memmap/$1/start" "$2"
	put "sys/firmware/memmap/$1/end" "$3"
	put "sys/firmware/memmap/$1/type" "$4"
}

# machine: a new $root, an x86_64 one with 1 GiB, nothing loaded and nothing forbidden
machine()
{
	root=$tmp/root
	rm -rf "$root"
	memmap 0 0x0 0x9fbff 'System RAM'
	memmap 1 0x9fc00 0x9ffff Reserved
	memmap 2 0xf0000 0xfffff Reserved
	memmap 3 0x100000 0x3ffdffff 'System RAM'
	memmap 4 0x3ffe0000 0x3fffffff Reserved
	put proc/iomem '00000000-00000fff : Reserved' '00001000-0009fbff : System RAM' \
		'0009fc00-0009ffff : Reserved' '000f0000-000fffff : Reserved' \
		'00100000-3ffdffff : System RAM' '  01000000-01ffffff : Kernel code' \
		'3ffe0000-3fffffff : Reserved'
	put proc/meminfo 'MemTotal:         983040 kB'
	put proc/cpuinfo 'flags		: fpu lm'
	put proc/cmdline 'BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro quiet'
	put proc/sys/kernel/kexec_load_disabled 0
	put proc/sys/kernel/kexec_load_limit_reboot -1
	put sys/kernel/security/lockdown '[none] integrity confidentiality'
	put sys/kernel/kexec_loaded 0
	put sys/kernel/kexec_crash_loaded 0
	KX_FAKE_ROOT=$root
	KX_FAKE_LOG=$tmp/log
	KX_FAKE_MACHINE=x86_64
	export KX_FAKE_ROOT KX_FAKE_LOG KX_FAKE_MACHINE
}

# poke FILE OFFSET OCTAL...: overwrite bytes
poke()
{
	poke_file=$1
	poke_at=$2
	shift 2
	for poke_byte; do
		# shellcheck disable=SC2059 # the format is the byte
		printf "\\$poke_byte"
	done | dd of="$poke_file" bs=1 seek="$((poke_at))" conv=notrunc 2> /dev/null
}

# kcore: the headers of a /proc/kcore below $root: image at 16 MiB, direct map
kcore()
{
	head -c 400 /dev/zero > "$root/proc/kcore"
	poke "$root/proc/kcore" 0 177 105 114 106 002 001 001
	poke "$root/proc/kcore" 32 100
	poke "$root/proc/kcore" 54 070 000 002
	poke "$root/proc/kcore" 64 001
	poke "$root/proc/kcore" 80 000 000 000 201 377 377 377 377
	poke "$root/proc/kcore" 88 000 000 000 001
	poke "$root/proc/kcore" 104 000 000 000 001
	poke "$root/proc/kcore" 120 001
	poke "$root/proc/kcore" 136 000 020 000 000 200 210 377 377
	poke "$root/proc/kcore" 144 000 020
	poke "$root/proc/kcore" 160 000 340 011
}

# crash_machine: machine() with 128 MiB for a crash kernel
crash_machine()
{
	machine
	put proc/iomem '00000000-00000fff : Reserved' '00001000-0009fbff : System RAM' \
		'0009fc00-0009ffff : Reserved' '000f0000-000fffff : Reserved' \
		'00100000-3ffdffff : System RAM' '  01000000-01ffffff : Kernel code' \
		'  30000000-37ffffff : Crash kernel' '3ffe0000-3fffffff : Reserved'
	put proc/sys/kernel/kexec_load_limit_panic -1
	put sys/devices/system/cpu/cpu0/crash_notes 3e40c700
	put sys/devices/system/cpu/cpu0/crash_notes_size 360
	put sys/kernel/vmcoreinfo '2c01000 1024'
	kcore
}

# kernel FILE [WORD...]: a bzImage that says what the protocol asks for and holds no program
kernel()
{
	kernel_file=$1
	shift
	"$tools/mkbzimage" "$@" > "$kernel_file" || exit 99
}

# --- expectations ---------------------------------------------------------------------------------

# expect_calls CALL...: the system calls, in order, without what they were given. A link is
# "eth0-down" or "eth0-up".
expect_calls()
{
	calls=$(awk '$1 == "link" { print $2 "-" $3; next }
		$2 == "unload" { print $1 "-unload"; next }
		/^(kexec|sync|start|shutdown)/ { print $1 }' "$tmp/log" | xargs)
	same 'what the system was called for' "$calls" "$*"
}

# expect_log PATTERN, expect_no_log PATTERN: a line of what was recorded (grep -E)
expect_log()
{
	check "log should hold: $1" grep -qE -e "$1" "$tmp/log"
}
expect_no_log()
{
	checks=$((checks + 1))
	! grep -qE -e "$1" "$tmp/log" || bad "log should not hold: $1"
}

# expect_plan_in_ram: each segment that stdout shows lies in the RAM of machine(), and on pages
expect_plan_in_ram()
{
	checks=$((checks + 1))
	sed -n 's/^segment *\([^ ]*\) *\(0x[0-9a-f]*\) memory \(0x[0-9a-f]*\) .*/\1 \2 \3/p' \
		"$tmp/out" > "$tmp/segments"
	[ -s "$tmp/segments" ] || bad 'stdout should show segments'
	while read -r what at size; do
		if [ $((at)) -lt $((0x100000)) ] || [ $((size)) -le 0 ] ||
			[ $((at + size)) -gt $((0x3ffe0000)) ] ||
			[ $(((at | size) & 4095)) != 0 ]; then
			bad "segment $what at $at, $size bytes, is outside RAM"
		fi
	done < "$tmp/segments"
}

# expect_plan_or_error: what any kernel file may lead to
expect_plan_or_error()
{
	case $status in
	0)
		expect_stderr ''
		expect_plan_in_ram
		;;
	1)
		expect_stdout ''
		expect_error '^kexec: '
		;;
	*)
		checks=$((checks + 1))
		bad "exit status $status, expected 0 or 1"
		;;
	esac
}

# digest FILE: as the log has it
digest()
{
	sha256sum "$1" | cut -c1-32
}

# segment NAME FIELD: a number of a recorded segment
segment()
{
	sed -n "s/^segment $1 .*$2=\([^ ]*\).*/\1/p" "$tmp/log"
}

machine

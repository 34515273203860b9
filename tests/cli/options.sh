#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every spelling of every option, and combinations that are refused.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k"
printf 070701 > "$tmp/i"
k=$tmp/k
i=$tmp/i

# Each option is taken, alone and with its argument attached or not.
while read -r words; do
	# shellcheck disable=SC2086 # a list of words
	run -l $words "$k"
	expect_status 0
	expect_stderr ''
	case " $words " in
	*' -c '* | ' -i '* | *' --no-checks '* | *' --mem-'* | *' --entry'* | *' --real'* | *' --reset-vga '* | \
		*' --console-'* | *' --on-mismatch=halt '* | *' --noefi '* | *' --reuse-video'*)
		# By -a because of what only this call can do; tests/cli/fallback.sh has more.
		expect_calls kexec_load
		;;
	*) expect_calls kexec_file_load ;;
	esac
done <<-END
	-a
	--kexec-syscall-auto
	-s
	--kexec-file-syscall
	-c
	-c --kexec-syscall
	-i
	--no-checks
	-t bzImage64
	-tbzImage
	--type bzImage64
	--type=bzImage
	--typ=bzImage
	-x
	--no-ifdown
	-y
	--no-sync
	--load
	--initrd=$i
	--initrd $i
	--ramdisk=$i
	--ramdisk $i
	--append=quiet
	--append quiet
	--command-line=quiet
	--command-line quiet
	--command=quiet
	--reuse-cmdline
	--reuse-c
	--mem-min=0x100000
	--mem-min 1048576
	--mem-max=0x3fffffff
	-c --mem-max 0x3fffffff
	--entry=0x1000200
	-c --entry 0x1000200
	--entry-32bit
	--entry-3
	--real-mode
	--ignore-known-faults
	--reset-vga
	--console-vga
	--console-serial
	--serial=ttyS1
	--serial 0x2f8
	--serial-baud=9600
	--serial-baud 0
	--on-mismatch=halt
	--on-mismatch reset
	--noefi
	--reuse-video-type
	--no-cma
	--force-dtb
	--args-linux
	--elf32-core-headers
	--elf64-core-headers
END

# -d says what is being done, on stderr only.
for d in -d --debug; do
	run -l "$d" "$k"
	expect_status 0
	expect_stdout ''
	check '-d should show the plan' grep -q '^syscall   kexec_file_load' "$tmp/err"
done

# The kernel file may stand anywhere, also behind "--".
for order in "$k -l --append=a" "-l $k --append=a" "-l --append=a $k" "-l --append=a -- $k"; do
	# shellcheck disable=SC2086 # a list of words
	run $order
	expect_status 0
	expect_log 'kexec_file_load .*cmdline=a$'
done
run -lscd --append 'a b' "$k"
expect_status 0
expect_calls kexec_load
run -l --append=first "$k" --command-line='the last  one'
expect_log 'cmdline=the last  one$'

for v in -v --version; do
	run "$v"
	expect_status 0
	expect_stdout "kexec-tools 2.0.32 compatible: $(sed -n \
		's/^#define PACKAGE_STRING "\(.*\)"$/\1/p' "$builddir/config.h")"
done
for h in -h --help '-?'; do
	run "$h"
	expect_status 0
	expect_stderr ''
	expect_out '^Usage: kexec '
	expect_out 'x86_64: bzImage64'
	# Synonyms, and what is taken without effect, are for old scripts.
	expect_no_out '\(null\)|--ramdisk|--elf64-core'
done
for option in load load-panic unload exec force status show list-entries entry-id print-ckr-size dry-run help version \
	kexec-syscall-auto kexec-file-syscall kexec-syscall type no-checks mem-min mem-max entry entry-32bit real-mode \
	hotplug pass-memmap-cmdline no-cma force-dtb initrd append command-line reuse-cmdline noefi reuse-video-type \
	no-ifdown no-sync console-serial serial serial-baud console-vga reset-vga on-mismatch debug \
	json root arch; do
	expect_out "^  (-., |    )--$option([= ]|\$)"
done

# refused PATTERN ARGUMENT...: a usage error, before anything happens
refused()
{
	pattern=$1
	shift
	run "$@"
	expect_status 2
	expect_error "$pattern"
	expect_stdout ''
	expect_calls
}
refused 'option --frobnicate is unknown' --frobnicate "$k"
refused 'option -Z is unknown' -l -Z "$k"
refused 'option --mem=1 is unknown or ambiguous' -l --mem=1 "$k"
refused 'option --append needs an argument: STRING' -l "$k" --append
refused 'option --type needs an argument: TYPE' -l "$k" -t
refused 'option --type needs an argument: TYPE' "$k" -lt
refused 'option --load=1: --load takes no argument' --load=1 "$k"
refused 'no kernel file given'
refused 'no kernel file given' -l
refused 'no kernel file given' -p
refused 'no kernel file given' -f
refused "one kernel file is enough: $k and $i" -l "$k" "$i"
refused "-e starts what is loaded already and takes no kernel file .$k" -e "$k"
refused '-e starts what is loaded' -l -e "$k"
refused '-u -p unloads the crash kernel' -u -p "$k"
refused '-u takes no kernel file' -u "$k"
refused '-u takes no kernel file' "$k" -u
refused '--json needs --dry-run' -l --json "$k"
refused '--root and --arch need --dry-run' -l --root=/ "$k"
refused '--root and --arch need --dry-run' -l --arch=x86_64 "$k"
refused '--root and --arch need --dry-run' -e --root=/
refused '--root and --arch need --dry-run' -u --root=/
refused '--hotplug is for crash kernels: it needs -p' -l --hotplug "$k"
refused '--dry-run needs a kernel file' -e --dry-run
refused '--dry-run needs a kernel file' -u --dry-run
refused '--mem-min is above --mem-max' -l --mem-min=0x2000 --mem-max=0x1000 "$k"
for value in '' x 1x -1 0x 0x1ffffffffffffffff ' 1' 08z; do
	refused '--mem-min=.*: not an address' -l --mem-min="$value" "$k"
	refused '--mem-max=.*: not an address' -l --mem-max="$value" "$k"
	refused '--entry=.*: not an address' -l --entry="$value" "$k"
done
for value in '' tty 0x10000 mmio, mmio,x mmio64,1 COM1; do
	refused "--serial=$value: must be ttyS0, ttyAMA0" -l --serial="$value" "$k"
done
for value in '' 7 230400 115201 -9600 x; do
	refused "--serial-baud=$value: must be 0 or divide 115200" -l --serial-baud="$value" "$k"
done
refused '--on-mismatch=explode: must be reset or halt' -l --on-mismatch=explode "$k"

# What only the files tell is a failure, not a usage error.
run -l --type=nbi-x86 "$k"
expect_status 1
expect_error '--type=nbi-x86: no such type for x86_64'
expect_calls
run -l --dry-run --arch=pdp11 "$k"
expect_status 1
expect_error 'architecture pdp11 is not supported; --arch takes one of: x86_64'

# A pipe that nobody reads any more is a failure too.
if [ -e /dev/full ]; then
	status=0
	"$builddir/tests/cli/kexec-fake" --help > /dev/full 2> "$tmp/err" || status=$?
	ran='kexec --help > /dev/full'
	expect_status 1
	expect_error '^kexec: standard output: not all of it could be written$'
fi
finish

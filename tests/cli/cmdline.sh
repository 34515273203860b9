#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line of the next kernel.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k"

# given LINE ARGUMENT...: LINE is what the next kernel gets
given()
{
	line=$1
	shift
	for way in -s -c; do
		run -l --dry-run $way "$@" "$tmp/k"
		expect_status 0
		same 'command line' "$(sed -n 's/^cmdline   //p' "$tmp/out")" "$line"
	done
	run -l "$@" "$tmp/k"
	same 'command line' "$(sed -n 's/^kexec_file_load .* cmdline=//p' "$tmp/log")" "$line"
}
given ''
given '' --append=
given 'root=/dev/sda1 quiet' --append='root=/dev/sda1 quiet'
given ' as it  is ' --append=' as it  is '
given 'ro root=/dev/vda1 -- 5' --command-line='ro root=/dev/vda1 -- 5'
given 'root=/dev/vda1 ro quiet' --reuse-cmdline
given 'root=/dev/vda1 ro quiet single' --reuse-cmdline --append=single
given 'root=/dev/vda1 ro quiet single' --append=single --reuse-cmdline
# A word that comes again does not make the line grow.
given 'root=/dev/vda1 ro quiet' --reuse-cmdline --append=quiet
put proc/cmdline 'BOOT_IMAGE=(hd0)/vmlinuz initrd=\i.img a="b  initrd=c" foo.crashkernel=1'
given 'a="b  initrd=c" foo.crashkernel=1' --reuse-cmdline
put proc/cmdline 'elfcorehdr=1K dmcryptkeys=2 kexec_jump_back_entry=0x1 crashkernel=256M xinitrd=1'
given 'crashkernel=256M xinitrd=1' --reuse-cmdline
# What is for init stays last.
put proc/cmdline 'ro -- single BOOT_IMAGE=x'
given 'ro quiet -- single BOOT_IMAGE=x' --reuse-cmdline --append=quiet
put proc/cmdline ''
given quiet --reuse-cmdline --append=quiet
rm "$root/proc/cmdline"
run -l --reuse-cmdline "$tmp/k"
expect_status 1
expect_error '--reuse-cmdline: /proc/cmdline: No such file'
expect_calls
run -l --append=x "$tmp/k"
expect_status 0

# From a file, on as many lines as it likes, and without what is not wanted.
printf 'root=/dev/vda1  ro\n initrd=/x quiet\n\n' > "$tmp/line"
given 'root=/dev/vda1 ro initrd=/x quiet' --cmdline-file="$tmp/line"
given 'root=/dev/vda1 ro initrd=/x single quiet' --cmdline-file="$tmp/line" --append='single quiet'
given 'root=/dev/vda1 single' --cmdline-file="$tmp/line" --append=single --cmdline-remove=ro,quiet,initrd
echo > "$tmp/line"
given '' --cmdline-file="$tmp/line"
given single --cmdline-file="$tmp/line" --append=single
machine
put proc/cmdline 'root=/dev/vda1 ro quiet hugepages=3'
given 'root=/dev/vda1 ro quiet' --reuse-cmdline --cmdline-remove=hugepages
given ' quiet' --append=' quiet' --cmdline-remove=quiet
# Ten kexecs one after the other.
line='root=/dev/vda1 ro'
for _ in 1 2 3 4 5 6 7 8 9 10; do
	put proc/cmdline "$line"
	run -l --dry-run -c --reuse-cmdline --append='quiet irqpoll' "$tmp/k"
	line=$(sed -n 's/^cmdline   //p' "$tmp/out")
done
same 'after ten kexecs' "$line" 'root=/dev/vda1 ro quiet irqpoll'
run -l --cmdline-file="$tmp/nowhere" "$tmp/k"
expect_status 1
expect_error 'nowhere: No such file'
: > "$tmp/line"
run -l --cmdline-file="$tmp/line" "$tmp/k"
expect_status 1
expect_error 'line: the file is empty'
printf 'a\0b' > "$tmp/line"
run -l --cmdline-file="$tmp/line" "$tmp/k"
expect_status 1
expect_error 'line: no command line: it has a byte 0'
head -c 65537 /dev/zero | tr '\0' 'x' > "$tmp/line"
run -l --cmdline-file="$tmp/line" "$tmp/k"
expect_status 1
expect_error 'longer than 64 KiB'
run -l --cmdline-file="$tmp/line" --reuse-cmdline "$tmp/k"
expect_status 2
expect_calls

# A value without quotes: loaded with its first word as by kexec-tools, and told what is lost.
machine
run -l "$tmp/k" --append=BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro
expect_status 0
expect_error '^kexec: warning: left out of the command line: root=/dev/vda1 ro; a value with blanks needs quotes'
expect_log 'cmdline=BOOT_IMAGE=/vmlinuz$'
run -l --command-line=quiet "$tmp/k" splash
expect_status 0
expect_error 'left out of the command line: splash;'
run -l "$tmp/k" "$tmp/k2"
expect_status 2
expect_error 'one kernel file is enough'
expect_calls
finish

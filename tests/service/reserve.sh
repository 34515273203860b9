#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump reserve: what is told, and what each boot loader gets.
. "${srcdir:-.}/tests/service/lib.sh"
need zstd zstd
need cpio cpio
need jq jq
disk_machine
if [ "$(uname -m)" != x86_64 ]; then
	skip 'the made kernel is one of x86_64'
fi

# reserve ARGUMENT...: on the machine below $root
reserve()
{
	run reserve --root="$root" --init=/init "$@"
}

# What is needed is what arming needs.
verb arm --init=/init --dry-run
expect_error 'about 96 MiB needed$'
reserve
expect_status 0
same 'enough' "$(cat "$tmp/out")" 'reserved: 256 MiB (crashkernel=256M)
needed: about 96 MiB'
reserve --json
expect_status 0
same 'as JSON' "$(jq -c '[.format, .status, .reservation, .crashkernel, .needed, .word, .todo]' "$tmp/out")" \
	'[1,0,268435456,"crashkernel=256M",100663296,null,null]'
put sys/kernel/kexec_crash_size 67108864
reserve --json
expect_status 4
same 'as JSON, too little' "$(jq -c '[.status, .reservation, .word]' "$tmp/out")" '[4,67108864,"crashkernel=96M"]'
reserve
expect_status 4
expect_out '^reserved: 64 MiB'
expect_out '^word: crashkernel=96M$'
put sys/kernel/kexec_crash_size 0
reserve
expect_status 5
expect_out '^reserved: 0 MiB'

# No boot loader that is known: it is told what to do, and nothing is written.
find "$root" -type f | sort > "$tmp/before"
reserve auto
expect_status 4
expect_stdout "add crashkernel=96M to the kernel's command line by your boot loader, and reboot"
find "$root" -type f | sort > "$tmp/after"
same_file 'the files' "$tmp/after" "$tmp/before"

# Of installed kernels: other words stay, an old one goes.
put etc/kernel/cmdline 'root=/dev/vda1  crashkernel=1G-:512M quiet'
reserve 128M
expect_status 0
expect_stdout '/etc/kernel/cmdline is written: install the kernel again (kernel-install add), and reboot'
same 'the words' "$(cat "$root/etc/kernel/cmdline")" 'root=/dev/vda1 quiet crashkernel=128M'

# Lines stay lines: behind a comment nothing counts, and the word must not get there.
put etc/kernel/cmdline '# root by its UUID' 'root=UUID=0000-1111 rw' '' '  # memory: crashkernel=4G' \
	'crashkernel=1G-:512M console=ttyS0' 'crashkernel=1G' '# the end'
reserve 128M
reserve 128M
expect_status 0
same 'the lines' "$(cat "$root/etc/kernel/cmdline")" "# root by its UUID
root=UUID=0000-1111 rw

  # memory: crashkernel=4G
console=ttyS0 crashkernel=128M
# the end"
put etc/kernel/cmdline '# nothing yet'
reserve 128M
same 'the lines' "$(cat "$root/etc/kernel/cmdline")" "# nothing yet
crashkernel=128M"
printf 'quiet' > "$root/etc/kernel/cmdline"
reserve 128M
same 'without an end' "$(cat "$root/etc/kernel/cmdline")" 'quiet crashkernel=128M'
: > "$root/etc/kernel/cmdline"
reserve 128M
same 'of nothing' "$(cat "$root/etc/kernel/cmdline")" 'crashkernel=128M'

# Debian's GRUB reads a file of its own, twice the same.
mkdir -p "$root/etc/default/grub.d" "$root/usr/sbin"
: > "$root/usr/sbin/update-grub"
reserve auto
reserve auto
expect_status 0
expect_stdout '/etc/default/grub.d/kdump.cfg is written: run update-grub, and reboot'
same 'what GRUB gets' "$(GRUB_CMDLINE_LINUX_DEFAULT='quiet crashkernel=1G'
	. "$root/etc/default/grub.d/kdump.cfg"
	echo "$GRUB_CMDLINE_LINUX_DEFAULT")" 'quiet crashkernel=1G crashkernel=96M'
same 'the files' "$(ls "$root/etc/default/grub.d")" kdump.cfg

reserve auto --json
expect_status 0
same 'as JSON, written' "$(jq -c '[.status, .reservation, .word, .todo]' "$tmp/out")" \
	'[0,null,"crashkernel=96M","/etc/default/grub.d/kdump.cfg is written: run update-grub, and reboot"]'

# The configuration has a word in it.
put etc/kdump/conf.d/10.conf '[reserve]' 'size = 160M'
reserve auto
expect_status 0
check 'not its size' grep -q 'crashkernel=160M' "$root/etc/default/grub.d/kdump.cfg"
: > "$root/usr/sbin/grubby"
reserve 1G
expect_stdout 'run grubby --update-kernel=ALL --args=crashkernel=1024M, and reboot'
reserve 1M
expect_status 2
expect_error '1M: must be auto, or a size from 32M to 1T'
reserve 96M 128M
expect_status 2
# What cannot be known is not guessed.
rm "$root"/boot/vmlinuz*
rm "$root/etc/kdump/conf.d/10.conf"
reserve auto
expect_status 1
check 'no advice' grep -q 'say how much, as kdump reserve 256M' "$tmp/err"

# Whoever cannot hear it was told nothing, whatever there was to tell.
if [ -e /dev/full ]; then
	for full in 'reserve 128M' reserve 'config --sample' --help; do
		status=0
		# shellcheck disable=SC2086 # words
		"$program" $full --root="$root" > /dev/full 2> "$tmp/err" || status=$?
		ran="kdump $full > /dev/full"
		expect_status 1
		expect_err '^kdump: standard output: not all of it could be written$'
	done
fi
finish

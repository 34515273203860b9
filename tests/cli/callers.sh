#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command lines that other projects' scripts and programs build: each does what it is meant to, and
# says nothing that they do not expect. What stands here is the options alone, in their order and form.
. "${srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/fuzz/seeds.sh"

# loaded SYSTEM-CALL: what was asked for was done, by that, without a word
loaded()
{
	expect_status 0
	expect_stdout ''
	expect_stderr ''
	expect_calls "$1"
}

# segment_is NAME FILE: what is handed over under that name is this file, byte by byte
segment_is()
{
	same "$1" "$(segment "$1" sha256)" "$(digest "$2")"
}

kernel "$tmp/vmlinuz"
seq 2000 > "$tmp/initrd"
words='root=/dev/sda1 ro console=ttyS0,115200 two="a b"'

# Fedora's kdumpctl: the way first, -d when it is to log what it does, then -p.
crash_machine
run -s -p --command-line="$words" --initrd="$tmp/initrd" "$tmp/vmlinuz"
loaded kexec_file_load
expect_log '^kexec_file_load flags=0x2 cmdline=root=/dev/sda1 ro console=ttyS0,115200 two="a b"$'
run -s -d -p --command-line="$words" --initrd="$tmp/initrd" "$tmp/vmlinuz"
expect_status 0
expect_calls kexec_file_load
run -c --hotplug -p --command-line="$words" --initrd="$tmp/initrd" "$tmp/vmlinuz"
expect_status 1
expect_error 'crash_elfcorehdr_size'
put sys/kernel/crash_elfcorehdr_size 70144
run -c --hotplug -p --command-line="$words" --initrd="$tmp/initrd" "$tmp/vmlinuz"
loaded kexec_load
expect_log '^kexec_load .* flags=0x3e0009$'
run --elf64-core-headers -c -p --command-line="$words" --initrd="$tmp/initrd" "$tmp/vmlinuz"
loaded kexec_load
run -s -p -u
loaded kexec_file_load-unload
same 'nothing is left' "$(cat "$root/sys/kernel/kexec_crash_loaded")" 0

# openSUSE's load.sh, through a shell's eval, the way last; unload.sh.
eval "run -p $tmp/vmlinuz --append=\"root=kdump rootflags=bind panic=1\" --initrd=$tmp/initrd  -a"
loaded kexec_file_load
expect_log ' cmdline=root=kdump rootflags=bind panic=1$'
run -a -p -u
loaded kexec_file_load-unload

# heads: through a shell's eval, too; -e at once.
machine
eval "run -l $tmp/vmlinuz --initrd=$tmp/initrd --append=\"root=/dev/sda1 ro intel_iommu=on\""
loaded kexec_file_load
expect_log ' cmdline=root=/dev/sda1 ro intel_iommu=on$'
run -e
expect_status 0
expect_calls sync start

# heads with Xen: a packed hypervisor, then the first domain's kernel with its words and its initrd as
# modules, all of it checked by signature before; in the same eval.
seeds multiboot "$tmp/seeds"
gzip -c "$tmp/seeds/both" > "$tmp/xen.gz"
eval "run -i -l $tmp/xen.gz --command-line=\"no-real-mode reboot=no vga=current\" \
	--module=\"$tmp/vmlinuz root=/dev/sda1 ro console=hvc0\" --module=\"$tmp/initrd\""
loaded kexec_load
expect_log ' flags=0x3e0000$'
size=$(stat -c %s "$tmp/vmlinuz")
{
	cat "$tmp/vmlinuz"
	head -c $(((4096 - size % 4096) % 4096)) /dev/zero
	cat "$tmp/initrd"
} > "$tmp/modules"
segment_is modules "$tmp/modules"
eval "run --dry-run -i -l $tmp/xen.gz --command-line=\"no-real-mode\" \
	--module=\"$tmp/vmlinuz root=/dev/sda1 ro\" --module=\"$tmp/initrd\""
expect_status 0
expect_out '^type      multiboot2'
expect_out "^module    $tmp/vmlinuz root=/dev/sda1 ro\$"
expect_out "^module    $tmp/initrd\$"
expect_out '^cmdline   .*no-real-mode$'
run -e
expect_status 0
expect_calls sync start

# petitboot: what it has, each in a word of its own, the kernel last; -e when shutdown fails.
run -l --initrd="$tmp/initrd" --append="$words" "$tmp/vmlinuz"
loaded kexec_file_load
run -l --debug --initrd="$tmp/initrd" --append='""' "$tmp/vmlinuz"
expect_status 0
expect_log ' cmdline=""$'

# nixos-anywhere: --no-checks asks for kexec_load, whatever the way that is named before it.
run --load "$tmp/vmlinuz" --kexec-syscall-auto --initrd="$tmp/initrd" --no-checks \
	--command-line "init=/nix/store/x/init $words"
loaded kexec_load
segment_is initrd "$tmp/initrd"
run --load --initrd="$tmp/initrd" --command-line="init=/nix/store/x/init" -- "$tmp/vmlinuz"
loaded kexec_file_load

# zfsbootmenu: short options before the kernel, both streams taken as what went wrong.
run -a -l "$tmp/vmlinuz" --initrd="$tmp/initrd" --command-line="root=zfs:pool/root $words"
loaded kexec_file_load
run -a -l "$tmp/none" --initrd="$tmp/initrd" --command-line="root=zfs:pool/root"
expect_status 1
expect_stdout ''
expect_error "$tmp/none: .*No such file"

# live-bootstrap: the serial console of purgatory, which only kexec_load has.
run -l "$tmp/vmlinuz" --console-serial --append="console=ttyS0 root=/dev/sda1 init=/init rw rootwait"
loaded kexec_load
run -l "$tmp/vmlinuz" --console-serial --initrd="$tmp/initrd" --append="init=/init console=ttyS0"
loaded kexec_load

# systemd up to 260: the default entry of a boot loader; it looks for the program alone.
run --load "$tmp/vmlinuz" --append "$words" --initrd "$tmp/initrd"
loaded kexec_file_load

# transactional-update, kiwi and others that look for the option before they use it.
real --help
check 'kiwi finds the option in --help' grep -q kexec-syscall-auto "$tmp/out"
run --kexec-syscall-auto -l "$tmp/vmlinuz" --initrd="$tmp/initrd" --reuse-cmdline
loaded kexec_file_load
expect_log ' cmdline=root=/dev/vda1 ro quiet$'

finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# -p: what it asks the kernel for, what it refuses before it asks, and what it says when the crash
# kernel that was there is lost.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k"
head -c 5000 /dev/zero > "$tmp/i"

# Nothing is reserved: all ways say so, and what to do.
machine
for way in -a -c -s; do
	run "$way" -p "$tmp/k"
	expect_status 1
	expect_error 'no memory is reserved for a crash kernel; boot with crashkernel='
	expect_calls
done

crash_machine
run -c -p "$tmp/k" --initrd="$tmp/i" --append=quiet
expect_status 0
expect_stderr ''
expect_calls kexec_load
expect_log '^kexec_load .* segments=6 flags=0x3e0001$'
same 'crash_loaded' "$(cat "$root/sys/kernel/kexec_crash_loaded")" 1
same 'loaded' "$(cat "$root/sys/kernel/kexec_loaded")" 0
for what in backup elfcorehdr purgatory boot_params kernel initrd; do
	at=$(segment $what at)
	end=$((at + $(segment $what memsz)))
	[ $((at)) -ge $((0x30000000)) ] && [ $end -le $((0x38000000)) ]
	same "$what inside the region" $? 0
done
run -s -p "$tmp/k" --initrd="$tmp/i" --append=quiet
expect_status 0
expect_log '^kexec_file_load flags=0x2 cmdline=quiet$'
run -s -p "$tmp/k" --append=quiet
expect_log '^kexec_file_load flags=0x6 '
run -p "$tmp/k"
expect_status 0
expect_calls kexec_file_load

# What we add is read: in front of "--", and of a quote that is never closed, which is told.
run -c -p --dry-run "$tmp/k" --append='root=/dev/vda1 -- single'
expect_stderr ''
expect_out '^cmdline   elfcorehdr=0x3[0-9a-f]* root=/dev/vda1 -- single$'
run -c -p --dry-run --pass-memmap-cmdline "$tmp/k" --append='ro -- x'
expect_out '^cmdline   memmap=exactmap memmap=.* elfcorehdr=0x3[0-9a-f]* ro -- x$'
run -c -p --dry-run --pass-memmap-cmdline "$tmp/k"
expect_out '^cmdline   memmap=exactmap memmap=.* elfcorehdr=0x3[0-9a-f]*$'
put proc/cmdline 'root=/dev/vda1 ro -- single'
run -c -p --dry-run "$tmp/k" --reuse-cmdline
expect_out '^cmdline   elfcorehdr=0x3[0-9a-f]* root=/dev/vda1 ro -- single$'
run -c -p "$tmp/k" --append='root=/dev/vda1 dyndbg="file x'
expect_status 0
expect_error 'warning: the command line has a quote that is never closed.*: dyndbg="file x$'
run -c -p --dry-run "$tmp/k" --append='root=/dev/vda1 dyndbg="file x'
expect_out '^cmdline   elfcorehdr=0x3[0-9a-f]* root=/dev/vda1 dyndbg="file x$'
expect_out '^note      warning: the command line has a quote that is never closed'

# What purgatory is told by its options it is told for a crash kernel, too, and they ask for ours.
plain=$(run -c -p -i "$tmp/k"; segment purgatory sha256)
same 'length of the digest' ${#plain} 32
halting=$(run -c -p -i --on-mismatch=halt "$tmp/k"; segment purgatory sha256)
same '--on-mismatch=halt changes purgatory' "$([ "$halting" = "$plain" ] || echo yes)" yes
run -p --on-mismatch=halt "$tmp/k"
expect_status 0
expect_calls kexec_load

# A fact that could not be read is not read on a second try either.
crash_machine
put sys/kernel/kexec_crash_cma_ranges nonsense
KX_FAKE_ERRNO_FILE=ENOSYS run -p "$tmp/k"
expect_status 1
expect_error 'kexec_crash_cma_ranges: a line is not "start-end"'
expect_calls kexec_file_load
crash_machine

# kexec_file_load needs none of the facts that a dump header is made of.
rm "$root/proc/kcore" "$root/sys/kernel/vmcoreinfo"
run -s -p "$tmp/k"
expect_status 0
run -c -p "$tmp/k"
expect_status 1
expect_error 'vmcoreinfo'
expect_calls
crash_machine

# The image that is running is not repeated; what was for this kernel only is not handed on.
put proc/cmdline 'BOOT_IMAGE=/vmlinuz root=/dev/vda1 crashkernel=128M elfcorehdr=0x1000 ro'
run -s -p "$tmp/k" --reuse-cmdline --append=nr_cpus=1
expect_log 'cmdline=root=/dev/vda1 ro nr_cpus=1$'

# --hotplug: the newer flag, then the older one; a kernel without either is told apart.
run -c -p --hotplug "$tmp/k"
expect_status 1
expect_error 'CONFIG_CRASH_HOTPLUG'
expect_calls
put sys/kernel/crash_elfcorehdr_size 65536
run -c -p --hotplug "$tmp/k"
expect_status 0
expect_log '^kexec_load .* flags=0x3e0009$'
same 'room for the header' "$(segment elfcorehdr memsz)" 0x10000
KX_FAKE_ERRNO_LOAD=EINVAL run -c -p --hotplug "$tmp/k"
expect_status 1
expect_calls kexec_load kexec_load
KX_FAKE_ERRNO_LOAD=EINVAL,0 run -c -p --hotplug "$tmp/k"
expect_status 0
expect_log '^kexec_load .* flags=0x3e0005$'
run -s -p --hotplug "$tmp/k"
expect_status 0
expect_log '^kexec_file_load flags=0x6 '

run -c -p --pass-memmap-cmdline --append=quiet --dry-run "$tmp/k"
expect_status 0
expect_out 'cmdline   memmap=exactmap memmap=0x9ec00@0x1000 .*memmap=0x20000\$0x3ffe0000.* elfcorehdr=0x3[0-9a-f]* quiet$'

# Whatever can be known is found before the kernel drops what it has.
put sys/kernel/kexec_crash_loaded 1
head -c 140000000 /dev/zero > "$tmp/large"
head -c 3000 "$tmp/k" > "$tmp/cut"
for way in -a -c -s; do
	run "$way" -p "$tmp/k" --initrd="$tmp/large"
	expect_status 1
	expect_error 'no room for the initrd.*0x30000000, 0x38000000\), 128 MiB: boot with a larger crashkernel='
	expect_calls
	run "$way" -p "$tmp/cut"
	expect_status 1
	expect_error truncated
	expect_calls
done
run -c -p "$tmp/k" --mem-max=0x20000000
expect_status 1
expect_error 'no room for the .*--mem-max must leave room there'
expect_calls
put sys/kernel/security/lockdown 'none integrity [confidentiality]'
rm "$root/proc/kcore"
run -c -p "$tmp/k"
expect_status 1
expect_error 'lockdown is "confidentiality"'
expect_calls
kcore
put sys/kernel/security/lockdown '[none] integrity confidentiality'
put proc/sys/kernel/kexec_load_limit_panic 0
run -p "$tmp/k"
expect_status 1
expect_error 'kexec_load_limit_panic is 0'
expect_calls
put proc/sys/kernel/kexec_load_limit_panic -1

# What cannot: the old image is still there (1), is lost (3), or there was none (1).
for name in EPERM EBUSY; do
	KX_FAKE_ERRNO_LOAD=$name,$name,$name,$name,$name run -c -p "$tmp/k"
	expect_status 1
	expect_error "\\($name\\)"
	same "crash_loaded after $name" "$(cat "$root/sys/kernel/kexec_crash_loaded")" 1
done
for names in old new; do
	KX_FAKE_ERRNO_LOAD=ENOMEM run -c -p "$tmp/k"
	expect_status 3
	expect_error '^kexec: THE CRASH KERNEL THAT WAS LOADED IS GONE, .*ENOMEM.*memory'
	KX_FAKE_ERRNO_LOAD=ENOMEM run -c -p "$tmp/k"
	expect_status 1
	expect_error '^kexec: [^ ]*: kexec_load: .*ENOMEM'
	put sys/kernel/kexec_crash_loaded 1
	KX_FAKE_ERRNO_FILE=EKEYREJECTED KX_FAKE_ERRNO_LOAD=ENOMEM run -p "$tmp/k"
	expect_status 3
	expect_calls kexec_file_load kexec_load
	put sys/kernel/kexec_crash_loaded 1
	KX_FAKE_ERRNO_FILE=EKEYREJECTED run -p "$tmp/k"
	expect_status 0
	put sys/kernel/kexec_crash_loaded 1
	[ $names = new ] || {
		mkdir "$root/sys/kernel/kexec"
		ln -s ../kexec_crash_loaded "$root/sys/kernel/kexec/crash_loaded"
	}
done

# A file that changes while it is read must not stay, and the old image is gone then.
cp "$tmp/k" "$tmp/changing"
KX_FAKE_TOUCH=$tmp/changing run -s -p "$tmp/changing"
expect_status 3
expect_error 'IS GONE.*has been unloaded again'
expect_calls kexec_file_load kexec_file_load-unload

run -p -u
expect_status 0
expect_log 'kexec_file_load unload flags=0x3'

# A segment that is memory alone, without a byte.
rm -rf "$root"
"$tools/mkroot" unpack "$srcdir/tests/fixtures/x86_64/crash-high.machine" "$root" || exit 99
mkdir "$tmp/kept"
KX_FAKE_KEEP=$tmp/kept run -c -p "$tmp/k"
expect_status 0
expect_stderr ''
expect_log '^segment backup .* bytes=0 '
same 'bytes of the kept segment' "$(wc -c < "$tmp/kept/backup")" 0
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Files that change while they are being loaded.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k"
head -c 20000 /dev/urandom > "$tmp/i"

# changed WAY FILE: what was loaded is not what was meant, and is unloaded
changed()
{
	KX_FAKE_TOUCH=$2 run -l "$1" --initrd="$tmp/i" "$tmp/k"
	expect_status 1
	expect_error "^kexec: $2: changed while it was being loaded; what was loaded has been unloaded again\$"
	same 'kexec_loaded' "$(cat "$root/sys/kernel/kexec_loaded")" 0
}
for file in k i; do
	changed -s "$tmp/$file"
	expect_calls kexec_file_load kexec_file_load-unload
	changed -c "$tmp/$file"
	expect_calls kexec_load kexec_file_load-unload
done
# -f must not start it.
KX_FAKE_TOUCH=$tmp/i run -f --initrd="$tmp/i" "$tmp/k"
expect_status 1
expect_calls kexec_file_load kexec_file_load-unload
# A kernel without the other system call.
KX_FAKE_ERRNO_UNLOAD=ENOSYS,0 changed -c "$tmp/i"
expect_calls kexec_load kexec_file_load-unload kexec_load-unload
# What cannot be unloaded is not said to be.
KX_FAKE_ERRNO_UNLOAD=EPERM KX_FAKE_TOUCH=$tmp/i run -l --initrd="$tmp/i" "$tmp/k"
expect_status 1
expect_error 'changed while it was being loaded; what was loaded cannot be unloaded: '
# A pipe's content is kept: nobody can change it.
mkfifo "$tmp/fifo"
cat "$tmp/i" > "$tmp/fifo" &
run -l --initrd="$tmp/fifo" "$tmp/k"
expect_status 0
wait
# A file that becomes shorter is a line, not a signal.
KX_FAKE_TRUNCATE=$tmp/i run -l -c --initrd="$tmp/i" "$tmp/k"
expect_status 1
expect_error 'a kernel or initrd file became shorter'

# Without standard descriptors, what is printed does not go into the kernel that is loaded.
machine
gzip -c "$tmp/k" > "$tmp/k.gz"
for way in -s -c; do
	run -d "$way" -l "$tmp/k.gz"
	expect_status 0
	grep -E 'kernel.*sha256' "$tmp/log" > "$tmp/right"
	for closed in '<&- >&- 2>&-' '<&- 2>&-' '>&- 2>&-' '2>&-'; do
		: > "$tmp/log"
		eval "\"\$builddir/tests/cli/kexec-fake\" -d $way -l '$tmp/k.gz' $closed" > "$tmp/out"
		same "exit status with $way $closed" $? 0
		same "kernel with $way $closed" "$(grep -E 'kernel.*sha256' "$tmp/log")" \
			"$(cat "$tmp/right")"
	done
done

# Who reads the messages and goes away does not end a load half way.
: > "$tmp/log"
"$builddir/tests/cli/kexec-fake" -d -l "$tmp/k" 2>&1 < /dev/null | true
same 'calls with nobody reading' "$(grep -c '^kexec_file_load' "$tmp/log")" 1

# A FIFO among a captured machine's files is an empty file, not an end to all.
machine
rm "$root/proc/cmdline"
mkfifo "$root/proc/cmdline"
ran='kexec --dry-run with a FIFO below --root'
status=0
timeout 10 "$builddir/kexec/kexec" --dry-run -l --root="$root" --arch=x86_64 "$tmp/k" \
	> "$tmp/out" 2> "$tmp/err" || status=$?
expect_status 0
finish

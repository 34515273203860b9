#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Exit statuses of -S, which scripts rely on, and --print-ckr-size.
. "${srcdir:-.}/tests/cli/lib.sh"

# loaded NORMAL CRASH: what the kernel says of its two images, by the files' old and new names
loaded()
{
	rm -rf "$root/sys/kernel/kexec" "$root/sys/kernel/kexec_loaded" \
		"$root/sys/kernel/kexec_crash_loaded"
	if [ "$3" = new ]; then
		put sys/kernel/kexec/loaded "$1"
		put sys/kernel/kexec/crash_loaded "$2"
	else
		put sys/kernel/kexec_loaded "$1"
		put sys/kernel/kexec_crash_loaded "$2"
	fi
}

for names in old new; do
	for normal in 0 1; do
		for crash in 0 1; do
			loaded $normal $crash $names
			while read -r expected words; do
				# shellcheck disable=SC2086 # a list of words
				run $words
				expect_status "$expected"
				expect_stderr ''
				expect_stdout ''
				expect_calls
			done <<-END
				$crash -S
				$crash --status
				$crash -S -p
				$crash -p -S
				$crash -d -S
				$normal -S -l
				$normal -l -S
				$normal -d -l -S
			END
		done
	done
done

# Not even a kernel that is given is loaded.
kernel "$tmp/k"
loaded 0 1 old
run -S -l "$tmp/k"
expect_status 0
expect_calls
# Another machine than this one.
mv "$root" "$tmp/other"
machine
run -S --root="$tmp/other"
expect_status 1
run -S
expect_status 0

rm "$root/sys/kernel/kexec_loaded" "$root/sys/kernel/kexec_crash_loaded"
run -S
expect_status 255
expect_error 'sys/kernel/kexec_crash_loaded cannot be read: this kernel is built without kexec'
run -S -l
expect_status 255
expect_error 'sys/kernel/kexec_loaded cannot be read'
loaded 2 x old
run -S
expect_status 255
expect_error 'kexec_crash_loaded: neither 0 nor 1'
run -S -l
expect_status 255
expect_error 'kexec_loaded: neither 0 nor 1'

machine
run --print-ckr-size
expect_status 0
expect_stdout 0
put proc/iomem '00100000-3ffdffff : System RAM' '  02000000-02ffffff : Crash kernel' \
	'  2a000000-39ffffff : Crash kernel'
run --print-ckr-size
expect_status 0
expect_stdout $((0x10000000))
put proc/iomem '00000000-00000000 : System RAM' '  00000000-00000000 : Crash kernel'
run --print-ckr-size
expect_status 1
expect_error 'shows no addresses; run as root'
expect_calls
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec --check: what each system call would make of a file, without asking the kernel.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k"
run --check "$tmp/k"
same 'what it is' "$(head -n 2 "$tmp/out")" "kernel    $tmp/k
type      bzImage64, boot protocol 2.15, 6.1.0-test (a test kernel)"

# says STATUS EXPECTED ARGUMENT...: what follows the two lines about the file
says()
{
	wanted=$1 expected=$2
	shift 2
	run --check "$@" "$tmp/k"
	expect_status "$wanted"
	same 'what is found' "$(tail -n +3 "$tmp/out")" "$expected"
	expect_calls
}
says 0 'kexec_file_load yes
kexec_load      yes'
says 0 'kexec_file_load yes' -s
says 0 'kexec_load      yes' -c -l
says 0 'kexec_load      yes' --noefi
put sys/kernel/security/lockdown 'none [integrity]'
says 0 'kexec_file_load yes
kexec_load      no: kernel lockdown is "integrity", kexec_load needs "none"; use --kexec-file-syscall with a signed kernel'
says 1 'kexec_load      no: kernel lockdown is "integrity", kexec_load needs "none"; use --kexec-file-syscall with a signed kernel' -c
expect_error 'k cannot be loaded here$'
machine
# What is told as a warning when it is loaded is here, too.
says 0 'kexec_file_load yes
note      warning: the command line has a quote that is never closed, so that all of it from there on is one word to the kernel: x="y
kexec_load      yes
note      warning: the command line has a quote that is never closed, so that all of it from there on is one word to the kernel: x="y' \
	'--append=x="y'
# A crash kernel needs memory that is reserved for it.
run --check -p "$tmp/k"
expect_status 1
expect_error 'no memory is reserved for a crash kernel'
echo 'no kernel' > "$tmp/k"
run --check "$tmp/k"
expect_status 1
expect_error 'k: .*not a kernel'
for more in -e -f -u --dry-run; do
	run --check "$more" "$tmp/k"
	expect_status 2
done
expect_calls
finish

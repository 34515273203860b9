#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Multiboot kernels and their modules, from the command line to kexec_load.
. "${srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/fuzz/seeds.sh"

machine
seeds multiboot "$tmp/seeds"
both=$tmp/seeds/both
kernel "$tmp/k"
head -c 5000 "$tmp/k" > "$tmp/one"
printf 'two' > "$tmp/two"

# Without being told to, by the one call that can.
for way in '' -a -c; do
	# shellcheck disable=SC2086 # one word or none
	run -l $way "$both" --module="$tmp/one root=/dev/x  \"a b\"" --module "$tmp/two" --append='x  y'
	expect_status 0
	expect_stderr ''
	expect_calls kexec_load
	head -c 8192 /dev/zero | cat "$tmp/one" - | head -c 8192 | cat - "$tmp/two" > "$tmp/expected"
	expect_log "^segment modules .*sha256=$(digest "$tmp/expected")\$"
done
run -l -s "$both"
expect_status 1
expect_error 'kexec_file_load does not take this format; use --kexec-syscall'
expect_calls

# Types by both names; a file that is of both is taken for the newer one.
for type in multiboot2 multiboot2-x86; do
	run --dry-run -l --type=$type "$both"
	expect_status 0
	expect_out 'type      multiboot2, ELF for 0x200000, relocatable'
done
for type in multiboot multiboot-x86; do
	run --dry-run -l -t $type "$both"
	expect_status 0
	expect_out 'type      multiboot, ELF for 0x200000'
done
run --dry-run -l "$both" --module="$tmp/two three"
expect_out 'type      multiboot2, ELF for 0x200000, relocatable'
expect_out "module    $tmp/two three"

# What cannot be.
run -l "$both" --initrd="$tmp/two"
expect_status 1
expect_error 'gets no initrd of its own'
run -l "$tmp/k" --module="$tmp/two"
expect_status 1
expect_error '--module is for Multiboot kernels, as Xen is: .*/k is of type bzImage64'
run -l "$both" --module=' x'
expect_status 1
expect_error 'it begins with a blank'
run -l "$both" --module="$tmp/gone x"
expect_status 1
expect_error "$tmp/gone: No such file"
run -l "$tmp/seeds/efi-services"
expect_status 1
expect_error 'EFI boot services, which ended'
expect_calls
finish

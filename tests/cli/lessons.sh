#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What was seen to go wrong with kexec-tools 2.0.32 on x86_64, one after the other: here it is right.
# The number is that of the list; behind it are the tests that look at the same closer.
. "${srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/cli/boards.sh"
arch=x86_64
mkdir "$KX_FAKE_KEEP"

machine
kernel "$tmp/k"
image "$tmp/vmlinux" type=vmlinux code=600

# 1: a plain ELF kernel by -a, which no running kernel's own loader takes (QEMU: formats-newest;
# Multiboot kernels have tests of their own)
run -a -l "$tmp/vmlinux"
expect_status 0
expect_calls kexec_load

# 2: a file that is no kernel is refused with a reason, and bzip2 and lz4 are unpacked (hostile.sh,
# tests/unwrap, fuzz/unwrap)
for offset in 0 1 2 3 4 5 6 7; do
	LC_ALL=C awk -v seed="$offset" 'BEGIN { srand(seed); for (i = 0; i < 4096; i++)
		printf "%c", 1 + int(rand() * 255) }' > "$tmp/random"
	[ "$offset" -gt 3 ] || poke "$tmp/random" 0 115 132
	run -l "$tmp/random"
	expect_status 1
	expect_error random
	expect_calls
done
for codec in bzip2 lz4 lz4-legacy xz zstd; do
	wrapped "$tmp/k.$codec" "$codec" < "$tmp/k"
	run -l "$tmp/k.$codec"
	expect_status 0
	expect_log "^kernel .*sha256=$(digest "$tmp/k")\$"
done

# 3: nothing is put into /tmp, which may not be there. Each script looks there at its end (lib.sh).
wrapped "$tmp/uki" .initrd=of-the-uki '.cmdline=of the uki' .ucode=code uki=0x8664 < "$tmp/k"
TMPDIR=/nonexistent run -l "$tmp/uki"
expect_status 0
# 4: a UKI by kexec_load (uki.sh; QEMU: uki-newest)
KX_FAKE_ERRNO_FILE=ENOEXEC TMPDIR=/nonexistent run -a -l "$tmp/uki"
expect_status 0
expect_calls kexec_file_load kexec_load
# 5: and what else is in it (uki-parts.sh; QEMU: uki-newest)
run -s -l "$tmp/uki"
expect_status 0
expect_log 'cmdline=of the uki$'
printf 'codeof-the-uki\000\000' > "$tmp/both"
expect_log "^initrd bytes=16 sha256=$(digest "$tmp/both")\$"

# 6: kernels in xz: above. What follows the kernel's own bytes counts no more (tests/unwrap).

# 7: -d asks the kernel for messages, and goes without where it does not know that; in any order
# (fallback.sh)
crash_machine
for order in '-d -p' '-p -d'; do
	# shellcheck disable=SC2086 # two words
	KX_FAKE_ERRNO_LOAD=EINVAL,0 run -c $order "$tmp/k"
	expect_status 0
	expect_log '^kexec_load .* flags=0x3e0011$'
	expect_log '^kexec_load .* flags=0x3e0001$'
done
# 8: -d does not change whom -S is about (status.sh)
put sys/kernel/kexec_loaded 1
put sys/kernel/kexec_crash_loaded 0
for words in '-S' '-d -S' '-S -d' '-d -S -p'; do
	# shellcheck disable=SC2086 # words
	run $words
	expect_status 0
done
run -d -S -l
expect_status 1

# 9: words leave the command line by their names alone (cmdline.sh, unit/test-cmdline.c)
put proc/cmdline 'BOOT_IMAGE=/k foo.crashkernel=1 crashkernel=512M crashkernel_x=5 a="crashkernel=1 b" ro'
run -s -p "$tmp/k" --reuse-cmdline
expect_status 0
expect_log 'cmdline=foo.crashkernel=1 crashkernel_x=5 a="crashkernel=1 b" ro$'

# 10: what is too long is said, with both lengths (unit/test-bzimage.c)
kernel "$tmp/short" cmdline_size=20
run -l "$tmp/short" --append='these are more than twenty bytes'
expect_status 1
expect_error 'the command line has 33 bytes, this kernel takes at most 20: shorten it'
expect_calls

# 11: memory that a crash kernel takes from CMA is not dumped, and is its own (unit/test-crash-plan.c)
for cma in '' '20000000-27ffffff'; do
	put sys/kernel/kexec_crash_cma_ranges "$cma"
	run -c -p "$tmp/k"
	expect_status 0
	same "RAM in the dump but for '$cma'" "$(readelf -lW "$KX_FAKE_KEEP/elfcorehdr" |
		awk '$1 == "LOAD" && $4 ~ /00000100000$/ { print $6 }')" \
		"$([ -n "$cma" ] && echo 0x1ff00000 || echo 0x2ff00000)"
done

# 12: the running kernel's new names for what it shows (status.sh, crash.sh)
for file in loaded crash_loaded crash_size; do
	[ ! -e "$root/sys/kernel/kexec_$file" ] || {
		mkdir -p "$root/sys/kernel/kexec"
		mv "$root/sys/kernel/kexec_$file" "$root/sys/kernel/kexec/$file"
	}
done
run -S -l
expect_status 1
run -c -p "$tmp/k"
expect_status 0
expect_calls kexec_load

# 13: -t counts for both calls, and what a format cannot use is refused (files.sh, fallback.sh)
machine
for way in -s -c; do
	run $way -l -t vmlinux "$tmp/k"
	expect_status 1
	expect_calls
	run $way -l --dtb="$tmp/k" "$tmp/k"
	expect_status 1
	expect_error dtb
	expect_calls
done

# 14: what the kernel writes only in part is written on: unit/test-file.c

# 15: what can be known is found before the old crash kernel is gone (crash.sh)
crash_machine
put sys/kernel/kexec_crash_loaded 1
head -c 3000 "$tmp/k" > "$tmp/cut"
run -p "$tmp/cut"
expect_status 1
expect_calls
same 'the old one' "$(cat "$root/sys/kernel/kexec_crash_loaded")" 1
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Files that are not a kernel for this machine, and files that cannot be read.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k"

# refused PATTERN FILE: every way to load says the same, names the file and calls nothing
refused()
{
	for way in -a -s -c; do
		run -l $way "$2"
		expect_status 1
		expect_error "^kexec: $2( .*)?: .*$1"
		expect_calls
	done
}
head -c 4096 /dev/urandom > "$tmp/random"
poke "$tmp/random" 0 000 000
refused '4096 bytes without a signature known for x86_64' "$tmp/random"
: > "$tmp/empty"
refused 'the file is empty' "$tmp/empty"
mkdir "$tmp/directory"
refused 'not a regular file or a pipe' "$tmp/directory"
refused 'No such file or directory' "$tmp/missing"
refused 'Not a directory' "$tmp/k/below"
ln -s loop "$tmp/loop"
refused 'Too many levels of symbolic links' "$tmp/loop"
refused 'not a regular file or a pipe' /dev/null
head -c 4096 "$tmp/k" | tr 'HdrS' 'hDRs' | gzip -c > "$tmp/gzip"
refused 'inside its gzip: not a kernel' "$tmp/gzip"
gzip -c "$tmp/k" | head -c 200 > "$tmp/cut"
refused 'gzip' "$tmp/cut"
cp "$builddir/kexec/kexec" "$tmp/elf"
poke "$tmp/elf" 0 177 105 114 106
refused 'an ELF file without|does not take this format' "$tmp/elf"
# e_machine 183 in either byte order.
poke "$tmp/elf" 5 1
poke "$tmp/elf" 18 267 0
refused 'an ELF file for arm64' "$tmp/elf"
poke "$tmp/elf" 5 2
poke "$tmp/elf" 18 0 267
refused 'an ELF file for arm64' "$tmp/elf"
head -c 4096 /dev/zero > "$tmp/arm64"
poke "$tmp/arm64" 0 115 132
poke "$tmp/arm64" 56 101 122 115 144
refused 'an arm64 kernel Image' "$tmp/arm64"
printf '070701 and so on' > "$tmp/cpio"
refused 'a cpio archive' "$tmp/cpio"
printf 'MZ and so on' > "$tmp/pe"
refused 'a PE program' "$tmp/pe"
# A bzImage, but not one that can be started.
kernel "$tmp/old" version=0x201
refused 'boot protocol 2.01, but 2.02 or later is needed to start .*: use --real-mode' "$tmp/old"
kernel "$tmp/zimage" loadflags=0
refused 'zImage' "$tmp/zimage"
kernel "$tmp/small" init_size=0xfff
refused 'init_size 0xfff is less than the 0x1000 bytes of code' "$tmp/small"
kernel "$tmp/odd" kernel_alignment=0x300000
refused 'kernel_alignment 0x300000 is not a power of two' "$tmp/odd"
head -c 5000 "$tmp/k" > "$tmp/short"
refused 'truncated: the header announces [0-9]+ bytes, the file has 5000' "$tmp/short"

# Without rights to the file: only an ordinary user finds that out.
cp "$tmp/k" "$tmp/secret"
chmod 0 "$tmp/secret"
if [ ! -r "$tmp/secret" ]; then
	refused 'Permission denied' "$tmp/secret"
fi

# The same for an initrd, which may hold anything but must be a file.
for file in missing directory empty; do
	run -l --initrd="$tmp/$file" "$tmp/k"
	expect_status 1
	expect_error "^kexec: $tmp/$file: "
	expect_calls
done

# The type of the kernel, when it is given.
run -l --type=bzImage64 "$tmp/gzip"
expect_status 1
expect_error "^kexec: $tmp/gzip: inside its gzip: not a kernel"
for name in bzImage bzImage64; do
	run -l -c -t $name "$tmp/k"
	expect_status 0
done

# A kernel from a pipe.
mkfifo "$tmp/fifo"
for way in -s -c; do
	cat "$tmp/k" > "$tmp/fifo" &
	run -l $way "$tmp/fifo"
	expect_status 0
	wait
done
expect_log '^kexec_load'

# Odd names do not matter to anybody.
odd="$tmp/-l a%s\"b"
cp "$tmp/k" "$odd"
run -l "$odd"
expect_status 0
run -l "$odd%n"
expect_status 1
expect_error 'No such file'
finish

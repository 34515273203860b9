#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --arch, and loads where there are device trees: what goes by which system call, what is refused and
# why.
. "${srcdir:-.}/tests/cli/lib.sh"

# By both names; only for looking at.
kernel "$tmp/bz"
. "$srcdir/tests/cli/boards.sh"
for name in $arches; do
	board "$name/virt-1g"
	image "$tmp/Image"
	for name in "$arch" "$uname"; do
		real --dry-run --root="$root" --arch="$name" -c -l "$tmp/Image"
		expect_status 0
		expect_out "^arch      $arch\$"
		expect_out "^flags     0x${elf}0000\$"
	done
	real --arch="$arch" -l "$tmp/Image"
	expect_status 2
	expect_error 'need --dry-run'
	real --dry-run --root="$root" --arch="$arch" -l "$tmp/bz"
	expect_status 1
	expect_error 'not a kernel'
	for other in $arches; do
		[ "$other" != "$arch" ] || continue
		real --dry-run --root="$root" --arch="$other" -l "$tmp/Image"
		expect_status 1
		# Not every file tells whether it is for 64 bits.
		expect_error "not a kernel for $other: the file is an? ${arch%64}(64)? kernel Image"
	done
done
all=$(sed -n 's/^KX_ARCH(\(.*\))$/\1/p' "$srcdir/kexec/plan/arches.def" | xargs)
real --dry-run --root="$root" --arch=vax -l "$tmp/Image"
expect_status 1
expect_error "architecture vax is not supported; --arch takes one of: $all\$"
KX_FAKE_MACHINE=vax run -l "$tmp/Image"
expect_status 1
expect_error 'architecture vax is not supported'
expect_calls

head -c 5000 /dev/urandom > "$tmp/i"
truncate -s 300000000 "$tmp/large"
for name in $(boards 'virt-*' 'uefi-*'); do
	board "$name"
	image "$tmp/Image"
	image "$tmp/vmlinux" type=vmlinux
	run -c -l "$tmp/Image" --initrd="$tmp/i"
	expect_status 0
	expect_log "^kexec_load .* segments=4 flags=0x${elf}0000\$"
	run -c -p "$tmp/Image" --initrd="$tmp/i"
	expect_status 0
	expect_log "^kexec_load .* segments=5 flags=0x${elf}0001\$"
	run -s -l "$tmp/Image" --initrd="$tmp/i" --append=quiet
	expect_status 0
	expect_log '^kexec_file_load flags=0x0 cmdline=quiet$'
	run -s -p "$tmp/Image"
	expect_log '^kexec_file_load flags=0x6 cmdline=$'
	run -l "$tmp/Image"
	expect_calls kexec_file_load
	# A kernel without that system call.
	KX_FAKE_ERRNO_FILE=ENOSYS run -l "$tmp/Image"
	expect_status 0
	expect_calls kexec_file_load kexec_load
	# Not every architecture's kexec_file_load takes ELF files.
	run -l "$tmp/vmlinux"
	expect_status 0
	ways='-a -c'
	if [ "$by_file" = vmlinux ]; then
		ways='-a -c -s'
		expect_calls kexec_file_load
	else
		expect_calls kexec_load
		run -s -l "$tmp/vmlinux"
		expect_status 1
		expect_error 'kexec_file_load does not take this format; use --kexec-syscall'
		expect_calls
	fi
	# What a crash image would need more than there is, before the old one is dropped.
	for way in -a -c -s; do
		run $way -p "$tmp/Image" --initrd="$tmp/large"
		expect_status 1
		expect_error 'no room for the initrd.*boot with a larger crashkernel='
		expect_calls
	done

	# vmlinux whose relocations the build has taken out, as some releases of riscv have it.
	image "$tmp/vmlinux" type=vmlinux rela=4800 zero=1
	for way in $ways; do
		run $way -l "$tmp/vmlinux"
		expect_status 1
		expect_error 'relocations are all 0.*use Image'
		expect_calls
	done
done

# What only arm64 has to refuse, by both system calls.
while read -r name pattern; do
	board "arm64/$name"
	image "$tmp/Image"
	for way in -a -c -s; do
		run $way -l "$tmp/Image"
		expect_status 1
		expect_error "$pattern"
		expect_calls
	done
done <<-END
	spin-table 2 CPUs were started by a spin-table .* nr_cpus=1
	no-hotplug cannot stop its 2 CPUs .*CONFIG_HOTPLUG_CPU.*nr_cpus=1
	lpi-unknown LPI tables in RAM.* no longer says where they are: boot by UEFI, or with irqchip.gicv3_nolpi=1
END
board arm64/spin-table-1-cpu
run -s -l "$tmp/Image"
expect_status 0

# LPI tables: kept out of our plan, which the kernel's own loader cannot do.
board arm64/virt3-6g-high
run -s -l "$tmp/Image"
expect_status 1
expect_error 'kexec_file_load does not keep free; use --kexec-syscall, or boot by UEFI'
expect_calls
run -l "$tmp/Image"
expect_status 0
expect_calls kexec_load
put proc/cmdline 'quiet irqchip.gicv3_nolpi=1'
run -s -l "$tmp/Image"
expect_status 0
rm -r "$root/dev"
run -c -l "$tmp/Image"
expect_status 0
put proc/cmdline quiet
run -c -l "$tmp/Image"
expect_status 1
expect_error 'no longer says where they are'
run -s -p "$tmp/Image"
expect_status 0

# One without addresses, one without a tree.
board arm64/hidden
for way in -c -a; do
	run $way -p "$tmp/Image"
	expect_status 1
	expect_error '/proc/iomem shows no addresses'
	expect_calls
done
run -s -l "$tmp/Image"
expect_status 0
board arm64/no-devicetree
run -c -l "$tmp/Image"
expect_status 1
expect_error 'no device tree to hand on'
expect_calls
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Which serial line purgatory prints on: by --serial, the device tree, ACPI.
. "${srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/cli/boards.sh"

# Numbers of include/kx/purgatory_abi.h.
mmio8250=2 mmio32=3 pl011=4 quiet=16

# expect_console KIND ADDRESS: in the purgatory that was loaded last
expect_console()
{
	expect_status 0
	same 'kind of console' "$(purgatory_number 40 4)" "$1"
	same 'address of console' "$(purgatory_number 48 8)" "$(($2))"
}

# expect_quiet 1 or 0: prints only what is wrong
expect_quiet()
{
	same 'quiet purgatory' "$(($(purgatory_number 32 4) & quiet))" "$(($1 * quiet))"
}

# tty NAME TYPE IO_TYPE PORT BASE SHIFT
tty()
{
	put "sys/class/tty/$1/type" "$2"
	put "sys/class/tty/$1/io_type" "$3"
	put "sys/class/tty/$1/port" "$4"
	put "sys/class/tty/$1/iomem_base" "$5"
	put "sys/class/tty/$1/iomem_reg_shift" "$6"
}

# By the firmware: stdout-path, or SPCR where there is ACPI. Said to only report what is wrong.
for name in $(boards 'virt-*' 'uefi-*'); do
	board "$name"
	image "$tmp/Image"
	run -c -l "$tmp/Image"
	expect_console "$console" "$console_at"
	expect_quiet 1
	run -c -l "$tmp/Image" --console-serial
	expect_console "$console" "$console_at"
	expect_quiet 0
done

for name in $arches; do
	board "$name/virt-1g"
	image "$tmp/Image"
	tty ttyAMA0 32 2 0x0 0x9040000 0
	tty ttyS0 4 2 0x0 0x1c021000 2
	tty ttyS1 0 0 0x2F8 0x0 0
	# A line that is named is printed on, as with kexec-tools.
	run -c -l "$tmp/Image" --serial=ttyAMA0
	expect_console $pl011 0x9040000
	expect_quiet 0
	run -c -l "$tmp/Image" --serial=ttyS0
	expect_console $mmio32 0x1c021000
	run -c -l "$tmp/Image" --serial=mmio,0x1000
	expect_console $mmio8250 0x1000
	run -c -l "$tmp/Image" --serial=mmio32,0x2000 --serial-baud=115200
	expect_console $mmio32 0x2000
	same divisor "$(purgatory_number 44 4)" 1
	run -c -l "$tmp/Image" --serial=pl011,0x3000
	expect_console $pl011 0x3000
	# These machines have no ports: ttyS1 is what sysfs says, which is nothing.
	for line in ttyS1 ttyS7 ttyAMA1; do
		run -c -l "$tmp/Image" --serial=$line
		expect_status 1
		expect_error "$line: /sys/class/tty knows no 16550 or PL011 of that name"
		expect_calls
	done
	run -c -l "$tmp/Image" --serial=uart0
	expect_status 2
	expect_error '--serial=uart0: must be ttyS0, ttyAMA0'
	run -c -l "$tmp/Image" --serial=0x3f8
	expect_status 1
	expect_error "--serial: $arch has no I/O ports; name a tty"
	expect_calls
	# Of PCs, and of no use here.
	for option in noefi pass-memmap-cmdline console-vga reset-vga reuse-video-type \
		entry-32bit real-mode; do
		run -c -l "$tmp/Image" --$option
		expect_status 1
		expect_error "--$option has no meaning for $arch"
		expect_calls
	done
done

# Nothing tells one: all is well, unless it was asked for.
board arm64/spin-table-1-cpu
image "$tmp/Image"
run -c -l "$tmp/Image"
expect_console 0 0
run -c -l "$tmp/Image" --console-serial
expect_status 1
expect_error 'neither device tree nor ACPI name a console'
expect_calls
run -c -l "$tmp/Image" --console-serial --serial=pl011,0x9000000
expect_console $pl011 0x9000000
finish

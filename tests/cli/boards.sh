# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What tests for machines with a device tree share; sourced after lib.sh. The program believes to run
# on such a machine: uname says so, and all else that it reads comes from a captured one.
need fdtget device-tree-compiler
need dtc device-tree-compiler
KX_FAKE_KEEP=$tmp/kept
export KX_FAKE_KEEP

# Their architectures, and what is not the same for all. A new one gets a line here, and machines in
# tests/fixtures.
#
#	arch      as --arch and folders call it
#	uname     as uname -m does
#	elf, pe, uimage
#	          its number in headers of each
#	by_file   what kexec_file_load takes, besides Image: vmlinux, or - for nothing
#	console   of its captured machines: kind (purgatory_abi.h: 2 mmio8250, 4 pl011), address
facts='
arm64    aarch64  b7  0xaa64  22  -        4  0x9000000
riscv64  riscv64  f3  0x5064  26  vmlinux  2  0x10000000
'
arches=$(echo "$facts" | awk '{ print $1 }' | xargs)

# enter ARCH: its facts, in variables
# shellcheck disable=SC2034 # tests use them
enter()
{
	read -r arch uname elf pe uimage by_file console console_at <<-END
		$(echo "$facts" | grep "^$1 ")
	END
	[ "$arch" = "$1" ] || exit 99
}

# boards PATTERN...: all their captured machines that are called so, as ARCH/NAME
boards()
{
	for boards_arch in $arches; do
		for boards_name; do
			for boards_file in "$srcdir/tests/fixtures/$boards_arch"/$boards_name.machine; do
				boards_file=$boards_arch/${boards_file##*/}
				echo "${boards_file%.machine}"
			done
		done
	done
}

# board ARCH/NAME: be on this machine
board()
{
	enter "${1%/*}"
	need_purgatory "$arch"
	KX_FAKE_MACHINE=$uname
	export KX_FAKE_MACHINE
	rm -rf "$root" "$KX_FAKE_KEEP"
	mkdir "$KX_FAKE_KEEP"
	"$tools/mkroot" unpack "$srcdir/tests/fixtures/$1.machine" "$root" || exit 99
}

# image FILE [WORD...]: a kernel for the board
image()
{
	image_file=$1
	shift
	"$tools/mkimage" "arch=$arch" "$@" > "$image_file" || exit 99
}

# wrapped FILE WORD...: what mkwrap makes of standard input
wrapped()
{
	wrapped_file=$1
	shift
	"$tools/mkwrap" "$@" > "$wrapped_file" || exit 99
}

# tree_of FILE TEXT: a device tree or an overlay
tree_of()
{
	printf '/dts-v1/;\n%s\n' "$2" | dtc -q -@ -I dts -O dtb -o "$1" - || exit 99
}

# told NODE PROPERTY: what the loaded device tree says; "none" when it does not
told()
{
	fdtget "$KX_FAKE_KEEP/devicetree" "$1" "$2" 2> /dev/null || echo none
}

# expect_told NODE PROPERTY VALUE
expect_told()
{
	same "$1 $2" "$(told "$1" "$2")" "$3"
}

# purgatory_number OFFSET BYTES: of its parameters (include/kx/purgatory_abi.h)
purgatory_number()
{
	od -An "-tu$2" "-j$1" "-N$2" "$KX_FAKE_KEEP/purgatory" | tr -d ' '
}

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the tests for arm64 and riscv64 share; sourced after lib.sh. The program believes to run on
# such a machine: uname says so, and all else that it reads comes from a captured one.
need fdtget device-tree-compiler
need dtc device-tree-compiler
KX_FAKE_KEEP=$tmp/kept
export KX_FAKE_KEEP

# board ARCH NAME: be on this machine of tests/fixtures
board()
{
	need_purgatory "$1"
	arch=$1
	KX_FAKE_MACHINE=$1
	[ "$1" != arm64 ] || KX_FAKE_MACHINE=aarch64
	export KX_FAKE_MACHINE
	rm -rf "$root" "$KX_FAKE_KEEP"
	mkdir "$KX_FAKE_KEEP"
	"$tools/mkroot" unpack "$srcdir/tests/fixtures/$1/$2.machine" "$root" || exit 99
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

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares what `kexec --dry-run -c -l` (-p for the kinds crash*) prints for captured and invented
# machines with the text that a reviewer has seen: tests/fixtures/ARCH/MACHINE.KIND.plan, for
# MACHINE.machine and the KIND below.
#
# When plans change on purpose:   make check TESTS=tests/unit/golden-plans.sh UPDATE_PLANS=1
# rewrites the files; look at the difference before you commit it.
: "${srcdir:=.}" "${builddir:=$PWD}"
LC_ALL=C
export LC_ALL
srcdir=$(cd "$srcdir" && pwd)
builddir=$(cd "$builddir" && pwd)
tools=$builddir/tests/tools
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

# cannot WHAT: this host lacks it
cannot()
{
	echo "SKIP: $1"
	[ "$CI" = true ] && exit 1
	exit 77
}
[ -s "$builddir/purgatory/purgatory-x86_64.bin" ] || cannot "no compiler for the x86_64 purgatory"
command -v dtc > /dev/null || cannot "dtc is missing (package device-tree-compiler)"

unknown_kind()
{
	echo "golden-plans.sh: unknown kind $1"
	exit 99
}

# The options of KIND are left in $options and $mode, and files in the current folder: a kernel
# called bzImage or Image, initrd, and what else the options name.
x86_options()
{
	words=''
	case $1 in
	low) words='xloadflags=0x3d initrd_addr_max=0x37ffffff' ;;
	fixed) words='relocatable_kernel=0' ;;
	old) words='version=0x20d xloadflags=0x6f' ;;
	no5level) words='xloadflags=0x1f' ;;
	noefi) options='--noefi --append=quiet' ;;
	video) options='--reuse-video-type --append=quiet' ;;
	crash-memmap) options='--append=quiet --pass-memmap-cmdline' ;;
	limited) options='--append=quiet --mem-min=0x4000000 --mem-max=0x8000000' ;;
	plain | no-initrd | reuse | crash | crash-hotplug | crash-large) ;;
	*) unknown_kind "$1" ;;
	esac
	kernel=bzImage
	# shellcheck disable=SC2086 # words without blanks
	"$tools/mkbzimage" $words > bzImage || exit 99
}

# tree_of TEXT FILE: a device tree or an overlay
tree_of()
{
	printf '/dts-v1/;\n%s\n' "$1" | dtc -q -@ -I dts -O dtb -o "$2" - || exit 99
}

dt_options()
{
	words=''
	case $1 in
	vmlinux | crash-vmlinux) words='type=vmlinux rela=96' ;;
	big-pages) words='flags=0xe' ;;
	skewed) words='text_offset=0x80000' ;;
	full) words='image_size=0x4000000 code=2000000' ;;
	dtb)
		# Neither memory nor a bootloader's wishes: those are the running kernel's.
		tree_of '/ { #address-cells = <2>; #size-cells = <2>; compatible = "kx,other";
			chosen { bootargs = "from the file"; }; };' other.dtb
		options="$options --dtb=other.dtb"
		;;
	dtbo)
		for n in 1 2; do
			tree_of "/plugin/; &{/} { overlay-$n { note = \"number $n\"; }; };" $n.dtbo
			options="$options --dtbo=$n.dtbo"
		done
		;;
	limited)
		options='--append=quiet --mem-min=0x98000000 --mem-max=0xa3ffffff'
		[ "$arch" = riscv64 ] || options='--append=quiet --mem-min=0x58000000 --mem-max=0x5bffffff'
		;;
	outside) options='--append=quiet --mem-max=0x3fffffff' ;;
	wrapped) ;;
	plain | no-initrd | reuse | crash | crash-hotplug | crash-large) ;;
	*) unknown_kind "$1" ;;
	esac
	kernel=Image
	# shellcheck disable=SC2086 # words without blanks
	"$tools/mkimage" "arch=$arch" $words > Image || exit 99
	if [ "$1" = wrapped ]; then
		"$tools/mkwrap" gzip < Image > Image.gz || cannot "this build lacks zlib"
		mv Image.gz Image
	fi
}

# options KIND
options()
{
	options='--append=quiet --initrd=initrd' mode=-l
	case $1 in
	crash*) mode=-p ;;
	esac
	case $1 in
	no-initrd) options='--append=quiet' ;;
	reuse) options='--reuse-cmdline --append=single --initrd=initrd' ;;
	crash-hotplug) options='--append=quiet --hotplug' ;;
	crash-large) options='--append=quiet --initrd=large' ;;
	esac
	head -c 5000 /dev/zero > initrd
	[ "$1" != crash-large ] || head -c 260M /dev/zero > large
	if [ "$arch" = x86_64 ]; then
		x86_options "$1"
	else
		dt_options "$1"
	fi
}

# The size of purgatory's bytes is the compiler's affair. On x86_64 the memory it gets is the same
# for all; elsewhere that and its address, the last one chosen, are looked at by test-dt-boot.
plan_of()
{
	# shellcheck disable=SC2086 # options without blanks
	"$builddir/kexec/kexec" --dry-run --arch="$arch" --root="$1" -c $mode $kernel $options 2>&1 |
		if [ "$arch" = x86_64 ]; then
			sed 's/^\(segment   purgatory .* bytes \)0x[0-9a-f]*$/\1-/'
		else
			sed -e 's/^\(segment   purgatory  *\)0x.*/\1- memory - bytes -/' \
				-e 's/^\(entry  *\)0x.*/\1-/' -e '/built without a purgatory/d'
		fi
}

failed=0
count=0
for expected in "$srcdir"/tests/fixtures/*/*.plan; do
	name=${expected##*/}
	name=${name%.plan}
	machine=${name%.*}
	arch=${expected%/*}
	arch=${arch##*/}
	mkdir -p "$tmp/$arch/$name" && cd "$tmp/$arch/$name" || exit 99
	"$tools/mkroot" unpack "$srcdir/tests/fixtures/$arch/$machine.machine" root || exit 99
	options "${name##*.}"
	plan_of root > plan
	rm -rf root large
	count=$((count + 1))
	if [ -n "$UPDATE_PLANS" ]; then
		cp plan "$expected"
	elif ! diff -u "$expected" plan; then
		echo "FAIL: $arch $name"
		failed=1
	fi
done
echo "$count plans"
[ "$count" -gt 0 ] || exit 99
exit $failed

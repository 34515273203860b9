#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares what `kexec --dry-run -c -l` (-p for the kinds crash*) prints for captured and invented
# machines with the text that a reviewer has seen: tests/fixtures/ARCH/MACHINE.KIND.plan, for
# MACHINE.machine and the KIND below, with the options of MACHINE.KIND.options if there is one.
#
# When plans change on purpose:   make check TESTS=tests/unit/golden-plans.sh UPDATE_PLANS=1
# rewrites the files; look at the difference before you commit it.
. "${srcdir:-.}/tests/lib.sh"
need_purgatory x86_64
need dtc device-tree-compiler

# What a kind asks for: options of kexec | words of the kernel for mkbzimage or mkimage.
kinds='
plain          --append=quiet --initrd=initrd
no-initrd      --append=quiet
reuse          --reuse-cmdline --append=single --initrd=initrd
limited        --append=quiet
outside        --append=quiet --mem-max=0x3fffffff
crash          --append=quiet --initrd=initrd
crash-hotplug  --append=quiet --hotplug
crash-large    --append=quiet --initrd=large
crash-memmap   --append=quiet --pass-memmap-cmdline
crash-vmlinux  --append=quiet --initrd=initrd | type=vmlinux rela=96
vmlinux        --append=quiet --initrd=initrd | type=vmlinux rela=96
wrapped        --append=quiet --initrd=initrd
dtb            --append=quiet --initrd=initrd --dtb=other.dtb
dtbo           --append=quiet --initrd=initrd --dtbo=1.dtbo --dtbo=2.dtbo
big-pages      --append=quiet --initrd=initrd | flags=0xe
skewed         --append=quiet --initrd=initrd | text_offset=0x80000
full           --append=quiet --initrd=initrd | image_size=0x4000000 code=2000000
low            --append=quiet --initrd=initrd | xloadflags=0x3d initrd_addr_max=0x37ffffff
fixed          --append=quiet --initrd=initrd | relocatable_kernel=0
old            --append=quiet --initrd=initrd | version=0x20d xloadflags=0x6f
no5level       --append=quiet --initrd=initrd | xloadflags=0x1f
entry-32       --append=quiet --initrd=initrd --entry-32bit
i386           --append=quiet --initrd=initrd | xloadflags=0x2 kernel_alignment=0x1000000
noefi          --append=quiet --noefi
video          --append=quiet --reuse-video-type'

# tree_of TEXT FILE: a device tree or an overlay
tree_of()
{
	printf '/dts-v1/;\n%s\n' "$1" | dtc -q -@ -I dts -O dtb -o "$2" - || exit 99
}

# files KIND: what the options of KIND name, in the current folder
files()
{
	head -c 5000 /dev/zero > initrd
	case $1 in
	crash-large) head -c 260M /dev/zero > large ;;
	dtb)
		# Neither memory nor a bootloader's wishes: those are the running kernel's.
		tree_of '/ { #address-cells = <2>; #size-cells = <2>; compatible = "kx,other";
			chosen { bootargs = "from the file"; }; };' other.dtb
		;;
	dtbo)
		for n in 1 2; do
			tree_of "/plugin/; &{/} { overlay-$n { note = \"number $n\"; }; };" $n.dtbo
		done
		;;
	esac
}

# kernel KIND WORD...: make one for $arch; $kernel is its name
kernel()
{
	kernel=Image make="mkimage arch=$arch"
	[ "$arch" != x86_64 ] || kernel=bzImage make=mkbzimage
	kind=$1
	shift
	# shellcheck disable=SC2086 # words without blanks
	"$tools"/$make "$@" > $kernel || exit 99
	if [ "$kind" = wrapped ]; then
		"$tools/mkwrap" gzip < $kernel > $kernel.gz || skip "this build lacks zlib"
		mv $kernel.gz $kernel
	fi
}

# plan_of ROOT MODE OPTION...: what kexec says, without what differs from compiler to compiler
#
# The size of purgatory's bytes is the compiler's affair. On x86_64 the memory it gets is the same
# for all; elsewhere that and its address, the last one chosen, are looked at by test-dt-boot.
plan_of()
{
	root=$1 mode=$2
	shift 2
	"$builddir/kexec/kexec" --dry-run --arch="$arch" --root="$root" -c "$mode" $kernel "$@" 2>&1 |
		if [ "$arch" = x86_64 ]; then
			sed 's/^\(segment   purgatory .* bytes \)0x[0-9a-f]*$/\1-/'
		else
			sed -e 's/^\(segment   purgatory  *\)0x.*/\1- memory - bytes -/' \
				-e 's/^\(entry  *\)0x.*/\1-/' -e '/built without a purgatory/d'
		fi
}

for expected in "$srcdir"/tests/fixtures/*/*.plan; do
	name=${expected##*/}
	name=${name%.plan}
	machine=${name%.*}
	kind=${name##*.}
	arch=${expected%/*}
	arch=${arch##*/}
	line=$(printf '%s\n' "$kinds" | sed -n "s/^$kind  *//p")
	if [ -z "$line" ]; then
		echo "golden-plans.sh: unknown kind $kind"
		exit 99
	fi
	options=${line%%|*} words=''
	[ "$options" = "$line" ] || words=${line#*|}
	# What only this machine needs.
	more=${expected%.plan}.options
	[ ! -e "$more" ] || options="$options $(cat "$more")"
	case $kind in
	crash*) mode=-p ;;
	*) mode=-l ;;
	esac

	mkdir -p "$tmp/$arch/$name" && cd "$tmp/$arch/$name" || exit 99
	"$tools/mkroot" unpack "$srcdir/tests/fixtures/$arch/$machine.machine" root || exit 99
	files "$kind"
	# shellcheck disable=SC2086 # words and options without blanks
	kernel "$kind" $words
	# shellcheck disable=SC2086
	plan_of root $mode $options > plan
	rm -rf root large
	[ -z "${UPDATE_PLANS:-}" ] || cp plan "$expected"
	same_file "the plan $arch/$name" plan "$expected"
done
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares what `kexec --dry-run -c -l` (-p for the kinds crash*) prints for captured machines with
# the text that a reviewer has seen: tests/fixtures/ARCH/MACHINE.KIND.plan, for MACHINE.machine and
# the KIND below.
#
# When plans change on purpose:   make check TESTS=tests/unit/golden-plans.sh UPDATE_PLANS=1
# rewrites the files; look at the difference before you commit it.
: "${srcdir:=.}" "${builddir:=$PWD}"
LC_ALL=C
export LC_ALL
srcdir=$(cd "$srcdir" && pwd)
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

if [ ! -s "$builddir/purgatory/purgatory-x86_64.bin" ]; then
	echo "SKIP: no compiler for the x86_64 purgatory"
	[ "$CI" = true ] && exit 1
	exit 77
fi

# options KIND: leaves them in $options, and a kernel and an initrd in the current folder
options()
{
	words='' options='--append=quiet --initrd=initrd' mode=-l
	case $1 in
	plain) ;;
	no-initrd) options='--append=quiet' ;;
	low) words='xloadflags=0x3d initrd_addr_max=0x37ffffff' ;;
	fixed) words='relocatable_kernel=0' ;;
	old) words='version=0x20d xloadflags=0x6f' ;;
	no5level) words='xloadflags=0x1f' ;;
	reuse) options='--reuse-cmdline --append=single --initrd=initrd' ;;
	noefi) options='--noefi --append=quiet' ;;
	video) options='--reuse-video-type --append=quiet' ;;
	crash) mode=-p ;;
	crash-hotplug) mode=-p options='--append=quiet --hotplug' ;;
	crash-memmap) mode=-p options='--append=quiet --pass-memmap-cmdline' ;;
	crash-large) mode=-p options='--append=quiet --initrd=large' ;;
	limited) options='--append=quiet --mem-min=0x4000000 --mem-max=0x8000000' ;;
	*)
		echo "golden-plans.sh: unknown kind $1"
		exit 99
		;;
	esac
	# shellcheck disable=SC2086 # words and options without blanks
	"$builddir/tests/tools/mkbzimage" $words > bzImage || exit 99
	head -c 5000 /dev/zero > initrd
	[ "$1" != crash-large ] || head -c 260M /dev/zero > large
}

# The size of purgatory's bytes is the compiler's affair; the memory it gets is in the plan.
plan_of()
{
	# shellcheck disable=SC2086 # as above
	"$builddir/kexec/kexec" --dry-run --arch=x86_64 --root="$1" -c $mode bzImage $options 2>&1 |
		sed 's/^\(segment   purgatory .* bytes \)0x[0-9a-f]*$/\1-/'
}

failed=0
count=0
for expected in "$srcdir"/tests/fixtures/x86_64/*.plan; do
	name=${expected##*/}
	name=${name%.plan}
	machine=${name%.*}
	mkdir -p "$tmp/$name" && cd "$tmp/$name" || exit 99
	"$builddir/tests/tools/mkroot" unpack "$srcdir/tests/fixtures/x86_64/$machine.machine" root ||
		exit 99
	options "${name##*.}"
	plan_of root > plan
	count=$((count + 1))
	if [ -n "$UPDATE_PLANS" ]; then
		cp plan "$expected"
	elif ! diff -u "$expected" plan; then
		echo "FAIL: $name"
		failed=1
	fi
done
echo "$count plans"
[ "$count" -gt 0 ] || exit 99
exit $failed

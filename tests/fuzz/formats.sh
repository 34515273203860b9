#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every type of kernel that there is has seeds with which a fuzz target gets to a plan: what it promises
# of plans is looked at, too.
program_name=kexec
. "${srcdir:-.}/tests/lib.sh"
. "$srcdir/tests/fuzz/seeds.sh"

# Where the targets are, and a machine that takes such kernels.
machine_of()
{
	case $1 in
	x86_64) machine=bios-1g places='bzimage multiboot' ;;
	*) machine=virt-1g places=image ;;
	esac
}

# accepted ARCH TYPE: a seed that is loaded as that type
accepted()
{
	words=
	[ "$2" != elf ] || words=--args-none
	for place in $places; do
		for seed in "$tmp/$place"/*; do
			! "$builddir/kexec/kexec" --dry-run --root="$tmp/$1" --arch="$1" -c -t "$2" ${words:+"$words"} -l "$seed" \
				> /dev/null 2>&1 || return 0
		done
	done
	return 1
}

for place in bzimage multiboot image; do
	seeds "$place" "$tmp/$place"
done
"$builddir/kexec/kexec" --help | sed -n 's/^  \([a-z0-9_]*\): \([A-Za-z0-9]*\)$/\1 \2/p' > "$tmp/types"
check 'the types are listed' [ "$(wc -l < "$tmp/types")" -gt 3 ]
while read -r arch type; do
	machine_of "$arch"
	[ -d "$tmp/$arch" ] ||
		"$tools/mkroot" unpack "$srcdir/tests/fixtures/$arch/$machine.machine" "$tmp/$arch" || exit 99
	check "no seed is a $type for $arch" accepted "$arch" "$type"
done < "$tmp/types"
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Small dumps of real machines: they open, and the log's ring is found whatever is done to their
# program headers. They hold no page tables, so that the direct map is lost with its headers.
. "${srcdir:-.}/tests/lib.sh"
need zstd zstd

fixtures=$srcdir/tests/fixtures/vmcore

# fixture NAME: a writable copy in $tmp/core
fixture()
{
	rm -f "$tmp/core"
	zstd -q -d "$fixtures/$1.vmcore.zst" -o "$tmp/core" || exit 99
	chmod u+w "$tmp/core"
}

for name in load61 file61 wrap61 big612; do
	release='6.1.0-*-cloud-amd64'
	# What is in the image stays readable. The ring of big612 is in the direct map.
	direct=readable
	if [ $name = big612 ]; then
		release='6.12.*-cloud-amd64'
		direct=found
	fi
	fixture $name
	like "$name" "$("$tools/dumpinfo" "$tmp/core")" \
		"ELF, machine 62, 64-bit little-endian, 2 CPUs, complete, *$release, ring readable"
	for how in direct-0 all-0 image+1m physical direct+1g; do
		fixture $name
		"$tools/damage" $how "$tmp/core" || exit 99
		found=$direct
		[ $how = image+1m ] && found=readable
		like "$name, $how" "$("$tools/dumpinfo" "$tmp/core")" \
			"* release $release, ring $found"
	done
	fixture $name
	"$tools/damage" paddr-none "$tmp/core" || exit 99
	like "$name, paddr-none" "$("$tools/dumpinfo" "$tmp/core")" \
		"* release $release, ring readable"
done
finish

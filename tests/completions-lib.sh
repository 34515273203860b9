# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # tests/lib.sh sets them
# For the tests of what shells offer, after tests/lib.sh: our programs, and a machine with boot entries.
PATH=$builddir/kexec:$builddir/vmcore-dmesg:$builddir/kdump:$PATH
export PATH

# with_entries NAME...: `kexec --list-entries` lists these, those of a machine below $tmp/root, and the
# test goes on in an empty folder
with_entries()
{
	mkdir -p "$tmp/root/boot/loader/entries" "$tmp/bin" "$tmp/files"
	: > "$tmp/root/boot/k"
	for entry; do
		printf 'title The kernel\nlinux /k\n' > "$tmp/root/boot/loader/entries/$entry.conf"
	done
	# shellcheck disable=SC2016 # for the program
	printf '#!/bin/sh\n[ "$1" != --list-entries ] || set -- "$@" "--root=%s"\nexec "%s" "$@"\n' \
		"$tmp/root" "$builddir/kexec/kexec" > "$tmp/bin/kexec"
	chmod 755 "$tmp/bin/kexec"
	PATH=$tmp/bin:$PATH
	cd "$tmp/files" || exit 99
	check 'entries are listed' [ "$(kexec --list-entries | grep -c '^[^ ]')" = $# ]
}

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs every fuzz target over its seeds and all their beginnings; needs no fuzzer.
: "${srcdir:=.}" "${builddir:=.}"
. "$srcdir/tests/fuzz/seeds.sh"

folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
failed=0
for target in $targets; do
	seeds "$target" "$folder/$target"
	printf '%s: ' "$target"
	"$builddir/tests/fuzz/replay-$target" "$folder/$target"/* || failed=1
done
exit $failed

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs every fuzz target over its seeds and all their beginnings; needs no fuzzer.
. "${srcdir:-.}/tests/lib.sh"
. "$srcdir/tests/fuzz/seeds.sh"

for target in $targets; do
	seeds "$target" "$tmp/$target"
	printf '%s: ' "$target"
	check "$target" "$builddir/tests/fuzz/$target" "$tmp/$target"/*
done
finish

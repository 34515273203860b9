#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vmcore-dmesg(8) has the options of --help with the same spelling and argument, and clean macros.
. "${srcdir:-.}/tests/vmcore-dmesg/lib.sh"
page=$srcdir/man/vmcore-dmesg.8

awk '/^\.TP/ { tag = 1; next }
	tag && /^\.BI? / { sub(/^\.BI? /, ""); gsub(/[\\" ]/, ""); print }
	{ tag = 0 }' "$page" | grep '^-' | sort > "$tmp/page"
run --help
sed -n 's/^  \(-[^ ]*,\)\{0,1\} *\(--[^ ]*\) .*/\1\2/p' "$tmp/out" | sort > "$tmp/help"
expect_out '^  -x, --decode '
same_file 'the options of vmcore-dmesg(8)' "$tmp/page" "$tmp/help"
for section in NAME SYNOPSIS DESCRIPTION OPTIONS TIMES 'EXIT STATUS' EXAMPLES \
	'DIFFERENCES FROM DMESG' SECURITY FILES 'SEE ALSO'; do
	check "no section $section" grep -q "^\\.SH \"\\{0,1\\}$section\"\\{0,1\\}\$" "$page"
done
# The machines that it promises are those whose addresses are translated.
sed -n 's/^KX_VIRT(\(.*\))$/\1/p' "$srcdir/include/kx/virt.def" | sort > "$tmp/known"
sed -n 's/^Dumps of these machines.*: \(.*\) and \(.*\)\.$/\1, \2/p' "$page" | tr -s ', ' '\n' |
	sort > "$tmp/page"
same_file 'the machines of vmcore-dmesg(8)' "$tmp/page" "$tmp/known"
expect_clean_page "$page"
finish

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
same 'the options of vmcore-dmesg(8)' "$tmp/help" "$tmp/page"
for section in NAME SYNOPSIS DESCRIPTION OPTIONS TIMES 'EXIT STATUS' EXAMPLES \
	'DIFFERENCES FROM DMESG' SECURITY FILES 'SEE ALSO'; do
	checks=$((checks + 1))
	grep -q "^\\.SH \"\\{0,1\\}$section\"\\{0,1\\}\$" "$page" || bad "no section $section"
done
need mandoc mandoc
need groff groff
for lint in 'mandoc -T lint -W warning' 'groff -man -ww -z'; do
	checks=$((checks + 1))
	$lint "$page" > "$tmp/lint" 2>&1
	[ ! -s "$tmp/lint" ] || bad "$lint: $(cat "$tmp/lint")"
done
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump(8) has the options of --help with the same spelling and argument, and clean macros.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
page=$srcdir/man/kdump.8

awk '/^\.TP/ { tag = 1; next }
	tag && /^\.BI? / { sub(/^\.BI? /, ""); gsub(/\\f[A-Z]/, ""); gsub(/[\\" ]/, ""); print }
	{ tag = 0 }' "$page" | grep '^-' | sort > "$tmp/page"
run save --help
expect_status 0
sed -n 's/^  \(-[^ ]*,\)\{0,1\} *\(--[^ ]*\) .*/\1\2/p' "$tmp/out" | sort > "$tmp/help"
expect_out '^  -d, --dump-level=LEVEL '
same_file 'the options of kdump(8)' "$tmp/page" "$tmp/help"
for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' FILES EXAMPLES SECURITY \
	'DIFFERENCES FROM MAKEDUMPFILE' 'SEE ALSO'; do
	check "no section $section" grep -q "^\\.SH \"\\{0,1\\}$section\"\\{0,1\\}\$" "$page"
done
need mandoc mandoc
need groff groff
for lint in 'mandoc -T lint -W warning' 'groff -man -ww -z'; do
	$lint "$page" > "$tmp/lint" 2>&1
	same "$lint" "$(cat "$tmp/lint")" ''
done
finish

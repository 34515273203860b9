#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump(8) has the options of --help with the same spelling and argument, and clean macros.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
page=$srcdir/man/kdump.8

awk '/^\.TP/ { tag = 1; next }
	tag && /^\.BI? / { sub(/^\.BI? /, ""); gsub(/\\f[A-Z]/, ""); gsub(/[\\" ]/, ""); print }
	{ tag = 0 }' "$page" | grep '^-' | sort -u > "$tmp/page"
run --help
expect_status 0
verbs=$(sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' "$tmp/out")
check 'no verbs' [ "$verbs" ]
for verb in $verbs; do
	check "$verb is not in the synopsis" grep -q "^\.B kdump $verb\$" "$page"
	# Its options are those of another manual, and named in a section of their own.
	if [ "$verb" = makedumpfile ]; then
		check 'no section' grep -q '^\.SH "AS MAKEDUMPFILE"$' "$page"
		continue
	fi
	run "$verb" --help
	expect_status 0
	expect_out "^Usage: kdump $verb "
	sed -n 's/^  \(-[^ ]*,\)\{0,1\} *\(--[^ ]*\) .*/\1\2/p' "$tmp/out" > "$tmp/$verb.help"
done
cat "$tmp"/*.help | sort -u > "$tmp/help"
check 'no options' grep -q '^-d,--dump-level=LEVEL$' "$tmp/help"
same_file 'the options of kdump(8)' "$tmp/page" "$tmp/help"
for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' FILES EXAMPLES SECURITY \
	'DIFFERENCES FROM MAKEDUMPFILE' 'SEE ALSO'; do
	check "no section $section" grep -q "^\\.SH \"\\{0,1\\}$section\"\\{0,1\\}\$" "$page"
done
expect_clean_page "$page"
expect_clean_page "$srcdir/man/kdump-init.8"
finish

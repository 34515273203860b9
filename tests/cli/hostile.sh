#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Whatever a kernel file holds: a plan inside RAM, or one line that says why not.
. "${srcdir:-.}/tests/cli/lib.sh"

# plan FILE: both ways, through the program as it is installed
plan()
{
	for way in -c -s; do
		real --dry-run --root="$root" --arch=x86_64 $way -l "$1"
		if [ $way = -s ] && [ "$status" = 0 ]; then
			expect_stderr ''
		else
			expect_plan_or_error
		fi
	done
}

i=0
while [ $i -lt 20 ]; do
	head -c 4096 /dev/urandom > "$tmp/random"
	plan "$tmp/random"
	# By chance a kernel that works: not in the life of this test.
	expect_status 1
	i=$((i + 1))
done

# A file that ends anywhere: each byte of the header, then in steps, and one byte before the end.
kernel "$tmp/whole"
plan "$tmp/whole"
expect_status 0
size=$(wc -c < "$tmp/whole")
lengths="$(seq 496 620) $(seq 1 29 495) $(seq 620 97 "$((size - 1))") $((size - 1))"
for length in $lengths; do
	head -c "$length" "$tmp/whole" > "$tmp/cut"
	plan "$tmp/cut"
	expect_status 1
done
same 'number of lengths' "$([ "$(echo "$lengths" | wc -w)" -ge 180 ] && echo many)" many

# Each field in turn.
fields=$("$tools/mkbzimage" --help | sed -n 's/^  \([a-z0-9_]*\)=0x[0-9a-f]*$/\1/p')
for field in $fields; do
	for value in 0 1 0xffffffffffffffff; do
		kernel "$tmp/field" "$field=$value"
		plan "$tmp/field"
	done
done
same 'number of fields' "$([ "$(echo "$fields" | wc -w)" -ge 35 ] && echo many)" many
# The number of setup sectors again, in a file that has others.
for octal in 000 001 377; do
	cp "$tmp/whole" "$tmp/sectors"
	poke "$tmp/sectors" 0x1f1 $octal
	plan "$tmp/sectors"
done
finish

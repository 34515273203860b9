#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Threads make the same file as one alone, by every codec and in every format. A build with
# --enable-tsan says, too, where they look at the same without asking each other.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"

"$tools/mkpages" "$tmp/pages" || exit 99

# saved NAME OPTION...: a save to $tmp/NAME; the program says what it did on standard error
saved()
{
	name=$1
	shift
	run save "$@" "$tmp/pages" "$tmp/$name"
	expect_status 0
}

for words in '-d 0 --compress=none' '-d 1 --compress=zlib' '-d 31 --compress=lzo' \
	'-d 1 --compress=snappy' '-d 1 --compress=zstd' '-d 1 --format=elf'; do
	# shellcheck disable=SC2086 # words
	saved one --jobs=1 $words
	for jobs in 2 4; do
		# shellcheck disable=SC2086 # words
		saved some --jobs=$jobs $words
		same_file "$words by $jobs threads" "$tmp/some" "$tmp/one"
		rm -f "$tmp/some"
	done
	rm -f "$tmp/one"
done
finish

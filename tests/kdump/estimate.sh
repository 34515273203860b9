#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump estimate: what it says of a made dump, and that dumps become as large as it says.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
need jq jq
"$tools/mkpages" "$tmp/pages" || exit 99

run estimate --json --target="$tmp" "$tmp/pages"
expect_status 0
same 'pages' "$(jq -c '.pages | map_values(.pages)' "$tmp/out")" \
	'{"kernel":2528,"cache":16,"private cache":16,"user":512,"free":1024,"offline":0,"poison":0}'
same 'levels' "$(jq -c '[.sizes[].level] | unique' "$tmp/out")" '[0,1,2,4,8,16,31]'
cp "$tmp/out" "$tmp/json"
for level in 0 1 2 4 8 16 31; do
	for codec in none zlib; do
		run save -d $level --compress=$codec --progress=none "$tmp/pages" "$tmp/sized"
		expect_status 0
		same "level $level, $codec" "$(jq -c --argjson size "$(stat -c %s "$tmp/sized")" \
			".sizes[] | select(.level == $level and .codec == \"$codec\") |
			.low <= \$size and \$size <= .high" "$tmp/json")" true
		rm "$tmp/sized"
	done
done
run estimate -d 31 --compress=zlib:9 --target="$tmp" "$tmp/pages"
expect_status 0
expect_out '^  user +512 +2 '
expect_out '^  31 +zlib:9 +[0-9]+ .*  yes$'
expect_out ' has room for [0-9]+ MiB\.$'
check 'a line ends with blanks' [ "$(grep -c ' $' "$tmp/out")" = 0 ]
run estimate -d 31 "$tmp/pages"
expect_status 0
check 'a line ends with blanks' [ "$(grep -c ' $' "$tmp/out")" = 0 ]
for wrong in '-d 32' '-d 1,' '-d x' '--compress=gzip' 'a b' '--no-such'; do
	# shellcheck disable=SC2086 # words
	run estimate $wrong
	expect_status 2
done
run estimate "$tmp/no-such"
expect_status 1
expect_error 'no-such: No such file'
run estimate --target="$tmp/no-such" "$tmp/pages"
expect_status 1
run estimate --help
expect_status 0
expect_out '^Usage: kdump estimate '
finish

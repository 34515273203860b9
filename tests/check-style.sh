#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What tools/check-style says of files that are wrong in one thing each, and of one that is right.
. "${srcdir:-.}/tests/lib.sh"
checker=$srcdir/tools/check-style
[ -x "$checker" ] || {
	echo "$checker is missing" >&2
	exit 99
}
mkdir -p "$tmp/tree/include/kx" "$tmp/tree/lib/low" "$tmp/tree/tests"
license='/* SPDX-License-Identifier: GPL-2.0-or-later */'

# right: the file that is right, and the two that it includes
right()
{
	rm -f "$tmp"/tree/*/*/*
	for header in error low; do
		guard=KX_$(echo $header | tr '[:lower:]' '[:upper:]')_H
		cat > "$tmp/tree/include/kx/$header.h" <<-END
			$license
			#ifndef $guard
			#define $guard

			/** kx_$header() - does nothing */
			int kx_$header(void);

			#endif
		END
	done
	# Blanks stand for tabs: the shell takes these away.
	sed 's/^    \(  *\)*/	/; s/^	    /		/' > "$tmp/tree/lib/low/low.c" <<-END
		$license
		/* What is right. */
		#include <stdio.h>
		#include <string.h>

		#include "kx/error.h"
		#include "kx/low.h"

		#if KX_LATE
		#include <stdlib.h>
		#endif

		int kx_low(void)
		{
		    int rc = kx_error();

		    if (rc == 0)
		        rc = kx_error();
		    if (rc < 0)
		        return rc;
		    printf("%" PRIx64 " %zu", UINT64_C(1), sizeof(rc));
		    rc = kx_error();
		    if (rc < 0)
		        return rc;
		    return 0;
		}
	END
}

# wrong FILE EXPRESSION LINE TEXT: after that change by sed, this is said of that line
wrong()
{
	right
	sed "$2" "$tmp/tree/$1" > "$tmp/new"
	if cmp -s "$tmp/new" "$tmp/tree/$1"; then
		echo "nothing to change in $1: $2" >&2
		exit 99
	fi
	cp "$tmp/new" "$tmp/tree/$1"
	"$checker" "$tmp/tree" > "$tmp/out" 2>&1
	same "status after $2" $? 1
	same "what is said after $2" "$(cat "$tmp/out")" "$1:$3 $4"
}

right
"$checker" "$tmp/tree" > "$tmp/out" 2>&1
same 'status of files that are right' $? 0
same 'what is said of files that are right' "$(cat "$tmp/out")" ''

h=include/kx/low.h
c=lib/low/low.c

# What there is to count.
rc30=$(printf '\trc = 0;\\n%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30)
long=$(printf 'x%.0s' 1 2 3 4 5 6 7 8 9 10)
wrong $c 1d '' 'no SPDX line in the first two'
wrong $c 's/return 0;/& /' 25: 'blank at the end of the line'
wrong $c 's/^	return 0/        return 0/' 25: 'indented with blanks'
wrong $c "s/right/$long$long$long$long$long$long$long$long$long/" 2: '105 columns, at most 100'
wrong $c "s/^	return 0;/$rc30	rc = 0;\\n	if (rc > 0)\\n$rc30/" 14: 'function of 75 lines, at most 60'
wrong $c 's/^	return 0/						return 0/' 25: 'nested more than 4 deep'
wrong $h 5d 5: 'prototype without a comment before it'

# Where there are two ways to write the same.
wrong $h 's/ifndef KX_LOW_H/ifndef LOW_H/' 2: 'the guard is to be KX_LOW_H'
wrong $h 's/define KX_LOW_H/define LOW_H/' 3: '#define KX_LOW_H comes here'
wrong $h '/^#/d' '' 'no guard KX_LOW_H'
wrong $c 's,kx/low.h,low.h,' 7: 'no file of the tree: "low.h"; "kx/…", or a path from the top'
wrong $c 's,kx/low.h,lib/low.h,' 7: 'no file of the tree: "lib/low.h"; "kx/…", or a path from the top'
wrong $c '6d; s,kx/low.h,include/&,' 6: 'no file of the tree: "include/kx/low.h"; "kx/…", or a path from the top'
wrong $c '3{h;d};4G' 4: 'includes are not sorted'
wrong $c '6{h;d};7G' 7: 'includes are not sorted'
wrong $c '3{h;d};7{s/$/\n/;G}' 8: 'system headers come first'
wrong $c 's/%" PRIx64 "/%llx/' 21: 'numbers of 64 bits are printed by PRIu64, PRIx64'
wrong $c 's/%" PRIx64 "/%016lx/' 21: 'numbers of 64 bits are printed by PRIu64, PRIx64'
wrong $c 's/rc == 0/!rc/' 17: 'rc is compared by < 0, <= 0 or == 0'
wrong $c '/printf/d' 23: 'a chain of steps is written rc = a(); if (rc == 0) rc = b();'
wrong $c '/printf/s/.*//' 24: 'a chain of steps is written rc = a(); if (rc == 0) rc = b();'

# Scripts that end when a part of a pipe fails.
# piped LINE STATUS: what is said of a script with that line
piped()
{
	right
	mkdir -p "$tmp/tree/tests/low"
	printf '#!/bin/bash\n# %s\nset -euo pipefail\n%s\n' \
		'SPDX-License-Identifier: GPL-2.0-or-later' "$1" > "$tmp/tree/tests/low/script.sh"
	"$checker" "$tmp/tree" > "$tmp/out" 2>&1
	same "status after $1" $? "$2"
	[ "$2" = 0 ] || same "what is said after $1" "$(cat "$tmp/out")" \
		'tests/low/script.sh:4: with pipefail whoever reads a pipe reads all of it'
}
piped 'ls | head -n 1' 1
piped 'if ls | grep -xqF x; then ls; fi' 1
piped "ls | awk '\$1 { print; exit }'" 1
piped 'ls | sed -n 1p' 0
piped 'ls || head -n 1 x' 0
piped 'grep -q x file' 0

# Scenarios share one shell.
right
mkdir -p "$tmp/tree/tests/qemu/scenarios"
for file in one two; do
	printf '# %s\nsame()\n{\n\t:\n}\n' 'SPDX-License-Identifier: GPL-2.0-or-later' \
		> "$tmp/tree/tests/qemu/scenarios/$file.sh"
done
"$checker" "$tmp/tree" > "$tmp/out" 2>&1
same 'status after two of a name' $? 1
same 'what is said of two of a name' "$(cat "$tmp/out")" \
	'tests/qemu/scenarios/two.sh:2: same() is defined in tests/qemu/scenarios/one.sh, too'
rm -r "$tmp/tree/tests/qemu"

finish

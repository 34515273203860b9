#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # from the .conf files
# Proves of each purgatory image that was built what no compiler promises: nothing is left to be
# relocated or resolved, no vector register is used where none is usable, layout and size are right.

: "${srcdir:=.}" "${builddir:=.}"

# tests/purgatory/ARCH.conf says of each architecture:
#   prefix   of binutils for it, where this machine's own do not know it
#   budget   loaded bytes. More than half is SHA-256, unrolled; a jump in size means that something
#            crept in. Where instructions have a fixed length they take more.
#   allowed  the accelerated hash, the only function that may use a vector register; empty: none
#   uses     pattern (awk) of the instructions that only that one may have
#   vector, scalar   instructions as objdump writes them, "|" between two, that $uses has to match
#            and must not match

failed=0

fail()
{
	echo "FAIL: $image: $*"
	failed=1
}

skip()
{
	echo "SKIP: $*"
	[ "$CI" = true ] && exit 1
	exit 77
}

# number OFFSET: eight bytes of the flat image, little-endian
number()
{
	od -A n -t x1 -j "$1" -N 8 "$flat" | awk '{
		for (i = NF; i > 0; i--) value = value $i
		print value
	}'
}

check_linkage()
{
	$READELF -r -W "$elf" | grep -q '^There are no relocations in this file' ||
		fail "relocations are left:" "$($READELF -r -W "$elf")"
	undefined=$($NM -u "$elf") || fail "$NM -u failed"
	[ -z "$undefined" ] || fail "undefined symbols: $undefined"
	# A weak one would have become a call to address 0, and left no trace in the image.
	weak=$(find "${elf%/*}/${name#*-}" -name '*.o' -exec "$NM" -u {} + | grep ' [vwVW] ')
	[ -z "$weak" ] || fail "weak undefined symbols: $weak"
	entry=$($READELF -h "$elf" | awk '/Entry point address/ { print $4 }')
	[ "$entry" = 0x500 ] || fail "the entry is at $entry, expected 0x500"
}

check_layout()
{
	size=$(wc -c < "$flat")
	[ "$size" -gt 1280 ] || fail "$size bytes hold no code"
	[ "$size" -le "$budget" ] || fail "$size bytes, the budget is $budget"

	magic=$(number 0)
	[ "$magic" = 323047525550584b ] || fail "magic is $magic, expected 323047525550584b"
	memsz=$((0x$(number 24)))
	[ $((memsz % 4096)) -eq 0 ] || fail "memsz $memsz is not a number of pages"
	# Whatever the linker gave an address must be within memsz.
	end=$($NM -n "$elf" | awk '$2 ~ /^[bBdDrRtT]$/ { last = $1 } END { print last }')
	[ $((0x$end)) -le "$memsz" ] && [ "$size" -le "$memsz" ] ||
		fail "memsz is $memsz, the image takes $size bytes and ends at 0x$end"
	$READELF -l -W "$elf" | awk -v memsz="$memsz" '
		function hex(s, i, n) {
			for (i = 3; i <= length(s); i++)
				n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
			return n
		}
		$1 == "LOAD" { loads++; if (hex($3) + hex($6) > memsz) bad = 1 }
		END { exit !loads || bad }' || fail "a segment lies beyond memsz $memsz"

	tail -c +33 "$flat" | head -c 1248 | tr -d '\0' | grep -q . &&
		fail "the parameters behind memsz are not all zero"
	return 0
}

# find_tools: objdump, readelf and nm that know the image's machine
find_tools()
{
	for p in '' "$prefix"; do
		OBJDUMP=${p}objdump READELF=${p}readelf NM=${p}nm
		command -v "$NM" > "$out" && command -v "$READELF" > "$out" &&
			"$OBJDUMP" -d "$elf" > "$out" 2>&1 && return
	done
	skip "no objdump, readelf and nm for $name"
}

# forbidden: of "NAME: INSTRUCTION" lines on standard input print those that only $allowed may have
forbidden()
{
	awk -v uses="$uses" '{
		code = substr($0, index($0, ": ") + 2)
		# Where a jump goes may look like a register: b12 <function>.
		gsub(/[0-9a-f]+ <[^>]*>/, "", code)
		sub(/[ \t](\/\/|#).*/, "", code)
		if (code ~ uses) print
	}'
}

# Fails unless it can see each sort of what it looks for, and nothing else.
check_eyes()
{
	n=$(echo "$vector" | tr '|' '\n' | sed 's/^/f: /' | forbidden | wc -l)
	[ "$n" -eq "$(echo "$vector" | tr '|' '\n' | wc -l)" ] ||
		fail "of the vector instructions $vector only $n are seen"
	n=$(echo "$scalar" | tr '|' '\n' | sed 's/^/f: /' | forbidden)
	[ -z "$n" ] || fail "taken for vector instructions: $n"
}

# That the accelerated hash does use a vector register shows that this check can see one.
check_registers()
{
	check_eyes
	"$OBJDUMP" -d --no-show-raw-insn "$elf" | awk '
		/^[0-9a-f]+ <.*>:$/ { name = substr($2, 2, length($2) - 3) }
		/^ *[0-9a-f]+:\t/ { sub(/^[^\t]*\t/, ""); print name ": " $0 }' > "$out"
	[ -s "$out" ] || fail "objdump shows no instructions"
	found=$(forbidden < "$out")
	bad=$(echo "$found" | grep -v "^$allowed: " | grep .)
	[ -z "$bad" ] || fail "vector registers: $bad"
	[ -z "$allowed" ] || echo "$found" | grep -q "^$allowed: " ||
		fail "no vector instruction in $allowed"
}

for tool in od awk; do
	command -v "$tool" > /dev/null || skip "$tool is missing"
done
out=$(mktemp) || exit 99
trap 'rm -f "$out"' EXIT

checked=0
for elf in "$builddir"/purgatory/purgatory-*.elf; do
	[ -e "$elf" ] || continue
	flat=${elf%.elf}.bin
	image=${flat##*/}
	name=${image%.bin}
	checked=$((checked + 1))
	conf=$srcdir/tests/purgatory/${name#purgatory-}.conf
	[ -r "$conf" ] || {
		fail "no $conf says which registers it may use"
		continue
	}
	unset prefix budget allowed uses vector scalar
	# shellcheck source=/dev/null
	. "$conf"
	find_tools
	check_linkage
	check_layout
	check_registers
	echo "$image: $size bytes loaded, $memsz in memory"
done
[ $checked -gt 0 ] || skip "no purgatory was built"
exit $failed

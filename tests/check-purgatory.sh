#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Proves of each purgatory image that was built what no compiler promises: nothing is left to be
# relocated or resolved, no vector register is used where none is usable, layout and size are right.

: "${builddir:=.}" "${OBJDUMP:=objdump}" "${READELF:=readelf}" "${NM:=nm}"

# Loaded bytes. More than half is SHA-256, unrolled; a jump in size means that something crept in.
budget=12288

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
	[ "$size" -le $budget ] || fail "$size bytes, the budget is $budget"

	magic=$(number 0)
	[ "$magic" = 313047525550584b ] || fail "magic is $magic, expected 313047525550584b"
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

# The SHA extensions' function is the only one that may use a vector register, and that it does
# shows that this check can see one.
check_registers_x86()
{
	$OBJDUMP -d --no-show-raw-insn "$elf" | awk '
		/^[0-9a-f]+ <.*>:$/ { name = substr($2, 2, length($2) - 3) }
		# All mnemonics with f are x87.
		/%[xyz]?mm[0-9]|%k[0-7]|%tmm|\tf[a-z]|\tv?(ld|st)mxcsr|\temms/ {
			if (name == "kx_sha256_blocks_shani") seen = 1
			else { print name ": " $0; bad = 1 }
		}
		END {
			if (!seen) print "no vector instruction in kx_sha256_blocks_shani"
			exit bad || !seen
		}' > "$out" || fail "vector registers: $(cat "$out")"
}

for tool in "$OBJDUMP" "$READELF" "$NM" od awk; do
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
	check_linkage
	check_layout
	case $name in
	purgatory-x86_64) check_registers_x86 ;;
	*) fail "no rule says which registers it may use" ;;
	esac
	checked=$((checked + 1))
	echo "$image: $size bytes loaded, $memsz in memory"
done
[ $checked -gt 0 ] || skip "no purgatory was built"
exit $failed

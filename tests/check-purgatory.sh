#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # from the .conf files
# Proves of each purgatory image that was built what no compiler promises: nothing is left to be
# relocated or resolved, no vector register is used where none is usable, layout and size are right.
. "${srcdir:-.}/tests/lib.sh"
need od coreutils
need awk mawk

# tests/purgatory/ARCH.conf says of each architecture:
#   prefix   of binutils for it, where this machine's own do not know it
#   budget   loaded bytes. More than half is SHA-256, unrolled; a jump in size means that something
#            crept in. Where instructions have a fixed length they take more.
#   allowed  the accelerated hash, the only function that may use a vector register; empty: none
#   uses     pattern (awk) of the instructions that only that one may have
#   vector, scalar   instructions as objdump writes them, "|" between two, that $uses has to match
#            and must not match

# number OFFSET: eight bytes of the flat image, little-endian, in hexadecimal
number()
{
	od -A n -t x1 -j "$1" -N 8 "$flat" | awk '{
		for (i = NF; i > 0; i--) value = value $i
		print value
	}'
}

check_linkage()
{
	$READELF -r -W "$elf" > "$tmp/out"
	check "relocations are left: $(cat "$tmp/out")" \
		grep -q '^There are no relocations in this file' "$tmp/out"
	undefined=$($NM -u "$elf") || bad "$NM -u failed"
	same 'the list of undefined symbols' "$undefined" ''
	# A weak one would have become a call to address 0, and left no trace in the image.
	weak=$(find "${elf%/*}/$arch" -name '*.o' -exec "$NM" -u {} + | grep ' [vwVW] ')
	same 'the list of weak undefined symbols' "$weak" ''
	entry=$($READELF -h "$elf" | awk '/Entry point address/ { print $4 }')
	same 'the entry' "$entry" 0x500
}

# within_memsz: what "readelf -l" on standard input calls LOAD is one segment, and that lies below
within_memsz()
{
	awk -v memsz="$memsz" '
		function hex(s, i, n) {
			for (i = 3; i <= length(s); i++)
				n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
			return n
		}
		$1 == "LOAD" { loads++; if (hex($3) + hex($6) > memsz) bad = 1 }
		END { exit !loads || bad }'
}

check_layout()
{
	size=$(wc -c < "$flat")
	check "$size bytes hold no code" [ "$size" -gt 1280 ]
	check "$size bytes, the budget is $budget" [ "$size" -le "$budget" ]

	same magic "$(number 0)" 333047525550584b
	memsz=$((0x$(number 24)))
	check "memsz $memsz is not a number of pages" [ $((memsz % 4096)) -eq 0 ]
	# Whatever the linker gave an address must be within memsz.
	end=$($NM -n "$elf" | awk '$2 ~ /^[bBdDrRtT]$/ { last = $1 } END { print last }')
	check "memsz is $memsz, the image ends at 0x$end" [ $((0x$end)) -le "$memsz" ]
	check "memsz is $memsz, the image takes $size bytes" [ "$size" -le "$memsz" ]
	$READELF -l -W "$elf" > "$tmp/out"
	check "a segment lies beyond memsz $memsz" within_memsz < "$tmp/out"
	same 'the number of bytes that are not zero in the parameters behind memsz' \
		"$(tail -c +33 "$flat" | head -c 1248 | tr -d '\0' | wc -c)" 0
}

# find_tools: objdump, readelf and nm that know the image's machine
find_tools()
{
	for p in '' "$prefix"; do
		OBJDUMP=${p}objdump READELF=${p}readelf NM=${p}nm
		command -v "$NM" > "$tmp/out" && command -v "$READELF" > "$tmp/out" &&
			"$OBJDUMP" -d "$elf" > "$tmp/out" 2>&1 && return
	done
	skip "no objdump, readelf and nm for $arch"
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
	same "how many of the vector instructions $vector are seen" \
		"$n" "$(echo "$vector" | tr '|' '\n' | wc -l)"
	n=$(echo "$scalar" | tr '|' '\n' | sed 's/^/f: /' | forbidden)
	same 'what is taken for vector instructions' "$n" ''
}

# That the accelerated hash does use a vector register shows that this check can see one.
check_registers()
{
	"$OBJDUMP" -d --no-show-raw-insn "$elf" | awk '
		/^[0-9a-f]+ <.*>:$/ { name = substr($2, 2, length($2) - 3) }
		/^ *[0-9a-f]+:\t/ { sub(/^[^\t]*\t/, ""); print name ": " $0 }' > "$tmp/out"
	check 'objdump shows no instructions' [ -s "$tmp/out" ]
	forbidden < "$tmp/out" > "$tmp/found"
	same 'the list of vector instructions elsewhere' \
		"$(grep -v "^$allowed: " "$tmp/found" | grep .)" ''
	[ -z "$allowed" ] ||
		check "no vector instruction in $allowed" grep -q "^$allowed: " "$tmp/found"
}

for elf in "$builddir"/purgatory/purgatory-*.elf; do
	[ -e "$elf" ] || continue
	flat=${elf%.elf}.bin
	ran=${flat##*/}
	arch=${ran#purgatory-}
	arch=${arch%.bin}
	conf=$srcdir/tests/purgatory/$arch.conf
	[ -r "$conf" ] || {
		bad "no $conf says which registers it may use"
		continue
	}
	unset prefix budget allowed uses vector scalar
	# shellcheck source=/dev/null
	. "$conf"
	find_tools
	check_linkage
	check_layout
	check_eyes
	check_registers
	echo "$ran: $size bytes loaded, $memsz in memory"
done
[ $((checks + failures)) -gt 0 ] || skip "no purgatory was built"
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Proves of each purgatory image that was built what no compiler promises: nothing is left to be
# relocated or resolved, no vector register is used where none is usable, layout and size are right.

: "${builddir:=.}"

# Loaded bytes. More than half is SHA-256, unrolled; a jump in size means that something crept in.
# Where instructions have a fixed length they take more, and arm64 has 2 KiB of vectors.
budget_of()
{
	case $1 in
	*-x86_64) echo 12288 ;;
	*) echo 16384 ;;
	esac
}

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
	case $name in
	*-arm64) prefix=aarch64-linux-gnu- ;;
	*-riscv64) prefix=riscv64-linux-gnu- ;;
	*) prefix=x86_64-linux-gnu- ;;
	esac
	for p in '' $prefix; do
		OBJDUMP=${p}objdump READELF=${p}readelf NM=${p}nm
		command -v "$NM" > "$out" && command -v "$READELF" > "$out" &&
			"$OBJDUMP" -d "$elf" > "$out" 2>&1 && return
	done
	skip "no objdump, readelf and nm for $name"
}

# forbidden: of "NAME: INSTRUCTION" lines on standard input print those that only $vector may have
forbidden()
{
	case $name in
	# All mnemonics with f are x87.
	*-x86_64) uses='%[xyz]?mm[0-9]|%k[0-7]|%tmm|^f[a-z]|^v?(ld|st)mxcsr|^emms' ;;
	*-arm64) uses='[^a-z0-9_][bdhqsvz]([12]?[0-9]|3[01])($|[^0-9a-z])|^[^ ]*[ \t].*fp[cs]r' ;;
	*-riscv64) uses='^f([a-df-z]|e[a-mo-z])|^v' ;;
	*) uses=. ;;
	esac
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
	case $name in
	*-x86_64)
		vector='movups %xmm0,(%rdi)|vpxor %ymm1,%ymm1,%ymm1|fldz|ldmxcsr (%rax)'
		scalar='mov %rax,%rbx|jmp 5f0 <f>|sub $0x5,%eax'
		;;
	*-arm64)
		vector='ldr q0, [x1]|fmov d1, x2|movi v31.2d, #0x0|str s3, [x1]|st1 {v1.16b}, [x0]'
		scalar='b d12 <f>|mov x8, #0xd0|b.eq b10 <f+0x8>|csel w0, w1, w2, ne // ne = any'
		;;
	*-riscv64)
		vector='fld fa0,0(sp)|vle32.v v0,(a0)|fsw fa1,4(a0)|fmv.x.d a0,fa0|fcsr a0'
		scalar='fence.i|fence rw,rw|fence|j f00 <f>'
		;;
	esac
	n=$(echo "$vector" | tr '|' '\n' | sed 's/^/f: /' | forbidden | wc -l)
	[ "$n" -eq "$(echo "$vector" | tr '|' '\n' | wc -l)" ] ||
		fail "of the vector instructions $vector only $n are seen"
	n=$(echo "$scalar" | tr '|' '\n' | sed 's/^/f: /' | forbidden)
	[ -z "$n" ] || fail "taken for vector instructions: $n"
}

# The accelerated hash is the only function that may use a vector register, and that it does shows
# that this check can see one.
check_registers()
{
	case $name in
	*-x86_64) allowed=kx_sha256_blocks_shani ;;
	*-arm64) allowed=kx_sha256_blocks_arm64 ;;
	*-riscv64) allowed= ;;
	*) fail "no rule says which registers it may use" ;;
	esac
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
	budget=$(budget_of "$name")
	find_tools
	check_linkage
	check_layout
	check_registers
	checked=$((checked + 1))
	echo "$image: $size bytes loaded, $memsz in memory"
done
[ $checked -gt 0 ] || skip "no purgatory was built"
exit $failed

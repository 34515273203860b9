#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a manifest says is true of the dump and of the machine, and where it is written.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
need zstd zstd
need jq jq
need python3 python3
zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$tmp/load61" || exit 99
"$tools/mkpages" "$tmp/pages" || exit 99

# field FILTER: of the manifest $manifest
field()
{
	jq -r "$1" "$manifest"
}

# Checksums by another hand: zlib's, over each chunk of the file that the manifest is of.
cat > "$tmp/sums.py" <<'END'
import json, sys, zlib
manifest, dump = json.load(open(sys.argv[1])), open(sys.argv[2], "rb").read()
chunk, size = manifest["sums"]["chunk"], manifest["bytes"]
assert manifest["sums"]["kind"] == "crc32" and len(dump) >= size
sums = ["%08x" % zlib.crc32(dump[at : min(at + chunk, size)]) for at in range(0, size, chunk)]
assert sums == manifest["sums"]["list"], "checksums differ"
print(len(dump) - size, "more bytes")
END
# expect_sums DUMP MORE: its checksums are those of the manifest, and MORE bytes follow
expect_sums()
{
	same "sums of $1" "$(python3 "$tmp/sums.py" "$manifest" "$1" 2>&1 | tail -n 1)" "$2 more bytes"
}

# --- in a folder -----------------------------------------------------------------------------------
mkdir "$tmp/crash"
run save -d 31 "$tmp/load61" "$tmp/crash"
expect_status 0
folder=$(echo "$tmp"/crash/*)
manifest=$folder/manifest.json
same 'rights' "$(stat -c %a "$manifest")" 600
same 'what is left' "$(find "$tmp/crash" -name '*-incomplete')" ''
same 'the crash' "$(field '[.panic, .trouble, .machine, .page_size, .crash_time] | @csv')" \
	"$(cat <<'END'
"Kernel panic - not syncing: sysrq triggered crash","sysrq: Trigger a crash; panic: sysrq triggered crash; CPU 0, PID 1, init","x86_64",4096,1795371706
END
)"
same 'levels' "$(field '[.level, .level_used, (.unfiltered | length > 0)] | @csv')" '31,1,true'
same 'kept classes' "$(field '.kept_classes | length')" "$(field '.pages | length')"
same 'seconds' "$(field '.seconds >= .phase_seconds.classify + .phase_seconds.copy')" true
expect_sums "$folder/vmcore" 0

# --- what each class had ---------------------------------------------------------------------------
manifest=$tmp/m31
run save -d 31 --manifest="$manifest" "$tmp/pages" "$tmp/d31"
expect_status 0
same 'pages' "$(field '.pages | [.kernel, .cache, ."private cache", .user, .free] | @csv')" \
	2528,16,16,512,1024
same 'bytes' "$(field '[.pages[]] | add * 4096')" "$(field '[.page_bytes[]] | add')"
same 'kept classes' "$(field '.kept_classes | join(",")')" kernel
same 'missing keys' "$(field '.missing_keys | length')" 0
same 'nothing to compare with' "$(field '[.doubt, .unchecked] | @csv')" ',"VMCOREINFO lacks SYMBOL(node_data)"'
same 'names' "$(field '[.dump, .dump_format, .codec, .panic] | @csv')" '"d31","kdump","zstd",'
expect_sums "$tmp/d31" 0
manifest=$tmp/m2
run save -d 2 --compress=none --jobs=3 --manifest="$manifest" "$tmp/pages" "$tmp/d2"
expect_status 0
same 'kept classes' "$(field '.kept_classes | join(",")')" 'kernel,private cache,user,free'
expect_sums "$tmp/d2" 0

manifest=$tmp/melf
run save -d 31 --format=elf --manifest="$manifest" "$tmp/pages" "$tmp/elf"
expect_status 0
same 'its format' "$(field .dump_format)" elf
expect_sums "$tmp/elf" 0

# --- incomplete ------------------------------------------------------------------------------------
# limited ARGUMENT...: with files of at most 4 MiB
limited()
{
	(trap '' XFSZ && ulimit -f 8192 && "$@")
}
run_with=limited
manifest=$tmp/mcut
run save --compress=none --manifest="$manifest" "$tmp/pages" "$tmp/cut"
run_with=
expect_status 3
same 'its name' "$(field .dump)" cut-incomplete
like 'why' "$(field .incomplete)" 'writing: File too large'
size=$(stat -c %s "$tmp/cut-incomplete")
expect_sums "$tmp/cut-incomplete" "$((size - $(field .bytes)))"

# --- where it may be -------------------------------------------------------------------------------
run save --manifest="$tmp/flat.json" "$tmp/pages" -
expect_status 0
cp "$tmp/out" "$tmp/flat"
manifest=$tmp/flat.json
same 'its format' "$(field .dump_format)" flat
if command -v makedumpfile > /dev/null; then
	makedumpfile -R "$tmp/ordinary" < "$tmp/flat" > "$tmp/out" 2>&1
	expect_sums "$tmp/ordinary" 0
else
	need makedumpfile makedumpfile
fi
echo mine > "$tmp/mine"
ln -s nowhere "$tmp/link"
for wrong in mine crash link no/such; do
	run save --manifest="$tmp/$wrong" "$tmp/pages" "$tmp/none"
	expect_status 1
	expect_error "$tmp/$wrong|$tmp/no: No such file"
	check 'a dump was written' [ ! -e "$tmp/none" ]
	run save --manifest="$tmp/$wrong" "$tmp/pages" "$tmp/crash"
	same 'folders' "$(find "$tmp/crash" -mindepth 1 -maxdepth 1 | wc -l)" 1
done
same 'the file that was there' "$(cat "$tmp/mine")" mine
check 'a link was followed' [ ! -e "$tmp/nowhere" ]
# In the place of the one in the folder.
run save --manifest="$tmp/elsewhere" "$tmp/pages" "$tmp/crash"
expect_status 0
same 'manifests' "$(find "$tmp/crash" -name 'manifest.json*' | wc -l)" 1
check 'the other one' [ -s "$tmp/elsewhere" ]
# --- what speaks for it, and against it ------------------------------------------------------------
manifest=$tmp/mz
# save_zones MKPAGES-ARGUMENT...: a dump with zones
save_zones()
{
	"$tools/mkpages" "$tmp/zones" "$@" || exit 99
	rm -f "$tmp/dz" "$manifest"
	run save -d 31 --manifest="$manifest" "$tmp/zones" "$tmp/dz"
	expect_status 0
}
save_zones 1
same 'free pages' "$(field '[.free_found, .free_counted, .doubt, .unchecked] | @csv')" 1024,1024,,
same 'messages' "$(wc -l < "$tmp/err")" 1
save_zones 3
same 'doubt' "$(field '[.free_found, .free_counted, .doubt] | @csv')" \
	'1024,3072,"1024 free pages by their struct pages, 3072 by what the zones count"'
expect_err '^kdump: do not trust .*: 1024 free pages by their struct pages, 3072 by'
save_zones 1 'NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)'
same 'user pages' "$(field .missing_keys.user)" 'NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)'
expect_err '^kdump: user pages are kept: VMCOREINFO lacks NUMBER\(PAGE_HUGETLB_MAPCOUNT_VALUE\)$'

finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Dumps that are encrypted: Debian's age opens them with any of the recipients' keys and no other, what
# it makes of them is the dump, and one that was cut is noticed. Damage is age's to find.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
compare=$tools/dumpcmp
need age age
need jq jq

"$tools/mkpages" "$tmp/pages" || exit 99
for who in one two other; do
	age-keygen -o "$tmp/$who.key" 2> /dev/null || exit 99
done
one=$(age-keygen -y "$tmp/one.key")
two=$(age-keygen -y "$tmp/two.key")

# has NAME...: what is in the only folder below $tmp/crash, which is $folder then
has()
{
	folder=$(echo "$tmp"/crash/*)
	same 'what is there' "$(cd "$folder" && echo *)" "$*"
}

# fresh: an empty $tmp/crash
fresh()
{
	rm -rf "$tmp/crash"
	mkdir "$tmp/crash"
}

# opened WHO: what is in $tmp/sealed, for WHO, in $tmp/opened; age -o makes no empty file
opened()
{
	age -d -i "$tmp/$1.key" "$tmp/sealed" > "$tmp/opened"
}

# --- chunks ----------------------------------------------------------------------------------------
# Around their ends.
for size in 0 1 65535 65536 65537 131071 131072 131073 1000000; do
	head -c "$size" /dev/urandom > "$tmp/text"
	check "seal of $size bytes" "$tools/seal" "$one" "$two" < "$tmp/text" > "$tmp/sealed"
	for who in one two; do
		check "age -d of $size bytes" opened "$who"
		same_file "$size bytes" "$tmp/opened" "$tmp/text"
	done
	check 'another key opens it' [ -z "$(age -d -i "$tmp/other.key" "$tmp/sealed" 2> /dev/null)" ]
	# Cut, or without its end: what is before it is there, and age says so.
	"$tools/seal" -c "$one" < "$tmp/text" > "$tmp/cut"
	ran="age -d of $size bytes that nobody ended"
	check 'it is not noticed' [ "$(age -d -i "$tmp/one.key" "$tmp/cut" > "$tmp/opened" 2> "$tmp/err"
		echo $?)" = 1 ]
	check 'its beginning is wrong' cmp -n "$(stat -c %s "$tmp/opened")" "$tmp/opened" "$tmp/text"
done
ran=

# --- a dump ----------------------------------------------------------------------------------------
run save --progress=none --encrypt="$one" --encrypt="$two" "$tmp/pages" "$tmp/sealed.age"
expect_status 0
for who in one two; do
	check "$who cannot open it" age -d -i "$tmp/$who.key" -o "$tmp/flat" "$tmp/sealed.age"
	check 'pages are wrong' "$compare" 0x1000000 "$tmp/pages" "$tmp/flat" > "$tmp/out"
	expect_out ' 0 differ, '
	rm "$tmp/flat"
done
check 'it can be read' [ "$(grep -c OSRELEASE "$tmp/pages") $(grep -c OSRELEASE "$tmp/sealed.age")" = '1 0' ]
check 'somebody else can' [ "$(age -d -i "$tmp/other.key" "$tmp/sealed.age" 2> /dev/null | wc -c)" = 0 ]

# It is noticed where it is opened as it is.
run info "$tmp/sealed.age"
expect_status 1
expect_error 'sealed.age: encrypted: "age -d -i KEYFILE" makes a dump of it'

# A folder: the manifest says who can read it, and what it has for kdump verify is of what age makes.
fresh
run save --progress=none --encrypt="$one" --encrypt="$two" "$tmp/pages" "$tmp/crash"
expect_status 0
has manifest.json vmcore-dmesg.txt vmcore.age
same recipients "$(jq -c .recipients "$folder/manifest.json")" "[\"$one\",\"$two\"]"
same 'the dump' "$(jq -r .dump "$folder/manifest.json")" vmcore.age
check 'age does not open it' age -d -i "$tmp/two.key" -o "$folder/vmcore" "$folder/vmcore.age"
run verify "$folder"
expect_status 0
check 'an ordinary dump of it' "$program" convert --progress=none "$folder/vmcore" "$tmp/plain"
check 'pages are wrong' "$compare" 0x1000000 "$tmp/pages" "$tmp/plain" > "$tmp/out"
expect_out ' 0 differ, '
if command -v makedumpfile > /dev/null; then
	check 'makedumpfile does not take it' timeout 60 makedumpfile -R "$tmp/rearranged" < "$folder/vmcore" \
		> /dev/null
	check 'pages are wrong' "$compare" 0x1000000 "$tmp/pages" "$tmp/rearranged" > "$tmp/out"
	expect_out ' 0 differ, '
fi
# Nobody encrypts twice alike.
run save --progress=none --encrypt="$one" "$tmp/pages" "$tmp/again.age"
check 'it is the same again' sh -c '! cmp -s "$1" "$2"' sh "$tmp/again.age" "$tmp/sealed.age"

# Cut anywhere it is noticed, and its beginning is a dump that is incomplete.
size=$(stat -c %s "$tmp/sealed.age")
for tenth in 1 5 9; do
	head -c $((size / 10 * tenth)) "$tmp/sealed.age" > "$tmp/cut.age"
	ran="age -d of $tenth tenths"
	check 'age does not notice it' sh -c '! age -d -i "$1" "$2" > "$3" 2> /dev/null' sh \
		"$tmp/one.key" "$tmp/cut.age" "$tmp/cut"
	"$tools/dumpinfo" "$tmp/cut" > "$tmp/out" 2>&1
	[ "$tenth" = 1 ] || expect_out incomplete
done
ran=

# --- a pipe, a limit -------------------------------------------------------------------------------
"$program" save --progress=none --encrypt="$one" "$tmp/pages" - 2> "$tmp/err" |
	age -d -i "$tmp/one.key" > "$tmp/piped" || bad 'age does not open what came through a pipe'
check 'pages are wrong' "$compare" 0x1000000 "$tmp/pages" "$tmp/piped" > "$tmp/out"
expect_out ' 0 differ, '

run save --progress=none --compress=none --limit=3M --encrypt="$one" "$tmp/pages" "$tmp/limited.age"
expect_status 3
check 'it is larger' [ "$(stat -c %s "$tmp/limited.age-incomplete")" -le 3145728 ]
check 'it is much smaller' [ "$(stat -c %s "$tmp/limited.age-incomplete")" -ge 2500000 ]
check 'age does not open it' age -d -i "$tmp/one.key" -o "$tmp/limited" "$tmp/limited.age-incomplete"
"$tools/dumpinfo" "$tmp/limited" > "$tmp/out" 2>&1
expect_out incomplete

# --- the log, too ----------------------------------------------------------------------------------
need zstd zstd
zstd -q -d "$srcdir/tests/fixtures/vmcore/file61.vmcore.zst" -o "$tmp/real" || exit 99
fresh
run save --progress=none "$tmp/real" "$tmp/crash"
has manifest.json vmcore vmcore-dmesg.txt
mv "$folder/vmcore-dmesg.txt" "$tmp/plain-log"
check 'its panic is not known' [ "$(jq -r .panic "$folder/manifest.json")" != null ]
fresh
run save --progress=none --encrypt="$one" --encrypt-all "$tmp/real" "$tmp/crash"
expect_status 0
has manifest.json vmcore-dmesg.txt.age vmcore.age
check 'age does not open the log' \
	age -d -i "$tmp/one.key" -o "$tmp/log" "$folder/vmcore-dmesg.txt.age"
same_file 'the log' "$tmp/log" "$tmp/plain-log"
same 'what the manifest says of the log' "$(jq -c '[.panic, .trouble]' "$folder/manifest.json")" \
	'[null,null]'

# --- another machine -------------------------------------------------------------------------------
cat > "$tmp/near" <<'END'
#!/bin/sh
for last do :; done
exec sh -c "$last"
END
chmod +x "$tmp/near"
mkdir "$tmp/bin"
ln -s "$program" "$tmp/bin/kdump"
for receiver in shell kdump; do
	fresh
	PATH=$tmp/bin:$PATH run save --progress=none --encrypt="$two" --encrypt-all --ssh="$tmp/near" \
		--receiver=$receiver "$tmp/real" "ssh://there$tmp/crash"
	expect_status 0
	expect_err "ssh://there$tmp/crash/.*/vmcore.age: "
	has manifest.json vmcore-dmesg.txt.age vmcore.age
	check 'age does not open it' age -d -i "$tmp/two.key" -o "$tmp/there" "$folder/vmcore.age"
	check 'age does not open its log' \
		age -d -i "$tmp/two.key" -o "$tmp/log" "$folder/vmcore-dmesg.txt.age"
	same_file 'the log' "$tmp/log" "$tmp/plain-log"
	"$tools/dumpinfo" "$tmp/there" > "$tmp/out" 2>&1
	expect_out flattened
	rm "$tmp/there"
	PATH=$tmp/bin:$PATH run save --progress=none --encrypt="$two" --ssh="$tmp/near" \
		--receiver=$receiver "$tmp/real" "ssh://there$tmp/crash/one.age"
	expect_status 0
	check 'age does not open it' age -d -i "$tmp/two.key" -o "$tmp/there" "$tmp/crash/one.age"
	rm "$tmp/there"
done

# --- a device --------------------------------------------------------------------------------------
program=$tools/kdump-block
truncate -s 64M "$tmp/a.disk"
run save --progress=none --encrypt="$one" "$tmp/real" "$tmp/a.disk"
expect_status 0
fresh
run recover "$tmp/a.disk" "$tmp/crash"
expect_status 0
has manifest.json vmcore-dmesg.txt vmcore.age
check 'age does not open it' age -d -i "$tmp/one.key" -o "$folder/vmcore" "$folder/vmcore.age"
run verify "$folder"
expect_status 0
run save --progress=none --encrypt="$one" --encrypt-all "$tmp/real" "$tmp/a.disk"
expect_status 0
fresh
run recover "$tmp/a.disk" "$tmp/crash"
expect_status 0
has manifest.json vmcore-dmesg.txt.age vmcore.age
check 'age does not open its log' \
	age -d -i "$tmp/one.key" -o "$tmp/log" "$folder/vmcore-dmesg.txt.age"
same_file 'the log' "$tmp/log" "$tmp/plain-log"
program=$builddir/kdump/kdump

# --- who cannot be encrypted to --------------------------------------------------------------------
run save --encrypt=age1nobody "$tmp/pages" "$tmp/none"
expect_status 2
expect_error '^kdump: save: --encrypt: age1nobody: no recipient'
run save --encrypt="$(grep AGE-SECRET "$tmp/one.key")" "$tmp/pages" "$tmp/none"
expect_status 2
expect_error 'private key'
check 'it is shown' [ "$(grep -c "$(grep -o 'KEY-1.*' "$tmp/one.key")" "$tmp/err")" = 0 ]
run save --encrypt-all "$tmp/pages" "$tmp/none"
expect_status 2
expect_error 'to whom'
run split --encrypt="$one" "$tmp/pages" "$tmp/none1" "$tmp/none2"
expect_status 2
expect_error 'not encrypted'
check 'something was written' [ ! -e "$tmp/none" ]

finish

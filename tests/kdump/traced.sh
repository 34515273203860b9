#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a crash kernel itself said is left beside its dump, wherever that goes; and where it cannot be,
# dump and manifest are whole without it. As ssh and HTTP are programs of this test, which log.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
"$tools/mkpages" "$tmp/pages" || exit 99
program=$tools/kdump_traced

cat > "$tmp/ssh" <<'END'
#!/bin/sh
while [ $# -gt 1 ]; do shift; done
exec sh -c "$1"
END
# URL NAME: an object there, when all of it came.
cat > "$tmp/put" <<'END'
#!/bin/sh
file=${1#http://server}/$2
mkdir -p "${file%/*}"
[ "${2##*/}" != "$HTTP_REFUSES" ] || exit 1
cat > "$file" && echo "${2##*/}" >> "$HTTP_LOG"
END
chmod +x "$tmp/ssh" "$tmp/put"
HTTP_LOG=$tmp/http.log
export HTTP_LOG
mkdir "$tmp/bin" || exit 99
ln -s "$builddir/kdump/kdump" "$tmp/bin/kdump" || exit 99
PATH=$tmp/bin:$PATH

# to WAY: save there; what it left is in $tmp/WAY
to()
{
	way=$1
	rm -rf "${tmp:?}/$way"
	mkdir "$tmp/$way"
	case $way in
	folder) run -d 31 --progress=none "$tmp/pages" "$tmp/$way" ;;
	http) run -d 31 --progress=none --http="$tmp/put" "$tmp/pages" "http://server$tmp/$way" ;;
	*)
		run -d 31 --progress=none --receiver="$way" --ssh="$tmp/ssh" "$tmp/pages" \
			"ssh://other$tmp/$way"
		;;
	esac
	expect_status 0
	left=$(find "$tmp/$way" -name manifest.json)
	left=${left%/*}
}

verifies()
{
	kdump verify --progress=none "$left" > "$tmp/out" 2>&1
}

whole='kexec-dmesg.log manifest.json vmcore vmcore-dmesg.txt'
for way in folder kdump shell http; do
	: > "$HTTP_LOG"
	to $way
	same "$way: files" "$(cd "$left" && echo *)" "$whole"
	same "$way: the line" "$(cat "$left/kexec-dmesg.log")" 'kdump: saving to somewhere'
	check "$way: does not verify" verifies
done
same 'the manifest is the last object' "$(tail -n 1 "$HTTP_LOG")" manifest.json

# It cannot be read, or the server does not take it.
TRACED_FAILS=1
export TRACED_FAILS
for way in kdump shell http; do
	to $way
	expect_err 'kexec-dmesg.log: Input/output error'
	same "$way: files without it" "$(cd "$left" && echo *)" 'manifest.json vmcore vmcore-dmesg.txt'
	check "$way: does not verify without it" verifies
done
unset TRACED_FAILS
HTTP_REFUSES=kexec-dmesg.log
export HTTP_REFUSES
to http
same "files that are taken" "$(cd "$left" && echo *)" 'manifest.json vmcore vmcore-dmesg.txt'
check "does not verify" verifies
finish

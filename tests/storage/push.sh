#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump save straight to servers by kdump-http, as a crash kernel does: nginx with WebDAV and OpenStack
# Swift with its S3 interface. What is larger than the 5 MiB in memory goes in chunks or in parts; a
# connection that breaks costs a part; what does not come about leaves nothing behind.
. "${srcdir:-.}/tests/storage/lib.sh"
need curl curl
need zstd zstd
http=$builddir/kdump/kdump-http
[ -x "$http" ] || skip "no $http: tools/static-curl makes what it is linked with"

start_dav DNS:collector.test "server { listen 127.0.0.1:18480; $dav }"
start_swift

# --- a dump ----------------------------------------------------------------------------------------
# Noise, so that it has three parts however it is compressed; the log is a real one's.
zstd -q -d "$srcdir/tests/fixtures/vmcore/file61.vmcore.zst" -o "$tmp/real" || exit 99
head -c 14000000 /dev/urandom > "$tmp/noise"

# push URL [WORD...]: save what is real there
push()
{
	run save --progress=none --http="$http -a 127.0.0.1 $2" "$tmp/real" "$1"
}
# feed URL NAME [WORD...]: the noise alone
feed()
{
	feed_url=$1 feed_name=$2
	shift 2
	"$http" -a 127.0.0.1 "$@" "$feed_url" "$feed_name" < "$tmp/noise" > "$tmp/said"
}
tls="-c $tmp/ca.pem"
password="-u tester -s $tmp/password"
there="*/2026/11/22/*"

# --- HTTP ------------------------------------------------------------------------------------------
push https://collector.test:18443/fleet "$tls $password"
expect_status 0
expect_err 'https://collector.test:18443/fleet/.*/2026/11/22/.*/vmcore: '
folder=$(echo "$tmp"/dav/fleet/$there)
same 'what is there' "$(cd "$folder" && echo *)" 'manifest.json vmcore vmcore-dmesg.txt'
run verify --progress=none "$folder"
expect_status 0
# The manifest came last, and each of them once.
same 'their order' "$(sed -n 's/.*PUT [^ ]*\/\([a-z.-]*\) HTTP.* 201 .*/\1/p' "$tmp/nginx/access.log" | xargs)" \
	'vmcore-dmesg.txt vmcore manifest.json'
check 'a dump of more than is in memory is refused' feed http://collector.test:18480 noise
same_file 'what came in chunks' "$tmp/noise" "$tmp/dav/noise"
check 'over TLS neither' feed https://collector.test:18445/mutual noise -c "$tmp/ca.pem" -s "$tmp/client"
same_file 'what came with our certificate' "$tmp/noise" "$tmp/dav/mutual/noise"
check 'nothing is no file' sh -c "'$http' -a 127.0.0.1 http://collector.test:18480 empty < /dev/null"
same 'its size' "$(stat -c %s "$tmp/dav/empty")" 0

# What it must not trust, or who does not let it: it says why, and nothing is there.
for case in 'BADCERT_EXPIRED|has expired!https://collector.test:18444!' \
	'BADCERT_CN_MISMATCH|no alternative certificate!https://other.test:18443!' \
	'HTTP 401!https://collector.test:18443!-u tester -s '"$tmp/wrong" \
	'HTTP 400!https://collector.test:18445!'; do
	text=${case%%!*} rest=${case#*!}
	url=${rest%%!*} words=${rest#*!}
	# shellcheck disable=SC2086 # words
	if feed "$url" no $tls $words; then
		bad "$url took it"
	fi
	check "$url: $(cat "$tmp/said")" grep -Eq "$text" "$tmp/said"
done
feed https://collector.test:18443 no
check "whom nobody signed: $(cat "$tmp/said")" grep -Eq 'BADCERT_NOT_TRUSTED|local issuer' "$tmp/said"
check 'something is left there' [ ! -e "$tmp/dav/no" ]
push https://other.test:18443/fleet "$tls $password"
expect_status 1
expect_error "other.test:18443/fleet.*the server's certificate, or ours, does not hold"
# A connection that breaks beyond what is in memory is the end of it, and never a file with a hole.
start cuthttp.log /usr/bin/python3 "$srcdir/tests/storage/rude" --cut 18091 18480 8000000
answers http://127.0.0.1:18091/
if feed http://collector.test:18091 broken; then
	bad 'what broke is said to be there'
fi
check "$(cat "$tmp/said")" grep -q 'beyond what is in memory' "$tmp/said"
check 'it has a hole' [ ! -e "$tmp/dav/broken" ]
# Before that it goes again.
start cutearly.log /usr/bin/python3 "$srcdir/tests/storage/rude" --cut 18092 18480 2000000
answers http://127.0.0.1:18092/
check "cut early: $(cat "$tmp/said")" feed http://collector.test:18092 early
same_file 'what came after an early cut' "$tmp/noise" "$tmp/dav/early"
# To see whether it would do leaves nothing.
check 'a try fails' sh -c "'$http' -t -a 127.0.0.1 $tls $password https://collector.test:18443/fleet tried"
check 'a try stays' [ ! -e "$tmp/dav/fleet/tried" ]

# What is there goes again, and what is not there is gone already.
check 'a file to take away' feed https://collector.test:18443/fleet away $tls $password
check 'it is there' [ -e "$tmp/dav/fleet/away" ]
for _ in 1 2; do
	check "taken away: $(cat "$tmp/said")" "$http" -d -a 127.0.0.1 $tls $password \
		https://collector.test:18443/fleet away
	check 'it stays' [ ! -e "$tmp/dav/fleet/away" ]
done

# --- S3 --------------------------------------------------------------------------------------------
keys="-r us-east-1 -s $tmp/keys"
printf 'test:tester\ntesting\n' > "$tmp/keys"
push s3://dumps/fleet "-e http://storage.test:18080 $keys"
expect_status 0
mkdir "$tmp/got"
for key in $(client list); do
	client get "$key" "$tmp/got/${key##*/}"
done
same 'what is there' "$(cd "$tmp/got" && echo *)" 'manifest.json vmcore vmcore-dmesg.txt'
run verify --progress=none "$tmp/got"
expect_status 0
check "S3: $(cat "$tmp/said")" feed s3://dumps noise -e http://storage.test:18080 -s "$tmp/keys"
client get noise "$tmp/back"
same_file 'what came in parts' "$tmp/noise" "$tmp/back"
same 'uploads that nobody ended' "$(client pending)" 0

# A connection breaks in the second part: that one goes again, and no other.
segments()
{
	grep -c 'PUT.*dumps%2Bsegments' "$tmp/swift/object.log"
}
before=$(segments)
start cut.log /usr/bin/python3 "$srcdir/tests/storage/rude" --cut 18090 18080 8000000
answers http://127.0.0.1:18090/
check "cut: $(cat "$tmp/said")" feed s3://dumps cut -e http://storage.test:18090 -s "$tmp/keys"
client get cut "$tmp/back"
same_file 'what came after a cut' "$tmp/noise" "$tmp/back"
# Three parts, one of them twice, and what stands for the upload.
same 'what was sent for it' $(($(segments) - before)) 5

# What does not come about: a wrong key, and the end in the middle.
printf 'test:tester\nwrong\n' > "$tmp/wrong"
if feed s3://dumps no -e http://storage.test:18080 -s "$tmp/wrong"; then
	bad 'a wrong key is taken'
fi
check "$(cat "$tmp/said")" grep -q SignatureDoesNotMatch "$tmp/said"
mkfifo "$tmp/pipe"
"$http" -a 127.0.0.1 -e http://storage.test:18080 -s "$tmp/keys" s3://dumps ended < "$tmp/pipe" > "$tmp/said" &
pid=$!
exec 8> "$tmp/pipe"
head -c 12000000 "$tmp/noise" >&8
for _ in $(seq 100); do
	[ "$(client pending)" = 0 ] || break
done
check 'it ended by itself' kill -TERM $pid
wait $pid
same 'its status' $? 1
exec 8>&-
same 'uploads that nobody ended' "$(client pending)" 0
check 'it is there' [ -z "$(client list | grep ended)" ]

# Whoever sends it dies: what came is not all, and is nowhere.
cat > "$tmp/die" <<'END'
import socket, subprocess, sys
ours, its = socket.socketpair()
with subprocess.Popen(sys.argv[2:], stdin=its) as sends, open(sys.argv[1], "rb") as noise:
    its.close()
    ours.sendall(noise.read(12000000))
    ours.close()
    sys.exit(sends.wait())
END
if python3 "$tmp/die" "$tmp/noise" "$http" -a 127.0.0.1 http://collector.test:18480 died > "$tmp/said"; then
	bad 'a piece is taken for a file'
fi
check "$(cat "$tmp/said")" grep -q 'reading: Connection reset by peer' "$tmp/said"
check 'a piece is there' [ ! -e "$tmp/dav/died" ]
if python3 "$tmp/die" "$tmp/noise" "$http" -a 127.0.0.1 -e http://storage.test:18080 -s "$tmp/keys" \
	s3://dumps died > "$tmp/said"; then
	bad 'a piece is taken for an object'
fi
check "$(cat "$tmp/said")" grep -q 'whoever sends it is gone' "$tmp/said"
same 'uploads that nobody ended' "$(client pending)" 0
check 'it is there' [ -z "$(client list | grep died)" ]

finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump upload to HTTP servers: nginx with WebDAV takes the files as they are, and who it does not let
# is told so; servers that say nothing, too much or something else keep nobody waiting.
. "${srcdir:-.}/tests/storage/lib.sh"
need curl curl
need zstd zstd
[ -x /usr/bin/python3 ] || skip 'python3 is missing'

# 18446 and 18480 send elsewhere.
start_dav DNS:localhost,IP:127.0.0.1 "
	server { listen 127.0.0.1:18446 ssl; return 307 http://127.0.0.1:18481\$request_uri; }
	server { listen 127.0.0.1:18480; client_max_body_size 64m;
		return 307 https://127.0.0.1:18443\$request_uri; }
	server { listen 127.0.0.1:18481; $dav }"
more=3000000
make_crash
name=${crash##*/}

upload --to=https://127.0.0.1:18443/dumps --cacert="$tmp/ca.pem" --user=tester \
	--secret="$tmp/password" "$tmp/crash"
expect_status 0
expect_err "$name: sent to https://127.0.0.1:18443/dumps/$place/$name\$"
for file in manifest.json vmcore vmcore-dmesg.txt; do
	curl -s --cacert "$tmp/ca.pem" -u tester:testing -o "$tmp/fetched" \
		"https://127.0.0.1:18443/dumps/$place/$name/$file"
	same_file "$file" "$tmp/fetched" "$crash/$file"
done
same 'the order' "$(sed -n 's|.*"PUT .*/\(.*\) HTTP.*|\1|p' "$tmp/nginx/access.log" | tr '\n' ' ')" \
	'vmcore-dmesg.txt vmcore manifest.json '
check 'a password is in the log' [ "$(grep -c testing "$tmp/nginx/access.log")" = 0 ]

# Whose name is not absolute is where the user is.
ran='kdump upload --secret=password'
status=0
(cd "$tmp" && "$program" upload --host=this --spread=0 --again --to=https://127.0.0.1:18443/dumps \
	--cacert=ca.pem --user=tester --secret=password crash > out 2> err) || status=$?
expect_status 0

# Once is enough; another place is another matter.
upload --to=https://127.0.0.1:18443/dumps --cacert="$tmp/ca.pem" "$tmp/crash"
expect_status 6
expect_error 'there is no dump that was not sent yet'
upload --to=https://127.0.0.1:18443/dumps --again --cacert="$tmp/ca.pem" --user=tester \
	--secret="$tmp/password" "$crash"
expect_status 0
upload --to=https://127.0.0.1:18443/other --cacert="$tmp/ca.pem" --user=tester \
	--secret="$tmp/password" "$crash"
expect_status 0

# What others may read is told, and used.
chmod 640 "$tmp/password"
upload --to=https://localhost:18443/told --cacert="$tmp/ca.pem" --user=tester \
	--secret="$tmp/password" "$crash"
expect_status 0
expect_err 'password: others may read it \(mode 640\): chmod 600$'
chmod 600 "$tmp/password"

# Who is not let, and who is not trusted.
upload --to=https://127.0.0.1:18443/no --cacert="$tmp/ca.pem" --user=tester \
	--secret="$tmp/wrong" "$crash"
expect_status 1
expect_error 'vmcore-dmesg.txt: it answers HTTP 401'
upload --to=https://127.0.0.1:18443/no --user=tester --secret="$tmp/password" "$crash"
expect_status 1
expect_error 'certificate'
check 'something was sent' [ ! -e "$tmp/dav/no" ]
upload --to=https://127.0.0.1:18444/no --cacert="$tmp/ca.pem" "$crash"
expect_status 1
expect_error 'certificate has expired'
check 'something was sent' [ ! -e "$tmp/dav/no" ]
upload --to=https://127.0.0.1:18445/mutual --cacert="$tmp/ca.pem" --secret="$tmp/client" "$crash"
expect_status 0
same_file 'what a known client sent' "$tmp/dav/mutual/$place/$name/vmcore" "$crash/vmcore"
upload --to=https://127.0.0.1:18445/no --cacert="$tmp/ca.pem" "$crash"
expect_status 1
expect_error 'it answers HTTP 400'

# From http to https it goes on, but no password does; from https to http nothing goes.
upload --to=http://127.0.0.1:18480/no --cacert="$tmp/ca.pem" --user=tester \
	--secret="$tmp/password" "$crash"
expect_status 1
expect_error 'HTTP 401'
upload --to=https://127.0.0.1:18446/plain --cacert="$tmp/ca.pem" "$crash"
expect_status 1
expect_error 'it sends us elsewhere.*HTTP 307'
check 'it was sent in the open' [ ! -e "$tmp/dav/plain" ]

# --- servers as one does not want them --------------------------------------------------------------
mkdir "$tmp/took"
start rude.log /usr/bin/python3 "$srcdir/tests/storage/rude" 18490 "$tmp/took"
answers http://127.0.0.1:18490/any
make_crash
rude=http://127.0.0.1:18490

# soon SECONDS: it took no longer
soon()
{
	check "it took $(($(date +%s) - begun)) s" [ $(($(date +%s) - begun)) -le "$1" ]
}
# since: now
since()
{
	begun=$(date +%s)
}

since
upload --to=$rude/silent --stall=1s --tries=2 "$crash"
expect_status 75
expect_error 'vmcore-dmesg.txt: Operation too slow'
# libcurl looks at the last five seconds.
soon 20
since
upload --to=http://127.0.0.1:1/none "$crash"
expect_status 75
expect_error 'connect'
soon 10
since
upload --to=$rude/slowdown "$crash"
expect_status 0
soon 20
same 'tries' "$(grep -c 'PUT /slowdown.*/vmcore ' "$tmp/took/log")" 3
# Links are other names of what is sent, as those that layout = debian makes; or lead to what is not ours.
ln -s vmcore-dmesg.txt "$crash/dmesg.202611271500"
ln -s vmcore "$crash/dump.202611271500"
ln -s /etc/passwd "$crash/passwd"
upload --to=$rude/links "$crash"
expect_status 0
same 'what was sent' "$(sed -n 's|PUT /links/.*/\([^/ ]*\).*|\1|p' "$tmp/took/log" | xargs)" \
	'vmcore-dmesg.txt vmcore manifest.json'
rm "$crash/passwd" "$crash/dmesg.202611271500" "$crash/dump.202611271500"
for mode in head body; do
	since
	upload --to=$rude/$mode "$crash"
	expect_status 1
	expect_error 'its answer has no end'
	soon 5
done
upload --to=$rude/cut --again "$crash"
expect_status 0
same_file 'what came after a cut' "$(echo "$tmp"/took/cut_*_vmcore)" "$crash/vmcore"
upload --to=$rude/loop "$crash"
expect_status 1
expect_error 'it sends us elsewhere'
same 'tries' "$(grep -c 'PUT /loop' "$tmp/took/log")" 2
upload --to=$rude/elsewhere --secret="$tmp/password" "$crash"
expect_status 0
check 'no token was sent' grep -q 'PUT /elsewhere.* Bearer testing$' "$tmp/took/log"
check 'a token went to another server' grep -q 'PUT /store/.*vmcore -$' "$tmp/took/log"

# S3 that is none, or that could not in the end; nothing is left there.
printf 'key\nsecret\n' > "$tmp/keys"
chmod 600 "$tmp/keys"
more=9000000
make_crash
upload --to=s3://nonsense/x --endpoint=$rude --secret="$tmp/keys" "$crash"
expect_status 1
expect_error 'vmcore: it answers with no UploadId: is that S3'
check 'what it said is shown' [ "$(grep -c "$(printf '\033')" "$tmp/err")" = 0 ]
upload --to=s3://late/x --endpoint=$rude --secret="$tmp/keys" "$crash"
expect_status 75
expect_error 'could not put the parts together: InternalError'
check 'it was not aborted' grep -q 'DELETE /late/.*vmcore?uploadId=a%2Fb%2Bc%3D ' "$tmp/took/log"

# --- ended from outside -----------------------------------------------------------------------------
"$program" upload --host=this --spread=0 --to=$rude/silent "$crash" 2> "$tmp/err" &
pid=$!
sleep 1
since
kill -TERM $pid
wait $pid
same 'its status' $? 75
soon 3

# --- which ------------------------------------------------------------------------------------------
rm -rf "$tmp/crash"
more=0
make_crash first
make_crash second
upload --to=$rude/store --if=new-signature:1h "$tmp/crash"
expect_status 0
expect_err 'first: sent to [^,]*$'
expect_err 'second: sent to .*, without the dump$'
same 'the first' "$(ls "$tmp"/took/store_*first_* | wc -l)" 3
same 'the second' "$(cd "$tmp/took" && echo store_*second_*)" "$(printf '%s ' \
	"store_$(echo $place | tr / _)_second_manifest.json")store_$(echo $place | tr / _)_second_vmcore-dmesg.txt"
make_crash third
upload --to=$rude/store --if=dmesg-only --json "$tmp/crash"
expect_status 0
check 'as JSON' jq -e --arg to "$rude/store" --arg folder "$tmp/crash/third" '.to == $to and
	(.dumps | length) == 1 and (.dumps[0] | .folder == $folder and .sent and (.whole | not)
	and (.place | endswith("/third")) and .error == "" and (.try_again | not))' "$tmp/out" > /dev/null
upload --to=$rude/store --json "$tmp/crash"
expect_status 6
check 'as JSON, nothing' jq -e '.dumps == []' "$tmp/out" > /dev/null
upload --to=http://127.0.0.1:1/none --tries=1 --json "$tmp/crash/third" "$tmp/crash/first"
expect_status 75
check 'as JSON, nobody' jq -e '(.dumps | length) > 0 and
	(.dumps[0] | (.sent | not) and .try_again and .place == "" and (.error | length) > 10)' "$tmp/out" > /dev/null
check 'the dump was sent' [ ! -e "$tmp/took/store_$(echo $place | tr / _)_third_vmcore" ]

# --- by the configuration ---------------------------------------------------------------------------
mkdir -p "$tmp/root/etc/kdump" "$tmp/root/var"
cat > "$tmp/root/etc/kdump/kdump.conf" << END
[target here]
type = file
path = /var/crash
[target far]
type = http
where = $rude/far
[upload]
to = far
spread = 0
END
mv "$tmp/crash" "$tmp/root/var/crash"
rm -f "$tmp"/root/var/crash/*/.uploaded
run upload --root="$tmp/root" --host=this
expect_status 0
same 'by the configuration' "$(ls "$tmp"/took/far_*vmcore | wc -l)" 3
run upload --root="$tmp/root" --host=this
expect_status 6
# Also those of a file system that is mounted.
mkdir -p "$tmp/root/srv" "$tmp/root/dev" "$tmp/root/sys/class/block/vda2" "$tmp/root/proc/self"
cp -r "$tmp/root/var/crash" "$tmp/root/srv/dumps"
rm -r "$tmp/root/srv/dumps/second" "$tmp/root/srv/dumps/third" "$tmp/root/srv/dumps/first/.uploaded"
mv "$tmp/root/srv/dumps/first" "$tmp/root/srv/dumps/fourth"
: > "$tmp/root/dev/vda2"
echo 254:2 > "$tmp/root/sys/class/block/vda2/dev"
echo '23 22 254:2 / /srv rw - xfs /dev/vda2 rw' > "$tmp/root/proc/self/mountinfo"
sed -i 's|^path = .*|where = /dev/vda2\npath = /dumps|' "$tmp/root/etc/kdump/kdump.conf"
run upload --root="$tmp/root" --host=this
expect_status 0
expect_err '/srv/dumps/fourth: sent to '

# --- usage ------------------------------------------------------------------------------------------
upload --to=ftp://host/ "$tmp"
expect_status 2
upload --to=http://user:password@host/ "$tmp/root/var/crash/first"
expect_status 1
expect_error 'a password in a URL can be seen'
upload --if=sometimes --to=$rude/x "$tmp"
expect_status 2
upload --spread=1y --to=$rude/x "$tmp"
expect_status 2
upload --to=s3://bucket/x "$tmp/root/var/crash/first"
expect_status 1
expect_error 'S3 wants a key and its secret'

finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump upload to object storage: OpenStack Swift with its S3 interface takes the files as they are,
# large ones in parts, and boto3 finds them there. A connection that breaks costs a part, and what does
# not come about leaves nothing behind.
. "${srcdir:-.}/tests/storage/lib.sh"
need curl curl
need zstd zstd
start_swift
# expected FOLDER-THERE: what should be listed of $crash
expected()
{
	(cd "$crash" && sha256sum manifest.json vmcore vmcore-dmesg.txt) |
		sed "s|  |  $1/$place/${crash##*/}/|; s|  | |"
}
# segments: how many parts were begun so far, and what else Swift keeps with them
segments()
{
	grep -c 'PUT.*dumps%2Bsegments' "$tmp/swift/object.log"
}
printf testing > "$tmp/secret"
chmod 600 "$tmp/secret"
more=20000000
make_crash

# to_swift ARGUMENT...
to_swift()
{
	upload --endpoint=http://127.0.0.1:18080 --user=test:tester --secret="$tmp/secret" "$@"
}

to_swift --to=s3://dumps/fleet "$tmp/crash"
expect_status 0
client sums > "$tmp/listed"
expected fleet > "$tmp/wanted"
same_file 'what is there' "$tmp/listed" "$tmp/wanted"
same 'uploads that nobody ended' "$(client pending)" 0
# Again, at the same place, by a file of key and secret.
printf 'test:tester\ntesting\n' > "$tmp/keys"
chmod 600 "$tmp/keys"
upload --endpoint=http://127.0.0.1:18080 --secret="$tmp/keys" --to=s3://dumps/fleet --again "$crash"
expect_status 0
client sums > "$tmp/listed"
same_file 'what is there' "$tmp/listed" "$tmp/wanted"

# A connection breaks in the second part: that one goes again, and no other.
start cut.log /usr/bin/python3 "$srcdir/tests/storage/rude" --cut 18090 18080 12000000
answers http://127.0.0.1:18090/
# Two were sent as they should be.
before=$(segments)
upload --endpoint=http://127.0.0.1:18090 --user=test:tester --secret="$tmp/secret" \
	--to=s3://dumps/cut "$crash"
expect_status 0
client sums | grep ' cut/' > "$tmp/listed"
expected cut > "$tmp/wanted"
same_file 'what came after a cut' "$tmp/listed" "$tmp/wanted"
same 'what was sent for it' $(($(segments) - before)) $((before / 2 + 1))

# What does not come about.
printf wrong > "$tmp/wrong"
chmod 600 "$tmp/wrong"
upload --endpoint=http://127.0.0.1:18080 --user=test:tester --secret="$tmp/wrong" \
	--to=s3://dumps/no "$crash"
expect_status 1
expect_error 'HTTP 403, SignatureDoesNotMatch'
to_swift --to=s3://nobody/x "$crash"
expect_status 1
expect_error 'NoSuchBucket'
more=200000000
make_crash
"$program" upload --host=this --endpoint=http://127.0.0.1:18080 --user=test:tester \
	--secret="$tmp/secret" --to=s3://dumps/ended "$crash" 2> "$tmp/err" &
pid=$!
for _ in $(seq 100); do
	[ "$(client pending)" = 0 ] || break
done
check 'it ended by itself' kill -TERM $pid
wait $pid
same 'its status' $? 75
same 'uploads that nobody ended' "$(client pending)" 0
check 'it says that all is there' [ "$(client list | grep -c 'ended/.*manifest.json')" = 0 ]
check 'it is marked' [ ! -e "$crash/.uploaded" ]

finish

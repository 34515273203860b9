# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# For tests that send dumps to servers, instead of tests/lib.sh: servers that end with the test, a
# network of its own where that can be had, and a dump's folder to send.

# Ports are free in a network of our own; elsewhere they are hoped to be.
if [ -z "${STORAGE_OWN:-}" ] && unshare -rn true 2> /dev/null; then
	STORAGE_OWN=1 exec unshare -rn sh -c 'ip link set lo up && exec sh "$@"' sh "$0"
fi
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
servers=
# It replaces the one of tests/lib.sh.
trap 'kill $servers 2> /dev/null; rm -rf "$tmp"' EXIT

# start LOG COMMAND...: a server
start()
{
	start_log=$1
	shift
	"$@" > "$tmp/$start_log" 2>&1 &
	servers="$servers $!"
}

# answers URL: wait until a server does
answers()
{
	for _ in $(seq 300); do
		curl -sk -o "$tmp/answer" -m 5 "$1" && return
		sleep 0.2
	done
	cat "$tmp"/*.log
	skip "no server comes up at $1"
}

# signed NAME DAYS: $tmp/NAME.pem and .key for $authority_names, by our authority
signed()
{
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tmp/$1.key" \
		-out "$tmp/$1.csr" -subj "/CN=$1" 2> "$tmp/err" &&
		printf 'subjectAltName=%s\n' "$authority_names" > "$tmp/names" &&
		openssl x509 -req -in "$tmp/$1.csr" -CA "$tmp/ca.pem" -CAkey "$tmp/ca.key" \
			-days "$2" -extfile "$tmp/names" -out "$tmp/$1.pem" 2> "$tmp/err" || exit 99
}

# start_dav NAMES SERVERS: nginx with WebDAV in $tmp/dav, and SERVERS of its configuration besides:
# 18443: a password, 18444: expired, 18445: a client's certificate ($tmp/client), all for NAMES
start_dav()
{
	need nginx nginx-light
	need openssl openssl
	authority_names=$1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tmp/ca.key" \
		-out "$tmp/ca.pem" -subj /CN=ours -days 2 2> "$tmp/err" || exit 99
	signed server 2
	signed expired -1
	signed client 2
	cat "$tmp/client.pem" "$tmp/client.key" > "$tmp/client"
	chmod 600 "$tmp/client"
	mkdir "$tmp/dav" "$tmp/nginx"
	chmod 777 "$tmp" "$tmp/dav"
	printf 'tester:%s\n' "$(openssl passwd -5 testing)" > "$tmp/passwords"
	printf testing > "$tmp/password"
	printf wrong > "$tmp/wrong"
	chmod 600 "$tmp/password" "$tmp/wrong"
	cat > "$tmp/nginx.conf" <<-END
		daemon off; master_process off; user root; pid $tmp/nginx/pid;
		error_log $tmp/nginx/error.log;
		events {}
		http {
			access_log $tmp/nginx/access.log;
			client_body_temp_path $tmp/nginx/body; proxy_temp_path $tmp/nginx/p;
			fastcgi_temp_path $tmp/nginx/f; uwsgi_temp_path $tmp/nginx/u;
			scgi_temp_path $tmp/nginx/s;
			ssl_certificate $tmp/server.pem; ssl_certificate_key $tmp/server.key;
			server { listen 127.0.0.1:18443 ssl; $dav
				location / { auth_basic dumps; auth_basic_user_file $tmp/passwords; } }
			server { listen 127.0.0.1:18444 ssl; $dav
				ssl_certificate $tmp/expired.pem; ssl_certificate_key $tmp/expired.key; }
			server { listen 127.0.0.1:18445 ssl; $dav
				ssl_client_certificate $tmp/ca.pem; ssl_verify_client on; }
			$2
		}
	END
	start nginx.log nginx -c "$tmp/nginx.conf"
	answers https://127.0.0.1:18443/
}
dav="root $tmp/dav; dav_methods PUT DELETE; create_full_put_path on; client_max_body_size 64m;"

# start_swift: OpenStack Swift at 18080, with a bucket "dumps" and nothing in it
start_swift()
{
	need swift-proxy-server swift-proxy
	need swift-object-server swift-object
	need memcached memcached
	/usr/bin/python3 -c 'import boto3' 2> "$tmp/err" ||
		skip 'boto3 is missing (package python3-boto3)'
	start swift.log "$srcdir/tests/storage/swift-serve" "$tmp/swift" 18080
	answers http://127.0.0.1:18080/
	client make || { cat "$tmp"/swift/*.log | tail -n 40; exit 99; }
}

# client make|list|sums|pending, or client get KEY FILE: another's client of Swift; list has the keys,
# sums SHA-256 before them, pending how many uploads nobody has ended
client()
{
	[ -e "$tmp/client.py" ] || cat > "$tmp/client.py" <<-'END'
		import hashlib
		import sys
		import boto3
		from botocore.client import Config
		s3 = boto3.client("s3", endpoint_url="http://127.0.0.1:18080",
		                  aws_access_key_id="test:tester", aws_secret_access_key="testing",
		                  region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
		def keys():
		    return [item["Key"] for item in s3.list_objects_v2(Bucket="dumps").get("Contents", [])]
		if sys.argv[1] == "make":
		    s3.create_bucket(Bucket="dumps")
		elif sys.argv[1] == "pending":
		    print(len(s3.list_multipart_uploads(Bucket="dumps").get("Uploads", [])))
		elif sys.argv[1] == "list":
		    for key in keys():
		        print(key)
		elif sys.argv[1] == "sums":
		    for key in keys():
		        body = s3.get_object(Bucket="dumps", Key=key)["Body"].read()
		        print(hashlib.sha256(body).hexdigest(), key)
		else:
		    s3.download_file("dumps", sys.argv[2], sys.argv[3])
	END
	/usr/bin/python3 "$tmp/client.py" "$@"
}

# make_crash [NAME]: a saved dump of $more bytes besides in $crash, named by its time or NAME
more=0
make_crash()
{
	rm -rf "$tmp/new"
	mkdir -p "$tmp/new" "$tmp/crash"
	[ -e "$tmp/real" ] || zstd -q -d "$srcdir/tests/fixtures/vmcore/file61.vmcore.zst" -o "$tmp/real" ||
		exit 99
	"$program" save --progress=none -d 31 "$tmp/real" "$tmp/new" 2> "$tmp/err" || exit 99
	head -c "$more" /dev/urandom > "$tmp/more"
	cat "$tmp/more" >> "$(echo "$tmp"/new/*/vmcore)"
	crash=$tmp/crash/${1:-$(ls "$tmp/new")}
	rm -rf "$crash"
	mv "$tmp"/new/* "$crash"
}
# Where it goes: the crash's day.
place=this/2026/11/22

# upload ARGUMENT...: with little patience, by a name of ours
upload()
{
	run upload --host=this --spread=0 --stall=3s --tries=3 "$@"
}

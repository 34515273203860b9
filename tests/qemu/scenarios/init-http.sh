# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from init-net.sh and lib.sh
# kdump-init saves to HTTP servers and object storage by kdump-http: nginx with WebDAV and OpenStack Swift
# with its S3 interface, both this machine's packages, on its loopback.

# http_signed NAME DAYS HOST: a certificate by an authority of ours
http_signed()
{
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/http/$1.key" \
		-out "$dir/http/$1.csr" -subj "/CN=$1" 2> "$dir/http/err" &&
		printf 'subjectAltName=DNS:%s\n' "$3" > "$dir/http/names" &&
		openssl x509 -req -in "$dir/http/$1.csr" -CA "$dir/http/ca.pem" -CAkey "$dir/http/ca.key" \
			-days "$2" -extfile "$dir/http/names" -out "$dir/http/$1.pem" 2> "$dir/http/err"
}

http_certificates()
{
	mkdir -p "$dir/http/nginx"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/http/ca.key" \
		-out "$dir/http/ca.pem" -subj /CN=ours -days 2 2> "$dir/http/err"
	http_signed server 2 collector.test
	http_signed expired -1 collector.test
}

# start_nginx: it takes all that is PUT to $dir/there; ports in $http_plain, $http_tls, $http_expired;
# for the user "tester" with the password "testing"; $http_also is one more address to listen at
start_nginx()
{
	local own=$dir/http dav

	http_certificates
	http_plain=$(free_port) http_tls=$(free_port) http_expired=$(free_port)
	printf 'tester:%s\n' "$(openssl passwd -5 testing)" > "$own/passwords"
	dav="root $dir/there; dav_methods PUT DELETE; create_full_put_path on; client_max_body_size 0;
		location / { auth_basic dumps; auth_basic_user_file $own/passwords; }"
	cat > "$own/config" <<-END
	daemon off; master_process off; user root; pid $own/nginx/pid; error_log $own/error.log;
	events {}
	http {
		access_log $own/access.log;
		client_body_temp_path $dir/there/.body; proxy_temp_path $own/nginx/p;
		fastcgi_temp_path $own/nginx/f; uwsgi_temp_path $own/nginx/u; scgi_temp_path $own/nginx/s;
		ssl_certificate $own/server.pem; ssl_certificate_key $own/server.key;
		server { listen 127.0.0.1:$http_plain; $dav }
		server { listen 127.0.0.1:$http_tls ssl; ${http_also:+listen $http_also:$http_tls ssl;} $dav }
		server { listen 127.0.0.1:$http_expired ssl; $dav
			ssl_certificate $own/expired.pem; ssl_certificate_key $own/expired.key; }
	}
	END
	PATH=$PATH:/usr/sbin nginx -c "$own/config" > "$own/out" 2>&1 < /dev/null &
	server_pid=$!
	listens "$http_tls" || skip "nginx does not run here: $(tail -n 1 "$own/out" "$own/error.log")"
}

# http_needs: what is in the image besides
http_needs()
{
	PATH=$PATH:/usr/sbin need nginx nginx-light
	need openssl openssl
	need python3 python3
	[[ -x $build/kdump/kdump-http ]] || skip "no kdump-http in $build/kdump: see tools/static-curl"
	mkdir -p "$dir/there" "$dir/more/kdump/secrets"
	strip -o "$dir/more/kdump/http" "$build/kdump/kdump-http"
}

# http_target NAME URL PORT [LINE...]: of a plan
http_target()
{
	printf '%s\n' '[target]' "name $1" 'type http' "url $2" 'server 10.0.2.2' "port $3" \
		'cacert ca' 'user tester' 'secret password' "${@:4}"
}

# capture_http plain|tls KERNEL CRASHKERNEL
capture_http()
{
	local server_pid http_plain http_tls http_expired url port

	http_needs
	start_nginx
	cp "$dir/http/ca.pem" "$dir/more/kdump/secrets/ca"
	echo testing > "$dir/more/kdump/secrets/password"
	url=https://collector.test:$http_tls/dumps port=$http_tls
	[[ $1 == tls ]] || { url=http://collector.test:$http_plain/dumps port=$http_plain; }
	{
		printf '%s\n' 'id boot-1' 'host crashed' 'compress zstd'
		http_target far "$url" "$port"
		plan_link
	} > "$dir/plan"
	net_vm "$2" "$3"
	net_boot "$2"
	http_check
}

# http_check: what came to $dir/there, and how the machine ended
http_check()
{
	check_end
	check_sent "$dir"/there/dumps/crashed/*/*/*/boot-1
}

# Whom it must not trust: an expired certificate, one of another host, one that nobody has signed whom it
# knows, and a server that does not let it; the last target has it.
capture_http_refused()
{
	local server_pid http_plain http_tls http_expired said

	http_needs
	start_nginx
	cp "$dir/http/ca.pem" "$dir/more/kdump/secrets/ca"
	cp "$dir/http/expired.pem" "$dir/more/kdump/secrets/stranger"
	echo testing > "$dir/more/kdump/secrets/password"
	echo wrong > "$dir/more/kdump/secrets/wrong"
	{
		printf '%s\n' 'id boot-1' 'host crashed' 'compress zstd'
		http_target expired "https://collector.test:$http_expired/no" "$http_expired"
		http_target other "https://other.test:$http_tls/no" "$http_tls"
		http_target stranger "https://collector.test:$http_tls/no" "$http_tls" 'cacert stranger'
		http_target locked "http://collector.test:$http_plain/no" "$http_plain" 'secret wrong'
		http_target last "https://collector.test:$http_tls/dumps" "$http_tls"
		plan_link
	} > "$dir/plan"
	net_vm "$1" "$2"
	net_boot "$1"
	for said in 'expired: .*BADCERT_EXPIRED\|expired: .*certificate has expired' \
		'other: .*BADCERT_CN_MISMATCH\|other: .*no alternative certificate' \
		'stranger: .*BADCERT_NOT_TRUSTED\|stranger: .*unable to get local issuer' \
		'locked: .*HTTP 401'; do
		part=${said%%:*}
		if grep -q "kdump: $said\\|kdump: ${said//\\|/\\|kdump: }" "$dir/crash.log"; then
			ok "$part"
		else
			bad "$part" "$(grep "kdump: $part" "$dir/crash.log" | tr '\n' ' ')"
		fi
	done
	part='nothing there'
	if [[ -e $dir/there/no ]]; then
		bad "$part" "$(find "$dir/there/no" -type f | joined ' ')"
	else
		ok "$part"
	fi
	http_check
}

# Whose clock is years off cannot tell whether a certificate holds, and says that; without one it does not
# matter.
capture_http_clock()
{
	local server_pid http_plain http_tls http_expired

	http_needs
	start_nginx
	cp "$dir/http/ca.pem" "$dir/more/kdump/secrets/ca"
	echo testing > "$dir/more/kdump/secrets/password"
	{
		printf '%s\n' 'id boot-1' 'host crashed' 'compress zstd'
		http_target early "https://collector.test:$http_tls/no" "$http_tls"
		http_target far "http://collector.test:$http_plain/dumps" "$http_plain"
		plan_link
	} > "$dir/plan"
	net_vm "$1" "$2"
	net_card+=(-rtc base=2001-02-03T04:05:06)
	net_boot "$1"
	part='the clock'
	if capture_said 'early: https://collector.test' &&
		grep -q 'the clock of this machine says 2001-02-03, which is wrong' "$dir/said"; then
		ok "$part"
	else
		bad "$part" "$(grep 'kdump: early' "$dir/crash.log" | tr '\n' ' ')"
	fi
	http_check
}

# start_swift: object storage with the bucket "dumps"; its port in $port. swift_client is boto3 there.
start_swift()
{
	need swift-proxy-server swift-proxy
	need swift-object-server swift-object
	need memcached memcached
	/usr/bin/python3 -c 'import boto3' 2> "$dir/err" || skip 'boto3 is missing (package python3-boto3)'
	port=18180
	mkdir -p "$dir/http"
	cat > "$dir/http/client.py" <<-END
	import os, sys, boto3
	from botocore.client import Config
	s3 = boto3.client("s3", endpoint_url="http://127.0.0.1:$port", aws_access_key_id="test:tester",
	    aws_secret_access_key="testing", region_name="us-east-1",
	    config=Config(s3={"addressing_style": "path"}))
	if sys.argv[1] == "make":
	    s3.create_bucket(Bucket="dumps")
	else:
	    for item in s3.list_objects_v2(Bucket="dumps").get("Contents", []):
	        to = os.path.join(sys.argv[1], item["Key"])
	        os.makedirs(os.path.dirname(to), exist_ok=True)
	        s3.download_file("dumps", item["Key"], to)
	    sys.exit(len(s3.list_multipart_uploads(Bucket="dumps").get("Uploads", [])))
	END
	"$here/../storage/swift-serve" "$dir/swift" "$port" > "$dir/http/out" 2>&1 < /dev/null &
	server_pid=$!
	# Nine programs in Python make its rings first.
	if ! listens "$port" && ! listens "$port" && ! listens "$port"; then
		kill "$server_pid"
		skip "Swift does not run here: $(tail -n 1 "$dir/http/out")"
	fi
	if ! swift_client make; then
		kill "$server_pid"
		skip "Swift makes no bucket: $(tail -n 1 "$dir/http/err")"
	fi
}

swift_client()
{
	/usr/bin/python3 "$dir/http/client.py" "$1" 2> "$dir/http/err"
}

# swift_fetch FOLDER: all that is there, and nothing was left half sent
swift_fetch()
{
	part='uploads that nobody ended'
	if swift_client "$1"; then
		ok "$part"
	else
		bad "$part" "$? $(tail -n 1 "$dir/http/err")"
	fi
}

# capture_s3 KERNEL CRASHKERNEL: Swift has it, and boto3 gets it from there
capture_s3()
{
	local server_pid port

	http_needs
	start_swift
	printf 'test:tester\ntesting\n' > "$dir/more/kdump/secrets/keys"
	{
		printf '%s\n' 'id boot-1' 'host crashed' 'compress zstd' '[target]' 'name far' 'type s3' \
			"url http://storage.test:$port" 'share dumps' 'path /dumps' 'server 10.0.2.2' \
			"port $port" 'secret keys'
		plan_link
	} > "$dir/plan"
	net_vm "$1" "$2"
	ci_boot "$1" "${net_card[@]}"
	swift_fetch "$dir/there"
	kill "$server_pid" 2> /dev/null || true
	http_check
}

scenario more-capture-http capture_http tls full 80M -- 6.1 root-bookworm -- \
	"kdump-init saves to an HTTPS server: Debian's full kernel, crashkernel=80M"
scenario more-capture-s3 capture_s3 full 80M -- 6.1 root-bookworm -- \
	"kdump-init saves to object storage: Debian's full kernel, crashkernel=80M"
scenario more-capture-http-plain capture_http plain full 96M -- 6.1 root-bookworm -- \
	"kdump-init saves to an HTTP server without TLS: Debian's full kernel, crashkernel=96M"
scenario more-capture-http-clock capture_http_clock full 96M -- 6.1 root-bookworm -- \
	"a clock that is 25 years off is named as what an HTTPS server is not trusted for"
scenario more-capture-http-refused capture_http_refused full 112M -- 6.1 root-bookworm -- \
	"servers with wrong certificates and passwords get nothing: the last target has the dump"

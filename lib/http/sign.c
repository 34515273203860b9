/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Amazon S3 API reference, "Authenticating Requests: Using the Authorization Header". */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/http/sign.h"

#define PLAIN "host;x-amz-content-sha256;x-amz-date"

static void add(struct digest *d, const char *text)
{
	digest_add(d, text, strlen(text));
}

static const char *signed_headers(const struct sign *s)
{
	return s->token ? PLAIN ";x-amz-security-token" : PLAIN;
}

/* The digest of the request in its canonical form. */
static void hash_request(const struct sign *s, const char *date, char to[DIGEST_HEX])
{
	const char *const text[] = { s->method, "\n", s->path, "\n", s->query, "\nhost:", s->host,
				     "\nx-amz-content-sha256:", s->hash, "\nx-amz-date:", date,
				     s->token ? "\nx-amz-security-token:" : "",
				     s->token ? s->token : "", "\n\n", signed_headers(s), "\n",
				     s->hash };
	uint8_t digest[KX_SHA256_SIZE];
	struct digest d;

	digest_init(&d);
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		add(&d, text[i]);
	digest_end(&d, digest);
	digest_hex(digest, to);
}

/* A key for this day, region and service alone. */
static int derive(const struct sign *s, const char *day, uint8_t key[KX_SHA256_SIZE])
{
	char first[KX_SHA256_BLOCK + 1];
	int len = snprintf(first, sizeof(first), "AWS4%s", s->secret);

	if (len > KX_SHA256_BLOCK)
		return -EINVAL;
	digest_hmac(first, (size_t)len, day, key);
	digest_hmac(key, KX_SHA256_SIZE, s->region, key);
	digest_hmac(key, KX_SHA256_SIZE, "s3", key);
	digest_hmac(key, KX_SHA256_SIZE, "aws4_request", key);
	explicit_bzero(first, sizeof(first));
	return 0;
}

int sign_request(const struct sign *s, char date[SIGN_DATE], char value[SIGN_VALUE])
{
	char day[9], scope[160], hash[DIGEST_HEX], text[400], signature[DIGEST_HEX];
	uint8_t key[KX_SHA256_SIZE], mac[KX_SHA256_SIZE];
	time_t when = (time_t)s->time;
	struct tm tm;
	int len;

	if (!gmtime_r(&when, &tm) || strftime(date, SIGN_DATE, "%Y%m%dT%H%M%SZ", &tm) != 16)
		return -EINVAL;
	snprintf(day, sizeof(day), "%.8s", date);
	len = snprintf(scope, sizeof(scope), "%s/%s/s3/aws4_request", day, s->region);
	if (len >= (int)sizeof(scope) || derive(s, day, key) < 0)
		return -EINVAL;
	hash_request(s, date, hash);
	snprintf(text, sizeof(text), "AWS4-HMAC-SHA256\n%s\n%s\n%s", date, scope, hash);
	digest_hmac(key, sizeof(key), text, mac);
	explicit_bzero(key, sizeof(key));
	digest_hex(mac, signature);
	len = snprintf(value, SIGN_VALUE,
		       "AWS4-HMAC-SHA256 Credential=%s/%s,SignedHeaders=%s,Signature=%s", s->key_id,
		       scope, signed_headers(s), signature);
	return len >= SIGN_VALUE ? -EINVAL : 0;
}

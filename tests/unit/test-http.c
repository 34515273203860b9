/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said to servers, as specifications have it. That servers understand it: tests/storage. */
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/http/sign.h"
#include "lib/http/stream.h"
#include "lib/http/url.h"
#include "lib/http/xml.h"
#include "tests/unit/kxtest.h"

/* ---- digests --------------------------------------------------------------------------------- */

TEST(a_digest_in_pieces_is_that_of_the_whole)
{
	uint8_t text[300], once[KX_SHA256_SIZE], pieces[KX_SHA256_SIZE];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 7);
	for (size_t len = 0; len <= sizeof(text); len++) {
		kx_sha256(kx_sha256_blocks_portable, text, len, once);
		for (size_t step = 1; step < 140; step += 13) {
			struct digest d;

			digest_init(&d);
			for (size_t at = 0, part; at < len; at += part) {
				part = len - at < step ? len - at : step;
				digest_add(&d, text + at, part);
			}
			digest_end(&d, pieces);
			assert_memory_equal(pieces, once, sizeof(once));
		}
	}
}

TEST(an_hmac_is_that_of_rfc_4231)
{
	uint8_t key[20], mac[KX_SHA256_SIZE];
	char hex[DIGEST_HEX];

	memset(key, 0x0b, sizeof(key));
	digest_hmac(key, sizeof(key), "Hi There", mac);
	digest_hex(mac, hex);
	assert_string_equal(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	digest_hmac("Jefe", 4, "what do ya want for nothing?", mac);
	digest_hex(mac, hex);
	assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(a_part_of_a_file_has_its_own_digest)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	char part[DIGEST_HEX], abc[DIGEST_HEX];
	uint8_t digest[KX_SHA256_SIZE];
	struct kx_err err = { "" };

	assert_int_equal(write(fd, "xxabcyy", 7), 7);
	kx_sha256(kx_sha256_blocks_portable, "abc", 3, digest);
	digest_hex(digest, abc);
	assert_int_equal(digest_file(fd, 2, 3, part, &err), 0);
	assert_string_equal(part, abc);
	assert_int_equal(digest_file(fd, 2, 6, part, &err), -ENODATA);
	close(fd);
}

/* ---- signatures: the examples of the Amazon S3 API reference --------------------------------- */

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct sign example = {
	.method = "GET", .host = "examplebucket.s3.amazonaws.com", .path = "/", .query = "",
	.hash = EMPTY, .key_id = "AKIAIOSFODNN7EXAMPLE",
	.secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", .region = "us-east-1",
	.time = 1369353600,
};

TEST(signatures_are_those_of_the_reference)
{
	static const struct {
		const char *query, *signature;
	} cases[] = {
		{ "lifecycle=", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543" },
		{ "max-keys=2&prefix=J",
		  "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7" },
	};
	char date[SIGN_DATE], value[SIGN_VALUE], expected[SIGN_VALUE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sign s = example;

		s.query = cases[i].query;
		assert_int_equal(sign_request(&s, date, value), 0);
		assert_string_equal(date, "20130524T000000Z");
		snprintf(expected, sizeof(expected), "AWS4-HMAC-SHA256 Credential="
			 "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders="
			 "host;x-amz-content-sha256;x-amz-date,Signature=%s", cases[i].signature);
		assert_string_equal(value, expected);
	}
}

TEST(a_session_is_signed_too_and_what_is_too_long_is_refused)
{
	char date[SIGN_DATE], value[SIGN_VALUE], other[SIGN_VALUE], long_text[200];
	struct sign s = example;

	s.token = "session";
	assert_int_equal(sign_request(&s, date, value), 0);
	assert_non_null(strstr(value, "x-amz-date;x-amz-security-token,"));
	s.token = "another";
	assert_int_equal(sign_request(&s, date, other), 0);
	assert_string_not_equal(value, other);
	memset(long_text, 'a', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	s.secret = long_text;
	assert_int_equal(sign_request(&s, date, value), -EINVAL);
	s = example;
	s.region = long_text;
	assert_int_equal(sign_request(&s, date, value), -EINVAL);
	s = example;
	s.time = UINT64_C(1) << 40;
	assert_int_equal(sign_request(&s, date, value), -EINVAL);
}

/* ---- URLs ------------------------------------------------------------------------------------ */

TEST(a_url_is_what_can_be_sent_to)
{
	static const char *const none[] = {
		"", "http", "ftp://host/", "http://", "https:///path", "http://user:word@host/",
		"http://ho st/", "http://host/\r\nX: y", "http://host/#part", "http://host/\x80",
	};
	struct kx_err err = { "" };
	struct url u;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(url_parse(none[i], &u, &err), -EINVAL);
	assert_int_equal(url_parse("https://host:443/a%20b/c?d=e&f=", &u, &err), 0);
	assert_true(u.tls);
	assert_string_equal(u.base, "https://host:443");
	assert_string_equal(u.host, "host");
	assert_string_equal(u.path, "/a%20b/c");
	assert_string_equal(u.query, "d=e&f=");
	assert_int_equal(url_parse("http://[::1]:8080", &u, &err), 0);
	assert_false(u.tls);
	assert_string_equal(u.host, "[::1]:8080");
	assert_string_equal(u.path, "");
}

TEST(what_is_encoded_is_read_as_it_was)
{
	char to[64], small[10];

	assert_int_equal(http_encode("a/b c+d=~\xc3", true, to, sizeof(to)), 0);
	assert_string_equal(to, "a/b%20c%2Bd%3D~%C3");
	assert_int_equal(http_encode("a/b", false, to, sizeof(to)), 0);
	assert_string_equal(to, "a%2Fb");
	assert_int_equal(http_encode("123456789", true, small, sizeof(small)), 0);
	assert_int_equal(http_encode("1234567890", true, small, sizeof(small)), -EINVAL);
	assert_int_equal(http_encode("1234567 ", true, small, sizeof(small)), -EINVAL);
}

/* ---- answers --------------------------------------------------------------------------------- */

TEST(the_text_of_an_element_is_found_or_not)
{
	static const struct {
		const char *xml, *text;
	} cases[] = {
		{ "<A><Id>one</Id></A>", "one" },
		{ "<?xml version=\"1.0\"?>\n<A xmlns=\"x\"><Other>z</Other><Id>two</Id></A>", "two" },
		{ "<a:Id b=\"c\">a&amp;b&lt;&quot;</a:Id>", "a&b<\"" },
		{ "<Id></Id>", "" },
		{ "<Id", NULL },
		{ "<Id>open", NULL },
		{ "<Ids>no</Ids>", NULL },
		{ "<Id>&unknown;</Id>", NULL },
		{ "<Id>line\nline</Id>", NULL },
		{ "<Id>0123456789abcdef</Id>", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char to[16] = "before";

		assert_int_equal(xml_text(kx_span_of(cases[i].xml), "Id", to, sizeof(to)),
				 cases[i].text != NULL);
		assert_string_equal(to, cases[i].text ? cases[i].text : "before");
	}
}

/* ---- streams --------------------------------------------------------------------------------- */

static int pipe_with(const char *text, int *ret_to)
{
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], text, strlen(text)), strlen(text));
	*ret_to = fd[1];
	return fd[0];
}

static bool never(void *data)
{
	(void)data;
	return false;
}

TEST(a_stream_comes_in_parts_and_knows_its_end)
{
	struct kx_http http = { .options = { .part = 4, .part_max = 9 } };
	struct kx_err err = { "" };
	struct stream s;
	int to, fd = pipe_with("12345678abcdefghXY", &to);

	assert_int_equal(stream_begin(&s, &http, fd, &err), 0);
	assert_int_equal(s.len, 4);
	assert_false(s.end);
	assert_int_equal(stream_next(&s, &err), 0);
	assert_memory_equal(s.buffer, "5678", 4);
	/* Twice as much, and not twice that, which would be more than may be. */
	stream_grow(&s);
	stream_grow(&s);
	assert_int_equal(s.room, 8);
	assert_int_equal(stream_next(&s, &err), 0);
	assert_int_equal(s.len, 8);
	assert_memory_equal(s.buffer, "abcdefgh", 8);
	close(to);
	assert_int_equal(stream_next(&s, &err), 0);
	assert_int_equal(s.len, 2);
	assert_true(s.end);
	assert_int_equal(stream_next(&s, &err), 0);
	assert_int_equal(s.len, 0);
	http.options.goes_on = never;
	s.end = false;
	assert_int_equal(stream_next(&s, &err), -EINTR);
	stream_end(&s);
	close(fd);
}

/* How a stream ends that has some bytes more than a part, and whose other end @ends so. */
static int end_of_socket(bool shut, bool gone)
{
	struct kx_http http = { .options = { .part = 4 } };
	struct kx_err err = { "" };
	struct stream s;
	int fd[2], rc;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	assert_int_equal(write(fd[1], "123456", 6), 6);
	if (shut)
		assert_int_equal(shutdown(fd[1], SHUT_WR), 0);
	if (gone)
		close(fd[1]);
	assert_int_equal(stream_begin(&s, &http, fd[0], &err), 0);
	assert_int_equal(s.len, 4);
	rc = stream_next(&s, &err);
	if (rc == 0)
		assert_true(s.len == 2 && s.end);
	stream_end(&s);
	close(fd[0]);
	if (!gone)
		close(fd[1]);
	return rc;
}

TEST(a_stream_whose_sender_died_has_no_end)
{
	assert_int_equal(end_of_socket(true, false), 0);
	assert_int_equal(end_of_socket(false, true), -ECONNRESET);
	/* It did not wait for what became of it. */
	assert_int_equal(end_of_socket(true, true), -ECONNRESET);
}

static void assert_secret(const char *url, const char *user, const char *text, const char *expected)
{
	struct kx_http_options o = { .user = user };
	struct kx_err err = { "" };
	char copy[64], found[96];
	int rc;

	snprintf(copy, sizeof(copy), "%s", text);
	rc = kx_http_secret(&o, url, "file", copy, &err);
	snprintf(found, sizeof(found), "%d %s %s %s %s", rc, o.user ? o.user : "-",
		 o.password ? o.password : "-", o.token ? o.token : "-", o.cert ? o.cert : "-");
	assert_string_equal(found, expected);
}

TEST(a_secret_is_what_is_lacking)
{
	assert_secret("https://host", NULL, "token\n", "0 - - token -");
	assert_secret("https://host", "me", "word\r\nmore\n", "0 me word - -");
	assert_secret("https://host", NULL, "\n", "-22 - - - -");
	assert_secret("https://host", NULL, "x\n-----BEGIN CERTIFICATE-----\n", "0 - - - file");
	assert_secret("s3://bucket", NULL, "key\nsecret\n", "0 key secret - -");
	assert_secret("s3://bucket", NULL, "key\nsecret\ntoken", "0 key secret token -");
	assert_secret("s3://bucket", "key", "secret", "0 key secret - -");
	assert_secret("s3://bucket", "key", "", "-22 key - - -");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_digest_in_pieces_is_that_of_the_whole),
		cmocka_unit_test(an_hmac_is_that_of_rfc_4231),
		cmocka_unit_test(a_part_of_a_file_has_its_own_digest),
		cmocka_unit_test(signatures_are_those_of_the_reference),
		cmocka_unit_test(a_session_is_signed_too_and_what_is_too_long_is_refused),
		cmocka_unit_test(a_url_is_what_can_be_sent_to),
		cmocka_unit_test(a_stream_comes_in_parts_and_knows_its_end),
		cmocka_unit_test(a_stream_whose_sender_died_has_no_end),
		cmocka_unit_test(a_secret_is_what_is_lacking),
		cmocka_unit_test(what_is_encoded_is_read_as_it_was),
		cmocka_unit_test(the_text_of_an_element_is_found_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

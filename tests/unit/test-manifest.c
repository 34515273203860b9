/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manifests: what is written is what is read again, and what is none is refused with a reason. */
#include <unistd.h>

#include "kx/manifest.h"
#include "tests/unit/dumping.h"

/* One with something in each member. */
static void model(struct kx_manifest *m)
{
	static const uint8_t bytes[3 * KX_SUMS_CHUNK + 5];
	struct kx_err err = { "" };
	struct kx_sums *sums;

	*m = (struct kx_manifest){
		.dump = "vmcore", .source = "/proc/\"vmcore\"\n\\", .format = "kdump",
		.codec = "zstd", .machine = "x86_64", .release = "6.1-\303\266", .build_id = "ab",
		.crash_time = 1795371706, .panic = "Kernel panic", .trouble = "\001\177",
		.level_asked = 31, .level = 1, .page_size = 4096,
		.absent = 1, .kept = 2, .joined = 3, .zero = 4, .written = 5, .lost = 6,
		.shared = 27,
		.unclassified = 7, .lost_range = { { 1, 2 }, { 5, 8 } }, .lost_ranges = 2,
		.free_found = 9, .free_counted = 10, .doubt = "perhaps", .unchecked = "since",
		.unfiltered = "why", .incomplete = "because", .peak_kib = 8, .seconds = 1.5,
		.phase = { 0.25, 0.125 },
		.capture = {
			.known = true, .id = "boot", .test = "a \"test\"", .machine_id = "m",
			.host = "h", .memory_kib = 98304, .low_kib = 18432, .boot = 3.5,
			.modules = 0.5, .log = 0.25, .prepare = 1.5, .failed_modules = 2,
			.n_tried = 2,
			.tried = { { "far", "ssh", "Connection refused", 30.5 },
				   { "disk", "file", "", 12.25 } },
		},
	};
	for (size_t c = 0; c < KX_PAGE_CLASSES; c++)
		m->pages[c] = 100 + c;
	strcpy(m->missing[KX_PAGE_USER], "NUMBER(PG_lru)");
	assert_int_equal(kx_sums_new(&sums, &err), 0);
	kx_sums_add(sums, bytes, sizeof(bytes), 0);
	kx_sums_lose(sums, 1, KX_SUMS_CHUNK);
	assert_int_equal(kx_manifest_take_sums(m, sums, &err), 0);
	kx_sums_free(sums);
}

/* What kx_manifest_write() makes of it, for free(). */
static char *written(const struct kx_manifest *m)
{
	struct memory_file file = memory_file();
	size_t len;
	char *text;

	assert_int_equal(kx_manifest_write(m, file.fd), 0);
	len = (size_t)lseek(file.fd, 0, SEEK_END);
	text = calloc(1, len + 1);
	assert_int_equal(pread(file.fd, text, len, 0), len);
	close(file.fd);
	return text;
}

static int parse(const char *text, struct kx_manifest *ret, struct kx_err *err)
{
	return kx_manifest_parse(kx_span_of(text), ret, err);
}

TEST(what_was_written_is_read_again)
{
	struct kx_manifest m, again;
	struct kx_err err = { "" };
	char *text;

	model(&m);
	text = written(&m);
	if (parse(text, &again, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(again.sums, 4);
	assert_memory_equal(again.sum, m.sum, sizeof(m.sum[0]) * m.sums);
	assert_false(again.sum[1].known);
	/* All that is left are members of the struct itself. */
	free(again.sum);
	again.sum = m.sum;
	assert_memory_equal(&again, &m, sizeof(m));
	kx_manifest_done(&m);
	free(text);
}

TEST(what_is_not_known_is_empty)
{
	struct kx_manifest m = { .no_sums = "no library" }, again, least;
	struct kx_err err = { "" };
	char *text = written(&m);

	assert_int_equal(parse(text, &again, &err), 0);
	assert_memory_equal(&again, &m, sizeof(m));
	assert_int_equal(parse("{\"format\": 1, \"more\": {\"format\": 2}}", &least, &err), 0);
	memset(m.no_sums, 0, sizeof(m.no_sums));
	assert_memory_equal(&least, &m, sizeof(m));
	free(text);
}

TEST(long_texts_are_cut_between_characters)
{
	struct kx_manifest m;
	struct kx_err err = { "" };
	char text[600];

	/* The room ends in the middle of the last character. */
	snprintf(text, sizeof(text), "{\"format\": 1, \"codec\": \"%030d\303\266\"}", 7);
	assert_int_equal(parse(text, &m, &err), 0);
	assert_int_equal(strlen(m.codec), 30);
	snprintf(text, sizeof(text), "{\"format\": 1, \"codec\": \"%029d\303\266\"}", 7);
	assert_int_equal(parse(text, &m, &err), 0);
	assert_int_equal(strlen(m.codec), 31);
}

TEST(what_is_no_manifest_is_refused_with_a_reason)
{
	static const struct {
		int rc;
		const char *text, *reason;
	} bad[] = {
		{ -EINVAL, "", "line 1" },
		{ -EINVAL, "[]", "no object" },
		{ -EINVAL, "{}", "no \"format\"" },
		{ -EINVAL, "{\"format\": 1, \"format\": 1}", "duplicate" },
		{ -EINVAL, "{\"format\": \"1\"}", "\"format\" is not of the kind" },
		{ -EINVAL, "{\"format\": -1}", "\"format\" is less than 0" },
		{ -ENOTSUP, "{\"format\": 2}", "format 2, known: 1" },
		{ -EINVAL, "{\"format\": 1} x", "end of file" },
		{ -EINVAL, "{\"format\": 1, \"dump\": 5}", "\"dump\" is not" },
		{ -EINVAL, "{\"format\": 1, \"dump\": \"\\u0000\"}", "line 1" },
		{ -EINVAL, "{\"format\": 1, \"level\": 32}", "\"level\" is less than 0 or more" },
		{ -EINVAL, "{\"format\": 1, \"page_size\": 4097}", "\"page_size\" is 4097" },
		{ -EINVAL, "{\"format\": 1, \"page_size\": 524288}", "\"page_size\" is less" },
		{ -EINVAL, "{\"format\": 1, \"seconds\": -1}", "\"seconds\" is no time" },
		{ -EINVAL, "{\"format\": 1, \"seconds\": 1e10}", "\"seconds\" is no time" },
		{ -EINVAL, "{\"format\": 1, \"seconds\": 999999999.9999}", "is no time" },
		{ -EINVAL, "{\"format\": 1, \"kept\": 9223372036854775807}", "\"kept\" is less" },
		{ -EINVAL, "{\"format\": 1, \"kept\": 9223372036854775808}", "line 1" },
		{ -EINVAL, "{\"format\": 1, \"pages\": {\"user\": 17592186044417}}", "\"user\"" },
		{ -EINVAL, "{\"format\": 1, \"lost_ranges\": [[2, 1]]}", "no range" },
		{ -EINVAL, "{\"format\": 1, \"lost_ranges\": [3]}", "no range" },
		{ -EINVAL, "{\"format\": 1, \"lost_ranges\": [[1.5, 2]]}", "no range" },
		{ -ENOTSUP, "{\"format\": 1, \"sums\": {\"kind\": \"md5\"}}", "kind \"md5\"" },
		{ -EINVAL, "{\"format\": 1, \"bytes\": 1, \"sums\": {\"kind\": \"crc32\", "
			   "\"chunk\": 65536}}", "not those of a file of 1 bytes" },
		{ -EINVAL, "{\"format\": 1, \"bytes\": 1, \"sums\": {\"kind\": \"crc32\", "
			   "\"chunk\": 65536, \"list\": []}}", "not those of a file" },
		{ -EINVAL, "{\"format\": 1, \"bytes\": 1, \"sums\": {\"kind\": \"crc32\", "
			   "\"chunk\": 131072, \"list\": [null]}}", "not those of a file" },
		{ -EINVAL, "{\"format\": 1, \"bytes\": 4611686018427387904, \"sums\": "
			   "{\"kind\": \"crc32\", \"chunk\": 1125899906842624, \"list\": [1]}}",
			   "not those of a file" },
		{ -EINVAL, "{\"format\": 1, \"bytes\": 1, \"sums\": {\"kind\": \"crc32\", "
			   "\"chunk\": 65536, \"list\": [12345678]}}", "no checksum" },
		{ -EINVAL, "{\"format\": 1, \"bytes\": 1, \"sums\": {\"kind\": \"crc32\", "
			   "\"chunk\": 65536, \"list\": [\"123456789\"]}}", "no checksum" },
		{ -EINVAL, "{\"format\": 1, \"bytes\": 1, \"sums\": {\"kind\": \"crc32\", "
			   "\"chunk\": 65536, \"list\": [\"0x123456\"]}}", "no checksum" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct kx_manifest m = { .dump = "as it was" };
		struct kx_err err = { "" };
		int rc = parse(bad[i].text, &m, &err);

		if (rc != bad[i].rc)
			fail_msg("%s: %d, %s", bad[i].text, rc, err.text);
		assert_says(&err, bad[i].reason);
		assert_string_equal(m.dump, "as it was");
	}
}

TEST(more_lost_ranges_than_there_may_be_are_refused)
{
	char text[32 + 10 * (KX_SAVE_LOST_MAX + 1)] = "{\"format\": 1, \"lost_ranges\": [";
	struct kx_err err = { "" };
	struct kx_manifest m;
	size_t len = strlen(text);

	for (size_t i = 0; i < KX_SAVE_LOST_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "[1, 1], ");
	strcpy(text + len - 2, "]}");
	assert_int_equal(parse(text, &m, &err), 0);
	assert_int_equal(m.lost_ranges, KX_SAVE_LOST_MAX);
	strcpy(text + len - 2, ", [1, 1]]}");
	assert_int_equal(parse(text, &m, &err), -EINVAL);
	assert_says(&err, "at most 64");
}

TEST(files_are_read_as_far_as_a_manifest_is_long)
{
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	struct kx_manifest m;
	char *text = malloc(KX_MANIFEST_MAX + 1);

	memset(text, ' ', KX_MANIFEST_MAX + 1);
	memcpy(text, "{\"format\": 1}", 13);
	assert_int_equal(pwrite(file.fd, text, KX_MANIFEST_MAX, 0), KX_MANIFEST_MAX);
	assert_int_equal(kx_manifest_read(file.path, &m, &err), 0);
	assert_int_equal(pwrite(file.fd, text, KX_MANIFEST_MAX + 1, 0), KX_MANIFEST_MAX + 1);
	assert_int_equal(kx_manifest_read(file.path, &m, &err), -EFBIG);
	assert_says(&err, file.path);
	assert_int_equal(ftruncate(file.fd, 5), 0);
	assert_int_equal(kx_manifest_read(file.path, &m, &err), -EINVAL);
	assert_says(&err, file.path);
	assert_int_equal(kx_manifest_read("/nowhere/at/all", &m, &err), -ENOENT);
	assert_int_equal(kx_manifest_read("/", &m, &err), -EISDIR);
	free(text);
	close(file.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read_again),
		cmocka_unit_test(what_is_not_known_is_empty),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(what_is_no_manifest_is_refused_with_a_reason),
		cmocka_unit_test(more_lost_ranges_than_there_may_be_are_refused),
		cmocka_unit_test(files_are_read_as_far_as_a_manifest_is_long),
	};
	struct kx_manifest m;
	struct kx_err err = { "" };

	/* A build without the library reads none; kdump(8) says so. */
	if (parse("{}", &m, &err) == -ENOTSUP) {
		fprintf(stderr, "%s\n", err.text);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}

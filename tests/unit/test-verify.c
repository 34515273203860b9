/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What verifying finds, and what it may cost, whatever file and manifest say. */
#include <sys/stat.h>

#include "kx/bytes.h"
#include "lib/verify/ranges.h"
#include "tests/unit/dumping.h"

static void add(struct kx_verify_ranges *r, uint64_t first, uint64_t last)
{
	verify_ranges_add(r, first, last);
	for (size_t i = 1; i < r->count; i++)
		assert_true(r->item[i - 1].last + 1 < r->item[i].first);
}

TEST(ranges_are_joined_in_any_order)
{
	static const uint64_t order[] = { 5, 3, 9, 4, 8, 1, 7, 5, 2 };
	struct kx_verify_ranges r = { .count = 0 };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		add(&r, order[i], order[i]);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.item[0].first, 1);
	assert_int_equal(r.item[0].last, 5);
	assert_int_equal(r.item[1].first, 7);
	assert_int_equal(r.item[1].last, 9);
	assert_int_equal(r.all, 8);
	add(&r, 6, 6);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.all, 9);
}

TEST(the_lowest_ranges_are_told_and_all_are_counted)
{
	struct kx_verify_ranges r = { .count = 0 };

	for (uint64_t i = 500; i > 0; i--)
		add(&r, 3 * i, 3 * i + 1);
	for (uint64_t i = 501; i < 600; i++)
		add(&r, 3 * i, 3 * i + 1);
	assert_int_equal(r.count, KX_VERIFY_RANGES);
	assert_int_equal(r.all, 2 * 599);
	for (uint64_t i = 0; i < KX_VERIFY_RANGES; i++)
		assert_int_equal(r.item[i].first, 3 * (i + 1));
}

static int verify(const struct memory_file *file, const struct kx_manifest *m,
		  struct kx_verify *ret, struct kx_err *err)
{
	*ret = (struct kx_verify){ .path = file->path };
	return kx_verify_chunks(ret, m, err);
}

/* A manifest that says so of a file that has next to nothing costs nothing. */
TEST(a_size_that_is_not_there_is_not_read)
{
	static struct kx_manifest_sum sum[KX_SUMS_MAX];
	const struct kx_manifest m = {
		.size = UINT64_C(1) << 62, .chunk = UINT64_C(1) << 50, .sum = sum,
		.sums = KX_SUMS_MAX,
	};
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	struct kx_verify v;

	for (size_t i = 0; i < KX_SUMS_MAX; i++)
		sum[i].known = true;
	assert_int_equal(pwrite(file.fd, "abc", 3, 0), 3);
	assert_int_equal(verify(&file, &m, &v, &err), 0);
	assert_int_equal(v.chunks.all, KX_SUMS_MAX);
	assert_non_null(strstr(v.size, "it ends after 3 of"));
	assert_true(v.done <= 3);
	assert_true(v.front);
	close(file.fd);
}

/* A flattened file of one record, which says that @size bytes for @off follow. */
static void flat_file(const struct memory_file *file, uint64_t off, uint64_t size)
{
	uint8_t bytes[4096 + 16 + 4 + 16] = "makedumpfile";

	memset(bytes + 4096, 0, sizeof(bytes) - 4096);
	kx_put(bytes + 16, 8, 1, true);
	kx_put(bytes + 24, 8, 1, true);
	kx_put(bytes + 4096, 8, off, true);
	kx_put(bytes + 4104, 8, size, true);
	memset(bytes + 4116, 0xff, 16);
	assert_int_equal(pwrite(file->fd, bytes, sizeof(bytes), 0), sizeof(bytes));
}

TEST(a_flattened_record_lies_in_the_file_that_it_is_of)
{
	static const struct {
		uint64_t off, size;
		bool fits;
	} record[] = {
		{ 6, 4, true },		 { 7, 4, false },	   { UINT64_MAX, 4, false },
		{ 4, UINT64_MAX, false }, { UINT64_MAX - 1, 3, false }, { 0, 11, false },
	};
	/* CRC-32 of ten zeros. */
	struct kx_manifest_sum sum = { 0xe38a6876, true };
	const struct kx_manifest m = { .size = 10, .chunk = KX_SUMS_CHUNK, .sum = &sum, .sums = 1 };

	for (size_t i = 0; i < sizeof(record) / sizeof(record[0]); i++) {
		struct memory_file file = memory_file();
		struct kx_err err = { "" };
		struct kx_verify v;

		flat_file(&file, record[i].off, record[i].size);
		assert_int_equal(verify(&file, &m, &v, &err), 0);
		assert_int_equal(v.chunks.all, 0);
		assert_int_equal(kx_verify_good(&v), record[i].fits);
		close(file.fd);
	}
}

TEST(what_has_no_checksums_cannot_be_compared)
{
	const struct kx_manifest m = { .no_sums = "no library" };
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	struct kx_verify v;

	assert_int_equal(verify(&file, &m, &v, &err), -ENODATA);
	assert_says(&err, "no checksums: no library");
	close(file.fd);
}

/* Number @i of the program headers is the whole file, at a place of its own in memory. */
static void make_whole(int fd, uint64_t i, uint64_t size)
{
	enum { ELF_HEADER = 64, SEGMENT = 56, OFFSET = 8, PADDR = 24, FILESZ = 32, MEMSZ = 40 };
	uint8_t segment[SEGMENT];
	off_t at = (off_t)(ELF_HEADER + i * SEGMENT);

	assert_int_equal(pread(fd, segment, SEGMENT, at), SEGMENT);
	kx_put_le(segment + OFFSET, 8, 0);
	kx_put_le(segment + PADDR, 8, i << 30);
	kx_put_le(segment + FILESZ, 8, size);
	kx_put_le(segment + MEMSZ, 8, size);
	assert_int_equal(pwrite(fd, segment, SEGMENT, at), SEGMENT);
}

/* Segments that share the bytes of a file, so that there is far more memory than that. */
TEST(memory_that_a_dump_promises_is_worth_its_bytes)
{
	enum { SEGMENTS = 5000 };
	struct memory_file file = memory_file();
	struct kx_verify v = { .path = file.path };
	struct kx_err err = { "" };
	struct mkelf model;
	uint64_t size;

	mkelf_init(&model);
	mkelf_info(&model, "PAGESIZE=4096");
	for (uint64_t i = 1; i <= SEGMENTS; i++)
		mkelf_bytes(&mkelf_load(&model, 0, i << 30)->data, "x", 1);
	mkelf_write(&model, file.fd);
	assert_int_equal(kx_verify_pages(&v, &err), 0);
	assert_true(kx_verify_good(&v));
	assert_int_equal(v.done, SEGMENTS);
	size = (uint64_t)lseek(file.fd, 0, SEEK_END);
	for (uint64_t i = 1; i <= SEGMENTS; i++)
		make_whole(file.fd, i, size);
	v = (struct kx_verify){ .path = file.path };
	assert_int_equal(kx_verify_pages(&v, &err), -EFBIG);
	assert_says(&err, "it promises more memory");
	assert_int_equal(v.done, 0);
	mkelf_done(&model);
	close(file.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_joined_in_any_order),
		cmocka_unit_test(the_lowest_ranges_are_told_and_all_are_counted),
		cmocka_unit_test(a_size_that_is_not_there_is_not_read),
		cmocka_unit_test(a_flattened_record_lies_in_the_file_that_it_is_of),
		cmocka_unit_test(what_has_no_checksums_cannot_be_compared),
		cmocka_unit_test(memory_that_a_dump_promises_is_worth_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

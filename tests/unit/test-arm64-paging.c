/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64's identity tables, walked as the processor does: they map what was asked for, no more. */
#include "kexec/arch/arm64/paging.h"
#include "tests/unit/kxtest.h"

enum { PAGE = 4096 };

#define TABLE_AT 0x4123456000ULL

/* Arm ARM, VMSAv8-64: what a descriptor of a block or page says. */
#define VALID 1ULL
#define TABLE 2ULL
#define ADDRESS 0x0000fffffffff000ULL
#define READ_ATTR 0x0060000000000785ULL	  /* PXN UXN AF SH=inner RO index 1 */
#define CODE_ATTR 0x0000000000000705ULL	  /* AF SH=inner RW index 1 */
#define DEVICE_ATTR 0x0060000000000401ULL /* PXN UXN AF RW index 0 */

static const uint64_t attr_of[] = { READ_ATTR, CODE_ATTR, DEVICE_ATTR };

struct built {
	uint8_t *bytes;
	size_t room, used;
};

static struct kx_err err;

static int build(struct built *b, const struct kx_range *ranges, size_t n)
{
	b->room = arm64_paging_room(ranges, n);
	assert_int_equal(b->room % PAGE, 0);
	/* Exact and on the heap: a sanitizer sees each byte too far. Junk: all must be written. */
	b->bytes = malloc(b->room);
	assert_non_null(b->bytes);
	memset(b->bytes, 0xff, b->room);
	b->used = 0;
	return arm64_paging_build(ranges, n, TABLE_AT, b->bytes, b->room, &b->used, &err);
}

static uint64_t entry(const struct built *b, uint64_t table, uint64_t index)
{
	uint64_t value = 0;

	assert_true(table >= TABLE_AT && table - TABLE_AT <= b->used - PAGE);
	for (unsigned int i = 0; i < 8; i++)
		value |= (uint64_t)b->bytes[table - TABLE_AT + 8 * index + i] << 8 * i;
	return value;
}

/* Attributes of the mapping of @addr, which must be to itself; 0 where nothing is mapped. */
static uint64_t walk(const struct built *b, uint64_t addr, uint64_t *ret_size)
{
	uint64_t table = TABLE_AT;

	for (unsigned int level = 0; level < 4; level++) {
		const unsigned int shift = 39 - 9 * level;
		const uint64_t e = entry(b, table, addr >> shift & 511);
		const uint64_t size = 1ULL << shift;

		*ret_size = size;
		if (!(e & VALID)) {
			assert_int_equal(e, 0);
			return 0;
		}
		if (level < 3 && (e & TABLE)) {
			assert_int_equal(e & ~ADDRESS, VALID | TABLE);
			table = e & ADDRESS;
			continue;
		}
		assert_true(level != 0);
		assert_int_equal((e & TABLE) != 0, level == 3);
		assert_int_equal(e & ADDRESS, addr & ~(size - 1));
		return e & ~(ADDRESS | TABLE);
	}
	return 0;
}

/* Every descriptor of the tables, so also those that no wanted address leads to. */
static uint64_t mapped_bytes(const struct built *b, uint64_t table, unsigned int level)
{
	const uint64_t size = 1ULL << (39 - 9 * level);
	uint64_t sum = 0;

	for (unsigned int i = 0; i < 512; i++) {
		const uint64_t e = entry(b, table, i);

		if (!(e & VALID))
			continue;
		sum += level < 3 && (e & TABLE) ? mapped_bytes(b, e & ADDRESS, level + 1) : size;
	}
	return sum;
}

/* Exactly the pages of @ranges, which do not overlap, are mapped, each with its attributes. */
static void assert_exact(const struct built *b, const struct kx_range *ranges, size_t n)
{
	uint64_t sum = 0, size;

	for (size_t i = 0; i < n; i++) {
		const uint64_t end = (ranges[i].end + PAGE - 1) / PAGE * PAGE;

		for (uint64_t addr = ranges[i].start / PAGE * PAGE; addr < end;) {
			assert_int_equal(walk(b, addr, &size), attr_of[ranges[i].type]);
			/* On to the next descriptor, or to the end when that one leads beyond. */
			size -= addr % size;
			size = size < end - addr ? size : end - addr;
			addr += size;
			sum += size;
		}
	}
	assert_int_equal(mapped_bytes(b, TABLE_AT, 0), sum);
}

TEST(a_typical_load_is_mapped_exactly)
{
	const struct kx_range ranges[] = {
		{ 0x40200000, 0x42345000, ARM64_MAP_READ },
		{ 0x43000000, 0x47654321, ARM64_MAP_READ },
		{ 0x7fe00000, 0x7fe02345, ARM64_MAP_READ },
		{ 0x7fff8000, 0x7fffd000, ARM64_MAP_CODE },
		{ 0x09000000, 0x09001000, ARM64_MAP_DEVICE },
	};
	const size_t n = sizeof(ranges) / sizeof(ranges[0]);
	struct built b;
	uint64_t size;

	assert_int_equal(build(&b, ranges, n), 0);
	assert_exact(&b, ranges, n);
	assert_int_equal(walk(&b, 0x40200000, &size), READ_ATTR);
	assert_int_equal(size, 2 * MIB);
	assert_int_equal(walk(&b, 0x401ff000, &size), 0);
	assert_int_equal(walk(&b, 0x09001000, &size), 0);
	free(b.bytes);
}

TEST(aligned_gigabytes_need_one_descriptor_each)
{
	const struct kx_range range = { 3ULL << 30, 8ULL << 30, ARM64_MAP_READ };
	struct built b;
	uint64_t size;

	assert_int_equal(build(&b, &range, 1), 0);
	assert_exact(&b, &range, 1);
	assert_int_equal(walk(&b, 5ULL << 30, &size), READ_ATTR);
	assert_int_equal(size, GIB);
	assert_int_equal(b.used, 2 * PAGE);
	free(b.bytes);
}

TEST(touching_ranges_share_blocks_and_overlaps_of_one_type_are_fine)
{
	const struct kx_range ranges[] = {
		{ 3 * MIB, 4 * MIB, ARM64_MAP_READ },
		{ 2 * MIB, 3 * MIB, ARM64_MAP_READ },
		{ 2 * MIB + 5, 2 * MIB + 6, ARM64_MAP_READ },
		{ 8 * MIB, 8 * MIB, ARM64_MAP_CODE },
	};
	const struct kx_range all = { 2 * MIB, 4 * MIB, ARM64_MAP_READ };
	struct built b;

	assert_int_equal(build(&b, ranges, 4), 0);
	assert_exact(&b, &all, 1);
	assert_int_equal(b.used, 3 * PAGE);
	free(b.bytes);
}

TEST(what_cannot_be_mapped_is_refused)
{
	const struct kx_range top = { (1ULL << 48) - PAGE, 1ULL << 48, ARM64_MAP_READ };
	const struct kx_range beyond = { 1ULL << 48, (1ULL << 48) + 1, ARM64_MAP_READ };
	const struct kx_range backwards = { 0x2000, 0x1000, ARM64_MAP_READ };
	const struct kx_range odd = { 0x1000, 0x2000, 7 };
	const struct kx_range twice[] = { { 0x1000, 0x5000, ARM64_MAP_READ },
					  { 0x2000, 0x2010, ARM64_MAP_CODE },
					  { 0x4000, 0x6000, ARM64_MAP_READ } };
	struct built b;

	assert_int_equal(build(&b, &top, 1), 0);
	assert_exact(&b, &top, 1);
	assert_int_equal(arm64_paging_build(&top, 1, TABLE_AT, b.bytes, 3 * PAGE, &b.used, &err),
			 -ENOSPC);
	assert_int_equal(
		arm64_paging_build(&top, 1, TABLE_AT + 1, b.bytes, b.room, &b.used, &err), -EINVAL);
	assert_int_equal(
		arm64_paging_build(&top, 1, ADDRESS, b.bytes, b.room, &b.used, &err), -EINVAL);
	free(b.bytes);

	assert_int_equal(build(&b, &beyond, 1), -ERANGE);
	assert_says(&err, "0x1000000000001");
	free(b.bytes);
	assert_int_equal(build(&b, &backwards, 1), -ERANGE);
	free(b.bytes);
	assert_int_equal(build(&b, &odd, 1), -EINVAL);
	free(b.bytes);
	assert_int_equal(build(&b, twice, 3), -EINVAL);
	assert_says(&err, "0x2000 is wanted in two ways");
	assert_int_equal(b.used, 0);
	free(b.bytes);
}

/* xorshift64; the same numbers in every run. */
static uint64_t random_number(void)
{
	static uint64_t x = 88172645463325252ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* Ranges of all sizes, aligned or not, from low memory up to the limit, no page shared. */
static size_t random_ranges(struct kx_range *ranges, size_t max)
{
	uint64_t at = random_number() >> (random_number() % 40 + 20);
	size_t n = 0;

	while (n < max) {
		const unsigned int align = (unsigned int)(random_number() % 4);
		const uint64_t unit = align == 0 ? 1 : PAGE << 9 * (align - 1);
		const uint64_t len = (random_number() % (align == 3 ? 600 : 1500) + 1) * unit;

		at = (at + unit - 1) / unit * unit;
		if (len > (1ULL << 48) - at)
			break;
		ranges[n++] = (struct kx_range){ at, at + len,
						 (uint32_t)(random_number() % 3) };
		at += len;
		at = (at + PAGE - 1) / PAGE * PAGE + random_number() % 3 * PAGE;
	}
	return n;
}

TEST(mapped_if_and_only_if_asked_for)
{
	enum { RUNS = 400, MAX = 20 };
	size_t most = 0;

	for (unsigned int run = 0; run < RUNS; run++) {
		struct kx_range ranges[MAX], lengths[MAX];
		const size_t n = random_ranges(ranges, MAX);
		struct built b;

		most = n > most ? n : most;
		/* Neither the order of the ranges nor where they are may change the room. */
		for (size_t i = 0; i < n; i++) {
			const size_t other = (size_t)(random_number() % n);
			const struct kx_range swap = ranges[i];

			ranges[i] = ranges[other];
			ranges[other] = swap;
		}
		for (size_t i = 0; i < n; i++)
			lengths[i] = (struct kx_range){ 0, ranges[i].end - ranges[i].start, 0 };
		assert_int_equal(arm64_paging_room(lengths, n), arm64_paging_room(ranges, n));
		assert_int_equal(build(&b, ranges, n), 0);
		assert_true(b.used <= b.room && b.used % PAGE == 0);
		assert_exact(&b, ranges, n);
		/* What is behind the tables is not touched. */
		for (size_t i = b.used; i < b.room; i++)
			assert_int_equal(b.bytes[i], 0xff);
		free(b.bytes);
	}
	assert_int_equal(most, MAX);
}

/* Lengths for which no more can be needed than these tables, wherever they are. */
TEST(the_room_is_not_wasteful)
{
	const struct kx_range one = { 0, 40 * MIB, ARM64_MAP_READ }, none = { MIB, MIB, 0 };

	assert_int_equal(arm64_paging_room(NULL, 0), PAGE);
	assert_int_equal(arm64_paging_room(&one, 1), 7 * PAGE);
	assert_int_equal(arm64_paging_room(&none, 1), PAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_typical_load_is_mapped_exactly),
		cmocka_unit_test(aligned_gigabytes_need_one_descriptor_each),
		cmocka_unit_test(touching_ranges_share_blocks_and_overlaps_of_one_type_are_fine),
		cmocka_unit_test(what_cannot_be_mapped_is_refused),
		cmocka_unit_test(mapped_if_and_only_if_asked_for),
		cmocka_unit_test(the_room_is_not_wasteful),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

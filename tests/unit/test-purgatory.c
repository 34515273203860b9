/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Purgatory on the host: the generic part over a fake architecture, x86's page tables over an
 * array, and the head of the built image.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kexec/arch/arches.h"
#include "purgatory/arch/x86/x86.h"
#include "purgatory/purgatory.h"

/* How purgatory ended. */
enum outcome { RETURNED, RESET, HALTED };

static struct fake {
	jmp_buf end;
	enum outcome outcome;
	char text[1024];
	size_t len;
	int inits, prepares;
	bool hashing;
	const uint8_t *watched;		/* a byte to be looked at when the hashing ends */
	uint8_t watched_at_hash_end;
} fake;

void purgatory_arch_init(const struct kx_purg_params *params)
{
	(void)params;
	assert_int_equal(fake.len, 0);
	fake.inits++;
}

void purgatory_arch_putc(char c)
{
	assert_int_equal(fake.inits, 1);
	/* The processor is as the next kernel expects it whenever something slow happens. */
	assert_false(fake.hashing);
	assert_true(fake.len < sizeof(fake.text) - 1);
	fake.text[fake.len++] = c;
}

static void checked_blocks(uint32_t state[8], const uint8_t *data, size_t count)
{
	assert_true(fake.hashing);
	kx_sha256_blocks_portable(state, data, count);
}

kx_sha256_blocks_fn *purgatory_arch_hash_begin(void)
{
	assert_false(fake.hashing);
	fake.hashing = true;
	return checked_blocks;
}

void purgatory_arch_hash_end(void)
{
	assert_true(fake.hashing);
	fake.hashing = false;
	if (fake.watched)
		fake.watched_at_hash_end = *fake.watched;
}

void purgatory_arch_prepare(void)
{
	fake.prepares++;
}

_Noreturn void purgatory_arch_reset(void)
{
	fake.outcome = RESET;
	longjmp(fake.end, 1);
}

_Noreturn void purgatory_arch_halt(void)
{
	fake.outcome = HALTED;
	longjmp(fake.end, 1);
}

static enum outcome run(const struct kx_purg_params *params)
{
	memset(&fake.text, 0, sizeof(fake.text));
	fake.len = 0;
	fake.inits = fake.prepares = 0;
	fake.hashing = false;
	fake.outcome = RETURNED;
	if (setjmp(fake.end) == 0)
		purgatory_main(params);
	assert_false(fake.hashing);
	assert_int_equal(fake.inits, 1);
	assert_int_equal(fake.prepares, fake.outcome == RETURNED);
	return fake.outcome;
}

static uint8_t kernel[1000], initrd[300];

/* Two regions that are as they should be, and a console. */
static struct kx_purg_params good_params(void)
{
	struct kx_purg_params params = {
		.magic = KX_PURG_MAGIC,
		.flags = KX_PURG_VERIFY,
		.n_regions = 2,
		.console_kind = KX_PURG_CONSOLE_8250_IO,
		.region = {
			{ (uintptr_t)kernel, sizeof(kernel), "kernel", { 0 } },
			{ (uintptr_t)initrd, sizeof(initrd), "initrd", { 0 } },
		},
	};

	memset(kernel, 0x11, sizeof(kernel));
	memset(initrd, 0x22, sizeof(initrd));
	kx_sha256(kx_sha256_blocks_portable, kernel, sizeof(kernel), params.region[0].digest);
	kx_sha256(kx_sha256_blocks_portable, initrd, sizeof(initrd), params.region[1].digest);
	return params;
}

static void intact_regions_lead_to_the_kernel(void **state)
{
	const struct kx_purg_params params = good_params();

	(void)state;
	assert_int_equal(run(&params), RETURNED);
	assert_string_equal(fake.text, "kexec purgatory: checking 2 regions\n"
				       "kexec purgatory: starting the kernel\n");
}

static void damaged_region_is_named(void **state)
{
	const struct kx_purg_params params = good_params();
	char want[200];

	(void)state;
	initrd[sizeof(initrd) - 1] ^= 0x80;
	assert_int_equal(run(&params), RESET);
	snprintf(want, sizeof(want),
		 "kexec purgatory: checking 2 regions\n"
		 "kexec purgatory: initrd at 0x%llx is damaged (SHA-256 differs), resetting\n",
		 (unsigned long long)(uintptr_t)initrd);
	assert_string_equal(fake.text, want);
}

static void every_bit_of_a_digest_counts(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit < 8 * KX_SHA256_SIZE; bit++) {
		struct kx_purg_params params = good_params();

		params.region[1].digest[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(run(&params), RESET);
	}
}

static void name_without_nul_or_with_junk_is_printed_safely(void **state)
{
	struct kx_purg_params params = good_params();

	(void)state;
	kernel[0] ^= 1;
	memcpy(params.region[0].name, "sixteen\x1b\xff letter", sizeof(params.region[0].name));
	assert_int_equal(run(&params), RESET);
	assert_non_null(strstr(fake.text, "kexec purgatory: sixteen?? letter at 0x"));
}

static void halt_flag_stops(void **state)
{
	struct kx_purg_params params = good_params();

	(void)state;
	params.flags |= KX_PURG_HALT;
	assert_int_equal(run(&params), RETURNED);
	kernel[500] ^= 1;
	assert_int_equal(run(&params), HALTED);
	assert_non_null(strstr(fake.text, " is damaged (SHA-256 differs), stopping\n"));
	assert_null(strstr(fake.text, "resetting"));
}

static void without_the_verify_flag_nothing_is_checked(void **state)
{
	struct kx_purg_params params = good_params();

	(void)state;
	kernel[0] ^= 1;
	params.flags = 0;
	params.n_regions = UINT32_MAX;
	assert_int_equal(run(&params), RETURNED);
	assert_string_equal(fake.text, "kexec purgatory: not checking what was loaded\n"
				       "kexec purgatory: starting the kernel\n");
}

static void number_of_regions(void **state)
{
	struct kx_purg_params params = good_params();

	(void)state;
	params.n_regions = 0;
	assert_int_equal(run(&params), RETURNED);
	assert_non_null(strstr(fake.text, "checking 0 regions\n"));

	params.n_regions = 1;
	assert_int_equal(run(&params), RETURNED);
	assert_non_null(strstr(fake.text, "checking 1 region\n"));

	/* All there may be, with the damage in the last. */
	params.n_regions = KX_PURG_REGIONS;
	for (unsigned int i = 2; i < KX_PURG_REGIONS; i++)
		params.region[i] = params.region[0];
	assert_int_equal(run(&params), RETURNED);
	assert_non_null(strstr(fake.text, "checking 16 regions\n"));
	params.region[KX_PURG_REGIONS - 1].len--;
	assert_int_equal(run(&params), RESET);

	params.n_regions = KX_PURG_REGIONS + 1;
	assert_int_equal(run(&params), RESET);
	assert_string_equal(fake.text, "kexec purgatory: its own parameters are damaged "
				       "(17 regions), resetting\n");
	params.n_regions = UINT32_MAX;
	assert_int_equal(run(&params), RESET);
}

static void wrong_magic_is_damage(void **state)
{
	struct kx_purg_params params = good_params();

	(void)state;
	params.magic ^= 1;
	params.flags |= KX_PURG_HALT;
	assert_int_equal(run(&params), HALTED);
}

static void backup_is_copied_after_the_check(void **state)
{
	struct kx_purg_params params = good_params();
	static uint8_t from[5000], to[5002];

	(void)state;
	memset(from, 0x33, sizeof(from));
	params.backup_src = (uintptr_t)from;
	params.backup_dst = (uintptr_t)(to + 1);
	params.backup_len = sizeof(from);
	fake.watched = to + 1;
	fake.watched_at_hash_end = 0xff;

	assert_int_equal(run(&params), RETURNED);
	assert_int_equal(fake.watched_at_hash_end, 0);
	assert_memory_equal(to + 1, from, sizeof(from));
	assert_int_equal(to[0], 0);
	assert_int_equal(to[sizeof(to) - 1], 0);

	/* When something is damaged nothing is overwritten. */
	memset(to, 0, sizeof(to));
	kernel[0] ^= 1;
	assert_int_equal(run(&params), RESET);
	for (size_t i = 0; i < sizeof(to); i++)
		assert_int_equal(to[i], 0);

	params.flags = 0;
	assert_int_equal(run(&params), RETURNED);
	assert_memory_equal(to + 1, from, sizeof(from));
	fake.watched = NULL;
}

static void quiet_prints_bad_news_only(void **state)
{
	struct kx_purg_params params = good_params();

	(void)state;
	params.flags |= KX_PURG_QUIET;
	assert_int_equal(run(&params), RETURNED);
	assert_string_equal(fake.text, "");
	params.flags &= ~(uint32_t)KX_PURG_VERIFY;
	assert_int_equal(run(&params), RETURNED);
	assert_string_equal(fake.text, "");

	params.flags |= KX_PURG_VERIFY;
	initrd[7] ^= 1;
	assert_int_equal(run(&params), RESET);
	assert_non_null(strstr(fake.text, "initrd at 0x"));
	assert_non_null(strstr(fake.text, "is damaged"));
	assert_null(strstr(fake.text, "checking"));
}

static void exception_is_reported(void **state)
{
	struct kx_purg_params params = good_params();

	(void)state;
	params.flags |= KX_PURG_QUIET;
	for (int halt = 0; halt <= 1; halt++) {
		if (halt)
			params.flags |= KX_PURG_HALT;
		memset(&fake, 0, sizeof(fake));
		fake.inits = 1;
		if (setjmp(fake.end) == 0)
			purgatory_fault(&params, 0x96000045, 0x1234, 0xfedcba9876543210);
		assert_int_equal(fake.outcome, halt ? HALTED : RESET);
		assert_non_null(strstr(fake.text, "kexec purgatory: exception 0x96000045 at "
						  "0x1234, address 0xfedcba9876543210, "));
	}
}

static void without_a_console_nothing_is_printed(void **state)
{
	struct kx_purg_params params = good_params();

	(void)state;
	params.console_kind = KX_PURG_CONSOLE_NONE;
	assert_int_equal(run(&params), RETURNED);
	assert_int_equal(fake.len, 0);
	kernel[0] ^= 1;
	assert_int_equal(run(&params), RESET);
	assert_int_equal(fake.len, 0);

	params.flags |= KX_PURG_CONSOLE_VGA;
	assert_int_equal(run(&params), RESET);
	assert_true(fake.len > 0);
}

/*
 * Page tables: an array stands for the memory at TABLES_AT. x86's flags are written as numbers, so
 * that a wrong constant in the code does not go unnoticed here.
 */
#define TABLES_AT 0x40000000ULL
#define DEVICE 0x1bULL			/* present, writable, write-through, cache disabled */
#define LARGE_PAGE 0x80ULL
#define TABLE 0x3ULL			/* present, writable */
enum { TABLES = 8 };

static uint64_t tables[TABLES][512];

static uint64_t *fake_table(uint64_t phys)
{
	assert_true(phys >= TABLES_AT && phys < TABLES_AT + 4096 * TABLES);
	assert_int_equal(phys % 4096, 0);
	return tables[(phys - TABLES_AT) / 4096];
}

static uint64_t at(unsigned int table)
{
	return TABLES_AT + 4096 * (uint64_t)table;
}

/* Table 0 is the root, with bits in CR3 that are not part of its address; 1 to 3 are spare. */
static struct x86_paging empty_paging(unsigned int levels)
{
	memset(tables, 0, sizeof(tables));
	return (struct x86_paging){
		.root = at(0) | 0x18, .levels = levels, .spare = at(1), .n_spare = 3,
		.table = fake_table,
	};
}

static unsigned int used_entries(void)
{
	unsigned int used = 0;

	for (unsigned int i = 0; i < TABLES * 512; i++)
		used += tables[i / 512][i % 512] != 0;
	return used;
}

static void four_levels_from_nothing(void **state)
{
	struct x86_paging paging = empty_paging(4);
	const uint64_t addr = 3ULL << 39 | 5ULL << 30 | 7ULL << 21 | 0x1234;

	(void)state;
	assert_true(x86_paging_map_device(&paging, addr));
	assert_int_equal(tables[0][3], at(1) | TABLE);
	assert_int_equal(tables[1][5], at(2) | TABLE);
	assert_int_equal(tables[2][7], (addr & ~0x1fffffULL) | DEVICE | LARGE_PAGE);
	assert_int_equal(used_entries(), 3);
	assert_int_equal(paging.n_spare, 1);

	/* Again, and a neighbour in the same 2 MiB: nothing changes. */
	assert_true(x86_paging_map_device(&paging, addr));
	assert_true(x86_paging_map_device(&paging, addr | 0x1fffff));
	assert_int_equal(used_entries(), 3);
	/* The next 2 MiB need an entry, but no table. */
	assert_true(x86_paging_map_device(&paging, addr + 0x200000));
	assert_int_equal(used_entries(), 4);
	assert_int_equal(paging.n_spare, 1);
}

static void five_levels_from_nothing(void **state)
{
	struct x86_paging paging = empty_paging(5);
	const uint64_t addr = 1ULL << 46 | 5ULL << 30 | 511ULL << 21;

	(void)state;
	assert_true(x86_paging_map_device(&paging, addr));
	assert_int_equal(tables[0][0], at(1) | TABLE);
	assert_int_equal(tables[1][1 << 7], at(2) | TABLE);
	assert_int_equal(tables[2][5], at(3) | TABLE);
	assert_int_equal(tables[3][511], addr | DEVICE | LARGE_PAGE);
	assert_int_equal(used_entries(), 4);
	assert_int_equal(paging.n_spare, 0);
}

static void existing_tables_are_used_and_existing_pages_kept(void **state)
{
	struct x86_paging paging = empty_paging(4);

	(void)state;
	paging.n_spare = 0;
	tables[0][0] = at(4) | 0x63;
	tables[4][0] = at(5) | 0x63;
	tables[4][1] = 1ULL << 30 | 0xe3;	/* a page of 1 GiB */
	tables[5][0] = 0xe3;			/* a page of 2 MiB */
	tables[5][1] = at(6) | 0x63;		/* a table of 4 KiB pages */
	tables[6][1] = 0x201063;

	assert_true(x86_paging_map_device(&paging, 0xb8000));
	assert_true(x86_paging_map_device(&paging, 1ULL << 30 | 0x123456));
	assert_true(x86_paging_map_device(&paging, 0x201fff));
	assert_int_equal(used_entries(), 6);

	assert_true(x86_paging_map_device(&paging, 0x202004));
	assert_int_equal(tables[6][2], 0x202000 | DEVICE);
	assert_int_equal(used_entries(), 7);

	/* A missing table, and no page for it. */
	assert_false(x86_paging_map_device(&paging, 0xfe000000));
	assert_int_equal(used_entries(), 7);
}

static void addresses_beyond_the_mode_are_refused(void **state)
{
	struct x86_paging paging = empty_paging(4);

	(void)state;
	assert_false(x86_paging_map_device(&paging, 1ULL << 47));
	assert_false(x86_paging_map_device(&paging, UINT64_MAX));
	paging = empty_paging(5);
	assert_false(x86_paging_map_device(&paging, 1ULL << 56));
	assert_false(x86_paging_map_device(&paging, UINT64_MAX));
	assert_int_equal(used_entries(), 0);
}

static void encrypted_memory_is_noticed_and_left_alone(void **state)
{
	(void)state;
	for (unsigned int bit = 47; bit <= 51; bit += 4) {
		struct x86_paging paging = empty_paging(4);

		tables[0][0] = at(4) | 0x63;
		assert_false(x86_paging_encrypted(&paging, 0x1000000));
		tables[0][0] |= 1ULL << bit;
		assert_true(x86_paging_encrypted(&paging, 0x1000000));
		assert_false(x86_paging_map_device(&paging, 0xfe000000));
		assert_int_equal(used_entries(), 1);
	}
}

/* Bytes of an image as a little-endian number, whatever the host is. */
static uint64_t image_number(const unsigned char *image, size_t offset)
{
	uint64_t number = 0;

	for (unsigned int i = 0; i < 8; i++)
		number |= (uint64_t)image[offset + i] << (8 * i);
	return number;
}

static void linked_images_have_magic_and_memsz(void **state)
{
	size_t seen = 0;

	(void)state;
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		const unsigned char *const image = (*a)->purgatory;
		const size_t size = *(*a)->purgatory_size;
		const uint64_t memsz = image_number(image, offsetof(struct kx_purg_params, memsz));

		if (size == 0)
			continue;
		seen++;
		assert_true(size > KX_PURG_ENTRY);
		assert_int_equal(image_number(image, offsetof(struct kx_purg_params, magic)),
				 KX_PURG_MAGIC);
		assert_int_equal(image_number(image, offsetof(struct kx_purg_params, entry)), 0);
		assert_true(memsz >= size);
		assert_int_equal(memsz % 4096, 0);
	}
	if (seen == 0)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intact_regions_lead_to_the_kernel),
		cmocka_unit_test(damaged_region_is_named),
		cmocka_unit_test(every_bit_of_a_digest_counts),
		cmocka_unit_test(name_without_nul_or_with_junk_is_printed_safely),
		cmocka_unit_test(halt_flag_stops),
		cmocka_unit_test(without_the_verify_flag_nothing_is_checked),
		cmocka_unit_test(number_of_regions),
		cmocka_unit_test(wrong_magic_is_damage),
		cmocka_unit_test(backup_is_copied_after_the_check),
		cmocka_unit_test(quiet_prints_bad_news_only),
		cmocka_unit_test(exception_is_reported),
		cmocka_unit_test(without_a_console_nothing_is_printed),
		cmocka_unit_test(four_levels_from_nothing),
		cmocka_unit_test(five_levels_from_nothing),
		cmocka_unit_test(existing_tables_are_used_and_existing_pages_kept),
		cmocka_unit_test(addresses_beyond_the_mode_are_refused),
		cmocka_unit_test(encrypted_memory_is_noticed_and_left_alone),
		cmocka_unit_test(linked_images_have_magic_and_memsz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans: where segments go, what is said when none fits, and the digests for purgatory. */
#include "kexec/arch/arches.h"
#include "kexec/plan/plan.h"
#include "kx/sha256.h"
#include "tests/unit/kxtest.h"

/* RAM at [1 MiB, 3 MiB) and [16 MiB, 32 MiB). */
static struct kx_plan some_plan(void)
{
	static const uint64_t bound[] = { MIB, 3 * MIB, 16 * MIB, 32 * MIB };
	struct kx_plan plan = { .arch = kx_arch_by_name("x86_64"), .cmdline = "" };

	ranges_of(&plan.usable, bound, 2);
	return plan;
}

static int place(struct kx_plan *plan, struct kx_place wanted, uint64_t *ret, struct kx_err *err)
{
	if (!wanted.what)
		wanted.what = "thing";
	if (wanted.limit.end == 0)
		wanted.limit.end = UINT64_MAX;
	return kx_plan_place(plan, &wanted, ret, err);
}

static void assert_placed(struct kx_plan *plan, struct kx_place wanted, uint64_t expected)
{
	struct kx_err err = { "" };
	uint64_t addr = 1;

	if (place(plan, wanted, &addr, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(addr, expected);
	assert_int_equal(plan->segments[plan->n_segments - 1].addr, expected);
}

static void assert_refused(struct kx_plan *plan, struct kx_place wanted, int code, const char *says)
{
	struct kx_err err = { "" };
	size_t before = plan->n_segments;
	uint64_t addr = 1;

	assert_int_equal(place(plan, wanted, &addr, &err), code);
	assert_says(&err, says);
	assert_int_equal(addr, 1);
	assert_int_equal(plan->n_segments, before);
}

TEST(the_highest_fit_is_taken)
{
	struct kx_plan plan = some_plan();

	assert_placed(&plan, (struct kx_place){ .memsz = 1 }, 32 * MIB - 4096);
	assert_int_equal(plan.segments[0].memsz, 4096);
	assert_placed(&plan, (struct kx_place){ .memsz = 4097 }, 32 * MIB - 3 * 4096);
	assert_int_equal(plan.segments[1].memsz, 8192);
	kx_plan_done(&plan);
}

TEST(alignment_leaves_holes_that_smaller_ones_fill)
{
	struct kx_plan plan = some_plan();

	assert_placed(&plan, (struct kx_place){ .memsz = 4096, .align = 16 * MIB }, 16 * MIB);
	assert_placed(&plan, (struct kx_place){ .memsz = 3 * MIB, .align = 2 * MIB }, 28 * MIB);
	assert_placed(&plan, (struct kx_place){ .memsz = MIB }, 31 * MIB);
	assert_placed(&plan, (struct kx_place){ .memsz = 4096, .align = 1 }, 28 * MIB - 4096);
	kx_plan_done(&plan);
}

TEST(a_lower_range_is_used_when_the_upper_is_full)
{
	struct kx_plan plan = some_plan();

	assert_placed(&plan, (struct kx_place){ .memsz = 16 * MIB }, 16 * MIB);
	assert_placed(&plan, (struct kx_place){ .memsz = 2 * MIB }, MIB);
	assert_refused(&plan, (struct kx_place){ .memsz = 1 }, -EADDRNOTAVAIL,
		       "the largest free range there has 0x0");
	kx_plan_done(&plan);
}

TEST(limits_hold)
{
	struct kx_plan plan = some_plan();
	struct kx_range low = { 0, 20 * MIB + 100, 0 }, high = { 20 * MIB + 100, UINT64_MAX, 0 };

	assert_placed(&plan, (struct kx_place){ .memsz = 1, .limit = low }, 20 * MIB - 4096);
	assert_placed(&plan, (struct kx_place){ .memsz = 12 * MIB - 4096, .limit = high },
		      20 * MIB + 4096);
	assert_refused(&plan, (struct kx_place){ .memsz = 1, .limit = high }, -EADDRNOTAVAIL,
		       "0x1400064");
	assert_refused(&plan, (struct kx_place){ .memsz = 1, .limit = { MIB, MIB, 0 } },
		       -EADDRNOTAVAIL, "[0x100000, 0x100000)");
	assert_refused(&plan, (struct kx_place){ .memsz = 1, .limit = { 3 * MIB, 2 * MIB, 0 } },
		       -EADDRNOTAVAIL, "no room for the thing");
	kx_plan_done(&plan);
}

TEST(fixed_addresses)
{
	struct kx_plan plan = some_plan();
	struct kx_place at = { .memsz = MIB, .fixed = true, .at = 17 * MIB };

	assert_placed(&plan, at, 17 * MIB);
	assert_refused(&plan, at, -EADDRNOTAVAIL, "at a fixed address");
	at.at = 16 * MIB + 4096;
	assert_refused(&plan, at, -EADDRNOTAVAIL, "0x100000 bytes wanted");
	at.at = 31 * MIB + 4096;
	assert_refused(&plan, at, -EADDRNOTAVAIL, "fixed");
	at.at = UINT64_MAX - 4095;
	assert_refused(&plan, at, -EADDRNOTAVAIL, "fixed");
	at.at = 20 * MIB + 1;
	assert_refused(&plan, at, -EINVAL, "0x1400001 is not aligned");
	at.at = 21 * MIB;
	at.align = 2 * MIB;
	assert_refused(&plan, at, -EINVAL, "0x1500000 is not aligned");
	kx_plan_done(&plan);
}

TEST(when_nothing_fits_the_text_has_size_and_largest_hole)
{
	struct kx_plan plan = some_plan();

	assert_placed(&plan, (struct kx_place){ .memsz = 4096, .fixed = true, .at = 24 * MIB },
		      24 * MIB);
	assert_refused(&plan, (struct kx_place){ .what = "initrd", .memsz = 16 * MIB },
		       -EADDRNOTAVAIL,
		       "no room for the initrd: 0x1000000 bytes wanted in [0x0, 0xffffffffffffffff), "
		       "the largest free range there has 0x800000");
	kx_plan_done(&plan);
}

TEST(bad_sizes_and_alignments_are_refused)
{
	struct kx_plan plan = some_plan();

	assert_refused(&plan, (struct kx_place){ .memsz = 0 }, -EINVAL, "0 bytes");
	assert_refused(&plan, (struct kx_place){ .memsz = UINT64_MAX }, -EINVAL, "not a size");
	assert_refused(&plan, (struct kx_place){ .memsz = UINT64_MAX - 4095 }, -EADDRNOTAVAIL,
		       "0xfffffffffffff000 bytes");
	assert_refused(&plan, (struct kx_place){ .memsz = 1, .align = 0x3000 }, -EINVAL,
		       "0x3000 is not a power of two");
	assert_refused(&plan, (struct kx_place){ .memsz = 1, .align = UINT64_C(1) << 63 },
		       -EADDRNOTAVAIL, "no room");
	kx_plan_done(&plan);
}

TEST(only_whole_pages_of_ram_are_used)
{
	static const uint64_t bound[] = { 0x1800, 0x3800, 0x5001, 0x5fff };
	struct kx_plan plan = { .cmdline = "" };

	ranges_of(&plan.usable, bound, 2);
	assert_placed(&plan, (struct kx_place){ .memsz = 1 }, 0x2000);
	assert_refused(&plan, (struct kx_place){ .memsz = 1 }, -EADDRNOTAVAIL, "has 0x0");
	kx_plan_done(&plan);
}

TEST(bytes_longer_than_memsz_count)
{
	static const uint8_t bytes[5000];
	struct kx_plan plan = some_plan();

	assert_placed(&plan, (struct kx_place){ .data = { bytes, 5000 }, .memsz = 1 },
		      32 * MIB - 8192);
	kx_plan_done(&plan);
}

/* Parameters as kx_plan_add_purgatory() leaves them, without an image. */
static void add_params(struct kx_plan *plan)
{
	plan->purgatory = kx_plan_alloc(plan, sizeof(*plan->purgatory));
	plan->purgatory_image = kx_plan_alloc(plan, sizeof(*plan->purgatory));
}

/* A plan with a purgatory that shall verify. */
static struct kx_plan sealed_plan(size_t segments, int *ret_rc, struct kx_err *err)
{
	static uint8_t bytes[64][16];
	struct kx_plan plan = some_plan();

	add_params(&plan);
	plan.purgatory->flags = KX_PURG_VERIFY;
	for (size_t i = 0; i < segments; i++) {
		uint64_t addr;

		memset(bytes[i], (int)i + 1, sizeof(bytes[i]));
		assert_int_equal(place(&plan,
				       (struct kx_place){
					       .what = i ? "a name of more than sixteen bytes" : "kernel",
					       .data = { bytes[i], i == 2 ? 0 : sizeof(bytes[i]) },
					       .memsz = 4096,
					       .unverified = i == 1,
				       },
				       &addr, err),
				 0);
	}
	*ret_rc = kx_plan_seal(&plan, err);
	return plan;
}

TEST(seal_hashes_what_is_verified)
{
	struct kx_err err = { "" };
	int rc;
	struct kx_plan plan = sealed_plan(4, &rc, &err);
	uint8_t digest[KX_SHA256_SIZE];

	assert_int_equal(rc, 0);
	/* Neither the unverified segment nor the one without bytes. */
	assert_int_equal(plan.purgatory->n_regions, 2);
	assert_int_equal(plan.purgatory->region[0].start, plan.segments[0].addr);
	assert_int_equal(plan.purgatory->region[0].len, 16);
	assert_string_equal(plan.purgatory->region[0].name, "kernel");
	assert_int_equal(plan.purgatory->region[1].start, plan.segments[3].addr);
	assert_memory_equal(plan.purgatory->region[1].name, "a name of more t", 16);
	for (size_t i = 0; i < 2; i++) {
		kx_sha256(kx_sha256_blocks_portable, plan.segments[3 * i].data.base, 16, digest);
		assert_memory_equal(plan.purgatory->region[i].digest, digest, sizeof(digest));
	}
	kx_plan_done(&plan);
}

TEST(seal_hashes_every_byte_of_segments_of_any_size)
{
	static const uint8_t bytes[4097] = { [0] = 1, [4095] = 2, [4096] = 3 };
	static const size_t size[] = { 1, 15, 4095, 4096, 4097 };
	uint8_t digest[KX_SHA256_SIZE];
	struct kx_plan plan = some_plan();
	struct kx_err err = { "" };
	uint64_t addr;

	add_params(&plan);
	plan.purgatory->flags = KX_PURG_VERIFY;
	for (size_t i = 0; i < 5; i++)
		place(&plan, (struct kx_place){ .data = { bytes, size[i] } }, &addr, &err);
	assert_int_equal(kx_plan_seal(&plan, &err), 0);
	assert_int_equal(plan.purgatory->n_regions, 5);
	for (size_t i = 0; i < 5; i++) {
		kx_sha256(kx_sha256_blocks_portable, bytes, size[i], digest);
		assert_int_equal(plan.purgatory->region[i].len, size[i]);
		assert_memory_equal(plan.purgatory->region[i].digest, digest, sizeof(digest));
	}
	kx_plan_done(&plan);
}

TEST(seal_hashes_nothing_without_purgatory_or_checks)
{
	struct kx_plan plan = some_plan();
	struct kx_err err = { "" };
	uint64_t addr;

	assert_int_equal(place(&plan, (struct kx_place){ .memsz = 4096 }, &addr, &err), 0);
	assert_int_equal(kx_plan_seal(&plan, &err), 0);
	add_params(&plan);
	assert_int_equal(kx_plan_seal(&plan, &err), 0);
	assert_int_equal(plan.purgatory->n_regions, 0);
	kx_plan_done(&plan);
}

/* Both sides of every number, and bytes that have no order. */
static void assert_params(const struct kx_isa *isa)
{
	struct kx_arch arch = { .isa = isa };
	struct kx_plan plan = { .arch = &arch };
	struct kx_err err = { "" };
	struct kx_span image;
	uint64_t value;

	add_params(&plan);
	*plan.purgatory = (struct kx_purg_params){
		.entry = 0x1122334455667788,
		.flags = KX_PURG_HALT,
		.n_regions = 1,
		.backup_len = 0xa0000,
		.reset = KX_PURG_RESET_PSCI_HVC,
		.regs = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88776655 },
		.region = { { .start = 0x200000,
			      .len = 77,
			      .name = "kernel",
			      .digest = { 1, 2 } } },
	};
	image = (struct kx_span){ plan.purgatory_image, sizeof(*plan.purgatory) };
	assert_int_equal(kx_plan_seal(&plan, &err), 0);
	assert_true(kx_span_get(image, 8, 8, isa->big_endian, &value) &&
		    value == 0x1122334455667788);
	assert_true(kx_span_get(image, 32, 4, isa->big_endian, &value) && value == KX_PURG_HALT);
	assert_true(kx_span_get(image, 36, 4, isa->big_endian, &value) && value == 1);
	assert_true(kx_span_get(image, 72, 8, isa->big_endian, &value) && value == 0xa0000);
	assert_true(kx_span_get(image, 88, 4, isa->big_endian, &value) && value == 2);
	for (size_t i = 0; i < 7; i++)
		assert_true(kx_span_get(image, 96 + 4 * i, 4, isa->big_endian, &value) &&
			    value == 0x11 * (i + 1));
	assert_true(kx_span_get(image, 124, 4, isa->big_endian, &value) && value == 0x88776655);
	assert_true(kx_span_get(image, 128, 8, isa->big_endian, &value) && value == 0x200000);
	assert_true(kx_span_get(image, 136, 8, isa->big_endian, &value) && value == 77);
	assert_memory_equal(image.base + 144, "kernel\0", 7);
	assert_memory_equal(image.base + 160, "\1\2\0", 3);
	kx_plan_done(&plan);
}

TEST(parameters_are_written_in_the_order_of_the_target)
{
	assert_params(&kx_isa_x86_64);
	assert_params(&kx_isa_s390x);
}

#define FOUR_GIB (UINT64_C(1) << 32)

/* RAM on both sides of 4 GiB, and whatever purgatory this build has. */
static struct kx_plan protected_plan(struct kx_range limit, int *ret_rc, struct kx_err *err)
{
	static const uint64_t bound[] = { MIB, 3 * MIB, FOUR_GIB - MIB, FOUR_GIB + MIB };
	static const struct kx_machine machine = { .root = NULL };
	const struct kx_request req = { .machine = &machine, .plan_only = true };
	struct kx_plan plan = { .arch = kx_arch_by_name("x86_64"), .cmdline = "" };

	ranges_of(&plan.usable, bound, 2);
	*ret_rc = kx_plan_add_purgatory_protected(&plan, &req, limit, err);
	return plan;
}

TEST(purgatory_that_leaves_long_mode_lies_below_4_gib)
{
	const struct kx_range anywhere = { 0, UINT64_MAX, 0 }, high = { FOUR_GIB, UINT64_MAX, 0 };
	struct kx_err err = { "" };
	struct kx_plan plan;
	uint64_t value;
	int rc;

	plan = protected_plan(anywhere, &rc, &err);
	assert_int_equal(rc, 0);
	assert_int_equal(plan.segments[0].addr + plan.segments[0].memsz, FOUR_GIB);
	plan.purgatory->entry = UINT32_MAX;
	plan.purgatory->regs.ebx = 0x9500;
	assert_int_equal(kx_plan_seal(&plan, &err), 0);
	assert_true(kx_span_le(plan.segments[0].data, 92, 4, &value) && value == 1);
	assert_true(kx_span_le(plan.segments[0].data, 112, 4, &value) && value == 0x9500);
	kx_plan_done(&plan);

	plan = protected_plan(high, &rc, &err);
	assert_int_equal(rc, -EADDRNOTAVAIL);
	assert_says(&err, "no room for the purgatory");
	kx_plan_done(&plan);
}

TEST(seal_refuses_what_32_bit_addresses_do_not_reach)
{
	const struct kx_range anywhere = { 0, UINT64_MAX, 0 };
	struct kx_err err = { "" };
	struct kx_plan plan;
	int rc;

	plan = protected_plan(anywhere, &rc, &err);
	assert_int_equal(rc, 0);
	plan.purgatory->entry = FOUR_GIB;
	assert_int_equal(kx_plan_seal(&plan, &err), -EINVAL);
	assert_says(&err, "entry 0x100000000 is above 4 GiB");
	/* Its last page would be. */
	plan.purgatory->entry = 2 * MIB;
	plan.entry += KX_PAGE_SIZE;
	assert_int_equal(kx_plan_seal(&plan, &err), -EINVAL);
	assert_says(&err, "purgatory at 0x");
	plan.entry = FOUR_GIB + KX_PURG_ENTRY;
	assert_int_equal(kx_plan_seal(&plan, &err), -EINVAL);
	assert_says(&err, "purgatory at 0x100000000 is above 4 GiB");
	/* Who enters as 64-bit kernels are may be anywhere. */
	plan.purgatory->mode = KX_PURG_MODE_OWN;
	plan.purgatory->entry = FOUR_GIB;
	assert_int_equal(kx_plan_seal(&plan, &err), 0);
	kx_plan_done(&plan);
}

TEST(other_architectures_have_no_protected_mode)
{
	const struct kx_request req = { .plan_only = true };
	struct kx_plan plan = { .arch = kx_arch_by_name("arm64"), .cmdline = "" };
	struct kx_err err = { "" };

	assert_int_equal(kx_plan_add_purgatory_protected(&plan, &req,
							 (struct kx_range){ 0, UINT64_MAX, 0 },
							 &err),
			 -ENOTSUP);
	assert_says(&err, "arm64");
	kx_plan_done(&plan);
}

TEST(seal_refuses_more_than_purgatory_has_room_for)
{
	struct kx_err err = { "" };
	struct kx_plan plan;
	int rc;

	plan = sealed_plan(KX_PURG_REGIONS + 2, &rc, &err);
	assert_int_equal(rc, 0);
	assert_int_equal(plan.purgatory->n_regions, KX_PURG_REGIONS);
	kx_plan_done(&plan);
	plan = sealed_plan(KX_PURG_REGIONS + 3, &rc, &err);
	assert_int_equal(rc, -E2BIG);
	assert_says(&err, "16");
	kx_plan_done(&plan);
}

TEST(purgatory_gets_what_the_request_says)
{
	struct kx_plan plan = some_plan();
	const struct kx_machine machine = { .root = NULL };
	const struct kx_request req = {
		.machine = &machine,
		.purgatory = { .no_checks = true,
			       .halt_on_mismatch = true,
			       .console_vga = true,
			       .reset_vga = true,
			       .console_kind = KX_PURG_CONSOLE_8250_MMIO,
			       .console_base = 0xfe000000,
			       .console_divisor = 12 },
	};
	struct kx_err err = { "" };
	struct kx_range limit = { 0, UINT64_MAX, 0 };

	if (*plan.arch->purgatory_size == 0) {
		assert_int_equal(kx_plan_add_purgatory(&plan, &req, limit, &err), -ENOTSUP);
		assert_says(&err, "x86_64");
		kx_plan_done(&plan);
		return;
	}
	assert_int_equal(kx_plan_add_purgatory(&plan, &req, limit, &err), 0);
	assert_int_equal(plan.purgatory->flags,
			 KX_PURG_HALT | KX_PURG_CONSOLE_VGA | KX_PURG_RESET_VGA);
	assert_int_equal(plan.purgatory->console_kind, KX_PURG_CONSOLE_8250_MMIO);
	assert_int_equal(plan.purgatory->console_base, 0xfe000000);
	assert_int_equal(plan.purgatory->console_divisor, 12);
	assert_int_equal(plan.entry, plan.segments[0].addr + KX_PURG_ENTRY);
	assert_true(plan.segments[0].unverified);
	assert_ptr_equal(plan.segments[0].data.base, plan.purgatory_image);
	/* The program itself; its parameters are written when the plan is sealed. */
	assert_true(plan.segments[0].data.len >= *plan.arch->purgatory_size);
	assert_memory_equal(plan.purgatory_image, plan.arch->purgatory, *plan.arch->purgatory_size);
	kx_plan_done(&plan);
}

TEST(notes_are_kept_in_order)
{
	struct kx_plan plan = some_plan();

	kx_plan_note(&plan, "first %d", 1);
	kx_plan_note(&plan, "second");
	assert_int_equal(plan.n_notes, 2);
	assert_string_equal(plan.notes[0], "first 1");
	assert_string_equal(plan.notes[1], "second");
	kx_plan_done(&plan);
	assert_int_equal(plan.n_notes, 0);
}

TEST(the_lowest_fit_is_taken_when_asked_for)
{
	const struct kx_place wanted = { .memsz = 4096, .lowest = true };
	struct kx_plan plan = some_plan();

	assert_placed(&plan, wanted, MIB);
	assert_placed(&plan, wanted, MIB + 4096);
	/* Too large for what is left of the first range. */
	assert_placed(&plan, (struct kx_place){ .memsz = 2 * MIB, .lowest = true }, 16 * MIB);
	assert_placed(&plan, (struct kx_place){ .memsz = MIB, .align = MIB, .lowest = true },
		      2 * MIB);
	assert_refused(&plan, (struct kx_place){ .memsz = 16 * MIB, .lowest = true },
		       -EADDRNOTAVAIL, "no room");
	kx_plan_done(&plan);
}

TEST(an_offset_from_the_alignment_is_kept)
{
	struct kx_place wanted = { .memsz = MIB, .align = 2 * MIB, .skew = 0x80000 };
	struct kx_plan plan = some_plan();

	assert_placed(&plan, wanted, 30 * MIB + 0x80000);
	wanted.lowest = true;
	/* [2.5, 3.5 MiB) would end outside the first range. */
	assert_placed(&plan, wanted, 16 * MIB + 0x80000);
	assert_placed(&plan, wanted, 18 * MIB + 0x80000);
	wanted.skew = 0x80001;
	assert_refused(&plan, wanted, -EINVAL, "0x80001");
	kx_plan_done(&plan);
}

TEST(segments_are_whole_pages_of_the_machine)
{
	struct kx_plan plan = some_plan();

	plan.page_size = 65536;
	assert_placed(&plan, (struct kx_place){ .memsz = 1 }, 32 * MIB - 65536);
	assert_int_equal(plan.segments[0].memsz, 65536);
	plan.usable.item[0].start += 4096;
	assert_placed(&plan, (struct kx_place){ .memsz = 1, .lowest = true }, MIB + 65536);
	assert_refused(&plan, (struct kx_place){ .memsz = 1, .skew = 4096 }, -EINVAL, "0x1000");
	kx_plan_done(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_highest_fit_is_taken),
		cmocka_unit_test(the_lowest_fit_is_taken_when_asked_for),
		cmocka_unit_test(an_offset_from_the_alignment_is_kept),
		cmocka_unit_test(segments_are_whole_pages_of_the_machine),
		cmocka_unit_test(alignment_leaves_holes_that_smaller_ones_fill),
		cmocka_unit_test(a_lower_range_is_used_when_the_upper_is_full),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(fixed_addresses),
		cmocka_unit_test(when_nothing_fits_the_text_has_size_and_largest_hole),
		cmocka_unit_test(bad_sizes_and_alignments_are_refused),
		cmocka_unit_test(only_whole_pages_of_ram_are_used),
		cmocka_unit_test(bytes_longer_than_memsz_count),
		cmocka_unit_test(seal_hashes_what_is_verified),
		cmocka_unit_test(seal_hashes_every_byte_of_segments_of_any_size),
		cmocka_unit_test(seal_hashes_nothing_without_purgatory_or_checks),
		cmocka_unit_test(parameters_are_written_in_the_order_of_the_target),
		cmocka_unit_test(purgatory_that_leaves_long_mode_lies_below_4_gib),
		cmocka_unit_test(seal_refuses_what_32_bit_addresses_do_not_reach),
		cmocka_unit_test(other_architectures_have_no_protected_mode),
		cmocka_unit_test(seal_refuses_more_than_purgatory_has_room_for),
		cmocka_unit_test(purgatory_gets_what_the_request_says),
		cmocka_unit_test(notes_are_kept_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ELF core header where there is a device tree: virtual addresses are the running kernel's. */
#include <elf.h>

#include "tests/unit/boards.h"

static struct kx_plan plan_crash(struct board *board)
{
	struct kx_span kernel = kernel_of(board->arch->name);
	struct kx_request req = board_request(board, kernel);
	struct kx_err err = { "" };
	struct kx_plan plan;

	req.crash = true;
	if (plan_view_run(board->arch->name, &req, &plan, &err) < 0)
		fail_msg("%s %s: %s", board->arch->name, board->name, err.text);
	/* The bytes that are looked at are copies: of headers, not of the kernel. */
	kernel_drop(kernel);
	return plan;
}

/* /proc/kcore shows the same memory at the same virtual address. */
static bool as_kcore_has_it(const struct kx_crash *crash, const struct plan_view_header *load)
{
	for (size_t i = 0; i < crash->n_kcore; i++) {
		const struct kx_kcore_part *p = &crash->kcore[i];

		if (load->physical >= p->physical && load->physical - p->physical < p->size &&
		    load->virt - load->physical == p->virt - p->physical)
			return true;
	}
	return false;
}

TEST(the_image_and_all_memory_are_where_the_kernel_has_them)
{
	for (size_t i = 0; i < n_boards; i++) {
		struct kx_plan plan = plan_crash(&boards[i]);
		uint64_t count = plan_view_header_count(&plan);
		struct plan_view_header image =
			plan_view_header(&plan, boards[i].machine.crash.notes.count);

		assert_true(count > boards[i].machine.crash.notes.count + 1);
		for (uint64_t k = 0; k < count; k++) {
			struct plan_view_header h = plan_view_header(&plan, k);

			assert_int_equal(h.type, k < boards[i].machine.crash.notes.count ? PT_NOTE :
											   PT_LOAD);
			if (h.type == PT_LOAD && !as_kcore_has_it(&boards[i].machine.crash, &h))
				fail_msg("%s %s: 0x%llx at 0x%llx", boards[i].arch->name,
					 boards[i].name, (unsigned long long)h.physical,
					 (unsigned long long)h.virt);
		}
		assert_true(image.physical == boards[i].machine.crash.image.start);
		assert_true(image.offset == image.physical);
		/* Not by the direct map, which shows the same bytes. */
		for (uint64_t k = boards[i].machine.crash.notes.count + 1; k < count; k++) {
			struct plan_view_header h = plan_view_header(&plan, k);

			assert_true(h.virt - h.physical != image.virt - image.physical);
		}
		kx_plan_done(&plan);
	}
}

/* SYMBOL(_stext) is not a formula of ours, and not in what the header is made from. */
TEST(the_first_symbol_is_in_the_image)
{
	for (size_t i = 0; i < n_boards; i++) {
		static const char name[] = "SYMBOL(_stext)=";
		struct kx_plan plan = plan_crash(&boards[i]);
		struct plan_view_header image =
			plan_view_header(&plan, boards[i].machine.crash.notes.count);
		const char *at =
			memmem(boards[i].machine.crash.vmcoreinfo.text.base,
			       boards[i].machine.crash.vmcoreinfo.text.len, name, strlen(name));
		uint64_t stext;

		assert_non_null(at);
		stext = strtoull(at + strlen(name), NULL, 16);
		assert_true(stext >= image.virt && stext < image.virt + 0x20000);
		kx_plan_done(&plan);
	}
}

TEST(all_ram_but_the_crash_regions_is_dumped)
{
	for (size_t i = 0; i < n_boards; i++) {
		const struct kx_crash *crash = &boards[i].machine.crash;
		struct kx_ranges found = { 0 }, expected = { 0 };
		struct kx_plan plan = plan_crash(&boards[i]);

		for (uint64_t k = crash->notes.count + 1; k < plan_view_header_count(&plan); k++) {
			struct plan_view_header h = plan_view_header(&plan, k);

			assert_true(h.offset == h.physical);
			kx_ranges_add(&found, h.physical, h.physical + h.size, 0);
		}
		for (size_t k = 0; k < boards[i].machine.iomem.count; k++) {
			const struct kx_iomem_entry *e = &boards[i].machine.iomem.entry[k];

			if (kx_span_equal(e->label, "System RAM"))
				kx_ranges_add(&expected, e->start, e->end, 0);
		}
		kx_ranges_merge(&found);
		kx_ranges_merge(&expected);
		assert_int_equal(kx_ranges_subtract(&expected, &crash->regions), 0);
		assert_int_equal(kx_ranges_subtract(&expected,
						    &boards[i].machine.firmware.firmware_memory),
				 0);
		assert_int_equal(found.count, expected.count);
		for (size_t k = 0; k < found.count; k++)
			assert_range(&found, k, expected.item[k].start, expected.item[k].end, 0);
		kx_ranges_done(&found);
		kx_ranges_done(&expected);
		kx_plan_done(&plan);
	}
}

/* Reading what OpenSBI keeps to itself would end a copy of the dump. */
TEST(memory_that_only_the_firmware_reads_is_not_dumped)
{
	size_t with = 0;

	for (size_t i = 0; i < n_boards; i++) {
		const struct kx_ranges *kept = &boards[i].machine.firmware.firmware_memory;
		struct kx_plan plan = plan_crash(&boards[i]);
		uint64_t first = boards[i].machine.crash.notes.count + 1;

		for (uint64_t k = first; k < plan_view_header_count(&plan); k++) {
			struct plan_view_header h = plan_view_header(&plan, k);

			for (size_t r = 0; r < kept->count; r++)
				assert_true(h.physical + h.size <= kept->item[r].start ||
					    h.physical >= kept->item[r].end);
		}
		with += kept->count > 0;
		kx_plan_done(&plan);
	}
	assert_true(with > 0);
}

/* Linux reads it in pages of its own size, which the next kernel's may exceed. */
TEST(the_header_is_where_pages_of_any_size_begin)
{
	for (size_t i = 0; i < n_boards; i++) {
		struct kx_plan plan = plan_crash(&boards[i]);

		assert_int_equal(plan_view_segment(&plan, "elfcorehdr")->addr % 65536, 0);
		kx_plan_done(&plan);
	}
}

/* Without any of them the dump has no virtual addresses, and the user is told. */
TEST(what_is_hidden_stays_out_of_the_header)
{
	struct board board = { .has_crash = true };
	struct kx_plan plan;

	board_read(&board, "arm64", "hidden-virtual");
	plan = plan_crash(&board);
	for (uint64_t k = board.machine.crash.notes.count; k < plan_view_header_count(&plan); k++)
		assert_int_equal(plan_view_header(&plan, k).virt, 0);
	assert_int_equal(plan.n_notes, 2);
	kx_plan_done(&plan);
	board_drop(&board);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_image_and_all_memory_are_where_the_kernel_has_them),
		cmocka_unit_test(the_first_symbol_is_in_the_image),
		cmocka_unit_test(all_ram_but_the_crash_regions_is_dumped),
		cmocka_unit_test(memory_that_only_the_firmware_reads_is_not_dumped),
		cmocka_unit_test(the_header_is_where_pages_of_any_size_begin),
		cmocka_unit_test(what_is_hidden_stays_out_of_the_header),
	};

	return cmocka_run_group_tests(tests, boards_setup_dt, boards_teardown);
}

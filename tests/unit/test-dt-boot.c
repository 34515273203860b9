/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans for kernels that get a device tree: what holds on every machine, and what is refused. */
#include <libfdt.h>

#include "kexec/arch/arches.h"
#include "tests/unit/boards.h"
#include "tests/unit/sound_dt.h"

static const uint8_t initrd_bytes[100000] = "an initrd";
static const struct kx_span initrd = { initrd_bytes, sizeof(initrd_bytes) };

static struct kx_request request_on(const struct board *board, struct kx_span kernel)
{
	struct kx_request req = board_request(board, kernel);

	req.files.initrd = initrd;
	return req;
}

TEST(every_machine_gets_a_sound_plan_for_every_kernel)
{
	static const char *const words[][2] = {
		{ NULL, NULL },
		{ "text_offset=0x80000", NULL },
		{ "text_offset=0x3f0000", "image_size=0x123456" },
		{ "image_size=0x6000000", "code=3000001" },
		{ "type=vmlinux", "rela=240" },
	};

	for (size_t i = 0; i < n_boards; i++) {
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			struct kx_span kernel =
				kernel_of(boards[i].arch->name, words[k][0], words[k][1]);
			struct kx_request req = request_on(&boards[i], kernel);
			struct kx_plan plan = assert_planned(boards[i].arch->name, &req);

			kx_plan_done(&plan);
			req.files.initrd.len = 0;
			req.files.cmdline = "";
			req.seeds.kaslr = req.seeds.rng = NULL;
			plan = assert_planned(boards[i].arch->name, &req);
			kx_plan_done(&plan);
			kernel_drop(kernel);
		}
	}
}

TEST(every_machine_gets_a_sound_plan_for_a_crash_kernel)
{
	for (size_t i = 0; i < n_boards; i++) {
		struct kx_span kernel = kernel_of(boards[i].arch->name);
		struct kx_request req = request_on(&boards[i], kernel);
		struct kx_plan plan;

		req.crash = true;
		plan = assert_planned(boards[i].arch->name, &req);
		assert_int_equal(plan.n_segments, 5);
		kx_plan_done(&plan);
		kernel_drop(kernel);
	}
}

TEST(segments_are_in_pages_of_the_running_kernel)
{
	const struct {
		const char *name;
		uint64_t size;
	} pages[] = { { "virt-1g", 4096 }, { "virt3-1g-16k", 16384 }, { "virt-1g-64k", 65536 } };

	for (size_t i = 0; i < 3; i++) {
		struct board *board = board_named("arm64", pages[i].name);
		struct kx_span kernel = kernel_of("arm64");
		struct kx_request req = request_on(board, kernel);
		struct kx_plan plan = assert_planned("arm64", &req);

		assert_int_equal(kx_plan_page_size(&plan), pages[i].size);
		kx_plan_done(&plan);
		kernel_drop(kernel);
	}
}

TEST(limits_are_kept)
{
	struct board *board = board_named("arm64", "virt3-6g-high");
	struct kx_span kernel = kernel_of("arm64");
	struct kx_request req = request_on(board, kernel);
	struct kx_plan plan;

	req.where.mem = (struct kx_range){ 0x110000000, 0x120000000, 0 };
	plan = assert_planned("arm64", &req);
	assert_int_equal(plan_view_segment(&plan, "kernel")->addr, 0x110000000);
	kx_plan_done(&plan);
	req.where.mem.end = 0x110100000;
	assert_refused("arm64", &req, -EADDRNOTAVAIL, "no room for the kernel");
	kernel_drop(kernel);
}

/* With RAM far above the kernel, as servers have it. */
TEST(an_initrd_stays_in_the_window_that_there_is)
{
	static const char iomem[] = "== proc/iomem\n"
				    "40000000-7fffffff : System RAM\n"
				    "880000000-1fffffffff : System RAM\n";
	const struct board_arch *arch = NULL;

	while ((arch = board_arch_next(arch, &board_dt))) {
		struct board board = { .arch = arch, .name = "far" };
		struct kx_span kernel = kernel_of(arch->name);
		struct kx_request req;
		struct kx_err err = { "" };
		struct kx_plan plan;
		uint64_t at;

		machine_of(&board.machine, iomem);
		req = request_on(&board, kernel);
		req.tree.dtb = board_first(arch)->machine.firmware.devtree;
		assert_int_equal(plan_view_run(arch->name, &req, &plan, &err), 0);
		assert_int_equal(plan_view_segment(&plan, "kernel")->addr, 0x40000000);
		at = plan_view_segment(&plan, "initrd")->addr;
		if (arch->initrd_window)
			assert_true(at < 0x40000000 + arch->initrd_window);
		else
			assert_true(at >= 0x880000000);
		kx_plan_done(&plan);
		kx_machine_done(&board.machine);
		kernel_drop(kernel);
	}
}

TEST(lpi_tables_are_reserved_or_the_load_is_refused)
{
	struct board *board = board_named("arm64", "virt3-6g-high");
	struct kx_span kernel = kernel_of("arm64");
	struct kx_request req = request_on(board, kernel);
	struct kx_machine unknown = board->machine;
	struct kx_plan plan;

	assert_true(board->machine.firmware.gicv3_lpi &&
		    board->machine.firmware.lpi_tables.count > 0);
	/* Where they are free memory otherwise: only the log knows them. */
	req.where.mem = (struct kx_range){ board->machine.firmware.lpi_tables.item[0].start &
						   ~UINT64_C(0x1fffff),
					   UINT64_MAX, 0 };
	plan = assert_planned("arm64", &req);
	kx_plan_done(&plan);
	unknown.firmware.lpi_tables_known = false;
	req.machine = &unknown;
	assert_refused("arm64", &req, -ENOTSUP, "irqchip.gicv3_nolpi=1");
	req.crash = true;
	req.where.mem = (struct kx_range){ 0, UINT64_MAX, 0 };
	plan = assert_planned("arm64", &req);
	kx_plan_done(&plan);
	kernel_drop(kernel);
}

/* The property of the memory node, as long as it is. */
static struct kx_span memory_of(const void *tree)
{
	int len = 0, node = fdt_node_offset_by_prop_value(tree, -1, "device_type", "memory", 7);
	const void *reg = fdt_getprop(tree, node, "reg", &len);

	assert_non_null(reg);
	return (struct kx_span){ reg, (size_t)len };
}

static void assert_not_told_reserved(const void *tree, uint64_t start, uint64_t end)
{
	uint64_t at, size;

	for (int i = 0; i < fdt_num_mem_rsv(tree); i++) {
		assert_int_equal(fdt_get_mem_rsv(tree, i, &at, &size), 0);
		assert_true(at + size <= start || at >= end);
	}
}

/* dt_boot.c says why. */
static void assert_late_is_ram(const char *arch, const char *iomem, uint64_t start, uint64_t end)
{
	const struct board *board = board_named(arch, "virt-1g");
	struct kx_span kernel = kernel_of(arch), before, after;
	struct kx_request req = request_on(board, kernel);
	struct kx_machine late = board->machine;
	struct kx_plan plan;
	struct kx_err err;

	assert_int_equal(kx_iomem_parse(kx_span_of(iomem), &late.iomem, &err), 0);
	req.machine = &late;
	plan = assert_planned(arch, &req);
	before = memory_of(late.firmware.devtree.base);
	after = memory_of(dt_view_tree(&plan));
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.base, after.base, after.len);
	assert_not_told_reserved(dt_view_tree(&plan), start, end);
	for (size_t i = 0; i < plan.n_segments; i++) {
		const struct kx_segment *s = &plan.segments[i];

		assert_true(s->addr + s->memsz <= start || s->addr >= end);
	}
	kx_plan_done(&plan);
	kx_iomem_done(&late.iomem);
	kernel_drop(kernel);
}

TEST(late_reservations_are_ram_to_the_next_kernel_and_hold_no_segment)
{
	for (const struct board_arch *arch = board_arches; arch->name; arch++) {
		if (arch->kind->devicetree)
			assert_late_is_ram(arch->name, arch->late_iomem, arch->late.start,
					   arch->late.end);
	}
}

static int check_file_load(const struct board *board, const struct kx_request *req,
			   struct kx_err *err)
{
	const struct kx_arch *arch = kx_arch_by_name(board->arch->name);
	struct kx_plan plan = { .arch = arch, .syscall = KX_SYSCALL_FILE_LOAD };
	const struct kx_image *image;
	int rc;

	assert_int_equal(kx_image_find(arch, NULL, req->files.kernel, &image, err), 0);
	rc = image->check(req, &plan, err);
	if (rc == 0 && req->crash)
		rc = kx_plan_try(image, req, &plan, err);
	kx_plan_done(&plan);
	return rc;
}

TEST(kexec_file_load_is_refused_what_it_cannot_do)
{
	struct board *board = board_named("arm64", "virt3-6g-high");
	struct kx_span kernel = kernel_of("arm64");
	struct kx_request req = request_on(board, kernel);
	struct kx_err err = { "" };

	assert_int_equal(check_file_load(board, &req, &err), -ENOTSUP);
	assert_says(&err, "LPI tables");
	board = board_named("arm64", "uefi-6g-high");
	req = request_on(board, kernel);
	assert_int_equal(check_file_load(board, &req, &err), 0);
	req.tree.dtb = board->machine.firmware.devtree;
	assert_int_equal(check_file_load(board, &req, &err), -ENOTSUP);
	assert_says(&err, "use --kexec-syscall for --dtb");
	req.tree.dtb.len = 0;
	req.tree.n_overlay = 1;
	assert_int_equal(check_file_load(board, &req, &err), -ENOTSUP);
	assert_says(&err, "--dtbo");
	req.tree.n_overlay = 0;
	req.crash = true;
	assert_int_equal(check_file_load(board, &req, &err), 0);
	/* The kernel would drop the image that it has before it finds no room. */
	req.files.initrd.len = (size_t)300 << 20;
	assert_int_equal(check_file_load(board, &req, &err), -EADDRNOTAVAIL);
	assert_says(&err, "no room for the initrd");
	kernel_drop(kernel);
}

TEST(cpus_that_cannot_be_stopped_are_told)
{
	struct kx_span kernel;
	struct kx_request req;
	struct board board = { 0 };
	struct kx_plan plan;

	board_read(&board, "arm64", "spin-table");
	kernel = kernel_of("arm64");
	req = request_on(&board, kernel);
	assert_refused("arm64", &req, -EBUSY, "2 CPUs were started by a spin-table");
	board_drop(&board);
	board_read(&board, "arm64", "no-hotplug");
	req = request_on(&board, kernel);
	assert_refused("arm64", &req, -EBUSY, "cannot stop its 2 CPUs");
	board_drop(&board);
	board_read(&board, "arm64", "spin-table-1-cpu");
	req = request_on(&board, kernel);
	plan = assert_planned("arm64", &req);
	kx_plan_done(&plan);
	board_drop(&board);
	kernel_drop(kernel);
}

TEST(a_command_line_may_be_as_long_as_the_kernel_takes)
{
	const struct board_arch *arch = NULL;
	char text[4096];

	while ((arch = board_arch_next(arch, &board_dt))) {
		struct board *board = board_first(arch);
		struct kx_span kernel = kernel_of(arch->name);
		struct kx_request req = request_on(board, kernel);
		struct kx_plan plan;

		assert_in_range(arch->cmdline_max, 1, sizeof(text) - 2);
		memset(text, 'x', sizeof(text));
		text[arch->cmdline_max] = '\0';
		req.files.cmdline = text;
		plan = assert_planned(arch->name, &req);
		kx_plan_done(&plan);
		text[arch->cmdline_max] = 'x';
		text[arch->cmdline_max + 1] = '\0';
		assert_refused(arch->name, &req, -E2BIG, "command line has");
		kernel_drop(kernel);
	}
}

TEST(checks_can_be_switched_off)
{
	struct board *board = board_named("arm64", "virt-1g");
	struct kx_span kernel = kernel_of("arm64");
	struct kx_request req = request_on(board, kernel);
	struct kx_plan plan;

	req.purgatory.no_checks = true;
	plan = assert_planned("arm64", &req);
	assert_int_equal(plan.purgatory->n_regions, 0);
	assert_false(plan.purgatory->flags & KX_PURG_VERIFY);
	kx_plan_done(&plan);
	req.purgatory.no_checks = false;
	req.where.has_entry = true;
	req.where.entry = 0x40000040;
	plan = assert_planned("arm64", &req);
	assert_int_equal(plan.purgatory->reset, KX_PURG_RESET_PSCI_HVC);
	kx_plan_done(&plan);
	board = board_named("arm64", "el2-1g");
	req = request_on(board, kernel);
	plan = assert_planned("arm64", &req);
	assert_int_equal(plan.purgatory->reset, KX_PURG_RESET_PSCI_SMC);
	kx_plan_done(&plan);
	kernel_drop(kernel);
}

/* A tree of one's own: the running one tells memory and what is reserved in it. */
TEST(a_dtb_without_memory_gets_the_running_ones)
{
	uint8_t tree[4096];

	assert_int_equal(fdt_create_empty_tree(tree, sizeof(tree)), 0);
	fdt_setprop_u32(tree, 0, "#address-cells", 2);
	fdt_setprop_u32(tree, 0, "#size-cells", 2);
	fdt_setprop_string(tree, fdt_add_subnode(tree, 0, "mine"), "note", "hello");
	for (size_t i = 0; i < n_boards; i++) {
		struct kx_span kernel = kernel_of(boards[i].arch->name);
		struct kx_request req = request_on(&boards[i], kernel);
		struct kx_plan plan;
		const void *made;

		req.tree.dtb = (struct kx_span){ tree, sizeof(tree) };
		plan = assert_planned(boards[i].arch->name, &req);
		made = dt_view_tree(&plan);
		assert_true(fdt_path_offset(made, "/mine") > 0);
		assert_int_equal(fdt_path_offset(made, "/cpus"), -FDT_ERR_NOTFOUND);
		kx_plan_done(&plan);
		kernel_drop(kernel);
	}
}

TEST(a_tree_that_the_kernel_cannot_map_is_refused)
{
	const struct board_arch *arch = NULL;
	const size_t size = 3 << 20;
	uint8_t *tree = calloc(1, size);
	void *room;

	assert_non_null(tree);
	fdt_create_empty_tree(tree, (int)size);
	fdt_setprop_u32(tree, 0, "#address-cells", 2);
	fdt_setprop_u32(tree, 0, "#size-cells", 2);
	assert_int_equal(fdt_setprop_placeholder(tree, 0, "large", 2 << 20, &room), 0);
	while ((arch = board_arch_next(arch, &board_dt))) {
		struct kx_span kernel = kernel_of(arch->name);
		struct kx_request req = request_on(board_first(arch), kernel);
		struct kx_plan plan;
		char says[60];

		req.tree.dtb = (struct kx_span){ tree, size };
		snprintf(says, sizeof(says), "the kernel maps at most 0x%zx", arch->tree_max);
		if (arch->tree_max > 0) {
			assert_refused(arch->name, &req, -E2BIG, says);
		} else {
			plan = assert_planned(arch->name, &req);
			kx_plan_done(&plan);
		}
		kernel_drop(kernel);
	}
	free(tree);
}

TEST(a_machine_that_tells_no_tree_is_refused)
{
	struct board board = { 0 };
	struct kx_span kernel;
	struct kx_request req;
	struct kx_plan plan;

	board_read(&board, "arm64", "no-devicetree");
	kernel = kernel_of("arm64");
	req = request_on(&board, kernel);
	assert_refused("arm64", &req, -ENODATA, "no device tree to hand on");
	req.tree.dtb = board_named("arm64", "virt-1g")->machine.firmware.devtree;
	plan = assert_planned("arm64", &req);
	kx_plan_done(&plan);
	board_drop(&board);
	kernel_drop(kernel);
}

static void assert_header_refused(const char *word, const char *says)
{
	struct board *board = board_named("arm64", "virt-1g");
	struct kx_span kernel = kernel_of("arm64", word);
	struct kx_request req = request_on(board, kernel);

	assert_refused("arm64", &req, -ENOEXEC, says);
	kernel_drop(kernel);
}

TEST(a_header_that_cannot_be_is_refused)
{
	assert_header_refused("image_size=0", "image_size is 0: kernel older than v3.17");
	assert_header_refused("image_size=4095", "less than the file's 0x1000 bytes");
	assert_header_refused("magic=0x644d5240", "without a signature known for arm64");
	assert_header_refused("code=60", "inside the header");
}

TEST(another_architecture_is_refused_by_name)
{
	for (const struct board_arch *arch = board_arches; arch->name; arch++) {
		char word[32], says[64];
		const struct kx_arch *other = kx_arch_by_name(arch->name);

		if (!arch->kind->devicetree || strcmp(arch->name, "arm64") == 0)
			continue;
		(void)snprintf(word, sizeof(word), "arch=%s", arch->name);
		(void)snprintf(says, sizeof(says), "the file is a %s kernel Image",
			       other->isa->elf_name);
		assert_header_refused(word, says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_machine_gets_a_sound_plan_for_every_kernel),
		cmocka_unit_test(every_machine_gets_a_sound_plan_for_a_crash_kernel),
		cmocka_unit_test(segments_are_in_pages_of_the_running_kernel),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(an_initrd_stays_in_the_window_that_there_is),
		cmocka_unit_test(lpi_tables_are_reserved_or_the_load_is_refused),
		cmocka_unit_test(late_reservations_are_ram_to_the_next_kernel_and_hold_no_segment),
		cmocka_unit_test(kexec_file_load_is_refused_what_it_cannot_do),
		cmocka_unit_test(cpus_that_cannot_be_stopped_are_told),
		cmocka_unit_test(a_command_line_may_be_as_long_as_the_kernel_takes),
		cmocka_unit_test(checks_can_be_switched_off),
		cmocka_unit_test(a_dtb_without_memory_gets_the_running_ones),
		cmocka_unit_test(a_tree_that_the_kernel_cannot_map_is_refused),
		cmocka_unit_test(a_machine_that_tells_no_tree_is_refused),
		cmocka_unit_test(a_header_that_cannot_be_is_refused),
		cmocka_unit_test(another_architecture_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, boards_setup_dt, boards_teardown);
}

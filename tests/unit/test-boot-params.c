/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_params: what the next kernel is told of memory, firmware, screen and seed. */
#include "kexec/arch/x86/kernel.h"
#include "kx/bytes.h"
#include "tests/unit/boards.h"
#include "tests/unit/sound_x86.h"
#include "uapi/bootparam_x86.h"

static const struct kx_machine *bios, *uefi, *many, *native;

static int setup(void **state)
{
	boards_setup_x86(state);
	bios = &board_named("x86_64", "bios-1g")->machine;
	uefi = &board_named("x86_64", "uefi-1g")->machine;
	many = &board_named("x86_64", "200-entries")->machine;
	native = &board_named("x86_64", "native-drm")->machine;
	return 0;
}

TEST(the_memory_map_is_handed_over_whole)
{
	struct kx_span file = kernel_of("x86_64");

	for (size_t i = 0; i < n_boards; i++) {
		const struct kx_ranges *given = &boards[i].machine.memmap;
		struct kx_request req = board_request(&boards[i], file);
		struct kx_plan plan = assert_planned("x86_64", &req);
		struct kx_ranges map = { 0 };

		assert_true(x86_view_memory_map(&plan, &map));
		if (given->count > 0)
			assert_int_equal(map.count, given->count);
		for (size_t k = 0; k < given->count; k++)
			assert_range(&map, k, given->item[k].start, given->item[k].end,
				     given->item[k].type);
		kx_ranges_done(&map);
		kx_plan_done(&plan);
	}
	kernel_drop(file);
}

/* x86_memory_map() says why. */
TEST(late_reservations_are_ram_to_the_next_kernel_and_hold_no_segment)
{
	static const char iomem[] = "00000000-00000fff : Reserved\n"
				    "00001000-0009fbff : System RAM\n"
				    "00100000-3ffdffff : System RAM\n"
				    "  01000000-01ffffff : Kernel code\n"
				    "  20000000-3ffdffff : Reserved\n";
	struct kx_span file = kernel_of("x86_64");
	struct kx_machine late = *bios;
	struct kx_request req = plan_view_request(&late, file);
	struct kx_ranges map = { 0 };
	struct kx_plan plan;
	struct kx_err err;

	assert_int_equal(kx_iomem_parse(kx_span_of(iomem), &late.iomem, &err), 0);
	plan = assert_planned("x86_64", &req);
	assert_true(x86_view_memory_map(&plan, &map));
	assert_int_equal(map.count, late.memmap.count);
	assert_range(&map, 3, 0x100000, 0x3ffe0000, 1);
	for (size_t i = 0; i < plan.n_segments; i++)
		assert_true(plan.segments[i].addr + plan.segments[i].memsz <= 0x20000000);
	kx_ranges_done(&map);
	kx_plan_done(&plan);
	kx_iomem_done(&late.iomem);
	kernel_drop(file);
}

static void assert_map(const struct kx_machine *m, const char *says, const struct kx_ranges *wanted)
{
	struct kx_ranges map = { 0 };
	struct kx_err err = { "" };
	int rc = x86_memory_map(m, &map, &err);

	assert_int_equal(rc, says ? -ENODATA : 0);
	assert_int_equal(map.count, wanted->count);
	for (size_t i = 0; i < map.count; i++)
		assert_range(&map, i, wanted->item[i].start, wanted->item[i].end,
			     wanted->item[i].type);
	if (says)
		assert_says(&err, says);
	kx_ranges_done(&map);
}

/* One range in each place, so that it is seen from where the map came. */
TEST(the_memory_map_comes_from_the_first_place_that_has_one)
{
	static const char iomem[] = "00001000-00001fff : Reserved\n00200000-002fffff : System RAM\n"
				    "00300000-003fffff : PCI Bus 0000:00\n";
	struct kx_range by_iomem[] = { { 0x1000, 0x2000, 2 }, { 0x200000, 0x300000, 1 } };
	struct kx_range by_page = { 0x400000, 0x500000, 1 }, by_memmap = { 0x600000, 0x700000, 4 };
	const struct kx_ranges maps[] = { { by_iomem, 2, 2 }, { &by_page, 1, 1 },
					  { &by_memmap, 1, 1 } };
	struct kx_machine m = { .memmap = maps[2], .have_boot_params = true };
	struct kx_err err = { "" };

	assert_int_equal(kx_iomem_parse(kx_span_of(iomem), &m.iomem, &err), 0);
	m.boot_params[BP_E820_ENTRIES] = 1;
	kx_put_le(m.boot_params + BP_E820_TABLE, 8, 0x400000);
	kx_put_le(m.boot_params + BP_E820_TABLE + 8, 8, 0x100000);
	kx_put_le(m.boot_params + BP_E820_TABLE + 16, 4, 1);
	assert_map(&m, NULL, &maps[2]);
	m.efi_memmap_added = true;
	assert_map(&m, NULL, &maps[0]);
	m.efi_memmap_added = false;
	m.memmap.count = 0;
	assert_map(&m, NULL, &maps[1]);
	/* A size that wraps ends where addresses do. */
	kx_put_le(m.boot_params + BP_E820_TABLE + 8, 8, UINT64_MAX);
	by_page.end = UINT64_MAX;
	assert_map(&m, NULL, &maps[1]);
	m.have_boot_params = false;
	assert_map(&m, NULL, &maps[0]);
	kx_iomem_done(&m.iomem);
	assert_map(&m, "run as root", &m.memmap);
}

TEST(entries_beyond_128_go_into_setup_data)
{
	struct kx_span file = kernel_of("x86_64");
	struct kx_request req = plan_view_request(many, file);
	struct kx_plan plan = assert_planned("x86_64", &req);
	uint64_t len = 0;

	assert_int_equal(x86_view_boot_param(&plan, BP_E820_ENTRIES, 1), 128);
	assert_int_not_equal(x86_view_setup_data(&plan, SETUP_E820_EXT, &len), 0);
	assert_int_equal(len, (200 - 128) * BP_E820_ENTRY_SIZE);
	kx_plan_done(&plan);
	req.machine = bios;
	plan = assert_planned("x86_64", &req);
	assert_int_equal(x86_view_setup_data(&plan, SETUP_E820_EXT, &len), 0);
	kx_plan_done(&plan);
	kernel_drop(file);
}

TEST(efi_is_handed_over_to_a_kernel_that_can_take_it)
{
	struct kx_span file = kernel_of("x86_64");
	struct kx_request req = plan_view_request(uefi, file);
	struct kx_plan plan = assert_planned("x86_64", &req);
	const struct kx_efi_map *given = &uefi->efi.runtime_map;
	uint64_t at, len = 0, map, i;

	assert_int_equal(x86_view_boot_param(&plan, BP_ACPI_RSDP_ADDR, 8), uefi->efi.acpi20);
	assert_int_equal(x86_view_boot_param(&plan, BP_EFI_INFO, 4), EFI_SIGNATURE_64);
	assert_int_equal(x86_view_boot_param(&plan, BP_EFI_INFO + EFI_INFO_MEMDESC_SIZE, 4), 40);
	map = x86_view_boot_param(&plan, BP_EFI_INFO + EFI_INFO_MEMMAP, 4) |
	      x86_view_boot_param(&plan, BP_EFI_INFO + EFI_INFO_MEMMAP_HI, 4) << 32;
	for (at = map, i = 0; i < given->count; i++, at += 40) {
		uint64_t phys = plan_view_number(&plan, at + 8, 8), k = 0;

		/* In another order: the one handed over is sorted. */
		while (k < given->count && given->desc[k].phys_addr != phys)
			k++;
		assert_true(k < given->count);
		assert_int_equal(plan_view_number(&plan, at, 4), given->desc[k].type);
		assert_true(plan_view_number(&plan, at + 16, 8) == given->desc[k].virt_addr);
		assert_true(plan_view_number(&plan, at + 24, 8) == given->desc[k].num_pages);
		assert_true(plan_view_number(&plan, at + 32, 8) == given->desc[k].attribute);
		assert_true(i == 0 || plan_view_number(&plan, at - 32, 8) < phys);
	}
	assert_int_not_equal(x86_view_setup_data(&plan, SETUP_EFI, &len), 0);
	kx_plan_done(&plan);
	kernel_drop(file);
}

/* By the numbers of Linux, arch/x86/include/asm/efi.h, struct efi_setup_data. */
TEST(efi_tables_are_handed_over_with_all_their_bytes)
{
	struct kx_machine m = *uefi;
	struct kx_span file = kernel_of("x86_64");
	struct kx_request req = plan_view_request(&m, file);
	const uint64_t word = UINT64_C(0x8182838485868788);
	struct kx_plan plan;
	uint64_t at, len = 0;

	m.efi.fw_vendor = word;
	m.efi.runtime = word + 1;
	m.efi.config_table = word + 2;
	m.efi.smbios = word + 3;
	plan = assert_planned("x86_64", &req);
	at = x86_view_setup_data(&plan, SETUP_EFI, &len);
	assert_int_not_equal(at, 0);
	assert_int_equal(len, 12 * 8);
	/* Behind the four are words that Linux may give a meaning one day. */
	for (uint64_t i = 0; i < 12; i++)
		assert_true(plan_view_number(&plan, at + 8 * i, 8) == (i < 4 ? word + i : 0));
	kx_plan_done(&plan);
	kernel_drop(file);
}

/* By the numbers of Linux, Documentation/arch/x86/zero-page.rst. */
TEST(what_only_the_firmware_knew_is_handed_over)
{
	static const struct {
		uint16_t at, len;
	} fact[] = {
		{ 0x060, 16 },	/* ist_info */
		{ 0x140, 128 },	/* edid_info */
		{ 0x1e9, 1 },	/* eddbuf_entries */
		{ 0x1ea, 1 },	/* edd_mbr_sig_buf_entries */
		{ 0x1ec, 1 },	/* secure_boot */
		{ 0x23c, 12 },	/* hardware_subarch, hardware_subarch_data */
		{ 0x290, 64 },	/* edd_mbr_sig_buffer */
		{ 0xd00, 492 },	/* eddbuf */
	};
	struct kx_span file = kernel_of("x86_64");
	struct kx_machine telling = *bios;
	struct kx_request req = plan_view_request(&telling, file);
	struct kx_plan plan;

	assert_true(telling.have_boot_params);
	/* What lies between is not handed over: kbd_status, a pad, payload_offset. */
	telling.boot_params[0x1eb] = telling.boot_params[0x1ed] = telling.boot_params[0x248] = 0x77;
	for (size_t i = 0; i < sizeof(fact) / sizeof(fact[0]); i++)
		memset(telling.boot_params + fact[i].at, (int)i + 1, fact[i].len);
	plan = assert_planned("x86_64", &req);
	for (size_t i = 0; i < sizeof(fact) / sizeof(fact[0]); i++) {
		for (size_t k = 0; k < fact[i].len; k++)
			assert_int_equal(x86_view_boot_param(&plan, fact[i].at + k, 1), i + 1);
	}
	assert_int_equal(x86_view_boot_param(&plan, 0x1eb, 1), 0);
	assert_int_equal(x86_view_boot_param(&plan, 0x1ed, 1), 0);
	assert_int_not_equal(x86_view_boot_param(&plan, 0x248, 1), 0x77);
	kx_plan_done(&plan);
	kernel_drop(file);
}

static void assert_no_efi(const struct kx_request *req, const char *why)
{
	struct kx_plan plan = assert_planned("x86_64", req);
	uint64_t len = 0;

	assert_int_equal(x86_view_setup_data(&plan, SETUP_EFI, &len), 0);
	assert_int_equal(x86_view_boot_param(&plan, BP_EFI_INFO, 4), 0);
	assert_int_equal(x86_view_boot_param(&plan, BP_ACPI_RSDP_ADDR, 8), uefi->efi.acpi20);
	assert_int_equal(plan.n_notes, 1);
	assert_non_null(strstr(plan.notes[0], why));
	kx_plan_done(&plan);
}

TEST(without_efi_the_reason_is_noted)
{
	struct kx_span file = kernel_of("x86_64");
	struct kx_span old = kernel_of("x86_64", "xloadflags=0x6f");
	struct kx_machine bare = *uefi;
	struct kx_request req = plan_view_request(uefi, file);

	req.pc.no_efi = true;
	assert_no_efi(&req, "--noefi");
	req.pc.no_efi = false;
	req.files.kernel = old;
	assert_no_efi(&req, "cannot take them over");
	req.files.kernel = file;
	req.machine = &bare;
	bare.efi.runtime_map.count = 0;
	assert_no_efi(&req, "no EFI runtime map");
	bare = *uefi;
	memset(bare.boot_params + BP_EFI_INFO, 0, 4);
	assert_no_efi(&req, "no EFI signature");
	bare = *uefi;
	bare.boot_params[BP_EFI_INFO + EFI_INFO_MEMDESC_VERSION] = 2;
	assert_no_efi(&req, "unknown version");
	kernel_drop(file);
	kernel_drop(old);
}

/* The last one is no range, and not cut down to one. */
TEST(memory_of_efi_is_not_used)
{
	struct kx_efi_desc desc[] = {
		{ .type = 5, .phys_addr = 0x10000000, .num_pages = 0x100 },
		{ .type = 4, .phys_addr = 0x20000000, .num_pages = (UINT64_C(1) << 52) + 1 },
		{ .type = 4, .phys_addr = UINT64_MAX - 4095, .num_pages = 2 },
	};
	struct kx_machine m = { .memmap = bios->memmap,
				.efi.runtime_map = { .desc = desc, .count = 3 } };
	struct kx_ranges usable = { 0 };
	struct kx_err err = { "" };

	assert_int_equal(x86_usable(&m, &usable, &err), 0);
	assert_int_equal(usable.count, 2);
	assert_range(&usable, 0, 0x100000, 0x10000000, 0);
	assert_range(&usable, 1, 0x10100000, 0x3ffe0000, 0);
	kx_ranges_done(&usable);
}

TEST(a_wrong_efi_map_is_refused_with_a_way_out)
{
	struct kx_efi_desc desc = { .type = 5, .phys_addr = 0x2000000, .num_pages = 1 };
	struct kx_machine bad = *uefi;
	struct kx_span file = kernel_of("x86_64");
	struct kx_request req = plan_view_request(&bad, file);

	bad.efi.runtime_map = (struct kx_efi_map){ .desc = &desc, .count = 1 };
	assert_refused("x86_64", &req, -EINVAL, "--noefi");
	kernel_drop(file);
}

TEST(a_kernel_before_acpi_rsdp_gets_it_by_command_line)
{
	struct kx_span file = kernel_of("x86_64", "version=0x20d", "xloadflags=0x6f");
	struct kx_request req = plan_view_request(uefi, file);
	struct kx_plan plan = assert_planned("x86_64", &req);

	assert_string_equal(plan.cmdline, "acpi_rsdp=0x3f77d014 quiet");
	kx_plan_done(&plan);
	/* A chain of kexecs that reuse the line does not grow, and the user's own word wins. */
	req.files.cmdline = "quiet acpi_rsdp=0x1000";
	plan = assert_planned("x86_64", &req);
	assert_string_equal(plan.cmdline, "quiet acpi_rsdp=0x1000");
	kx_plan_done(&plan);
	req.machine = bios;
	req.files.cmdline = "quiet";
	plan = assert_planned("x86_64", &req);
	assert_string_equal(plan.cmdline, "quiet");
	kx_plan_done(&plan);
	kernel_drop(file);
}

TEST(the_screen_goes_to_the_next_kernel_unless_a_native_driver_has_it)
{
	struct kx_span file = kernel_of("x86_64");
	struct kx_request req = plan_view_request(uefi, file);
	struct kx_plan plan = assert_planned("x86_64", &req);

	assert_int_equal(x86_view_boot_param(&plan, BP_ORIG_VIDEO_ISVGA, 1), VIDEO_TYPE_EFI);
	kx_plan_done(&plan);
	req.machine = native;
	plan = assert_planned("x86_64", &req);
	assert_int_equal(x86_view_boot_param(&plan, BP_ORIG_VIDEO_ISVGA, 1), 0);
	assert_int_equal(plan.n_notes, 1);
	assert_non_null(strstr(plan.notes[0], "screen: i915"));
	kx_plan_done(&plan);
	req.pc.reuse_video_type = true;
	plan = assert_planned("x86_64", &req);
	assert_int_equal(x86_view_boot_param(&plan, BP_ORIG_VIDEO_ISVGA, 1), VIDEO_TYPE_EFI);
	assert_int_equal(plan.n_notes, 0);
	kx_plan_done(&plan);
	kernel_drop(file);
}

TEST(the_seed_is_the_last_node)
{
	struct kx_span file = kernel_of("x86_64"), seed;
	struct kx_request req = plan_view_request(uefi, file);
	struct kx_plan plan = assert_planned("x86_64", &req);
	uint64_t len = 0, at = x86_view_setup_data(&plan, SETUP_RNG_SEED, &len);

	assert_int_equal(len, KX_RNG_SEED_SIZE);
	assert_true(plan_view_bytes(&plan, at, len, &seed));
	assert_memory_equal(seed.base, req.seeds.rng, len);
	assert_int_equal(plan_view_number(&plan, at - SETUP_DATA_HEADER, 8), 0);
	kx_plan_done(&plan);
	req.seeds.rng = NULL;
	plan = assert_planned("x86_64", &req);
	assert_int_equal(x86_view_setup_data(&plan, SETUP_RNG_SEED, &len), 0);
	kx_plan_done(&plan);
	kernel_drop(file);
}

TEST(command_lines_of_any_length_have_their_nul)
{
	struct kx_span file = kernel_of("x86_64");
	struct kx_request req = plan_view_request(many, file);
	char text[65] = "";

	req.files.cmdline = text;
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		struct kx_plan plan = assert_planned("x86_64", &req);
		uint64_t at = x86_view_boot_param(&plan, HDR_CMD_LINE_PTR, 4);

		assert_int_equal(plan_view_number(&plan, at + len, 1), 0);
		kx_plan_done(&plan);
		text[len] = 'x';
	}
	kernel_drop(file);
}

TEST(the_header_is_that_of_the_file)
{
	struct kx_span file = kernel_of("x86_64", "vid_mode=0x317", "root_flags=7"), header;
	struct kx_request req = plan_view_request(bios, file);
	struct kx_plan plan = assert_planned("x86_64", &req);

	assert_int_equal(x86_view_boot_param(&plan, 0x1fa, 2), 0x317);
	assert_int_equal(x86_view_boot_param(&plan, 0x1f2, 2), 7);
	assert_int_equal(x86_view_boot_param(&plan, HDR_TYPE_OF_LOADER, 1), LOADER_KEXEC);
	assert_int_equal(x86_view_boot_param(&plan, 0x268, 4), 0x400);
	/* Behind the header's end nothing of the file; the sentinel is clear. */
	assert_true(plan_view_bytes(&plan, plan.purgatory->arg + 0x26c, 0x290 - 0x26c, &header));
	for (size_t i = 0; i < header.len; i++)
		assert_int_equal(header.base[i], 0);
	assert_int_equal(x86_view_boot_param(&plan, 0x1ef, 1), 0);
	kx_plan_done(&plan);
	kernel_drop(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_memory_map_is_handed_over_whole),
		cmocka_unit_test(late_reservations_are_ram_to_the_next_kernel_and_hold_no_segment),
		cmocka_unit_test(the_memory_map_comes_from_the_first_place_that_has_one),
		cmocka_unit_test(entries_beyond_128_go_into_setup_data),
		cmocka_unit_test(efi_is_handed_over_to_a_kernel_that_can_take_it),
		cmocka_unit_test(efi_tables_are_handed_over_with_all_their_bytes),
		cmocka_unit_test(what_only_the_firmware_knew_is_handed_over),
		cmocka_unit_test(without_efi_the_reason_is_noted),
		cmocka_unit_test(memory_of_efi_is_not_used),
		cmocka_unit_test(a_wrong_efi_map_is_refused_with_a_way_out),
		cmocka_unit_test(a_kernel_before_acpi_rsdp_gets_it_by_command_line),
		cmocka_unit_test(the_screen_goes_to_the_next_kernel_unless_a_native_driver_has_it),
		cmocka_unit_test(the_seed_is_the_last_node),
		cmocka_unit_test(command_lines_of_any_length_have_their_nul),
		cmocka_unit_test(the_header_is_that_of_the_file),
	};

	return cmocka_run_group_tests(tests, setup, boards_teardown);
}

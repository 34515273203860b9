/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans for crash kernels on x86: where everything lies, what is dumped, what may be used. */
#include <elf.h>
#include <inttypes.h>

#include "kexec/arch/arches.h"
#include "kx/memmap.h"
#include "tests/unit/boards.h"
#include "tests/unit/sound_x86.h"
#include "uapi/bootparam_x86.h"

static const uint64_t direct_map = UINT64_C(0xffff8f0000000000);
static const uint64_t image_virt = UINT64_C(0xffffffff9e000000);

/* Low memory in two pieces, two regions, memory of a driver, CMA. */
static const uint64_t ram_bound[] = {
	0x1000, 0x8f000, 0x90000, 0x9fc00, 0x100000, 0xbffe0000,
	0x100000000, 0x1c0000000, 0x1d0000000, 0x1d8000000,
};
static const uint64_t region_bound[] = { 0xb0000000, 0xb4000000, 0x190000000, 0x1a0000000 };
static const uint64_t note_bound[] = { 0x13000, 0x13168, 0x14000, 0x15000 };
static const uint64_t cma_bound[] = { 0x20000000, 0x28000000 };
static const uint64_t reserved_bound[] = { 0x8f000, 0x90000, 0x9fc00, 0xa0000, 0xbffe0000,
					   0xc0000000 };

static struct kx_machine machine;
static struct kx_crash *const crash = &machine.crash;
static struct kx_span kernel;
static const struct kx_machine *uefi;

static int setup(void **state)
{
	static struct kx_kcore_part kcore[] = {
		{ UINT64_C(0xffffffff9e000000), 0x10000000, 0x3000000 },
		{ UINT64_C(0xffff8f0000001000), 0x1000, 0x8e000 },
	};

	boards_setup_x86(state);
	uefi = &board_named("x86_64", "uefi-1g")->machine;
	machine = (struct kx_machine){ .mem_total = UINT64_C(8) << 30 };
	for (size_t i = 0; i < 5; i++)
		kx_ranges_add(&machine.memmap, ram_bound[2 * i], ram_bound[2 * i + 1], KX_E820_RAM);
	for (size_t i = 0; i < 3; i++)
		kx_ranges_add(&machine.memmap, reserved_bound[2 * i], reserved_bound[2 * i + 1],
			      KX_E820_RESERVED);
	*crash = (struct kx_crash){
		.image = { 0x10000000, 0x13000000, 0 },
		.kcore = kcore,
		.n_kcore = 2,
	};
	ranges_of(&crash->notes, note_bound, 2);
	ranges_of(&crash->ram, ram_bound, 5);
	ranges_of(&crash->regions, region_bound, 2);
	ranges_of(&crash->cma, cma_bound, 1);
	kernel = kernel_of("x86_64");
	return 0;
}

static int teardown(void **state)
{
	kernel_drop(kernel);
	kx_ranges_done(&machine.memmap);
	kx_ranges_done(&crash->notes);
	kx_ranges_done(&crash->ram);
	kx_ranges_done(&crash->regions);
	kx_ranges_done(&crash->cma);
	return boards_teardown(state);
}

static struct kx_request crash_request(void)
{
	static const uint8_t initrd[10000];
	struct kx_request req = plan_view_request(&machine, kernel);

	req.crash = true;
	req.files.initrd = (struct kx_span){ initrd, sizeof(initrd) };
	return req;
}

TEST(every_segment_is_in_the_highest_region)
{
	struct kx_request req = crash_request();
	struct kx_plan plan = assert_planned("x86_64", &req);

	assert_int_equal(plan.n_segments, 6);
	for (size_t i = 0; i < plan.n_segments; i++) {
		assert_true(plan.segments[i].addr >= region_bound[2]);
		assert_true(plan.segments[i].addr + plan.segments[i].memsz <= region_bound[3]);
	}
	kx_plan_done(&plan);
}

TEST(the_dump_has_all_ram_but_regions_and_cma)
{
	const struct kx_ranges regions = crash->regions, cma = crash->cma;
	struct kx_ranges expected = { 0 }, found = { 0 };
	struct kx_request req = crash_request();
	struct kx_plan plan = assert_planned("x86_64", &req);

	for (uint64_t i = 3; i < plan_view_header_count(&plan); i++) {
		struct plan_view_header h = plan_view_header(&plan, i);

		assert_int_equal(h.type, PT_LOAD);
		assert_true(h.virt == direct_map + h.physical);
		kx_ranges_add(&found, h.physical, h.physical + h.size, 0);
	}
	ranges_of(&expected, ram_bound, 5);
	assert_int_equal(kx_ranges_subtract(&expected, &regions), 0);
	assert_int_equal(kx_ranges_subtract(&expected, &cma), 0);
	kx_ranges_merge(&found);
	assert_int_equal(found.count, expected.count);
	for (size_t i = 0; i < found.count; i++)
		assert_range(&found, i, expected.item[i].start, expected.item[i].end, 0);
	kx_ranges_done(&expected);
	kx_ranges_done(&found);
	kx_plan_done(&plan);
}

TEST(notes_come_first_and_the_image_is_where_it_is_mapped)
{
	struct kx_request req = crash_request();
	struct kx_plan plan = assert_planned("x86_64", &req);
	struct plan_view_header h = plan_view_header(&plan, 0);

	assert_int_equal(h.type, PT_NOTE);
	assert_int_equal(h.offset, 0x13000);
	assert_int_equal(plan_view_header(&plan, 1).type, PT_NOTE);
	h = plan_view_header(&plan, 2);
	assert_int_equal(h.type, PT_LOAD);
	assert_true(h.virt == image_virt);
	assert_int_equal(h.physical, 0x10000000);
	assert_int_equal(h.offset, 0x10000000);
	assert_int_equal(h.size, 0x3000000);
	kx_plan_done(&plan);
}

TEST(low_memory_is_dumped_from_its_backup)
{
	struct kx_request req = crash_request();
	struct kx_plan plan = assert_planned("x86_64", &req);
	const struct kx_segment *backup = plan_view_segment(&plan, "backup");
	size_t low = 0;

	assert_int_equal(plan.purgatory->backup_src, 0x1000);
	assert_int_equal(plan.purgatory->backup_dst, backup->addr);
	assert_int_equal(plan.purgatory->backup_len, 0x9fc00 - 0x1000);
	assert_true(backup->memsz >= plan.purgatory->backup_len);
	for (uint64_t i = 3; i < plan_view_header_count(&plan); i++) {
		struct plan_view_header h = plan_view_header(&plan, i);
		bool is_low = h.physical < 0xa0000;

		low += is_low;
		assert_true(h.offset == (is_low ? backup->addr + h.physical - 0x1000 : h.physical));
	}
	assert_int_equal(low, 2);
	kx_plan_done(&plan);
}

TEST(the_crash_kernel_may_use_its_regions_cma_and_low_memory)
{
	static const uint64_t wanted[] = {
		0x1000, 0x8f000, 0x90000, 0x9fc00, 0x20000000, 0x28000000,
		0xb0000000, 0xb4000000, 0x190000000, 0x1a0000000,
	};
	struct kx_ranges map = { 0 }, ram = { 0 }, other = { 0 }, expected = { 0 }, kept = { 0 };
	struct kx_request req = crash_request();
	struct kx_plan plan = assert_planned("x86_64", &req);
	static const char *const kept_name[] = { "backup", "elfcorehdr" };

	assert_true(x86_view_memory_map(&plan, &map));
	for (size_t i = 0; i < map.count; i++)
		kx_ranges_add(map.item[i].type == KX_E820_RAM ? &ram : &other, map.item[i].start,
			      map.item[i].end, 0);
	for (size_t i = 0; i < 2; i++) {
		const struct kx_segment *s = plan_view_segment(&plan, kept_name[i]);

		kx_ranges_add(&kept, s->addr, s->addr + s->memsz, 0);
	}
	kx_ranges_merge(&kept);
	ranges_of(&expected, wanted, 5);
	assert_int_equal(kx_ranges_subtract(&expected, &kept), 0);
	assert_int_equal(ram.count, expected.count);
	for (size_t i = 0; i < ram.count; i++)
		assert_range(&ram, i, expected.item[i].start, expected.item[i].end, 0);
	assert_int_equal(other.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_range(&other, i, reserved_bound[2 * i], reserved_bound[2 * i + 1], 0);
	kx_ranges_done(&map);
	kx_ranges_done(&ram);
	kx_ranges_done(&other);
	kx_ranges_done(&expected);
	kx_ranges_done(&kept);
	kx_plan_done(&plan);
}

TEST(the_command_line_names_the_header)
{
	struct kx_request req = crash_request();
	struct kx_plan plan = assert_planned("x86_64", &req);
	char expected[60];

	snprintf(expected, sizeof(expected), "elfcorehdr=0x%" PRIx64 " quiet",
		 plan_view_segment(&plan, "elfcorehdr")->addr);
	assert_string_equal(plan.cmdline, expected);
	kx_plan_done(&plan);
}

TEST(memory_goes_onto_the_command_line_when_asked_for)
{
	struct kx_request req = crash_request();
	struct kx_plan plan;

	req.pc.memmap_on_cmdline = true;
	plan = assert_planned("x86_64", &req);
	assert_ptr_equal(strstr(plan.cmdline, "memmap=exactmap memmap=0x8e000@0x1000 "), plan.cmdline);
	assert_non_null(strstr(plan.cmdline, " memmap=0x8000000@0x20000000 "));
	assert_non_null(strstr(plan.cmdline, " memmap=0x20000$0xbffe0000 "));
	assert_non_null(strstr(plan.cmdline, " elfcorehdr=0x"));
	assert_string_equal(plan.cmdline + strlen(plan.cmdline) - 6, " quiet");
	kx_plan_done(&plan);
}

/* Documentation/admin-guide/kernel-parameters.txt: memmap=nn[KMG]@ss, #, $ and !. */
TEST(each_type_of_memory_has_its_sign)
{
	static const struct {
		uint32_t type;
		const char *word;
	} some[] = {
		{ 2, "memmap=0x1000$0xbffe0000" }, { 3, "memmap=0x1000#0xbffe0000" },
		{ 4, "memmap=0x1000#0xbffe0000" }, { 5, "memmap=0x1000$0xbffe0000" },
		{ 7, "memmap=0x1000!0xbffe0000" }, { 12, "memmap=0x1000!0xbffe0000" },
	};
	const struct kx_ranges before = machine.memmap;
	struct kx_request req = crash_request();

	req.pc.memmap_on_cmdline = true;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct kx_ranges map = { 0 };
		struct kx_plan plan;

		kx_ranges_add(&map, 0, 0x1000, KX_E820_RESERVED);
		kx_ranges_add(&map, 0x1000, 0xbff00000, KX_E820_RAM);
		kx_ranges_add(&map, UINT64_C(0x100000000), UINT64_C(0x1c0000000), KX_E820_RAM);
		kx_ranges_add(&map, 0xbffe0000, 0xbffe1000, some[i].type);
		machine.memmap = map;
		plan = assert_planned("x86_64", &req);
		if (!strstr(plan.cmdline, some[i].word))
			fail_msg("no %s in %s", some[i].word, plan.cmdline);
		assert_non_null(strstr(plan.cmdline, " memmap=0x1000$0x0 "));
		kx_plan_done(&plan);
		kx_ranges_done(&map);
	}
	machine.memmap = before;
}

TEST(with_hotplug_the_header_has_room_and_is_not_verified)
{
	struct kx_request req = crash_request();
	const struct kx_segment *s;
	struct kx_plan plan;

	crash->elfcorehdr_size = 0x90001;
	req.hotplug = true;
	plan = assert_planned("x86_64", &req);
	s = plan_view_segment(&plan, "elfcorehdr");
	assert_true(s->unverified);
	assert_int_equal(s->memsz, 0x91000);
	kx_plan_done(&plan);
	/* The wish alone changes nothing. */
	req.hotplug = false;
	plan = assert_planned("x86_64", &req);
	s = plan_view_segment(&plan, "elfcorehdr");
	assert_false(s->unverified);
	assert_int_equal(s->memsz, 0x1000);
	kx_plan_done(&plan);
	crash->elfcorehdr_size = 0;
}

enum { MANY = 70000 };
static const uint64_t many_at = UINT64_C(0x1000000000);

/* MANY pages of RAM, each 64 KiB after the last, the first @near 16 KiB. Returns what was there. */
static struct kx_ranges replace_ram(size_t near)
{
	const struct kx_ranges ram = crash->ram;
	uint64_t at = many_at;

	crash->ram = (struct kx_ranges){ 0 };
	for (size_t i = 0; i < MANY; i++) {
		kx_ranges_add(&crash->ram, at, at + 0x1000, 0);
		at += i < near ? 0x4000 : 0x10000;
	}
	return ram;
}

/* /proc/vmcore goes by e_phnum, which counts to 65534; what the nearest are joined by is told. */
TEST(more_ranges_than_linux_reads_are_joined)
{
	enum { OTHERS = 2 + 1, ROOM = 65534 - OTHERS - 2, NEAR = MANY - ROOM };
	struct kx_request req = crash_request();
	const struct kx_ranges ram = replace_ram(NEAR);
	const struct kx_segment *s;
	struct kx_plan plan;
	uint64_t at;

	plan = assert_planned("x86_64", &req);
	s = plan_view_segment(&plan, "elfcorehdr");
	assert_int_equal(plan_view_header_count(&plan), ROOM + OTHERS);
	assert_int_equal(s->data.len, 64 + (ROOM + OTHERS) * 56);
	/* The near ones are one; the next is as it was. */
	at = s->addr + 64 + OTHERS * 56;
	assert_true(plan_view_number(&plan, at + 24, 8) == many_at);
	assert_int_equal(plan_view_number(&plan, at + 40, 8), NEAR * 0x4000 + 0x1000);
	assert_true(plan_view_number(&plan, at + 56 + 24, 8) ==
		    many_at + NEAR * 0x4000 + 0x10000);
	assert_int_equal(plan_view_number(&plan, at + 56 + 40, 8), 0x1000);
	assert_int_equal(plan.n_notes, 1);
	assert_non_null(strstr(plan.notes[0], KX_PLAN_WARNING "70000 ranges"));
	assert_non_null(strstr(plan.notes[0], "0x3000 bytes"));
	/* There is no low memory in this one. */
	assert_null(plan_view_segment(&plan, "backup"));
	assert_int_equal(plan.purgatory->backup_len, 0);
	kx_plan_done(&plan);
	kx_ranges_done(&crash->ram);
	crash->ram = ram;
}

TEST(ranges_are_not_joined_over_what_a_dump_must_not_read)
{
	struct kx_request req = crash_request();
	const struct kx_ranges ram = replace_ram(MANY), cma = crash->cma;
	struct kx_err err = { "" };
	struct kx_plan plan;

	crash->cma = (struct kx_ranges){ 0 };
	for (size_t i = 0; i < MANY; i++)
		kx_ranges_add(&crash->cma, many_at + i * 0x4000 + 0x1000,
			      many_at + i * 0x4000 + 0x2000, 0);
	assert_int_equal(plan_view_run("x86_64", &req, &plan, &err), -E2BIG);
	assert_says(&err, "70000 ranges of RAM");
	kx_plan_done(&plan);
	kx_ranges_done(&crash->ram);
	kx_ranges_done(&crash->cma);
	crash->ram = ram;
	crash->cma = cma;
}

TEST(a_long_memory_map_is_handed_over_whole)
{
	struct kx_request req = crash_request();
	size_t before = machine.memmap.count;
	struct kx_ranges map = { 0 };
	struct kx_plan plan;
	uint64_t len = 0;

	for (uint64_t i = 0; i < 300; i++)
		kx_ranges_add(&machine.memmap, 0xd0000000 + i * 0x10000,
			      0xd0000000 + i * 0x10000 + 0x1000, KX_E820_RESERVED);
	plan = assert_planned("x86_64", &req);
	assert_int_equal(x86_view_boot_param(&plan, BP_E820_ENTRIES, 1), BP_E820_MAX);
	assert_int_not_equal(x86_view_setup_data(&plan, SETUP_E820_EXT, &len), 0);
	assert_true(x86_view_memory_map(&plan, &map));
	/* 300 and three reserved; low memory in two pieces, CMA and two regions. */
	assert_int_equal(map.count, 300 + 3 + 5);
	kx_ranges_done(&map);
	kx_plan_done(&plan);
	machine.memmap.count = before;
}

TEST(limits_hold_and_what_does_not_fit_is_refused)
{
	struct kx_request req = crash_request();
	struct kx_err err = { "" };
	struct kx_plan plan;

	req.where.mem = (struct kx_range){ 0x194000000, 0x198000000, 0 };
	plan = assert_planned("x86_64", &req);
	kx_plan_done(&plan);
	req.where.mem = (struct kx_range){ 0, 0x100000000, 0 };
	assert_int_equal(plan_view_run("x86_64", &req, &plan, &err), -EADDRNOTAVAIL);
	assert_says(&err, "no room for the");
	kx_plan_done(&plan);
}

/* As assert_planned(), but for kexec_file_load, of which only the checks can be run. */
static int check_by_file(const struct kx_request *req, struct kx_err *err)
{
	const struct kx_arch *arch = kx_arch_by_name("x86_64");
	struct kx_plan plan = { .arch = arch, .syscall = KX_SYSCALL_FILE_LOAD, .cmdline = "" };
	const struct kx_image *image;
	int rc;

	assert_int_equal(kx_image_find(arch, NULL, req->files.kernel, &image, err), 0);
	rc = image->check(req, &plan, err);
	if (rc == 0 && req->crash)
		rc = kx_plan_try(image, req, &plan, err);
	kx_plan_done(&plan);
	return rc;
}

TEST(what_does_not_fit_is_not_left_to_the_kernel_to_find)
{
	struct kx_request req = crash_request();
	struct kx_err err = { "" };
	uint8_t *large = calloc(1, 0x10000000);

	assert_non_null(large);
	assert_int_equal(check_by_file(&req, &err), 0);
	req.files.initrd = (struct kx_span){ large, 0x10000000 };
	assert_int_equal(check_by_file(&req, &err), -EADDRNOTAVAIL);
	assert_says(&err, "no room for the initrd");
	req.crash = false;
	assert_int_equal(check_by_file(&req, &err), 0);
	free(large);
}

TEST(without_the_mappings_there_is_no_plan)
{
	struct kx_request req = crash_request();
	struct kx_err err = { "" };
	struct kx_plan plan;

	for (size_t n = 0; n < 2; n++) {
		crash->n_kcore = n;
		assert_int_equal(plan_view_run("x86_64", &req, &plan, &err), -ENODATA);
		assert_says(&err, n == 0 ? "kernel's image" : "direct map");
		kx_plan_done(&plan);
	}
	crash->n_kcore = 2;
}

/* What x86 makes of @count parts for an image at 16 MiB. */
static int mapping_of(struct kx_kcore_part *part, size_t count, struct kx_mapping *ret)
{
	struct kx_crash facts = {
		.image = { 0x1000000, 0x1ffb000, 0 },
		.kcore = part,
		.n_kcore = count,
	};
	struct kx_err err;

	return kx_arch_by_name("x86_64")->mapping(&facts, ret, &err);
}

TEST(the_image_is_found_where_kcore_shows_no_physical_addresses)
{
	static const struct kx_kcore_part kcore[] = {
		{ UINT64_C(0xffff880000001000), 0x1000, 0x9e000 },
		{ UINT64_C(0xffffffff81000000), KX_KCORE_HIDDEN, 0x1000000 },
		{ UINT64_C(0xffffffffa0000000), KX_KCORE_HIDDEN, 0x5f000000 },
		{ UINT64_C(0xffffffffff600000), KX_KCORE_HIDDEN, 0x1000 },
	};
	struct kx_kcore_part part[4];
	struct kx_mapping mapping;

	memcpy(part, kcore, sizeof(part));
	assert_int_equal(mapping_of(part, 4, &mapping), 0);
	assert_true(mapping.image.virt == kcore[1].virt);
	assert_int_equal(mapping.image.physical, 0x1000000);
	assert_int_equal(mapping.image.size, 0x1000000);
	assert_true(mapping.direct == UINT64_C(0xffff880000000000));
	/* Too small for the image, not mapped by large pages: no other is taken in its place. */
	part[1].size = 0xffa000;
	assert_int_equal(mapping_of(part, 4, &mapping), -ENODATA);
	part[1] = kcore[1];
	part[1].virt += 0x1000;
	assert_int_equal(mapping_of(part, 4, &mapping), -ENODATA);
	/* Hidden RAM is no direct map. */
	memcpy(part, kcore, sizeof(part));
	part[0].physical = KX_KCORE_HIDDEN;
	assert_int_equal(mapping_of(part, 4, &mapping), -ENODATA);
}

TEST(efi_is_handed_to_a_crash_kernel_too)
{
	struct kx_request req = crash_request();
	struct kx_machine machine_with_both = *uefi;
	static const uint64_t region[] = { 0x10000000, 0x1c000000 };
	struct kx_plan plan;
	uint64_t len;

	machine_with_both.crash = *crash;
	machine_with_both.crash.regions = (struct kx_ranges){ 0 };
	ranges_of(&machine_with_both.crash.regions, region, 1);
	req.machine = &machine_with_both;
	plan = assert_planned("x86_64", &req);
	assert_int_not_equal(x86_view_setup_data(&plan, SETUP_EFI, &len), 0);
	assert_null(strstr(plan.cmdline, "acpi_rsdp="));
	kx_plan_done(&plan);
	kx_ranges_done(&machine_with_both.crash.regions);
}

TEST(a_kernel_without_a_64_bit_entry_has_to_reach_what_it_dumps)
{
	static const uint64_t low_ram[] = { 0x1000, 0x9fc00, 0x100000, 0xbffe0000 };
	static const uint64_t low_region[] = { 0x8000000, 0x14000000 };
	struct kx_span file = kernel_of("x86_64", "xloadflags=0x2", "kernel_alignment=0x1000000");
	struct kx_request req = crash_request();
	struct kx_err err = { "" };
	struct kx_plan plan;

	req.files.kernel = file;
	assert_int_equal(plan_view_run("x86_64", &req, &plan, &err), -ENOTSUP);
	assert_says(&err, "cannot read all of the memory, which ends at 0x1d8000000; give a 64-bit");
	kx_plan_done(&plan);
	kx_ranges_done(&crash->ram);
	ranges_of(&crash->ram, low_ram, 2);
	crash->regions.count = 1;
	assert_int_equal(plan_view_run("x86_64", &req, &plan, &err), -ENOTSUP);
	assert_says(&err, "must lie below 0x20000000, and the memory reserved for it begins at "
			  "0xb0000000: boot with crashkernel=SIZE@128M, or give a 64-bit kernel");
	kx_plan_done(&plan);
	kx_ranges_done(&crash->regions);
	ranges_of(&crash->regions, low_region, 1);
	plan = assert_planned("x86_64", &req);
	assert_true(plan_view_segment(&plan, "kernel")->addr < low_region[1]);
	kx_plan_done(&plan);
	kernel_drop(file);
	kx_ranges_done(&crash->ram);
	kx_ranges_done(&crash->regions);
	ranges_of(&crash->ram, ram_bound, 5);
	ranges_of(&crash->regions, region_bound, 2);
}

TEST(the_32_bit_entry_does_not_reach_a_high_region)
{
	struct kx_request req = crash_request();
	struct kx_err err = { "" };
	struct kx_plan plan;

	req.pc.entry_32bit = true;
	assert_int_equal(plan_view_run("x86_64", &req, &plan, &err), -ENOTSUP);
	assert_says(&err, "must lie below 0x80000000, and the memory reserved for it begins at "
			  "0x190000000: boot with crashkernel=SIZE@128M, or leave out --entry-32bit");
	kx_plan_done(&plan);
	crash->regions.count = 1;
	assert_int_equal(plan_view_run("x86_64", &req, &plan, &err), -ENOTSUP);
	assert_says(&err, "must lie below 0x80000000, and the memory reserved for it begins at "
			  "0xb0000000");
	kx_plan_done(&plan);
	/* It is the initrd that has to be so low, and all memory is read. */
	req.files.initrd.len = 0;
	plan = assert_planned("x86_64", &req);
	kx_plan_done(&plan);
	crash->regions.count = 2;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_segment_is_in_the_highest_region),
		cmocka_unit_test(the_dump_has_all_ram_but_regions_and_cma),
		cmocka_unit_test(notes_come_first_and_the_image_is_where_it_is_mapped),
		cmocka_unit_test(low_memory_is_dumped_from_its_backup),
		cmocka_unit_test(the_crash_kernel_may_use_its_regions_cma_and_low_memory),
		cmocka_unit_test(the_command_line_names_the_header),
		cmocka_unit_test(memory_goes_onto_the_command_line_when_asked_for),
		cmocka_unit_test(each_type_of_memory_has_its_sign),
		cmocka_unit_test(with_hotplug_the_header_has_room_and_is_not_verified),
		cmocka_unit_test(more_ranges_than_linux_reads_are_joined),
		cmocka_unit_test(ranges_are_not_joined_over_what_a_dump_must_not_read),
		cmocka_unit_test(a_long_memory_map_is_handed_over_whole),
		cmocka_unit_test(limits_hold_and_what_does_not_fit_is_refused),
		cmocka_unit_test(what_does_not_fit_is_not_left_to_the_kernel_to_find),
		cmocka_unit_test(without_the_mappings_there_is_no_plan),
		cmocka_unit_test(the_image_is_found_where_kcore_shows_no_physical_addresses),
		cmocka_unit_test(efi_is_handed_to_a_crash_kernel_too),
		cmocka_unit_test(a_kernel_without_a_64_bit_entry_has_to_reach_what_it_dumps),
		cmocka_unit_test(the_32_bit_entry_does_not_reach_a_high_region),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

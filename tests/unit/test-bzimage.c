/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bzImage loader: what is refused and why, and that every plan it makes is sound. */
#include <sys/mman.h>

#include "kexec/arch/arches.h"
#include "kexec/arch/x86/kernel.h"
#include "kx/memmap.h"
#include "tests/tools/mkbzimage.h"
#include "tests/unit/boards.h"
#include "tests/unit/sound_x86.h"
#include "uapi/bootparam_x86.h"

static const struct kx_machine *bios;
static struct kx_machine *large;

static int setup(void **state)
{
	boards_setup_x86(state);
	bios = &board_named("x86_64", "bios-1g")->machine;
	large = &board_named("x86_64", "bios-8g")->machine;
	return 0;
}

/* @machine does not get @file, which is freed, and why. */
static void assert_file_refused(const struct kx_machine *machine, struct kx_span file, int code,
				const char *says)
{
	struct kx_request req = plan_view_request(machine, file);

	assert_refused("x86_64", &req, code, says);
	kernel_drop(file);
}

TEST(plans_are_sound_on_every_machine)
{
	static const uint8_t initrd[10000];
	struct kx_span file = kernel_of("x86_64");

	for (size_t i = 0; i < n_boards; i++) {
		struct kx_request req = board_request(&boards[i], file);
		struct kx_plan plan;

		print_message("%s\n", boards[i].name);
		plan = assert_planned("x86_64", &req);
		assert_int_equal(plan.n_segments, 3);
		kx_plan_done(&plan);
		req.files.initrd = (struct kx_span){ initrd, sizeof(initrd) };
		plan = assert_planned("x86_64", &req);
		assert_int_equal(plan.n_segments, 4);
		kx_plan_done(&plan);
	}
	kernel_drop(file);
}

TEST(the_kernel_segment_holds_the_code_without_the_signature)
{
	struct kx_span file = kernel_of("x86_64", "code=8192", "tail=1000", "setup_sects=3");
	struct kx_request req = plan_view_request(bios, file);
	struct kx_plan plan = assert_planned("x86_64", &req);
	const struct kx_segment *kernel = plan_view_segment(&plan, "kernel");

	assert_int_equal(kernel->data.len, 8192);
	assert_ptr_equal(kernel->data.base, file.base + 4 * 512);
	assert_int_equal(kernel->memsz, 0x2000000);
	kx_plan_done(&plan);
	kernel_drop(file);
}

/* Nothing reads an initrd before the plan is sealed: address space without memory will do. */
static struct kx_span huge_initrd(uint64_t len)
{
	void *base = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		skip();
	return (struct kx_span){ base, len };
}

TEST(an_initrd_of_more_than_4_gib)
{
	struct kx_span file = kernel_of("x86_64");
	struct kx_request req = plan_view_request(large, file);
	struct kx_plan plan;

	req.files.initrd = huge_initrd((UINT64_C(4) << 30) + 12345);
	/* Beyond half of RAM, which preflight refuses; the sizes are what counts here. */
	large->mem_total = 0;
	plan = assert_planned("x86_64", &req);
	assert_int_equal(x86_view_boot_param(&plan, HDR_RAMDISK_SIZE, 4), 12345);
	assert_int_equal(x86_view_boot_param(&plan, BP_EXT_RAMDISK_SIZE, 4), 1);
	assert_true(plan_view_segment(&plan, "initrd")->addr >= UINT64_C(1) << 32);
	kx_plan_done(&plan);
	munmap((void *)(uintptr_t)req.files.initrd.base, req.files.initrd.len);
	kernel_drop(file);
}

TEST(a_kernel_that_cannot_look_above_4_gib)
{
	struct kx_span file = kernel_of("x86_64", "xloadflags=0x3d", "initrd_addr_max=0x37ffffff");
	struct kx_request req = plan_view_request(large, file);
	struct kx_plan plan;

	req.files.initrd = huge_initrd(1 << 20);
	plan = assert_planned("x86_64", &req);
	assert_int_equal(plan_view_segment(&plan, "initrd")->addr + (1 << 20), 0x38000000);
	kx_plan_done(&plan);
	munmap((void *)(uintptr_t)req.files.initrd.base, req.files.initrd.len);
	kernel_drop(file);
}

TEST(a_kernel_that_is_not_relocatable)
{
	struct kx_span file = kernel_of("x86_64", "relocatable_kernel=0");
	struct kx_request req = plan_view_request(bios, file);
	struct kx_plan plan = assert_planned("x86_64", &req);

	assert_int_equal(plan_view_segment(&plan, "kernel")->addr, 0x1000000);
	kx_plan_done(&plan);
	kernel_drop(file);
	file = kernel_of("x86_64", "relocatable_kernel=0", "pref_address=0x80000000");
	assert_file_refused(bios, file, -EADDRNOTAVAIL, "kernel");
	file = kernel_of("x86_64", "relocatable_kernel=0", "pref_address=0x1001000");
	assert_file_refused(bios, file, -EINVAL, "0x1001000 is not aligned");
}

TEST(the_users_limits_and_entry_hold)
{
	struct kx_span file = kernel_of("x86_64");
	struct kx_request req = plan_view_request(bios, file);
	struct kx_err err = { "" };
	struct kx_plan plan;

	req.where.mem = (struct kx_range){ 0x2000000, 0x8000000, 0 };
	req.where.has_entry = true;
	req.where.entry = 0x1234000;
	plan = assert_planned("x86_64", &req);
	assert_int_equal(plan.purgatory->entry, 0x1234000);
	kx_plan_done(&plan);
	req.where.mem.end = 0x3000000;
	assert_int_equal(plan_view_run("x86_64", &req, &plan, &err), -EADDRNOTAVAIL);
	assert_says(&err, "0x2000000 bytes wanted in [0x2000000, 0x3000000)");
	kx_plan_done(&plan);
	kernel_drop(file);
}

TEST(each_wrong_field_has_its_own_text)
{
	static const struct {
		const char *word[2];
		int code;
		const char *says;
	} wrong[] = {
		{ { "boot_flag=0xaa56" }, -ENOEXEC, "not a kernel" },
		{ { "header=0" }, -ENOEXEC, "not a kernel" },
		{ { "version=0x201" }, -ENOEXEC, "setup code: use --real-mode" },
		{ { "version=0" }, -ENOEXEC, "boot protocol 0.00, but 2.00" },
		{ { "jump=0x61eb" }, -ENOEXEC, "0x263, must be in [0x264, 0x290]" },
		{ { "jump=0x8feb" }, -ENOEXEC, "0x291" },
		{ { "syssize=0x101" }, -ENOEXEC, "announces 5136 bytes, the file has 5120" },
		{ { "loadflags=0" }, -ENOEXEC, "zImage" },
		{ { "syssize=0x20", "payload_length=1" }, -ENOEXEC, "512 bytes of protected-mode" },
		{ { "payload_length=0xd01" }, -ENOEXEC, "[0x300, +0xd01) is outside" },
		{ { "payload_offset=0xffffffff" }, -ENOEXEC, "0xffffffff" },
		{ { "payload_length=0" }, -ENOEXEC, "payload" },
		{ { "kernel_alignment=0" }, -ENOEXEC, "kernel_alignment 0x0" },
		{ { "kernel_alignment=0x300000" }, -ENOEXEC, "0x300000 is not a power of two" },
		{ { "init_size=0xfff" }, -ENOEXEC, "init_size 0xfff is less than the 0x1000" },
		{ { "init_size=0xffffffff" }, -EADDRNOTAVAIL, "0x100000000 bytes wanted" },
		{ { "cmdline_size=4" }, -E2BIG, "5 bytes, this kernel takes at most 4" },
		{ { "pref_address=0xffffffffffffffff" }, -EADDRNOTAVAIL, "kernel" },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct kx_span file = kernel_of("x86_64", wrong[i].word[0], wrong[i].word[1]);

		assert_file_refused(bios, file, wrong[i].code, wrong[i].says);
	}
}

static void assert_noted(const struct kx_plan *plan, const char *part)
{
	for (size_t i = 0; i < plan->n_notes; i++) {
		if (strstr(plan->notes[i], part))
			return;
	}
	fail_msg("no note says %s", part);
}

static struct kx_plan planned_protected(struct kx_span file, bool asked)
{
	static const uint8_t initrd[10000];
	struct kx_request req = plan_view_request(large, file);
	struct kx_plan plan;

	req.pc.entry_32bit = asked;
	req.files.initrd = (struct kx_span){ initrd, sizeof(initrd) };
	plan = assert_planned("x86_64", &req);
	assert_int_equal(plan.purgatory->mode, KX_PURG_MODE_PROTECTED);
	assert_int_equal(plan.purgatory->entry, plan_view_segment(&plan, "kernel")->addr);
	return plan;
}

TEST(the_32_bit_entry_when_asked_for)
{
	struct kx_span file = kernel_of("x86_64");
	struct kx_plan plan = planned_protected(file, true);

	assert_true(plan_view_segment(&plan, "kernel")->addr > 512 * MIB);
	assert_noted(&plan, "32-bit entry: --entry-32bit");
	kx_plan_done(&plan);
	kernel_drop(file);
	/* Its first bytes are all that it needs. */
	file = kernel_of("x86_64", "syssize=0x20", "payload_offset=0", "payload_length=1");
	plan = planned_protected(file, true);
	kx_plan_done(&plan);
	kernel_drop(file);
}

TEST(a_kernel_without_a_64_bit_entry)
{
	struct kx_span file = kernel_of("x86_64", "xloadflags=0x2", "kernel_alignment=0x1000000");
	struct kx_plan plan = planned_protected(file, false);

	assert_int_equal(plan_view_segment(&plan, "kernel")->addr, 480 * MIB);
	assert_noted(&plan, "its xloadflags name no 64-bit entry");
	kx_plan_done(&plan);
	kernel_drop(file);
}

/* Each protocol has fewer fields; what is in their place means nothing. */
TEST(kernels_of_older_protocols)
{
	static const struct {
		const char *version, *jump;
		uint32_t min_end;
		bool movable;
	} old[] = {
		{ "version=0x202", "jump=0x2aeb", 0x22c, false },
		{ "version=0x203", "jump=0x2eeb", 0x230, false },
		{ "version=0x204", "jump=0x2eeb", 0x230, false },
		{ "version=0x205", "jump=0x34eb", 0x236, true },
		{ "version=0x206", "jump=0x3aeb", 0x23c, true },
		{ "version=0x208", "jump=0x4eeb", 0x250, true },
		{ "version=0x209", "jump=0x56eb", 0x258, true },
		{ "version=0x20a", "jump=0x62eb", 0x264, true },
		{ "version=0x20b", "jump=0x62eb", 0x264, true },
	};

	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
		struct kx_span file = kernel_of("x86_64", old[i].version, old[i].jump,
						"xloadflags=0x7f", "code=5000");
		struct kx_plan plan = planned_protected(file, false);
		const struct kx_segment *kernel = plan_view_segment(&plan, "kernel");

		print_message("%s\n", old[i].version);
		assert_true(kernel->data.len >= 5000);
		assert_int_equal(kernel->addr > MIB, old[i].movable);
		assert_true(kernel->memsz >= 16 * MIB);
		assert_true(plan_view_segment(&plan, "initrd")->addr < 0x80000000);
		assert_noted(&plan, "older than the 64-bit entry");
		kx_plan_done(&plan);
		kernel_drop(file);
	}
}

/* boot.rst, of cmdline_size: before 2.06 it is 255. */
TEST(a_command_line_that_an_older_kernel_would_cut)
{
	struct kx_span file = kernel_of("x86_64", "version=0x205", "jump=0x34eb");
	struct kx_request req = plan_view_request(bios, file);
	struct kx_plan plan;
	char line[257];

	memset(line, 'x', 256);
	line[256] = '\0';
	req.files.cmdline = line + 1;
	plan = assert_planned("x86_64", &req);
	kx_plan_done(&plan);
	req.files.cmdline = line;
	assert_refused("x86_64", &req, -E2BIG, "256 bytes, this kernel takes at most 255");
	kernel_drop(file);
}

TEST(an_older_header_that_is_too_short)
{
	static const char *const jump[][2] = {
		{ "version=0x202", "jump=0x29eb" }, { "version=0x203", "jump=0x2deb" },
		{ "version=0x205", "jump=0x33eb" }, { "version=0x206", "jump=0x39eb" },
		{ "version=0x208", "jump=0x4deb" }, { "version=0x20a", "jump=0x61eb" },
	};

	for (size_t i = 0; i < sizeof(jump) / sizeof(jump[0]); i++)
		assert_file_refused(bios, kernel_of("x86_64", jump[i][0], jump[i][1]), -ENOEXEC,
				    "setup header ends at");
}

TEST(what_has_no_64_bit_entry_is_a_type_of_its_own)
{
	static const struct {
		const char *set, *name;
	} some[] = {
		{ "xloadflags=0x2", "bzImage32" },
		{ "version=0x20b", "bzImage32" },
		{ "version=0x20c", "bzImage64" },
		{ "xloadflags=0x1", "bzImage64" },
	};
	static const char *const type[] = { NULL, "bzImage" };
	const struct kx_arch *arch = kx_arch_by_name("x86_64");

	for (size_t i = 0; i < 2 * sizeof(some) / sizeof(some[0]); i++) {
		struct kx_span file = kernel_of("x86_64", some[i / 2].set);
		const struct kx_image *image = NULL;
		struct kx_err err = { "" };

		assert_int_equal(kx_image_find(arch, type[i % 2], file, &image, &err), 0);
		assert_string_equal(image->name, some[i / 2].name);
		assert_int_equal(image->file_syscall, strcmp(image->name, "bzImage64") == 0);
		kernel_drop(file);
	}
}

TEST(another_type_than_that_of_the_file)
{
	struct kx_span file = kernel_of("x86_64", "xloadflags=0x2");
	const struct kx_image *image = NULL;
	struct kx_err err = { "" };

	assert_int_equal(kx_image_find(kx_arch_by_name("x86_64"), "bzImage64", file, &image, &err),
			 -ENOEXEC);
	assert_says(&err, "--type=bzImage64: the file is of type bzImage32");
	kernel_drop(file);
}

TEST(five_level_paging_wants_a_kernel_that_can)
{
	struct kx_machine five = *bios;
	struct kx_span file = kernel_of("x86_64");
	struct kx_request req = plan_view_request(&five, file);
	struct kx_plan plan;

	five.la57 = true;
	plan = assert_planned("x86_64", &req);
	kx_plan_done(&plan);
	kernel_drop(file);
	assert_file_refused(&five, kernel_of("x86_64", "xloadflags=0x1f"), -ENOEXEC,
			    "5-level paging, but xloadflags 0x1f say that this kernel cannot be "
			    "entered so: use --entry-32bit, boot with no5lvl");
	/* Paging is off at the other entry. */
	file = kernel_of("x86_64", "xloadflags=0x1f");
	req = plan_view_request(&five, file);
	req.pc.entry_32bit = true;
	plan = assert_planned("x86_64", &req);
	kx_plan_done(&plan);
	kernel_drop(file);
}

/* Linux, arch/x86/include/asm/sparsemem.h: MAX_PHYSMEM_BITS is 46, or 52 with five levels. */
TEST(memory_beyond_the_running_kernels_map_is_not_used)
{
	struct kx_range far = { UINT64_C(1) << 46, (UINT64_C(1) << 46) + (1 << 30), KX_E820_RAM };
	struct kx_machine machine = { .memmap = { .item = &far, .count = 1 } };
	struct kx_span file = kernel_of("x86_64");
	struct kx_request req = plan_view_request(&machine, file);
	struct kx_err err = { "" };
	struct kx_plan plan;

	assert_int_equal(plan_view_run("x86_64", &req, &plan, &err), -EADDRNOTAVAIL);
	kx_plan_done(&plan);
	machine.la57 = true;
	plan = assert_planned("x86_64", &req);
	kx_plan_done(&plan);
	kernel_drop(file);
}

TEST(the_version_text_is_safe_to_print)
{
	static const struct {
		const char *words[2], *detail;
	} some[] = {
		{ { NULL }, "boot protocol 2.15, 6.1.0-test (a test kernel)" },
		{ { "kernel_version=0" }, "boot protocol 2.15" },
		{ { "kernel_version=0xffff" }, "boot protocol 2.15" },
		{ { "text=a\x1b[2Jb\xff" }, "boot protocol 2.15, a?[2Jb?" },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct kx_span file = kernel_of("x86_64", some[i].words[0]);
		struct kx_request req = plan_view_request(bios, file);
		struct kx_plan plan = assert_planned("x86_64", &req);

		assert_string_equal(plan.detail, some[i].detail);
		kx_plan_done(&plan);
		kernel_drop(file);
	}
}

TEST(truncated_at_every_length)
{
	struct kx_span whole = kernel_of("x86_64", "tail=8");

	for (size_t len = 0; len < whole.len; len++) {
		/* A copy of the exact size, so that a sanitizer sees every byte too far. */
		uint8_t *part = malloc(len ? len : 1);
		struct kx_request req;

		assert_non_null(part);
		memcpy(part, whole.base, len);
		req = plan_view_request(bios, (struct kx_span){ part, len });
		/* Behind the code only the signature is missing. */
		if (refused_or_sound("x86_64", &req) != (len < whole.len - 8))
			fail_msg("of %zu bytes", len);
		free(part);
	}
	kernel_drop(whole);
}

static void planned_and_done(const struct kx_request *req)
{
	struct kx_plan plan = assert_planned("x86_64", req);

	kx_plan_done(&plan);
}

/* The last 16 bytes need not be whole where nothing is packed that could be cut. */
TEST(a_file_without_payload_may_end_inside_the_last_16_bytes)
{
	struct kx_span whole = kernel_of("x86_64", "payload_offset=0", "payload_length=0");

	for (size_t less = 0; less < 20; less++) {
		struct kx_request req =
			plan_view_request(bios, (struct kx_span){ whole.base, whole.len - less });

		if (less < 16)
			planned_and_done(&req);
		else
			assert_refused("x86_64", &req, -ENOEXEC, "truncated");
	}
	kernel_drop(whole);
}

static void poke(uint8_t *file, const struct mkbzimage_field *field, uint64_t value)
{
	for (unsigned int i = 0; i < field->width; i++)
		file[field->offset + i] = (uint8_t)(value >> 8 * i);
}

TEST(every_field_with_hostile_values_is_refused_or_sound)
{
	static const uint64_t value[] = {
		0, 1, UINT64_MAX, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0xfffff,
		0x100000, 0x7fffffff, 0x80000000, 0xfffff000, 0xfffffff0, 0xffffffff, 0x100000000,
		0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffff000, 0xaa55aa55aa55aa55,
	};
	struct kx_span whole = kernel_of("x86_64");
	size_t refused = 0, count = 0;

	for (size_t f = 0; f < mkbzimage_n_fields; f++) {
		for (size_t v = 0; v < sizeof(value) / sizeof(value[0]); v++) {
			uint8_t *bytes = malloc(whole.len);

			assert_non_null(bytes);
			memcpy(bytes, whole.base, whole.len);
			poke(bytes, &mkbzimage_fields[f], value[v]);
			for (size_t m = 0; m < n_boards; m++, count++) {
				struct kx_span file = { bytes, whole.len };
				struct kx_request req = board_request(&boards[m], file);

				refused += refused_or_sound("x86_64", &req);
			}
			free(bytes);
		}
	}
	print_message("%zu of %zu refused\n", refused, count);
	assert_true(refused > 0 && refused < count);
	kernel_drop(whole);
}

TEST(random_bytes_are_no_kernel)
{
	uint8_t bytes[4096];
	uint32_t seed = 1;

	for (int round = 0; round < 200; round++) {
		struct kx_span file = { bytes, sizeof(bytes) };
		struct kx_request req = plan_view_request(bios, file);

		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(seed >> 24);
		}
		assert_true(refused_or_sound("x86_64", &req));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_are_sound_on_every_machine),
		cmocka_unit_test(the_kernel_segment_holds_the_code_without_the_signature),
		cmocka_unit_test(an_initrd_of_more_than_4_gib),
		cmocka_unit_test(a_kernel_that_cannot_look_above_4_gib),
		cmocka_unit_test(a_kernel_that_is_not_relocatable),
		cmocka_unit_test(the_users_limits_and_entry_hold),
		cmocka_unit_test(each_wrong_field_has_its_own_text),
		cmocka_unit_test(the_32_bit_entry_when_asked_for),
		cmocka_unit_test(a_kernel_without_a_64_bit_entry),
		cmocka_unit_test(kernels_of_older_protocols),
		cmocka_unit_test(a_command_line_that_an_older_kernel_would_cut),
		cmocka_unit_test(an_older_header_that_is_too_short),
		cmocka_unit_test(what_has_no_64_bit_entry_is_a_type_of_its_own),
		cmocka_unit_test(another_type_than_that_of_the_file),
		cmocka_unit_test(five_level_paging_wants_a_kernel_that_can),
		cmocka_unit_test(memory_beyond_the_running_kernels_map_is_not_used),
		cmocka_unit_test(the_version_text_is_safe_to_print),
		cmocka_unit_test(truncated_at_every_length),
		cmocka_unit_test(a_file_without_payload_may_end_inside_the_last_16_bytes),
		cmocka_unit_test(every_field_with_hostile_values_is_refused_or_sound),
		cmocka_unit_test(random_bytes_are_no_kernel),
	};

	return cmocka_run_group_tests(tests, setup, boards_teardown);
}

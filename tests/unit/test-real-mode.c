/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bzImage that is started by its setup code: where it goes, and where it cannot be. */
#include "kexec/plan/plan.h"
#include "kx/memmap.h"
#include "tests/tools/mkbzimage.h"
#include "tests/unit/boards.h"
#include "tests/unit/sound_x86.h"

static const struct kx_machine *bios, *uefi;

static int setup(void **state)
{
	boards_setup_x86(state);
	bios = &board_named("x86_64", "bios-8g")->machine;
	uefi = &board_named("x86_64", "uefi-1g")->machine;
	return 0;
}

static struct kx_request request(const struct kx_machine *machine, struct kx_span file)
{
	struct kx_request req = plan_view_request(machine, file);

	req.pc.real_mode = true;
	return req;
}

TEST(setup_code_lies_below_1_mib_with_all_that_it_reads)
{
	static const uint8_t initrd[10000];
	struct kx_span file = kernel_of("x86_64", "setup_sects=27", "code=8192");
	struct kx_request req = request(bios, file);
	const struct kx_segment *code;
	struct kx_plan plan;

	plan = assert_planned("x86_64", &req);
	kx_plan_done(&plan);
	req.files.initrd = (struct kx_span){ initrd, sizeof(initrd) };
	plan = assert_planned("x86_64", &req);
	assert_int_equal(plan.n_segments, 4);
	code = plan_view_segment(&plan, "setup");
	assert_int_equal(code->addr, 0x90000);
	assert_memory_equal(code->data.base + 0x300, file.base + 0x300, 28 * 512 - 0x300);
	/* What it does not replace it leaves alone. */
	assert_memory_equal(code->data.base, file.base, 0x210);
	kx_plan_done(&plan);
	kernel_drop(file);
}

/* Some BIOSes take more of the first 640 KiB for themselves. */
TEST(it_goes_where_there_is_room)
{
	struct kx_range map[] = {
		{ 0, 0x85000, KX_E820_RAM },
		{ 0x100000, 0x40000000, KX_E820_RAM },
	};
	struct kx_machine machine = { .memmap = { .item = map, .count = 2 },
				      .mem_total = UINT64_C(1) << 30 };
	struct kx_span file = kernel_of("x86_64");
	struct kx_request req = request(&machine, file);
	struct kx_plan plan = assert_planned("x86_64", &req);

	assert_int_equal(plan_view_segment(&plan, "setup")->addr, 0x76000);
	assert_int_equal(plan.purgatory->regs.eax, 0x7600);
	kx_plan_done(&plan);
	map[0].end = 0x1e000;
	assert_refused("x86_64", &req, -EADDRNOTAVAIL, "no room for the setup: 0xf000 bytes");
	kernel_drop(file);
}

TEST(where_there_is_no_bios_or_it_must_not_be_asked)
{
	struct kx_span file = kernel_of("x86_64");
	struct kx_request req = request(uefi, file);

	assert_refused("x86_64", &req, -ENOTSUP, "started by EFI and has no BIOS");
	req = request(bios, file);
	req.crash = true;
	assert_refused("x86_64", &req, -ENOTSUP, "a crash kernel must not");
	kernel_drop(file);
}

TEST(what_does_not_fit_into_a_segment)
{
	struct kx_span file = kernel_of("x86_64", "setup_sects=64", "cmdline_size=100000");
	struct kx_request req = request(bios, file);
	char line[4097];
	struct kx_plan plan;

	assert_refused("x86_64", &req, -ENOEXEC, "33280 bytes of setup code, at most 32768");
	kernel_drop(file);
	file = kernel_of("x86_64", "setup_sects=63", "cmdline_size=100000");
	req = request(bios, file);
	memset(line, 'x', 4096);
	line[4096] = '\0';
	req.files.cmdline = line + 1;
	plan = assert_planned("x86_64", &req);
	kx_plan_done(&plan);
	req.files.cmdline = line;
	assert_refused("x86_64", &req, -E2BIG, "4096 bytes, at most 4095 can be");
	kernel_drop(file);
}

/* What the two protocols before Linux 2.4 lack is not written: 2.00 has code in its place. */
TEST(setup_code_that_would_move_itself_lies_where_it_moves_to)
{
	static const struct {
		const char *version, *jump;
		bool heap;
	} old[] = {
		{ "version=0x200", "jump=0x22eb", false },
		{ "version=0x201", "jump=0x24eb", true },
	};
	static const uint8_t initrd[10000];

	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
		struct kx_span file = kernel_of("x86_64", old[i].version, old[i].jump,
						"heap_end_ptr=0x1234", "cmd_line_ptr=0x12345678");
		struct kx_request req = request(bios, file);
		const struct kx_segment *code;
		struct kx_plan plan;

		print_message("%s\n", old[i].version);
		req.files.initrd = (struct kx_span){ initrd, sizeof(initrd) };
		plan = assert_planned("x86_64", &req);
		code = plan_view_segment(&plan, "setup");
		assert_int_equal(code->addr, 0x90000);
		assert_int_equal(plan.purgatory->regs.esp, 0x9800);
		assert_int_equal(plan.purgatory->arg, 0x9a000);
		assert_int_equal(plan_view_number(&plan, 0x90022, 2), 0x9800);
		assert_int_equal(plan_view_number(&plan, 0x90212, 2),
				 0x9800 + strlen(plan.cmdline) + 1);
		assert_int_equal(plan_view_number(&plan, 0x90211, 1), old[i].heap ? 0x81 : 1);
		assert_int_equal(plan_view_number(&plan, 0x90224, 2),
				 old[i].heap ? 0x9600 : 0x1234);
		assert_memory_equal(code->data.base + 0x226, file.base + 0x226, 2 * 512 - 0x226);
		assert_int_equal(plan_view_segment(&plan, "kernel")->addr, 0x100000);
		assert_true(plan_view_segment(&plan, "initrd")->addr + sizeof(initrd) <= 64 << 20);
		kx_plan_done(&plan);
		kernel_drop(file);
	}
}

TEST(a_machine_whose_bios_keeps_that_memory)
{
	struct kx_range map[] = {
		{ 0, 0x9b000, KX_E820_RAM },
		{ 0x100000, 0x40000000, KX_E820_RAM },
	};
	struct kx_machine machine = { .memmap = { .item = map, .count = 2 },
				      .mem_total = UINT64_C(1) << 30 };
	struct kx_span file = kernel_of("x86_64", "version=0x201", "jump=0x24eb");
	struct kx_request req = request(&machine, file);
	struct kx_plan plan = assert_planned("x86_64", &req);

	kx_plan_done(&plan);
	map[0].end = 0x9a000;
	assert_refused("x86_64", &req, -EADDRNOTAVAIL,
		       "no room for the setup: 0xb000 bytes wanted at a fixed address");
	kernel_drop(file);
}

TEST(a_command_line_before_2_02)
{
	struct kx_span file = kernel_of("x86_64", "version=0x201", "jump=0x24eb");
	struct kx_request req = request(bios, file);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(setup_code_lies_below_1_mib_with_all_that_it_reads),
		cmocka_unit_test(it_goes_where_there_is_room),
		cmocka_unit_test(where_there_is_no_bios_or_it_must_not_be_asked),
		cmocka_unit_test(what_does_not_fit_into_a_segment),
		cmocka_unit_test(setup_code_that_would_move_itself_lies_where_it_moves_to),
		cmocka_unit_test(a_machine_whose_bios_keeps_that_memory),
		cmocka_unit_test(a_command_line_before_2_02),
	};

	return cmocka_run_group_tests(tests, setup, boards_teardown);
}

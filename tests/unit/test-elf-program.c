/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF programs that are no Linux: where they lie, what they are told, and what is refused. */
#include <elf.h>
#include <inttypes.h>

#include "kx/bytes.h"
#include "tests/unit/boards.h"
#include "tests/unit/sound_x86.h"

enum { CODE = 4096, SIZE = CODE + 512 };

static const struct kx_machine *bios;
static uint8_t file[SIZE];

static int setup(void **state)
{
	boards_setup_x86(state);
	bios = &board_named("x86_64", "bios-1g")->machine;
	return 0;
}

static void put(size_t at, unsigned int width, uint64_t value)
{
	kx_put_le(file + at, width, value);
}

static void identity(uint8_t class, uint16_t machine)
{
	memset(file, 0, sizeof(file));
	memcpy(file, ELFMAG, SELFMAG);
	file[EI_CLASS] = class;
	file[EI_DATA] = ELFDATA2LSB;
	file[EI_VERSION] = EV_CURRENT;
	put(16, 2, ET_EXEC);
	put(18, 2, machine);
	put(20, 4, EV_CURRENT);
}

/* 512 bytes at 2 MiB, linked 1 GiB higher, and 8 KiB in memory. */
static struct kx_span wide(void)
{
	identity(ELFCLASS64, EM_X86_64);
	put(24, 8, 0x40200010);
	put(32, 8, 64);
	put(52, 2, 64);
	put(54, 2, 56);
	put(56, 2, 1);
	put(64, 4, PT_LOAD);
	put(72, 8, CODE);
	put(80, 8, 0x40200000);
	put(88, 8, 0x200000);
	put(96, 8, 512);
	put(104, 8, 8192);
	return (struct kx_span){ file, sizeof(file) };
}

static struct kx_span narrow(uint32_t at)
{
	identity(ELFCLASS32, EM_386);
	put(24, 4, at + 0x20);
	put(28, 4, 52);
	put(40, 2, 52);
	put(42, 2, 32);
	put(44, 2, 1);
	put(52, 4, PT_LOAD);
	put(56, 4, CODE);
	put(60, 4, at);
	put(64, 4, at);
	put(68, 4, 512);
	put(72, 4, 8192);
	return (struct kx_span){ file, sizeof(file) };
}

static struct kx_plan planned(const struct kx_request *req)
{
	return assert_planned_type("x86_64", "elf", req);
}

static void refused(const struct kx_request *req, int code, const char *says)
{
	assert_refused_type("x86_64", "elf", req, code, says);
}

TEST(a_64_bit_program_gets_notes_in_64_bit_mode)
{
	struct kx_request req = plan_view_request(bios, wide());
	struct kx_plan plan;

	req.pc.args = KX_ARGS_ELF;
	plan = planned(&req);
	assert_int_equal(plan.n_segments, 3);
	assert_int_equal(plan.purgatory->mode, KX_PURG_MODE_OWN);
	assert_int_equal(plan.purgatory->entry, 0x200010);
	assert_int_equal(plan_view_segment(&plan, "kernel")->addr, 0x200000);
	assert_int_equal(plan_view_segment(&plan, "kernel")->memsz, 8192);
	assert_int_equal(plan.purgatory->regs.edi, plan_view_segment(&plan, "boot_notes")->addr);
	kx_plan_done(&plan);
}

TEST(a_32_bit_program_gets_them_in_protected_mode)
{
	struct kx_request req = plan_view_request(bios, narrow(0x300000));
	struct kx_plan plan;

	req.pc.args = KX_ARGS_ELF;
	plan = planned(&req);
	assert_int_equal(plan.purgatory->mode, KX_PURG_MODE_PROTECTED);
	assert_int_equal(plan.purgatory->entry, 0x300020);
	assert_int_equal(plan.purgatory->regs.eax, 0x0e1fb007);
	kx_plan_done(&plan);
}

TEST(nothing_is_nothing)
{
	struct kx_request req = plan_view_request(bios, wide());
	struct kx_plan plan;

	req.pc.args = KX_ARGS_NONE;
	refused(&req, -EINVAL, "--args-none hands no command line over: --args-elf does");
	req.files.cmdline = "";
	plan = planned(&req);
	assert_int_equal(plan.n_segments, 2);
	kx_plan_done(&plan);
	req.files.kernel = narrow(0x300000);
	plan = planned(&req);
	assert_int_equal(plan.n_segments, 2);
	kx_plan_done(&plan);
}

TEST(the_users_entry_counts)
{
	struct kx_request req = plan_view_request(bios, wide());
	struct kx_plan plan;

	req.where.has_entry = true;
	req.where.entry = 0x200123;
	plan = planned(&req);
	assert_int_equal(plan.purgatory->entry, 0x200123);
	kx_plan_done(&plan);
}

TEST(what_cannot_be_started_is_refused)
{
	static const uint8_t initrd[4096];
	struct kx_request req = plan_view_request(bios, wide());

	req.files.initrd = (struct kx_span){ initrd, sizeof(initrd) };
	refused(&req, -EINVAL, "nothing tells it of an initrd");
	req.files.initrd.len = 0;
	put(24, 8, 0x40200000 - 1);
	refused(&req, -ENOEXEC, "its entry 0x401fffff is in none of its segments");
	req.files.kernel = wide();
	put(88, 8, 0x200800);
	refused(&req, -ENOEXEC, "must be whole pages");
	req.files.kernel = narrow(0xfffff000);
	refused(&req, -ENOEXEC, "must be whole pages below 4 GiB");
	req.files.kernel = narrow(0x9f000);
	refused(&req, -EADDRNOTAVAIL, "no room for the kernel");
	req.files.kernel = wide();
	memcpy(file + CODE + 64, "Linux version 6.1.0-made (x@y) #1", 34);
	refused(&req, -ENOEXEC, "it is Linux");
	req.files.kernel = wide();
	req.files.kernel.len = CODE + 100;
	refused(&req, -ENOEXEC, "");
}

/* An address that it finds by itself, and one by the notes: the dump is read by this word. */
static void assert_armed(struct kx_request *req)
{
	struct kx_plan plan = planned(req);
	const struct kx_segment *header = plan_view_segment(&plan, "elfcorehdr");
	char line[60];

	assert_non_null(header);
	snprintf(line, sizeof(line), "elfcorehdr=0x%" PRIx64 " quiet", header->addr);
	assert_string_equal(plan.cmdline, line);
	assert_int_equal(plan.n_segments, 4);
	assert_int_equal(plan.purgatory->backup_len, 0);
	for (size_t i = 0; i < plan.n_segments; i++) {
		assert_true(plan.segments[i].addr >= 0x200000);
		assert_true(plan.segments[i].addr + plan.segments[i].memsz <= 0x800000);
	}
	kx_plan_done(&plan);
}

TEST(one_that_was_linked_into_the_reservation_is_armed_there)
{
	struct kx_machine machine = board_reserved(bios, 0x200000, 0x800000);
	struct kx_request req = plan_view_request(&machine, wide());
	struct kx_plan plan;

	req.crash = true;
	req.pc.args = KX_ARGS_ELF;
	assert_armed(&req);
	req.files.kernel = narrow(0x7fe000);
	assert_armed(&req);
	/* It is told of nothing, so nothing is made for it. */
	req.pc.args = KX_ARGS_NONE;
	req.files.cmdline = "";
	plan = planned(&req);
	assert_int_equal(plan.n_segments, 2);
	kx_plan_done(&plan);
	kx_ranges_done(&machine.crash.regions);
	kx_ranges_done(&machine.crash.ram);
}

TEST(one_that_was_not_is_refused_with_where_to_link_it)
{
	struct kx_machine machine = board_reserved(bios, 0x200000, 0x800000);
	struct kx_request req = plan_view_request(&machine, narrow(0x1ff000));

	req.crash = true;
	req.pc.args = KX_ARGS_ELF;
	refused(&req, -ENOTSUP,
		"[0x1ff000, 0x201000), and crashkernel= reserved [0x200000, 0x800000): link it");
	req.files.kernel = narrow(0x7ff000);
	refused(&req, -ENOTSUP, "link it into that");
	/* All of it: nothing is left for the rest. */
	req.files.kernel = narrow(0x200000);
	put(72, 4, 0x600000);
	refused(&req, -EADDRNOTAVAIL, "no room for the purgatory");
	kx_ranges_done(&machine.crash.regions);
	kx_ranges_done(&machine.crash.ram);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_64_bit_program_gets_notes_in_64_bit_mode),
		cmocka_unit_test(a_32_bit_program_gets_them_in_protected_mode),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(the_users_entry_counts),
		cmocka_unit_test(what_cannot_be_started_is_refused),
		cmocka_unit_test(one_that_was_linked_into_the_reservation_is_armed_there),
		cmocka_unit_test(one_that_was_not_is_refused_with_where_to_link_it),
	};

	return cmocka_run_group_tests(tests, setup, boards_teardown);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ELF kernel that is entered by its PVH note: what it is told, or why it is refused. */
#include <elf.h>
#include <unistd.h>

#include "kexec/arch/arches.h"
#include "kx/bytes.h"
#include "kx/elf.h"
#include "kx/memmap.h"
#include "tests/tools/mkimage.h"
#include "tests/unit/boards.h"
#include "tests/unit/sound_x86.h"

enum {
	FIRST = sizeof(Elf64_Ehdr),
	SECOND = FIRST + sizeof(Elf64_Phdr),
	NOTE_HEADER = SECOND + sizeof(Elf64_Phdr),
	BANNER = 0x1000 + 64,
	NOTE = 0x1000 + 4096,		/* its bytes: behind the code */
};

static const struct kx_machine *bios, *large, *uefi;

static int setup(void **state)
{
	boards_setup_x86(state);
	bios = &board_named("x86_64", "bios-1g")->machine;
	large = &board_named("x86_64", "bios-8g")->machine;
	uefi = &board_named("x86_64", "uefi-1g")->machine;
	return 0;
}

static struct kx_span made(size_t n_words)
{
	const char *const words[] = { "arch=x86_64", "type=vmlinux", "pvh=0x850",
				      "pvh_max=0x3fffffff" };
	struct kx_span file;
	uint8_t *bytes;

	assert_int_equal(mkimage(words, n_words, &bytes, &file.len), 0);
	file.base = bytes;
	return file;
}

/* Linux with a PVH note. */
static struct kx_span kernel_with_note(void)
{
	return made(3);
}

static void put(struct kx_span file, size_t at, unsigned int width, uint64_t value)
{
	kx_put_le((uint8_t *)(uintptr_t)file.base + at, width, value);
}

/* Nothing but the note says what it is. */
static void remove_banner(struct kx_span file)
{
	put(file, BANNER, 4, 0);
}

static struct kx_plan planned(const struct kx_request *req, const char *type)
{
	return assert_planned_type("x86_64", type, req);
}

static void refused(const struct kx_request *req, int code, const char *says)
{
	assert_refused_type("x86_64", "pvh", req, code, says);
}

TEST(plans_are_sound_on_every_machine)
{
	static const uint8_t initrd[10000];
	struct kx_span file = kernel_with_note();
	size_t without = 0;

	for (size_t i = 0; i < n_boards; i++) {
		struct kx_request req = board_request(&boards[i], file);
		struct kx_ranges usable = { 0 };
		struct kx_err err;
		struct kx_plan plan;

		assert_int_equal(kx_arch_by_name("x86_64")->usable(req.machine, &usable, &err), 0);
		if (!kx_ranges_contain(&usable, 0x1000000, 0x2000000)) {
			refused(&req, -EADDRNOTAVAIL, "no room for the kernel");
			kx_ranges_done(&usable);
			without++;
			continue;
		}
		kx_ranges_done(&usable);
		plan = planned(&req, "pvh");
		assert_int_equal(plan.n_segments, 3);
		kx_plan_done(&plan);
		req.files.initrd = (struct kx_span){ initrd, sizeof(initrd) };
		plan = planned(&req, "pvh");
		assert_int_equal(plan.n_segments, 4);
		kx_plan_done(&plan);
	}
	print_message("%zu of %zu have no room where it was linked\n", without, n_boards);
	assert_true(without < n_boards / 2);
	kernel_drop(file);
}

TEST(it_lies_where_it_was_linked_and_all_else_below_4_gib)
{
	struct kx_span file = kernel_with_note();
	struct kx_request req = plan_view_request(large, file);
	struct kx_plan plan = planned(&req, "pvh");

	assert_int_equal(plan_view_segment(&plan, "kernel")->addr, 0x1000000);
	assert_int_equal(plan_view_segment(&plan, "kernel")->memsz, 16 << 20);
	assert_int_equal(plan.purgatory->entry, 0x1000850);
	assert_int_equal(plan.purgatory->regs.ebx, plan_view_segment(&plan, "start_info")->addr);
	assert_int_equal(plan.purgatory->regs.esi, 0);
	assert_string_equal(plan.detail, "6.1.0-made");
	kx_plan_done(&plan);
	kernel_drop(file);
}

TEST(the_firmwares_tables_and_all_of_the_memory_map_are_told)
{
	struct kx_span file = kernel_with_note();
	struct kx_request req = plan_view_request(uefi, file);
	struct kx_plan plan = planned(&req, "pvh");
	uint64_t info = plan.purgatory->regs.ebx;

	assert_true(uefi->efi.acpi20 != 0);
	assert_int_equal(plan_view_number(&plan, info + 32, 8), uefi->efi.acpi20);
	assert_int_equal(plan_view_number(&plan, info + 48, 4), uefi->memmap.count);
	assert_int_equal(plan.n_notes, 2);
	kx_plan_done(&plan);
	kernel_drop(file);
}

TEST(linux_is_a_vmlinux_unless_asked_otherwise)
{
	struct kx_span file = kernel_with_note();
	struct kx_request req = plan_view_request(bios, file);
	struct kx_plan plan = planned(&req, NULL);

	assert_int_equal(plan.purgatory->mode, KX_PURG_MODE_OWN);
	kx_plan_done(&plan);
	/* What is not Linux has no other entry that is known. */
	remove_banner(file);
	plan = planned(&req, NULL);
	assert_int_equal(plan.purgatory->mode, KX_PURG_MODE_PROTECTED);
	assert_string_equal(plan.detail, "not Linux");
	kx_plan_done(&plan);
	kernel_drop(file);
}

/* A file of 32 bits: headers are shorter, everything else is the same. */
TEST(a_32_bit_kernel)
{
	enum { SIZE = 0x3000, PHDR = sizeof(Elf32_Ehdr) };
	static uint8_t bytes[SIZE];
	struct kx_elf elf = { .type = ET_EXEC, .machine = EM_386 };
	const struct kx_elf_segment load = { .type = PT_LOAD, .offset = 0x1000, .vaddr = 0xc0100000,
					     .paddr = 0x100000, .filesz = 0x1000, .memsz = 0x5000 };
	const struct kx_elf_segment note = { .type = PT_NOTE, .offset = 0x2000, .filesz = 20 };
	struct kx_request req = plan_view_request(bios, (struct kx_span){ bytes, SIZE });
	struct kx_plan plan;

	kx_elf_class(&elf, false);
	elf.phoff = elf.header_size;
	elf.phnum = 2;
	elf.phentsize = elf.segment_size;
	kx_elf_put_header(&elf, bytes);
	kx_elf_put_segment(&elf, &load, bytes + PHDR);
	kx_elf_put_segment(&elf, &note, bytes + PHDR + elf.segment_size);
	kx_put_le(bytes + 0x2000, 4, 4);
	kx_put_le(bytes + 0x2004, 4, 4);
	kx_put_le(bytes + 0x2008, 4, 18);
	memcpy(bytes + 0x200c, "Xen", 4);
	kx_put_le(bytes + 0x2010, 4, 0x100abc);
	plan = planned(&req, NULL);
	assert_int_equal(plan.purgatory->entry, 0x100abc);
	assert_int_equal(plan_view_segment(&plan, "kernel")->addr, 0x100000);
	assert_string_equal(plan.detail, "not Linux, 32 bits");
	kx_plan_done(&plan);
}

/* A number at @at of the file makes it one that is refused. */
static void assert_changed_refused(size_t at, unsigned int width, uint64_t value, int code,
				   const char *says)
{
	struct kx_span file = kernel_with_note();
	struct kx_request req = plan_view_request(bios, file);

	put(file, at, width, value);
	refused(&req, code, says);
	kernel_drop(file);
}

TEST(notes_that_are_not_of_an_entry)
{
	assert_changed_refused(NOTE + 8, 4, 17, -ENOEXEC, "the file is of type vmlinux");
	assert_changed_refused(NOTE + 12, 4, 0x006e6559, -ENOEXEC, "the file is of type vmlinux");
	assert_changed_refused(NOTE, 4, 3, -ENOEXEC, "the file is of type vmlinux");
	assert_changed_refused(NOTE + 4, 4, 5, -ENOEXEC, "the file is of type vmlinux");
	assert_changed_refused(NOTE + 4, 4, 9, -ENOEXEC, "the file is of type vmlinux");
	assert_changed_refused(NOTE_HEADER + offsetof(Elf64_Phdr, p_offset), 8, UINT64_MAX,
			       -ENOEXEC, "the file is of type vmlinux");
	assert_changed_refused(NOTE_HEADER + offsetof(Elf64_Phdr, p_type), 4, PT_NULL, -ENOEXEC,
			       "the file is of type vmlinux");
}

TEST(entries_and_addresses_that_protected_mode_does_not_reach)
{
	assert_changed_refused(NOTE + 16, 8, 0xffffff, -ENOEXEC, "PVH entry 0xffffff of");
	assert_changed_refused(NOTE + 16, 8, 0x1002000, -ENOEXEC, "PVH entry 0x1002000 of");
	assert_changed_refused(NOTE + 16, 8, UINT64_C(0x101000850), -ENOEXEC, "PVH entry");
	assert_changed_refused(FIRST + offsetof(Elf64_Phdr, p_paddr), 8, 0x1000800, -ENOEXEC,
			       "whole pages below 4 GiB");
	assert_changed_refused(SECOND + offsetof(Elf64_Phdr, p_memsz), 8, UINT64_C(0xff000000),
			       -ENOEXEC, "whole pages below 4 GiB");
	/* More than the machine has from there on. */
	assert_changed_refused(SECOND + offsetof(Elf64_Phdr, p_memsz), 8, 0x40000000,
			       -EADDRNOTAVAIL, "no room for the kernel");
}

/* Without a bound 60000 segments of the same 4 MB of notes take minutes. */
TEST(many_segments_that_are_the_same_notes)
{
	enum { SEGMENTS = 60000, AT = 64 + SEGMENTS * sizeof(Elf64_Phdr), NOTES = 4000000 };
	const struct kx_elf_segment note = { .type = PT_NOTE, .offset = AT, .filesz = NOTES };
	struct kx_elf elf = { .type = ET_EXEC, .machine = EM_X86_64, .phnum = SEGMENTS };
	uint8_t *bytes = calloc(1, AT + NOTES);
	struct kx_request req = plan_view_request(bios, (struct kx_span){ bytes, AT + NOTES });

	assert_non_null(bytes);
	kx_elf_class(&elf, true);
	elf.phoff = elf.header_size;
	elf.phentsize = elf.segment_size;
	kx_elf_put_header(&elf, bytes);
	for (size_t i = 0; i < SEGMENTS; i++)
		kx_elf_put_segment(&elf, &note, bytes + 64 + i * sizeof(Elf64_Phdr));
	alarm(30);
	refused(&req, -ENOEXEC, "the file is of type vmlinux");
	alarm(0);
	free(bytes);
}

enum { RELOC = NOTE + 24 };	/* the second note */

static struct kx_span kernel_that_moves(void)
{
	return made(4);
}

TEST(a_crash_kernel_that_cannot_be_moved_is_refused)
{
	struct kx_span file = kernel_with_note();
	struct kx_request req = plan_view_request(bios, file);

	req.crash = true;
	refused(&req, -ENOTSUP, "give a bzImage, or a vmlinux without --type=pvh");
	kernel_drop(file);
	file = kernel_that_moves();
	remove_banner(file);
	req.files.kernel = file;
	refused(&req, -ENOTSUP, "it is not Linux");
	kernel_drop(file);
}

TEST(one_that_can_be_moved_lies_in_the_reservation_as_its_note_says)
{
	struct kx_machine machine = board_reserved(bios, 0x30100000, 0x3d000000);
	struct kx_span file = kernel_that_moves();
	struct kx_request req = plan_view_request(&machine, file);
	const struct kx_segment *kernel;
	struct kx_plan plan;

	req.crash = true;
	plan = planned(&req, "pvh");
	kernel = plan_view_segment(&plan, "kernel");
	assert_int_equal(kernel->addr % (2 << 20), 0);
	assert_true(kernel->addr >= 0x30100000 && kernel->addr + kernel->memsz <= 0x3d000000);
	assert_int_equal(plan.purgatory->entry, kernel->addr + 0x850);
	assert_int_equal(plan.purgatory->backup_src, 0x1000);
	assert_int_equal(plan.purgatory->backup_dst, plan_view_segment(&plan, "backup")->addr);
	assert_ptr_equal(strstr(plan.cmdline, "elfcorehdr=0x"), plan.cmdline);
	kx_plan_done(&plan);
	/* Its note's numbers count: multiples of 32 MiB, no byte behind 0x37ffffff. */
	put(file, RELOC + 16, 4, 32 << 20);
	put(file, RELOC + 24, 4, 0x37ffffff);
	plan = planned(&req, "pvh");
	assert_int_equal(plan_view_segment(&plan, "kernel")->addr, 0x36000000);
	kx_plan_done(&plan);
	put(file, RELOC + 24, 4, 0x2fffffff);
	refused(&req, -ENOTSUP,
		"lie in [0x1000000, 0x30000000), crashkernel= reserved [0x30100000, 0x3d000000)");
	/* It would fit, but not at a multiple of so much. */
	put(file, RELOC + 24, 4, 0x31ffffff);
	refused(&req, -EADDRNOTAVAIL, "no room for the kernel");
	put(file, RELOC + 16, 4, 3 << 20);
	refused(&req, -ENOEXEC, "multiples of 0x300000");
	put(file, RELOC + 16, 4, 0);
	refused(&req, -ENOEXEC, "multiples of 0x0");
	kx_ranges_done(&machine.crash.regions);
	kx_ranges_done(&machine.crash.ram);
	kernel_drop(file);
}

TEST(what_a_note_of_relocation_leaves_out_is_as_xen_says)
{
	struct kx_machine machine = board_reserved(bios, 0x30100000, 0x3d000000);
	struct kx_span file = kernel_that_moves();
	struct kx_request req = plan_view_request(&machine, file);
	struct kx_plan plan;

	req.crash = true;
	/* The largest alignment of a program header, or 2 MiB. */
	put(file, RELOC + 4, 4, 0);
	put(file, FIRST + offsetof(Elf64_Phdr, p_align), 8, 64 << 20);
	plan = planned(&req, "pvh");
	assert_int_equal(plan_view_segment(&plan, "kernel")->addr, 0x38000000);
	kx_plan_done(&plan);
	put(file, FIRST + offsetof(Elf64_Phdr, p_align), 8, 0);
	put(file, SECOND + offsetof(Elf64_Phdr, p_align), 8, 8);
	plan = planned(&req, "pvh");
	assert_int_equal(plan_view_segment(&plan, "kernel")->addr % (2 << 20), 0);
	kx_plan_done(&plan);
	kx_ranges_done(&machine.crash.regions);
	kx_ranges_done(&machine.crash.ram);
	kernel_drop(file);
}

TEST(who_can_be_moved_makes_way_for_what_lies_where_it_was_linked)
{
	struct kx_span file = kernel_that_moves();
	struct kx_request req = plan_view_request(bios, file);
	struct kx_plan plan = planned(&req, "pvh");

	assert_int_equal(plan_view_segment(&plan, "kernel")->addr, 0x1000000);
	kx_plan_done(&plan);
	req.where.mem.start = 0x1001000;
	plan = planned(&req, "pvh");
	assert_true(plan_view_segment(&plan, "kernel")->addr > 0x1000000);
	kx_plan_done(&plan);
	kernel_drop(file);
}

TEST(the_command_line_of_linux_is_limited)
{
	struct kx_span file = kernel_with_note();
	struct kx_request req = plan_view_request(bios, file);
	char line[2049];
	struct kx_plan plan;

	memset(line, 'x', 2048);
	line[2048] = '\0';
	req.files.cmdline = line + 1;
	plan = planned(&req, "pvh");
	kx_plan_done(&plan);
	req.files.cmdline = line;
	refused(&req, -E2BIG, "2048 bytes, this kernel takes at most 2047");
	remove_banner(file);
	plan = planned(&req, "pvh");
	kx_plan_done(&plan);
	kernel_drop(file);
}

TEST(every_beginning_of_the_file_is_refused)
{
	struct kx_span file = kernel_with_note();

	for (size_t len = 64; len < file.len; len += len < 300 ? 1 : 97) {
		/* On the heap and exact: a sanitizer sees each byte too far. */
		uint8_t *copy = malloc(len);
		struct kx_request req = plan_view_request(bios, (struct kx_span){ copy, len });

		assert_non_null(copy);
		memcpy(copy, file.base, len);
		refused(&req, -ENOEXEC, "");
		free(copy);
	}
	kernel_drop(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_are_sound_on_every_machine),
		cmocka_unit_test(it_lies_where_it_was_linked_and_all_else_below_4_gib),
		cmocka_unit_test(the_firmwares_tables_and_all_of_the_memory_map_are_told),
		cmocka_unit_test(linux_is_a_vmlinux_unless_asked_otherwise),
		cmocka_unit_test(a_32_bit_kernel),
		cmocka_unit_test(notes_that_are_not_of_an_entry),
		cmocka_unit_test(entries_and_addresses_that_protected_mode_does_not_reach),
		cmocka_unit_test(many_segments_that_are_the_same_notes),
		cmocka_unit_test(a_crash_kernel_that_cannot_be_moved_is_refused),
		cmocka_unit_test(one_that_can_be_moved_lies_in_the_reservation_as_its_note_says),
		cmocka_unit_test(what_a_note_of_relocation_leaves_out_is_as_xen_says),
		cmocka_unit_test(who_can_be_moved_makes_way_for_what_lies_where_it_was_linked),
		cmocka_unit_test(the_command_line_of_linux_is_limited),
		cmocka_unit_test(every_beginning_of_the_file_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, boards_teardown);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vmlinux on x86_64: what it is told and where it goes, or why it is refused. */
#include <elf.h>

#include "kx/bytes.h"
#include "kx/memmap.h"
#include "tests/tools/mkimage.h"
#include "tests/unit/boards.h"
#include "tests/unit/sound_x86.h"
#include "uapi/bootparam_x86.h"

enum { FIRST = sizeof(Elf64_Ehdr), SECOND = FIRST + sizeof(Elf64_Phdr), BANNER = 0x1000 + 64 };

static const struct kx_machine *bios;

static int setup(void **state)
{
	boards_setup_x86(state);
	bios = &board_named("x86_64", "bios-1g")->machine;
	return 0;
}

static struct kx_span vmlinux(const char *word)
{
	const char *const words[] = { "arch=x86_64", "type=vmlinux", word };
	struct kx_span file;
	uint8_t *bytes;

	assert_int_equal(mkimage(words, word ? 3 : 2, &bytes, &file.len), 0);
	file.base = bytes;
	return file;
}

TEST(plans_are_sound_on_every_machine)
{
	static const uint8_t initrd[10000];
	struct kx_span file = vmlinux(NULL);

	for (size_t i = 0; i < n_boards; i++) {
		struct kx_request req = board_request(&boards[i], file);
		struct kx_plan plan;

		req.files.initrd = (struct kx_span){ initrd, sizeof(initrd) };
		plan = assert_planned("x86_64", &req);
		assert_int_equal(plan.n_segments, 4);
		assert_string_equal(plan.detail, "6.1.0-made");
		kx_plan_done(&plan);
	}
	kernel_drop(file);
}

TEST(segments_lie_as_they_were_linked_and_the_entry_among_them)
{
	struct kx_span file = vmlinux("gap=777");
	struct kx_request req = plan_view_request(bios, file);
	struct kx_plan plan;
	const struct kx_segment *kernel;

	kx_put_le((uint8_t *)(uintptr_t)file.base + offsetof(Elf64_Ehdr, e_entry), 8, 0x1000123);
	plan = assert_planned("x86_64", &req);
	kernel = plan_view_segment(&plan, "kernel");
	assert_int_equal(kernel->addr % (2 << 20), 0);
	assert_true(kernel->addr >= 0x1000000);
	assert_int_equal(kernel->memsz, 16 << 20);
	assert_int_equal(kernel->data.len, 4096 + 777);
	assert_memory_equal(kernel->data.base, file.base + 0x1000, 2048);
	assert_memory_equal(kernel->data.base + 2048 + 777, file.base + 0x1000 + 2048, 2048);
	assert_int_equal(plan.purgatory->entry, kernel->addr + 0x123);
	kx_plan_done(&plan);
	kernel_drop(file);
}

/* As of a bzImage, so that the kernel, and a kexec after this one, find what they look for. */
TEST(boot_params_have_a_setup_header)
{
	struct kx_span file = vmlinux(NULL);
	struct kx_request req = plan_view_request(bios, file);
	struct kx_plan plan = assert_planned("x86_64", &req);

	assert_int_equal(x86_view_boot_param(&plan, HDR_BOOT_FLAG, 2), HDR_BOOT_FLAG_VALUE);
	assert_int_equal(x86_view_boot_param(&plan, HDR_MAGIC, 4), HDR_MAGIC_VALUE);
	assert_int_equal(x86_view_boot_param(&plan, HDR_VERSION, 2), HDR_VERSION_64BIT);
	assert_int_equal(x86_view_boot_param(&plan, HDR_JUMP_OFFSET, 1) + HDR_MAGIC, HDR_MIN_END);
	assert_int_equal(x86_view_boot_param(&plan, HDR_ROOT_FLAGS, 2), 1);
	assert_int_equal(x86_view_boot_param(&plan, HDR_LOADFLAGS, 1), LOADED_HIGH);
	assert_int_equal(x86_view_boot_param(&plan, HDR_RELOCATABLE_KERNEL, 1), 1);
	assert_int_equal(x86_view_boot_param(&plan, HDR_KERNEL_ALIGNMENT, 4), 2 << 20);
	assert_int_equal(x86_view_boot_param(&plan, HDR_PREF_ADDRESS, 8), 0x1000000);
	assert_int_equal(x86_view_boot_param(&plan, HDR_INIT_SIZE, 4), 16 << 20);
	assert_int_equal(x86_view_boot_param(&plan, HDR_CMDLINE_SIZE, 4), 2047);
	assert_int_equal(x86_view_boot_param(&plan, HDR_XLOADFLAGS, 2),
			 XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G | XLF_EFI_KEXEC | XLF_5LEVEL);
	kx_plan_done(&plan);
	kernel_drop(file);
}

static void put_at(struct kx_span file, size_t at, const char *text)
{
	memcpy((uint8_t *)(uintptr_t)file.base + at, text, strlen(text));
}

TEST(five_level_paging_needs_a_kernel_that_can_know_it)
{
	struct kx_machine la57 = *bios;
	struct kx_span file = vmlinux(NULL);
	struct kx_request req = plan_view_request(&la57, file);
	struct kx_plan plan;

	la57.la57 = true;
	plan = assert_planned("x86_64", &req);
	kx_plan_done(&plan);
	put_at(file, BANNER, "Linux version 4.14.0 ");
	plan = assert_planned("x86_64", &req);
	kx_plan_done(&plan);
	put_at(file, BANNER, "Linux version 4.13.9 ");
	assert_refused("x86_64", &req, -ENOEXEC, "5-level paging");
	put_at(file, BANNER, "Linux version 3.16.0 ");
	assert_refused("x86_64", &req, -ENOEXEC, "5-level paging");
	la57.la57 = false;
	plan = assert_planned("x86_64", &req);
	kx_plan_done(&plan);
	kernel_drop(file);
}

TEST(an_elf_file_that_is_not_linux)
{
	struct kx_span file = vmlinux(NULL);
	struct kx_request req = plan_view_request(bios, file);

	put_at(file, BANNER, "Xen");
	assert_refused("x86_64", &req, -ENOEXEC, "without Linux's banner");
	/* As a program that looks for banners, and the format of /proc/version. */
	put_at(file, BANNER, "Linux version %s ");
	assert_refused("x86_64", &req, -ENOEXEC, "without Linux's banner");
	put_at(file, BANNER, "Linux version 6");
	memset((uint8_t *)(uintptr_t)file.base + BANNER + 15, 'x', 500);
	assert_refused("x86_64", &req, -ENOEXEC, "without Linux's banner");
	kernel_drop(file);
}

/* Puts a number into the file and says what comes of it. */
static void assert_changed_refused(size_t at, unsigned int width, uint64_t value, const char *says)
{
	struct kx_span file = vmlinux(NULL);
	struct kx_request req = plan_view_request(bios, file);

	kx_put_le((uint8_t *)(uintptr_t)file.base + at, width, value);
	assert_refused("x86_64", &req, -ENOEXEC, says);
	kernel_drop(file);
}

TEST(what_no_x86_64_kernel_has)
{
	assert_changed_refused(offsetof(Elf64_Ehdr, e_entry), 8, 0xffffff, "entry 0xffffff of");
	assert_changed_refused(offsetof(Elf64_Ehdr, e_entry), 8, 0x1000000 + 4096 + 0x1000,
			       "entry 0x1002000 of");
	assert_changed_refused(FIRST + offsetof(Elf64_Phdr, p_paddr), 8, 0xf00000, "at 0xf00000");
	assert_changed_refused(SECOND + offsetof(Elf64_Phdr, p_memsz), 8, UINT64_C(1) << 32,
			       "not as an x86_64 vmlinux has them");
	assert_changed_refused(SECOND + offsetof(Elf64_Phdr, p_memsz), 8, UINT64_MAX, "wraps");
	assert_changed_refused(SECOND + offsetof(Elf64_Phdr, p_offset), 8, 1 << 20, "truncated");
}

TEST(every_beginning_of_the_file_is_refused)
{
	struct kx_span file = vmlinux("code=300");

	for (size_t len = 64; len < file.len; len += len < 300 ? 1 : 97) {
		/* On the heap and exact: a sanitizer sees each byte too far. */
		uint8_t *copy = malloc(len);
		struct kx_request req = plan_view_request(bios, (struct kx_span){ copy, len });

		assert_non_null(copy);
		memcpy(copy, file.base, len);
		assert_refused("x86_64", &req, -ENOEXEC, "");
		free(copy);
	}
	kernel_drop(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_are_sound_on_every_machine),
		cmocka_unit_test(segments_lie_as_they_were_linked_and_the_entry_among_them),
		cmocka_unit_test(boot_params_have_a_setup_header),
		cmocka_unit_test(five_level_paging_needs_a_kernel_that_can_know_it),
		cmocka_unit_test(an_elf_file_that_is_not_linux),
		cmocka_unit_test(what_no_x86_64_kernel_has),
		cmocka_unit_test(every_beginning_of_the_file_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, boards_teardown);
}

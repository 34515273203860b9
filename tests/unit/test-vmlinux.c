/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmlinux: it becomes the Image that the kernel's own build makes of it, or is refused. */
#include <elf.h>

#include "kx/bytes.h"
#include "tests/unit/boards.h"

static struct board *board;

static int setup(void **state)
{
	boards_setup_dt(state);
	board = board_named("arm64", "virt-1g");
	return 0;
}

static struct kx_request request_for(struct kx_span kernel)
{
	return board_request(board, kernel);
}

TEST(the_segments_become_the_image)
{
	enum { HALF = 2500, GAP = 777 };
	struct kx_span image = kernel_of("arm64", "code=5000");
	struct kx_span elf = kernel_of("arm64", "code=5000", "gap=777", "type=vmlinux");
	struct kx_request req = request_for(elf);
	struct kx_plan plan = assert_planned("arm64", &req);
	const struct kx_segment *kernel = plan_view_segment(&plan, "kernel");
	static const uint8_t zeros[GAP];

	assert_int_equal(kernel->data.len, image.len + GAP);
	assert_memory_equal(kernel->data.base, image.base, HALF);
	assert_memory_equal(kernel->data.base + HALF, zeros, GAP);
	assert_memory_equal(kernel->data.base + HALF + GAP, image.base + HALF, image.len - HALF);
	assert_int_equal(kernel->memsz, 16 << 20);
	kx_plan_done(&plan);
	kernel_drop(elf);
	kernel_drop(image);
}

static void assert_loads(const char *a, const char *b)
{
	struct kx_span elf = kernel_of("arm64", "type=vmlinux", a, b);
	struct kx_request req = request_for(elf);
	struct kx_plan plan = assert_planned("arm64", &req);

	kx_plan_done(&plan);
	kernel_drop(elf);
}

TEST(relocations_must_be_there_when_the_kernel_looks_for_them)
{
	struct kx_span elf = kernel_of("arm64", "type=vmlinux", "rela=48", "zero=1");
	struct kx_request req = request_for(elf);

	assert_loads(NULL, NULL);
	assert_loads("rela=48", NULL);
	assert_refused("arm64", &req, -ENOEXEC, "0x30 bytes of relocations are all 0");
	kernel_drop(elf);
}

/* Puts a number into the file and says what comes of it. */
static void assert_changed_refused(size_t at, unsigned int width, uint64_t value, int code,
				   const char *says)
{
	struct kx_span elf = kernel_of("arm64", "type=vmlinux");
	struct kx_request req = request_for(elf);
	uint8_t *bytes = (uint8_t *)(uintptr_t)elf.base;

	for (unsigned int i = 0; i < width; i++)
		bytes[at + i] = (uint8_t)(value >> 8 * i);
	assert_refused("arm64", &req, code, says);
	kernel_drop(elf);
}

enum { FIRST = sizeof(Elf64_Ehdr), SECOND = FIRST + sizeof(Elf64_Phdr) };

TEST(program_headers_must_be_in_the_file)
{
	assert_changed_refused(offsetof(Elf64_Ehdr, e_phoff), 8, 1 << 20, -ENOEXEC,
			       "program headers");
	assert_changed_refused(offsetof(Elf64_Ehdr, e_phoff), 8, UINT64_MAX - 8, -ENOEXEC,
			       "program headers");
	assert_changed_refused(offsetof(Elf64_Ehdr, e_phnum), 2, 0xffff, -ENOEXEC,
			       "65535 program headers");
	assert_changed_refused(offsetof(Elf64_Ehdr, e_phentsize), 2, 32, -ENOEXEC, "of 32 bytes");
	assert_changed_refused(offsetof(Elf64_Ehdr, e_phnum), 2, 0, -ENOEXEC, "which is not a kernel");
	assert_changed_refused(offsetof(Elf64_Ehdr, e_machine), 2, EM_RISCV, -ENOEXEC,
			       "not a kernel for arm64: the file is an ELF file for riscv");
}

TEST(segments_must_be_in_the_file_and_near_each_other)
{
	assert_changed_refused(FIRST + offsetof(Elf64_Phdr, p_offset), 8, 1 << 20, -ENOEXEC,
			       "truncated");
	assert_changed_refused(SECOND + offsetof(Elf64_Phdr, p_offset), 8, UINT64_MAX, -ENOEXEC,
			       "truncated");
	assert_changed_refused(SECOND + offsetof(Elf64_Phdr, p_filesz), 8, 1 << 20, -ENOEXEC,
			       "truncated");
	assert_changed_refused(SECOND + offsetof(Elf64_Phdr, p_filesz), 8, UINT64_MAX, -ENOEXEC,
			       "wraps");
	assert_changed_refused(SECOND + offsetof(Elf64_Phdr, p_paddr), 8, 0, -ENOEXEC,
			       "which is not a kernel");
	assert_changed_refused(SECOND + offsetof(Elf64_Phdr, p_paddr), 8,
			       UINT64_C(0xffff8000c0000000), -ENOEXEC, "which is not a kernel");
}

TEST(segments_that_overlap_are_not_copied_without_end)
{
	struct kx_span elf = kernel_of("arm64", "type=vmlinux");
	struct kx_request req = request_for(elf);
	uint8_t *bytes = (uint8_t *)(uintptr_t)elf.base;

	/* Each below the limit, in one place. */
	memcpy(bytes + SECOND + offsetof(Elf64_Phdr, p_paddr),
	       bytes + FIRST + offsetof(Elf64_Phdr, p_paddr), 8);
	kx_put_le(bytes + FIRST + offsetof(Elf64_Phdr, p_filesz), 8, 300 * MIB);
	kx_put_le(bytes + SECOND + offsetof(Elf64_Phdr, p_filesz), 8, 300 * MIB);
	assert_refused("arm64", &req, -ENOEXEC, "overlap: 0x25800000 bytes in [0x");
	kernel_drop(elf);
}

TEST(segments_that_share_bytes_are_not_copied_without_end)
{
	struct kx_span elf = kernel_of("arm64", "type=vmlinux");
	struct kx_request req = request_for(elf);
	uint8_t *bytes = (uint8_t *)(uintptr_t)elf.base;

	/* The second is all of the file, the first as well. */
	kx_put_le(bytes + SECOND + offsetof(Elf64_Phdr, p_offset), 8, 0);
	kx_put_le(bytes + SECOND + offsetof(Elf64_Phdr, p_filesz), 8, elf.len);
	assert_refused("arm64", &req, -ENOEXEC, "segments share bytes");
	kernel_drop(elf);
}

TEST(every_beginning_of_the_file_is_refused)
{
	struct kx_span elf = kernel_of("arm64", "type=vmlinux", "rela=48", "code=200");

	for (size_t len = 64; len < elf.len; len += len < 300 ? 1 : 97) {
		/* On the heap and exact: a sanitizer sees each byte too far. */
		uint8_t *copy = malloc(len);
		struct kx_request req = request_for((struct kx_span){ copy, len });
		struct kx_err err = { "" };
		struct kx_plan plan;

		assert_non_null(copy);
		memcpy(copy, elf.base, len);
		assert_int_equal(plan_view_run("arm64", &req, &plan, &err), -ENOEXEC);
		assert_true(strlen(err.text) > 10);
		kx_plan_done(&plan);
		free(copy);
	}
	kernel_drop(elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_segments_become_the_image),
		cmocka_unit_test(relocations_must_be_there_when_the_kernel_looks_for_them),
		cmocka_unit_test(program_headers_must_be_in_the_file),
		cmocka_unit_test(segments_must_be_in_the_file_and_near_each_other),
		cmocka_unit_test(segments_that_overlap_are_not_copied_without_end),
		cmocka_unit_test(segments_that_share_bytes_are_not_copied_without_end),
		cmocka_unit_test(every_beginning_of_the_file_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, boards_teardown);
}

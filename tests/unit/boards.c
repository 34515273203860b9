/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines and kernels for tests of the arm64 and riscv64 loaders. */
#include "tests/unit/boards.h"

#define BOARD(board_arch, board_name) { .arch = board_arch, .name = board_name, .has_crash = true }

struct board boards[] = {
	BOARD("arm64", "virt-1g"),	   BOARD("arm64", "virt-1g-nokaslr"),
	BOARD("arm64", "virt3-6g-high"),   BOARD("arm64", "el2-1g"),
	BOARD("arm64", "virt3-1g-16k"),	   BOARD("arm64", "virt-1g-64k"),
	BOARD("arm64", "uefi-1g-nokaslr"), BOARD("arm64", "uefi-6g-high"),
	BOARD("arm64", "uefi-6g-64k-high"),
	BOARD("riscv64", "virt-1g"),	   BOARD("riscv64", "virt-6g-high"),
	BOARD("riscv64", "uefi-1g"),	   BOARD("riscv64", "uefi-dt-1g"),
};
const size_t n_boards = sizeof(boards) / sizeof(boards[0]);

void board_read(struct board *board, const char *arch, const char *name)
{
	struct folder folder = folder_of_machine(arch, name);
	struct kx_err err = { "" };
	int rc;

	board->arch = arch;
	board->name = name;
	rc = kx_machine_read(&board->machine, folder.path, &err);
	if (rc == 0)
		rc = kx_machine_read_firmware(&board->firmware, folder.path, &err);
	if (rc == 0 && board->has_crash)
		rc = kx_crash_read(&board->crash, folder.path, &board->machine.iomem, &err);
	if (rc == 0 && board->has_crash)
		rc = kx_crash_read_dump(&board->crash, folder.path, &board->machine.iomem, &err);
	folder_remove(&folder);
	if (rc < 0)
		fail_msg("%s: %s", name, err.text);
}

void board_drop(struct board *board)
{
	kx_machine_done(&board->machine);
	kx_firmware_done(&board->firmware);
	kx_crash_done(&board->crash);
}

int boards_setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_boards; i++)
		board_read(&boards[i], boards[i].arch, boards[i].name);
	return 0;
}

int boards_teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_boards; i++)
		board_drop(&boards[i]);
	return 0;
}

struct board *board_named(const char *arch, const char *name)
{
	for (size_t i = 0; i < n_boards; i++) {
		if (strcmp(boards[i].arch, arch) == 0 && strcmp(boards[i].name, name) == 0)
			return &boards[i];
	}
	fail_msg("no board %s %s", arch, name);
	return NULL;
}

struct kx_span board_kernel(const struct board *board, const char *a, const char *b, const char *c)
{
	char arch[32];
	const char *const word[] = { arch, a, b, c };
	struct kx_span file;
	uint8_t *bytes;
	size_t count = 1;

	snprintf(arch, sizeof(arch), "arch=%s", board->arch);
	while (count < 4 && word[count])
		count++;
	assert_int_equal(mkimage(word, count, &bytes, &file.len), 0);
	file.base = bytes;
	return file;
}

void board_kernel_drop(struct kx_span file)
{
	free((void *)(uintptr_t)file.base);
}

struct kx_plan assert_board_plans(const struct board *board, const struct kx_request *req)
{
	struct kx_err err = { "" };
	struct kx_plan plan;

	if (plan_view_run(board->arch, req, &plan, &err) < 0 || kx_plan_seal(&plan, &err) < 0)
		fail_msg("%s %s refused: %s", board->arch, board->name, err.text);
	if (!sound_dt_plan(&plan, req, &err))
		fail_msg("%s %s not sound: %s", board->arch, board->name, err.text);
	return plan;
}

void assert_board_refuses(const struct board *board, const struct kx_request *req, int code,
			  const char *says)
{
	struct kx_err err = { "" };
	struct kx_plan plan;

	assert_int_equal(plan_view_run(board->arch, req, &plan, &err), code);
	assert_says(&err, says);
	kx_plan_done(&plan);
}

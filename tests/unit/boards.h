/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines and kernels for tests of the arm64 and riscv64 loaders. */
#ifndef TESTS_UNIT_BOARDS_H
#define TESTS_UNIT_BOARDS_H

#include "kx/crash.h"
#include "tests/tools/mkimage.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"
#include "tests/unit/sound_dt.h"

/**
 * struct board - a machine out of tests/fixtures
 * @crash: all facts; only of those whose @has_crash
 */
struct board {
	const char *arch, *name;
	bool has_crash;
	struct kx_machine machine;
	struct kx_firmware firmware;
	struct kx_crash crash;
};

/** boards - all captured ones, there between set-up and tear-down */
extern struct board boards[];
extern const size_t n_boards;

/** boards_setup(), boards_teardown() - read and drop them; for a group of tests */
int boards_setup(void **state);
int boards_teardown(void **state);

/** board_named() - one of them */
struct board *board_named(const char *arch, const char *name);

/** board_read(), board_drop() - a machine that is not among them, without crash facts */
void board_read(struct board *board, const char *arch, const char *name);
void board_drop(struct board *board);

/** board_kernel() - a kernel for @board of up to three words of mkimage; NULL ends them */
struct kx_span board_kernel(const struct board *board, const char *a, const char *b, const char *c);

/** board_kernel_drop() - free it */
void board_kernel_drop(struct kx_span file);

/** assert_board_plans() - the plan for @req on @board, sealed and sound; the caller releases it */
struct kx_plan assert_board_plans(const struct board *board, const struct kx_request *req);

/** assert_board_refuses() - @req is refused on @board with @code and those words */
void assert_board_refuses(const struct board *board, const struct kx_request *req, int code,
			  const char *says);

#endif

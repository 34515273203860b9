/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captured machines of every architecture, kernels for them, and words to plan with both. */
#ifndef TESTS_UNIT_BOARDS_H
#define TESTS_UNIT_BOARDS_H

#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"
#include "tests/unit/plan_view.h"

/**
 * struct board_kind - what all kernels that are handed the same things have in common
 * @make_kernel: makes a kernel file out of words, as mkimage() does
 * @arch_word: is the first of them arch=NAME?
 * @devicetree: are the machine's firmware and crash facts read, is a plan made without a purgatory,
 *	too, and is it sealed?
 * @sound: does a plan keep every promise?
 */
struct board_kind {
	int (*make_kernel)(const char *const *word, size_t count, uint8_t **ret, size_t *ret_len);
	bool arch_word, devicetree;
	bool (*sound)(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err);
};

/** board_x86, board_dt - boot_params are handed over; a device tree is */
extern const struct board_kind board_x86, board_dt;

/**
 * struct board_arch - what tests know of an architecture
 * @name: as kexec --arch has it; also its folder in tests/fixtures
 * @cmdline_max: bytes of the longest command line, without its NUL; 0: the kernel file says it
 * @tree_max: bytes of the largest device tree that a kernel maps; 0: of any size
 * @initrd_window: size of the window that kernel and initrd must be in; 0: anywhere
 * @late_iomem: /proc/iomem of virt-1g after its kernel reserved @late; with a device tree
 * @machine: names of those that can start a kernel; NULL ends
 */
struct board_arch {
	const char *name;
	const struct board_kind *kind;
	size_t cmdline_max, tree_max;
	uint64_t initrd_window;
	const char *late_iomem;
	struct kx_range late;
	const char *machine[16];
};

/** board_arches - a row an architecture; @name NULL ends. Machines and tests follow from it. */
extern const struct board_arch board_arches[];

/**
 * struct board - a machine out of tests/fixtures
 * @has_crash: are its crash facts read?
 * @machine: its firmware is read only with a device tree
 */
struct board {
	const struct board_arch *arch;
	const char *name;
	bool has_crash;
	struct kx_machine machine;
};

/** boards - the machines of the kind that was set up, there until tear-down */
extern struct board boards[];
extern size_t n_boards;

/**
 * boards_setup_x86(), boards_setup_dt() - read the machines of a kind; for a group of tests
 *
 * Ends the program where plans need a purgatory that was not built.
 */
int boards_setup_x86(void **state);
int boards_setup_dt(void **state);

/** boards_teardown() - drop them */
int boards_teardown(void **state);

/** board_arch_named() - a row of the table; ends the test when there is none */
const struct board_arch *board_arch_named(const char *arch);

/** board_arch_next() - the row of @kind after @arch (NULL: the first); NULL behind the last */
const struct board_arch *board_arch_next(const struct board_arch *arch,
					 const struct board_kind *kind);

/** board_named() - one of the boards; ends the test when there is none */
struct board *board_named(const char *arch, const char *name);

/** board_first() - any machine of @arch: the first of its row */
struct board *board_first(const struct board_arch *arch);

/** board_read(), board_drop() - a machine that is not among them; @has_crash is for the caller */
void board_read(struct board *board, const char *arch, const char *name);
void board_drop(struct board *board);

/**
 * board_reserved() - @of with crashkernel= at [@start, @end), and what a dump needs to know
 *
 * It borrows from @of; kx_ranges_done() of its crash.regions and crash.ram by the caller.
 */
struct kx_machine board_reserved(const struct kx_machine *of, uint64_t start, uint64_t end);

/** board_request() - ask for @kernel on @board, with its firmware, no limits, and "quiet" */
struct kx_request board_request(const struct board *board, struct kx_span kernel);

/**
 * kernel_of() - a kernel file: kernel_of(ARCH, WORD...), of words of mkbzimage or mkimage
 *
 * At most seven words; a NULL ends them. kernel_drop() frees the file.
 */
#define kernel_of(...) kernel_of_words((const char *const[]){ __VA_ARGS__, NULL })
struct kx_span kernel_of_words(const char *const *word);

/** kernel_drop() - free it */
void kernel_drop(struct kx_span file);

/** assert_planned() - the plan of @arch for @req, which is sound; the caller releases it */
struct kx_plan assert_planned(const char *arch, const struct kx_request *req);

/** assert_planned_type() - the same for `kexec --type=@type` */
struct kx_plan assert_planned_type(const char *arch, const char *type,
				   const struct kx_request *req);

/** assert_refused() - @req is refused with @code and those words */
void assert_refused(const char *arch, const struct kx_request *req, int code, const char *says);

/** assert_refused_type() - the same for `kexec --type=@type` */
void assert_refused_type(const char *arch, const char *type, const struct kx_request *req,
			 int code, const char *says);

/** refused_or_sound() - was it refused with a reason? If not, the plan is sound. */
bool refused_or_sound(const char *arch, const struct kx_request *req);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that check, read and make device trees share. */
#ifndef LIB_DEVTREE_INTERNAL_H
#define LIB_DEVTREE_INTERNAL_H

#include <libfdt.h>

#include "kx/devtree.h"
#include "kx/devtree_nodes.h"

/* Linux, drivers/of/fdt.c: FDT_MAX_DEPTH. It also bounds our recursion, and libfdt's. */
enum { KX_DEVTREE_DEPTH = 64 };

/*
 * Zero bytes that are kept behind every blob. libfdt runs strlen() on properties that ought to be
 * strings: in a hostile tree one ends here at the latest.
 */
enum { KX_DEVTREE_GUARD = 8 };

/**
 * kx_devtree_fail() - start an error that libfdt found
 * @fdt_error: negative FDT_ERR_*
 *
 * Return: -ENOSPC when the buffer is too small, else -EINVAL. @err names libfdt's reason.
 */
int kx_devtree_fail(struct kx_err *err, int fdt_error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * struct kx_devtree_work - what may still be done to a tree
 * @left: bytes to go through
 *
 * libfdt finds names by going through the tree, and makes room by moving what is behind: one call
 * for each part of a tree is work by the square of its size. Real trees need some million bytes of
 * it; all of it is some seconds.
 */
struct kx_devtree_work {
	uint64_t left;
};

#define KX_DEVTREE_WORK (UINT64_C(4) << 30)

/**
 * kx_devtree_spend() - @count calls that may go through all of @fdt, and @more bytes
 *
 * Return: 0; -EFBIG when that is more than @work has left.
 */
int kx_devtree_spend(struct kx_devtree_work *work, const void *fdt, uint64_t count, uint64_t more,
		     struct kx_err *err);

/** kx_devtree_used() - bytes of @fdt but for free room and gaps */
uint64_t kx_devtree_used(const void *fdt);

/**
 * kx_devtree_check_whole() - kx_devtree_check() of @len bytes that are aligned to 8, with
 * KX_DEVTREE_GUARD zero bytes behind them
 */
int kx_devtree_check_whole(const void *fdt, size_t len, struct kx_err *err);

/**
 * kx_devtree_copy() - a checked copy of @blob where libfdt can read it, KX_DEVTREE_GUARD behind it
 * @ret: for the caller to free; NULL when @blob is empty
 *
 * Return: 0; -EINVAL; -EFBIG; -ENOMEM.
 */
int kx_devtree_copy(struct kx_span blob, void **ret, struct kx_err *err);

/** kx_devtree_put() - the reverse; false when @value does not fit into @cells (1 or 2) */
bool kx_devtree_put(uint8_t *to, unsigned int cells, uint64_t value);

/**
 * kx_devtree_merge() - give @fdt what only @running knows
 *
 * Return: 0, -ENOSPC, -ERANGE, -EFBIG or -EINVAL.
 */
int kx_devtree_merge(void *fdt, const void *running, struct kx_devtree_work *work,
		     struct kx_err *err);

/** kx_devtree_overlay() - apply @overlay to @fdt; 0, -ENOSPC, -ENOMEM, -EFBIG or -EINVAL */
int kx_devtree_overlay(void *fdt, struct kx_span overlay, struct kx_devtree_work *work,
		       struct kx_err *err);

/**
 * kx_devtree_stale() - add the memory that @fdt says an earlier boot loader or kexec filled
 *
 * Return: 0 or -ENOMEM.
 */
int kx_devtree_stale(const void *fdt, struct kx_ranges *ret, struct kx_err *err);

/**
 * kx_devtree_hand_over() - write /chosen and the memory reservations
 * @stale: their reservations are dropped
 *
 * Return: 0, -ENOSPC, -ERANGE, -ENOMEM, -EFBIG or -EINVAL.
 */
int kx_devtree_hand_over(void *fdt, const struct kx_devtree_request *request,
			 const struct kx_ranges *stale, struct kx_devtree_work *work,
			 struct kx_err *err);

#endif

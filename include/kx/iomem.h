/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/iomem: the running kernel's resource tree. */
#ifndef KX_IOMEM_H
#define KX_IOMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/label.h"
#include "kx/ranges.h"
#include "kx/span.h"

/**
 * struct kx_iomem_entry - one line
 * @start, @end: physical addresses, half-open (the file's end is inclusive)
 * @depth: 0 for a line without indentation
 * @label: borrowed from the text; @means: what it says
 */
struct kx_iomem_entry {
	uint64_t start, end;
	unsigned int depth;
	struct kx_span label;
	struct kx_label means;
};

/**
 * struct kx_iomem - all lines in file order; zero-initialised is empty
 * @text: the file, owned; the labels point into it
 */
struct kx_iomem {
	struct kx_iomem_entry *entry;
	size_t count;
	char *text;
};

/**
 * kx_iomem_parse() - take the text of /proc/iomem apart
 * @text: borrowed, must outlive @ret
 *
 * Return: 0; -EINVAL for a line that is not "start-end : label", names the line's number; -ENOMEM.
 */
int kx_iomem_parse(struct kx_span text, struct kx_iomem *ret, struct kx_err *err);

/** kx_iomem_done() - free what @iomem owns */
void kx_iomem_done(struct kx_iomem *iomem);

/** kx_iomem_hidden() - are all addresses zero, as the kernel shows them without CAP_SYS_ADMIN? */
bool kx_iomem_hidden(const struct kx_iomem *iomem);

/**
 * kx_iomem_ram() - "System RAM" without what is reserved inside it
 *
 * The kernel's own text, data and bss inside RAM count as usable, since the next kernel replaces
 * them; a crash kernel's region and every other child do not. RAM managed by a driver
 * ("System RAM (kmem)", "System RAM (virtio_mem)") is left out: it may go away.
 *
 * Return: 0 with the merged ranges in the empty list @ret; -ENOMEM.
 */
int kx_iomem_ram(const struct kx_iomem *iomem, struct kx_ranges *ret);

#endif

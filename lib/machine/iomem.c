/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the text of /proc/iomem and says which of its memory the next kernel may have. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/iomem.h"

static bool parse_line(struct kx_span line, struct kx_iomem_entry *ret)
{
	struct kx_span part = line;
	const uint8_t *dash, *colon;
	uint64_t last;

	/* Linux, kernel/resource.c r_show(): two blanks a level, "%0*llx-%0*llx : %s". */
	while (part.len > 0 && part.base[0] == ' ') {
		part.base++;
		part.len--;
	}
	ret->depth = (unsigned int)((line.len - part.len) / 2);
	dash = part.len ? memchr(part.base, '-', part.len) : NULL;
	colon = part.len ? memmem(part.base, part.len, " : ", 3) : NULL;
	if (!dash || !colon || colon < dash)
		return false;
	if (!kx_span_number((struct kx_span){ part.base, (size_t)(dash - part.base) }, 16,
			    &ret->start) ||
	    !kx_span_number((struct kx_span){ dash + 1, (size_t)(colon - dash - 1) }, 16, &last))
		return false;
	/* The last byte of the address space cannot be said half-open; no memory is there. */
	ret->end = last == UINT64_MAX ? last : last + 1;
	if (last < ret->start)
		return false;
	ret->label = (struct kx_span){ colon + 3, part.len - (size_t)(colon + 3 - part.base) };
	ret->means = kx_label_of(ret->label);
	return true;
}

int kx_iomem_parse(struct kx_span text, struct kx_iomem *ret, struct kx_err *err)
{
	struct kx_iomem found = { 0 };
	struct kx_span line;
	size_t room = 0;

	for (size_t number = 1; kx_span_line(&text, &line); number++) {
		if (kx_span_trim(line).len == 0)
			continue;
		if (kx_array_grow(&found.entry, &room, found.count) < 0) {
			kx_iomem_done(&found);
			return kx_fail(err, -ENOMEM, "no memory for %zu lines", number);
		}
		if (!parse_line(line, &found.entry[found.count])) {
			kx_iomem_done(&found);
			return kx_fail(err, -EINVAL, "line %zu is not \"start-end : label\"", number);
		}
		found.count++;
	}
	*ret = found;
	return 0;
}

void kx_iomem_done(struct kx_iomem *iomem)
{
	free(iomem->entry);
	free(iomem->text);
	*iomem = (struct kx_iomem){ 0 };
}

bool kx_iomem_hidden(const struct kx_iomem *iomem)
{
	for (size_t i = 0; i < iomem->count; i++) {
		if (iomem->entry[i].start != 0 || iomem->entry[i].end > 1)
			return false;
	}
	return true;
}

static bool replaced_by_next_kernel(const struct kx_iomem_entry *e)
{
	return e->means.kind == KX_LABEL_KERNEL_CODE || e->means.kind == KX_LABEL_KERNEL;
}

/* RAM, and what its children in the tree have reserved inside it. */
static int sort_out(const struct kx_iomem *iomem, struct kx_ranges *ram, struct kx_ranges *reserved)
{
	unsigned int ram_depth = UINT_MAX;
	int rc = 0;

	for (size_t i = 0; i < iomem->count && rc == 0; i++) {
		const struct kx_iomem_entry *e = &iomem->entry[i];

		if (e->means.kind == KX_LABEL_RAM) {
			ram_depth = e->depth;
			rc = kx_ranges_add(ram, e->start, e->end, 0);
		} else if (e->depth <= ram_depth) {
			ram_depth = UINT_MAX;
		} else if (!replaced_by_next_kernel(e)) {
			rc = kx_ranges_add(reserved, e->start, e->end, 0);
		}
	}
	kx_ranges_merge(ram);
	kx_ranges_merge(reserved);
	return rc;
}

int kx_iomem_ram(const struct kx_iomem *iomem, struct kx_ranges *ret)
{
	struct kx_ranges ram = { 0 }, reserved = { 0 };
	int rc;

	rc = sort_out(iomem, &ram, &reserved);
	if (rc == 0)
		rc = kx_ranges_subtract(&ram, &reserved);
	kx_ranges_done(&reserved);
	if (rc < 0) {
		kx_ranges_done(&ram);
		return rc;
	}
	*ret = ram;
	return 0;
}

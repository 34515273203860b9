/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log readers stand on: a window into the dump, delivery of records, partial results. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/printk/internal.h"

int printk_area_init(struct printk_area *area, struct kx_reader *reader, uint64_t addr,
		     uint64_t size, const char *what, struct kx_err *err)
{
	*area = (struct printk_area){
		.reader = reader, .addr = addr, .size = size, .start = UINT64_MAX
	};
	if (size > UINT64_MAX - addr)
		return kx_fail(err, -ERANGE,
			       "%s: %" PRIu64 " bytes at 0x%" PRIx64 " go beyond the last address",
			       what, size, addr);
	area->buffer = malloc((size_t)AREA_PAGES * AREA_PAGE);
	return area->buffer ? 0 : kx_fail(err, -ENOMEM, "no memory to read the log");
}

void printk_area_done(struct printk_area *area)
{
	free(area->buffer);
	area->buffer = NULL;
}

/* Read the part of the window's pages [first, last) that lies in the area. */
static bool fill(struct printk_area *area, unsigned int first, unsigned int last)
{
	uint64_t window = area->start * AREA_PAGE;
	uint64_t start = window + (uint64_t)first * AREA_PAGE;
	uint64_t end = area->addr + area->size;
	uint64_t len = (uint64_t)(last - first) * AREA_PAGE;
	struct kx_err ignored = { "" };

	if (start < area->addr) {
		if (area->addr - start >= len)
			return false;
		len -= area->addr - start;
		start = area->addr;
	}
	if (start >= end)
		return false;
	if (len > end - start)
		len = end - start;
	return kx_reader_virt(area->reader, start, area->buffer + (start - window), (size_t)len,
			      &ignored) == 0;
}

static void load_window(struct printk_area *area, uint64_t page)
{
	area->start = page - page % AREA_PAGES;
	area->good = 0;
	if (area->failed > AREA_GIVE_UP)
		return;
	if (fill(area, 0, AREA_PAGES)) {
		area->good = UINT32_MAX;
		return;
	}
	/* Dumps may lack single pages: makedumpfile leaves out what it was told to. */
	for (unsigned int i = 0; i < AREA_PAGES; i++)
		area->good |= (uint32_t)fill(area, i, i + 1) << i;
	if (area->good == 0)
		area->failed++;
}

int printk_area_read(struct printk_area *area, uint64_t offset, void *to, size_t len)
{
	uint8_t *out = to;

	if (offset > area->size || len > area->size - offset)
		return -EFAULT;
	while (len > 0) {
		uint64_t at = area->addr + offset;
		uint64_t page = at / AREA_PAGE;
		size_t part = AREA_PAGE - at % AREA_PAGE;

		if (area->start == UINT64_MAX || page - area->start >= AREA_PAGES)
			load_window(area, page);
		if (!(area->good >> (page - area->start) & 1))
			return -EFAULT;
		if (part > len)
			part = len;
		memcpy(out, area->buffer + (at - area->start * AREA_PAGE), part);
		out += part;
		offset += part;
		len -= part;
	}
	return 0;
}

void printk_partial(struct printk_walk *walk, const char *format, ...)
{
	va_list args;

	if (walk->partial)
		return;
	walk->partial = true;
	va_start(args, format);
	vsnprintf(walk->err->text, sizeof(walk->err->text), format, args);
	va_end(args);
}

int printk_deliver(struct printk_walk *walk, const struct kx_printk_record *record)
{
	if (!walk->counted)
		walk->stats->first_seq = record->seq;
	walk->counted = true;
	walk->stats->last_seq = record->seq;
	if (record->flags & KX_PRINTK_LOST)
		walk->stats->lost++;
	else
		walk->stats->records++;
	return walk->each(record, walk->data);
}

int printk_variable(struct printk_walk *walk, const char *name, unsigned int width, uint64_t *ret)
{
	uint64_t addr;
	int rc;

	if (!kx_vmcoreinfo_symbol(walk->info, name, &addr))
		return kx_fail(walk->err, -ENOENT, "VMCOREINFO has no SYMBOL(%s)", name);
	rc = kx_reader_uint(walk->reader, addr, width, ret, walk->err);
	return rc < 0 ? kx_context(walk->err, rc, "%s", name) : 0;
}

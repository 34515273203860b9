/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log readers stand on: a window into the dump, delivery of records, partial results. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/printk/internal.h"

int printk_area_init(struct printk_area *area, struct printk_walk *walk, uint64_t addr,
		     uint64_t size, const char *what)
{
	*area = (struct printk_area){
		.walk = walk, .addr = addr, .size = size, .start = UINT64_MAX
	};
	if (size > UINT64_MAX - addr)
		return kx_fail(walk->err, -ERANGE,
			       "%s: %" PRIu64 " bytes at 0x%" PRIx64 " go beyond the last address",
			       what, size, addr);
	area->buffer = malloc((size_t)AREA_PAGES * AREA_PAGE);
	return area->buffer ? 0 : kx_fail(walk->err, -ENOMEM, "no memory to read the log");
}

void printk_area_done(struct printk_area *area)
{
	free(area->buffer);
	area->buffer = NULL;
}

/* Is there work left that the dump is worth? What comes through a pipe gets more as it comes. */
static bool affords(struct printk_walk *walk)
{
	uint64_t work = kx_reader_work(walk->reader) - walk->before, stored;

	if (work < walk->worth)
		return true;
	stored = kx_dump_stored(kx_reader_dump(walk->reader));
	walk->worth = WORK_BASE;
	walk->worth += stored < UINT64_MAX / WORK_FACTOR - WORK_BASE ? WORK_FACTOR * stored :
								       UINT64_MAX - WORK_BASE;
	if (work < walk->worth)
		return true;
	printk_partial(walk, "the log takes more work than a dump of %" PRIu64 " bytes is worth",
		       stored);
	return false;
}

/* Read what of the page is in the area: its number is @page, and in the window @i. */
static bool load_page(struct printk_area *area, uint64_t page, unsigned int i)
{
	uint64_t start = page * AREA_PAGE, len = AREA_PAGE, skip = 0;
	struct kx_err ignored = { "" };

	if (start < area->addr)
		skip = area->addr - start;
	if (len > area->addr + area->size - start)
		len = area->addr + area->size - start;
	return affords(area->walk) &&
	       kx_reader_virt(area->walk->reader, start + skip,
			      area->buffer + (size_t)i * AREA_PAGE + skip, (size_t)(len - skip),
			      &ignored) == 0;
}

/* Dumps may lack single pages: makedumpfile leaves out what it was told to. */
static bool has_page(struct printk_area *area, uint64_t page)
{
	unsigned int i = page % AREA_PAGES;

	if (area->start == UINT64_MAX || page - i != area->start) {
		area->start = page - i;
		area->tried = area->good = 0;
	}
	if (!(area->tried >> i & 1)) {
		area->tried |= UINT32_C(1) << i;
		area->good |= (uint32_t)load_page(area, page, i) << i;
	}
	return area->good >> i & 1;
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

		if (!has_page(area, page))
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

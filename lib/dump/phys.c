/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads physical memory through a cache of a few pages. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dump/internal.h"

int kx_reader_read(struct kx_reader *reader, struct kx_source *source, uint64_t off, void *to,
		   size_t len, struct kx_err *err)
{
	uint64_t before = kx_source_pieces(source);
	int rc = kx_source_read(source, off, to, len, err);

	reader->work += KX_READER_STEP * (1 + kx_source_pieces(source) - before) + len;
	return rc;
}

static int read_space(struct kx_reader *reader, enum kx_space space, uint64_t addr, void *to,
		      size_t len, struct kx_err *err)
{
	const struct kx_dump *dump = reader->dump;

	if (space == KX_SPACE_FILE)
		return kx_reader_read(reader, &dump->sources[0], addr, to, len, err);
	return dump->format->read(reader, addr, to, len, err);
}

static struct kx_cached *cache_find(struct kx_reader *reader, enum kx_space space, uint64_t number)
{
	for (size_t i = 0; i < KX_CACHE_PAGES; i++) {
		struct kx_cached *page = &reader->cache[i];

		if (page->used > 0 && page->number == number && page->space == space)
			return page;
	}
	return NULL;
}

/* The page that was not used for longest, now empty; NULL: no memory. */
static struct kx_cached *cache_take(struct kx_reader *reader)
{
	struct kx_cached *page = &reader->cache[0];

	for (size_t i = 1; i < KX_CACHE_PAGES; i++) {
		if (reader->cache[i].used < page->used)
			page = &reader->cache[i];
	}
	if (!page->bytes)
		page->bytes = malloc(reader->dump->page_size);
	page->used = 0;
	return page->bytes ? page : NULL;
}

int kx_reader_cached(struct kx_reader *reader, enum kx_space space, uint64_t addr, void *to,
		     size_t len, struct kx_err *err)
{
	const struct kx_dump *dump = reader->dump;
	uint64_t number = addr / dump->page_size, inside = addr % dump->page_size;
	struct kx_cached *page = cache_find(reader, space, number);
	/* Large pieces are not asked for again. */
	size_t large = dump->format->whole_pages ? dump->page_size : dump->page_size / 2;
	int rc;

	if (!page) {
		if (len >= large)
			return read_space(reader, space, addr, to, len, err);
		page = cache_take(reader);
		if (!page)
			return kx_fail(err, -ENOMEM, "no memory");
		rc = read_space(reader, space, addr - inside, page->bytes, dump->page_size, err);
		/* Perhaps only the rest of the page is missing. */
		if (rc < 0 && !dump->format->whole_pages)
			return read_space(reader, space, addr, to, len, err);
		if (rc < 0)
			return rc;
		page->space = space;
		page->number = number;
	}
	page->used = ++reader->clock;
	memcpy(to, page->bytes + inside, len);
	return 0;
}

int kx_reader_place(struct kx_reader *reader, uint64_t addr, struct kx_reader_place *ret,
		    struct kx_err *err)
{
	return reader->dump->format->place(reader, addr, ret, err);
}

int kx_reader_next(struct kx_reader *reader, uint64_t addr, struct kx_run *ret, struct kx_err *err)
{
	return reader->dump->format->next(reader, addr, ret, err);
}

/*
 * Some whole pages are read as one piece of the file: a call of the system for each would cost
 * more than most of what is done with them. Where each page is expanded there is no such piece.
 */
static bool goes_at_once(const struct kx_dump *dump, uint64_t addr, size_t len)
{
	return !dump->format->whole_pages && addr % dump->page_size == 0 &&
	       len >= 2 * (size_t)dump->page_size;
}

int kx_reader_phys(struct kx_reader *reader, uint64_t addr, void *to, size_t len,
		   struct kx_err *err)
{
	const struct kx_dump *dump = reader->dump;
	uint32_t page_size = dump->page_size;
	uint8_t *out = to;

	if (len > 0 && len - 1 > UINT64_MAX - addr)
		return kx_fail(err, -EFAULT, "%zu bytes at physical address 0x%" PRIx64, len, addr);
	while (len > 0) {
		size_t part = page_size - addr % page_size;
		int rc;

		part = part < len ? part : len;
		if (goes_at_once(dump, addr, len)) {
			part = len - len % page_size;
			rc = dump->format->read(reader, addr, out, part, err);
		} else {
			rc = kx_reader_cached(reader, KX_SPACE_PHYS, addr, out, part, err);
		}
		if (rc < 0)
			return rc;
		out += part;
		addr += part;
		len -= part;
	}
	return 0;
}

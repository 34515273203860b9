/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes kdump-compressed and flattened files for tests; see mkelf.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#ifdef HAVE_LZO
#include <lzo/lzo1x.h>
#endif
#ifdef HAVE_SNAPPY
#include <snappy-c.h>
#endif

#include "tests/tools/mkelf.h"

enum { ZLIB = 1, LZO = 2, SNAPPY = 4, INCOMPLETE = 8, ZSTD = 0x20 };

/* Room for what a codec makes of a page that does not shrink. */
enum { SLACK = 4096 };

#ifdef HAVE_LZO
static size_t pack_lzo(const uint8_t *page, size_t len, uint8_t *to)
{
	lzo_uint got = 0;
	void *work = calloc(1, LZO1X_1_MEM_COMPRESS);

	if (!work || lzo_init() != LZO_E_OK ||
	    lzo1x_1_compress(page, len, to, &got, work) != LZO_E_OK)
		abort();
	free(work);
	return got;
}
#endif

/* 0: no such codec here. */
static size_t pack(uint32_t codec, const uint8_t *page, size_t len, uint8_t *to, size_t room)
{
	size_t got = room;

	(void)codec, (void)page, (void)len, (void)to, (void)got;
#ifdef HAVE_ZLIB
	if (codec == ZLIB) {
		uLongf out = room;

		return compress2(to, &out, page, len, 1) == Z_OK ? out : 0;
	}
#endif
#ifdef HAVE_ZSTD
	if (codec == ZSTD) {
		got = ZSTD_compress(to, room, page, len, 1);
		return ZSTD_isError(got) ? 0 : got;
	}
#endif
#ifdef HAVE_SNAPPY
	if (codec == SNAPPY)
		return snappy_compress((const char *)page, len, (char *)to, &got) == SNAPPY_OK ?
			       got :
			       0;
#endif
#ifdef HAVE_LZO
	if (codec == LZO)
		return pack_lzo(page, len, to);
#endif
	return 0;
}

bool mkelf_has_codec(uint32_t codec)
{
	uint8_t page[64] = { 0 }, out[SLACK];

	return codec == 0 || pack(codec, page, sizeof(page), out, sizeof(out)) > 0;
}

bool mkelf_compress(uint32_t codec, const uint8_t *page, size_t len, struct mkelf_buffer *ret)
{
	size_t room = len * 2 + SLACK, got;
	uint8_t *out = malloc(room);

	if (!out)
		abort();
	got = pack(codec, page, len, out, room);
	if (got > 0 && got < len)
		mkelf_bytes(ret, out, got);
	free(out);
	return got > 0 && got < len;
}

/* ---- kdump-compressed ----------------------------------------------------------------------- */

/* A file being made: where descriptors and data go next. */
struct writer {
	const struct mkelf *dump;
	const struct mkelf_kdump *how;
	int fd;
	uint64_t max_pfn, bitmap_blocks, sub_blocks, descriptors, stored, next, data;
	uint8_t *bitmap, *page;
};

static uint64_t load_end(const struct mkelf_load *load)
{
	return load->paddr + load->data.len + load->hole;
}

/* The page's bytes; false when no piece of memory has any of it. */
static bool gather(struct writer *w, uint64_t pfn)
{
	uint64_t size = w->how->block_size, start = pfn * size;
	bool found = false;

	memset(w->page, 0, size);
	for (size_t i = w->dump->count; i-- > 0;) {
		const struct mkelf_load *load = &w->dump->load[i];
		uint64_t from = load->paddr > start ? load->paddr : start;
		uint64_t to = load->paddr + load->data.len < start + size ?
				      load->paddr + load->data.len :
				      start + size;

		if (load->paddr < start + size && load_end(load) > start)
			found = true;
		if (from < to)
			memcpy(w->page + (from - start), load->data.base + (from - load->paddr),
			       to - from);
	}
	return found;
}

static void mark_pages(struct writer *w)
{
	uint64_t size = w->how->block_size;

	for (size_t i = 0; i < w->dump->count; i++) {
		const struct mkelf_load *load = &w->dump->load[i];

		for (uint64_t pfn = load->paddr / size; pfn * size < load_end(load); pfn++)
			w->bitmap[pfn / 8] |= (uint8_t)(1U << pfn % 8);
	}
}

static uint64_t find_max_pfn(const struct mkelf *dump, const struct mkelf_kdump *how)
{
	uint64_t max = how->max_pfn;

	for (size_t i = 0; i < dump->count; i++) {
		uint64_t end = (load_end(&dump->load[i]) + how->block_size - 1) / how->block_size;

		max = end > max ? end : max;
	}
	return max;
}

/* Fields of C structures: 8-byte ones are aligned to 8 unless i386 or QEMU made the file. */
static void field(struct mkelf_buffer *to, const struct mkelf *dump, unsigned int width,
		  uint64_t value)
{
	bool to_4 = dump->width == 4 && (dump->packed || dump->uts_machine[0] == 'i');
	size_t align = width == 8 && to_4 ? 4 : width;

	mkelf_bytes(to, NULL, -to->len & (align - 1));
	mkelf_number(to, dump->big_endian, width, value);
}

static void put_header(const struct writer *w)
{
	const struct mkelf *dump = w->dump;
	struct mkelf_buffer head = { 0 };
	char utsname[6][65] = { "Linux", "host", "6.1.0-test", "#1", "", "" };

	snprintf(utsname[4], sizeof(utsname[4]), "%s", dump->uts_machine);
	mkelf_bytes(&head, "KDUMP   ", 8);
	mkelf_number(&head, dump->big_endian, 4, (uint64_t)w->how->version);
	mkelf_bytes(&head, utsname, sizeof(utsname));
	field(&head, dump, dump->time64 ? 8 : dump->width, 1795372204); /* timestamp */
	field(&head, dump, dump->time64 ? 8 : dump->width, 0);
	field(&head, dump, 4, w->how->codec | (w->how->lose ? INCOMPLETE : 0));
	field(&head, dump, 4, w->how->block_size);
	field(&head, dump, 4, w->sub_blocks);
	field(&head, dump, 4, w->bitmap_blocks);
	field(&head, dump, 4, w->max_pfn > UINT32_MAX ? UINT32_MAX : w->max_pfn);
	for (int i = 0; i < 4; i++)
		field(&head, dump, 4, 0);
	field(&head, dump, 4, dump->cpus);
	mkelf_bytes(&head, NULL, 16);
	mkelf_put(w->fd, head.base, head.len, 0);
	free(head.base);
}

/* Sub-header and notes; also tells how many blocks they take. */
static void put_sub(struct writer *w)
{
	const struct mkelf *dump = w->dump;
	const struct mkelf_kdump *how = w->how;
	unsigned int word = dump->width;
	struct mkelf_buffer sub = { 0 }, notes = { 0 };
	uint64_t note_off = how->block_size + 104;

	mkelf_notes(dump, &notes);
	field(&sub, dump, word, dump->phys_base);
	field(&sub, dump, 4, 0);    /* dump_level */
	field(&sub, dump, 4, how->split);
	field(&sub, dump, word, how->start_pfn);
	field(&sub, dump, word, how->end_pfn);
	field(&sub, dump, 8, note_off + notes.len - ((dump->info.len + 3) & ~(size_t)3));
	field(&sub, dump, word, dump->info.len);
	field(&sub, dump, 8, how->version >= 4 ? note_off : 0);
	field(&sub, dump, word, how->version >= 4 ? notes.len : 0);
	field(&sub, dump, 8, 0); /* eraseinfo */
	field(&sub, dump, word, 0);
	field(&sub, dump, 8, how->start_pfn);
	field(&sub, dump, 8, how->end_pfn);
	field(&sub, dump, 8, w->max_pfn);
	mkelf_put(w->fd, sub.base, sub.len, how->block_size);
	mkelf_put(w->fd, notes.base, notes.len, note_off);
	w->sub_blocks = (104 + notes.len + how->block_size - 1) / how->block_size;
	free(sub.base);
	free(notes.base);
}

static void put_descriptor(struct writer *w, uint64_t off, uint64_t size, uint64_t flags)
{
	struct mkelf_buffer d = { 0 };

	mkelf_number(&d, w->dump->big_endian, 8, off);
	mkelf_number(&d, w->dump->big_endian, 4, size);
	mkelf_number(&d, w->dump->big_endian, 4, flags);
	mkelf_number(&d, w->dump->big_endian, 8, 0);
	mkelf_put(w->fd, d.base, d.len, w->descriptors + 24 * w->next++);
	free(d.base);
}

static void put_page(struct writer *w, uint64_t pfn)
{
	struct mkelf_buffer packed = { 0 };
	bool shrunk;

	gather(w, pfn);
	if (w->next + w->how->lose >= w->stored) {
		put_descriptor(w, 0, 0, 0);
		return;
	}
	shrunk = mkelf_compress(w->how->codec, w->page, w->how->block_size, &packed);
	if (!shrunk) {
		packed.len = 0;
		mkelf_bytes(&packed, w->page, w->how->block_size);
	}
	mkelf_put(w->fd, packed.base, packed.len, w->data);
	put_descriptor(w, w->data, packed.len, shrunk ? w->how->codec : 0);
	w->data += packed.len;
	free(packed.base);
}

static bool is_stored(const struct writer *w, uint64_t pfn)
{
	bool inside = !w->how->split || (pfn >= w->how->start_pfn && pfn < w->how->end_pfn);

	return inside && w->bitmap[pfn / 8] >> pfn % 8 & 1;
}

bool mkelf_kdump(const struct mkelf *dump, const struct mkelf_kdump *how, int fd)
{
	struct writer w = {
		.dump = dump, .how = how, .fd = fd, .max_pfn = find_max_pfn(dump, how)
	};
	uint64_t bitmap_size =
		((w.max_pfn + 7) / 8 + how->block_size - 1) / how->block_size * how->block_size;

	if (!mkelf_has_codec(how->codec))
		return false;
	w.bitmap = calloc(1, bitmap_size);
	w.page = malloc(how->block_size);
	if (!w.bitmap || !w.page || ftruncate(fd, 0) < 0)
		abort();
	w.bitmap_blocks = 2 * bitmap_size / how->block_size;
	mark_pages(&w);
	put_sub(&w);
	put_header(&w);
	for (int i = 0; i < 2; i++)
		mkelf_put(fd, w.bitmap, bitmap_size,
			  (1 + w.sub_blocks) * how->block_size + (uint64_t)i * bitmap_size);
	w.descriptors = (1 + w.sub_blocks + w.bitmap_blocks) * how->block_size;
	for (uint64_t pfn = 0; pfn < w.max_pfn; pfn++)
		w.stored += is_stored(&w, pfn);
	w.data = w.descriptors + 24 * w.stored;
	for (uint64_t pfn = 0; pfn < w.max_pfn; pfn++) {
		if (is_stored(&w, pfn))
			put_page(&w, pfn);
	}
	free(w.bitmap);
	free(w.page);
	return true;
}

/* ---- flattened ------------------------------------------------------------------------------ */

static uint64_t put_record(int to, uint64_t at, uint64_t off, const uint8_t *bytes, size_t len)
{
	struct mkelf_buffer head = { 0 };

	mkelf_number(&head, true, 8, off);
	mkelf_number(&head, true, 8, len);
	mkelf_put(to, head.base, head.len, at);
	mkelf_put(to, bytes, len, at + 16);
	free(head.base);
	return at + 16 + len;
}

void mkelf_flatten(int from, int to, size_t record, bool shuffle)
{
	struct mkelf_buffer head = { 0 }, end = { 0 };
	uint8_t *bytes = calloc(1, record);
	uint64_t at = 4096, count;
	struct stat stat;

	if (!bytes || fstat(from, &stat) < 0 || ftruncate(to, 0) < 0)
		abort();
	mkelf_bytes(&head, "makedumpfile\0\0\0\0", 16);
	mkelf_number(&head, true, 8, 1);
	mkelf_number(&head, true, 8, 1);
	mkelf_put(to, head.base, head.len, 0);
	count = ((uint64_t)stat.st_size + record - 1) / record;
	if (shuffle) {
		memset(bytes, 0xa5, record);
		at = put_record(to, at, 3, bytes, record < 64 ? record : 64);
	}
	for (uint64_t i = 0; i < count; i++) {
		uint64_t off = (shuffle ? count - 1 - i : i) * record;
		ssize_t got = pread(from, bytes, record, (off_t)off);

		if (got <= 0)
			abort();
		at = put_record(to, at, off, bytes, (size_t)got);
	}
	mkelf_number(&end, true, 8, UINT64_MAX);
	mkelf_number(&end, true, 8, UINT64_MAX);
	mkelf_put(to, end.base, end.len, at);
	free(head.base);
	free(end.base);
	free(bytes);
}

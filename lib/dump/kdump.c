/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdump-compressed dumps: pages one by one through bitmap, descriptor and decompressor. Which
 * descriptor is a page's is the number of pages stored before it; that is counted once for all
 * readers, front to back and only as far as needed, and remembered at up to 65536 places.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/page_codec.h"
#include "lib/dump/kdump_head.h"
#include "lib/dump/peek.h"

enum {
	COUNT_BUFFER = 64 << 10,
	CHUNKS_MAX = 65536,
	CHUNK_MIN = 4096,
	DESCRIPTOR_SIZE = 24,
	CPUS_MAX = 1 << 16,
};

/*
 * One file. @before[i] is the number of stored pages in the bitmap's chunks before chunk i; known
 * for the first @known of them, and never changed again.
 */
struct part {
	struct kx_source *source;
	struct kx_kdump_head head;
	uint64_t chunk;
	uint64_t *before;
	atomic_size_t known;
};

/* @lock is held by the reader that counts, through @buffer; the others profit. */
struct kdump {
	struct part *part;
	size_t count;
	pthread_mutex_t lock;
	uint8_t *buffer;
};

/*
 * A reader's own. @bitmap and @descriptors look at @part, where @rank pages are stored before
 * @byte of the bitmap. @first: the number before start_pfn, when @has_first. @compressed: a page.
 */
struct scratch {
	struct part *part;
	struct kx_peek bitmap, descriptors;
	uint64_t byte, rank, first;
	bool has_first;
	uint8_t compressed[];
};

/* ---- counting ------------------------------------------------------------------------------- */

static uint64_t count_bits(const uint8_t *bytes, size_t len)
{
	uint64_t count = 0, word;

	for (; len >= 8; bytes += 8, len -= 8) {
		memcpy(&word, bytes, 8);
		count += (uint64_t)__builtin_popcountll(word);
	}
	for (; len > 0; bytes++, len--)
		count += (uint64_t)__builtin_popcount(*bytes);
	return count;
}

/* Bits set in bytes [@from, @to) of the bitmap. Holes of the file are skipped. */
static int count_range(const struct kdump *kdump, const struct part *part, uint64_t from,
		       uint64_t to, uint64_t *ret, struct kx_err *err)
{
	uint64_t count = 0, base = part->head.bitmap;

	while (from < to) {
		uint64_t data = kx_source_skip_hole(part->source, base + from) - base;
		size_t len;
		int rc;

		if (data >= to)
			break;
		from = data > from ? data : from;
		len = to - from < COUNT_BUFFER ? (size_t)(to - from) : COUNT_BUFFER;
		rc = kx_source_read(part->source, base + from, kdump->buffer, len, err);
		if (rc < 0)
			return kx_context(err, rc, "bitmap");
		count += count_bits(kdump->buffer, len);
		from += len;
	}
	*ret = count;
	return 0;
}

static bool is_counted(struct part *part, uint64_t chunk)
{
	return atomic_load_explicit(&part->known, memory_order_acquire) > chunk;
}

/* Count up to the beginning of @chunk, unless another reader has. */
static int count_chunks(struct kdump *kdump, struct part *part, uint64_t chunk, struct kx_err *err)
{
	int rc = 0;

	pthread_mutex_lock(&kdump->lock);
	while (rc == 0 && !is_counted(part, chunk)) {
		size_t known = atomic_load_explicit(&part->known, memory_order_relaxed);
		uint64_t from = (known - 1) * part->chunk, count = 0;

		rc = count_range(kdump, part, from, from + part->chunk, &count, err);
		if (rc == 0) {
			part->before[known] = part->before[known - 1] + count;
			atomic_store_explicit(&part->known, known + 1, memory_order_release);
		}
	}
	pthread_mutex_unlock(&kdump->lock);
	return rc;
}

/* Go on counting from where the reader is, or from the beginning of the chunk that has @byte. */
static int count_to(struct scratch *scratch, uint64_t byte, struct kx_err *err)
{
	struct part *part = scratch->part;
	uint64_t chunk = byte / part->chunk;

	if (scratch->byte > byte || scratch->byte < chunk * part->chunk) {
		scratch->byte = chunk * part->chunk;
		scratch->rank = part->before[chunk];
	}
	while (scratch->byte < byte) {
		uint64_t left = byte - scratch->byte;
		size_t len = left < KX_PEEK_MAX ? (size_t)left : KX_PEEK_MAX;
		const uint8_t *bits;
		int rc = kx_peek(&scratch->bitmap, part->head.bitmap + scratch->byte, len, &bits,
				 err);

		if (rc < 0)
			return kx_context(err, rc, "bitmap");
		scratch->rank += count_bits(bits, len);
		scratch->byte += len;
	}
	return 0;
}

/* The number of stored pages of the scratch's part before @pfn. */
static int rank(struct kdump *kdump, struct scratch *scratch, uint64_t pfn, uint64_t *ret,
		struct kx_err *err)
{
	struct part *part = scratch->part;
	uint64_t byte = pfn / 8, chunk = byte / part->chunk;
	const uint8_t *last;
	uint8_t below = 0;
	int rc = 0;

	if (!is_counted(part, chunk))
		rc = count_chunks(kdump, part, chunk, err);
	if (rc == 0)
		rc = count_to(scratch, byte, err);
	if (rc == 0 && pfn % 8 != 0) {
		rc = kx_peek(&scratch->bitmap, part->head.bitmap + byte, 1, &last, err);
		if (rc == 0)
			below = *last & (uint8_t)((1U << pfn % 8) - 1);
	}
	if (rc == 0)
		*ret = scratch->rank + (uint64_t)__builtin_popcount(below);
	return rc;
}

/* ---- pages ---------------------------------------------------------------------------------- */

/* Parts are in the order of their pages. */
static struct part *part_of(const struct kdump *kdump, uint64_t pfn)
{
	size_t low = 0, high = kdump->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (kdump->part[mid].head.end_pfn <= pfn)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == kdump->count || pfn < kdump->part[low].head.start_pfn)
		return NULL;
	return &kdump->part[low];
}

static int read_source(void *data, uint64_t off, void *to, size_t len, struct kx_err *err)
{
	return kx_source_read(data, off, to, len, err);
}

/* Look at @part from now on. */
static void turn_to(struct scratch *scratch, struct part *part)
{
	struct kx_source *source = part->source;

	if (scratch->part == part)
		return;
	scratch->part = part;
	scratch->bitmap = (struct kx_peek){ .read = read_source,
					    .data = source,
					    .end = kx_source_size(source) };
	scratch->descriptors = scratch->bitmap;
	scratch->byte = scratch->rank = 0;
	scratch->has_first = false;
}

/* Why there is no page: the bitmap of existing memory tells. */
static int absent(struct part *part, uint64_t addr, uint64_t pfn, struct kx_err *err)
{
	struct kx_err ignored;
	uint8_t byte = UINT8_MAX;

	if (part->head.ram != part->head.bitmap)
		kx_source_read(part->source, part->head.ram + pfn / 8, &byte, 1, &ignored);
	return kx_fail(err, -EFAULT,
		       byte >> pfn % 8 & 1 ?
			       "physical address 0x%llx: its page was left out of the dump" :
			       "physical address 0x%llx is not memory",
		       (unsigned long long)addr);
}

static int find_descriptor(struct kdump *kdump, struct scratch *scratch, uint64_t pfn,
			   const uint8_t **ret, struct kx_err *err)
{
	const struct kx_kdump_head *head = &scratch->part->head;
	uint64_t index;
	int rc = 0;

	if (!scratch->has_first) {
		rc = rank(kdump, scratch, head->start_pfn, &scratch->first, err);
		scratch->has_first = rc == 0;
	}
	if (rc == 0)
		rc = rank(kdump, scratch, pfn, &index, err);
	if (rc < 0)
		return rc;
	return kx_peek(&scratch->descriptors,
		       head->descriptors + (index - scratch->first) * DESCRIPTOR_SIZE,
		       DESCRIPTOR_SIZE, ret, err);
}

/* The page that a descriptor describes, decompressed to @to. */
static int read_page(struct kx_reader *reader, const uint8_t *descriptor, uint8_t *to,
		     struct kx_err *err)
{
	struct scratch *scratch = reader->priv;
	uint32_t page_size = reader->dump->page_size;
	bool big_endian = reader->dump->big_endian;
	uint64_t off = kx_get(descriptor, 8, big_endian);
	uint64_t len = kx_get(descriptor + 8, 4, big_endian);
	uint32_t flags = (uint32_t)kx_get(descriptor + 12, 4, big_endian);
	bool packed = flags != KX_PAGE_CODEC_NONE;
	int rc;

	if (off == 0) {
		reader->incomplete = true;
		return kx_fail(err, -EFAULT, "lost: space ended before the dump did");
	}
	if (len > page_size || len == 0 || (!packed && len != page_size))
		return kx_fail(err, -EINVAL, "descriptor says %llu bytes", (unsigned long long)len);
	rc = kx_source_read(scratch->part->source, off, packed ? scratch->compressed : to, len,
			    err);
	if (rc == -EFAULT)
		reader->incomplete = true;
	if (rc < 0 || !packed)
		return rc;
	reader->lacks_codec = reader->lacks_codec || !kx_page_codec_built(flags);
	return kx_page_codec_expand(flags, scratch->compressed, len, to, page_size, err);
}

static int no_part(const struct kdump *kdump, uint64_t addr, uint64_t pfn, struct kx_err *err)
{
	return kx_fail(err, -EFAULT,
		       pfn < kdump->part[0].head.max_pfn ?
			       "physical address 0x%llx is in a part that was not given" :
			       "physical address 0x%llx is beyond the dumped memory",
		       (unsigned long long)addr);
}

static int kdump_read(struct kx_reader *reader, uint64_t addr, void *to, size_t len,
		      struct kx_err *err)
{
	struct kdump *kdump = reader->dump->priv;
	struct scratch *scratch = reader->priv;
	uint32_t page_size = reader->dump->page_size;
	uint64_t pfn = addr / page_size;
	struct part *part = part_of(kdump, pfn);
	const uint8_t *bits, *descriptor;
	int rc;

	/* The cache asks for whole pages only. */
	if (addr % page_size != 0 || len != page_size)
		return kx_fail(err, -EINVAL, "a part of a page");
	if (!part)
		return no_part(kdump, addr, pfn, err);
	turn_to(scratch, part);
	rc = kx_peek(&scratch->bitmap, part->head.bitmap + pfn / 8, 1, &bits, err);
	if (rc == 0 && !(*bits >> pfn % 8 & 1))
		return absent(part, addr, pfn, err);
	if (rc == 0) {
		rc = find_descriptor(kdump, scratch, pfn, &descriptor, err);
		reader->incomplete = reader->incomplete || rc == -EFAULT;
	}
	if (rc == 0)
		rc = read_page(reader, descriptor, to, err);
	return rc < 0 ? kx_context(err, rc, "physical address 0x%llx", (unsigned long long)addr) :
			0;
}

static int kdump_reader_open(struct kx_reader *reader, struct kx_err *err)
{
	reader->priv = calloc(1, sizeof(struct scratch) + reader->dump->page_size);
	return reader->priv ? 0 : kx_fail(err, -ENOMEM, "no memory");
}

static void kdump_reader_close(struct kx_reader *reader)
{
	free(reader->priv);
}

/* ---- opening -------------------------------------------------------------------------------- */

static int open_part(struct part *part, struct kx_source *source, const struct kx_kdump_head *first,
		     struct kx_err *err)
{
	uint64_t chunks;
	int rc;

	part->source = source;
	if (!kx_kdump_probe(source))
		return kx_fail(err, -EINVAL, "not kdump-compressed, as the first file is");
	rc = kx_kdump_head(source, &part->head, err);
	if (rc < 0)
		return rc;
	if (first && memcmp(part->head.common, first->common, first->common_len) != 0)
		return kx_fail(err, -EINVAL, "a part of another dump");
	if (first &&
	    (part->head.max_pfn != first->max_pfn || part->head.block_size != first->block_size))
		return kx_fail(err, -EINVAL,
			       "%llu pages of %u bytes, the first file says %llu of %u",
			       (unsigned long long)part->head.max_pfn, part->head.block_size,
			       (unsigned long long)first->max_pfn, first->block_size);
	part->chunk = CHUNK_MIN;
	while (part->head.bitmap_len / part->chunk >= CHUNKS_MAX)
		part->chunk *= 2;
	chunks = part->head.bitmap_len / part->chunk + 2;
	part->before = calloc(chunks, sizeof(*part->before));
	if (!part->before)
		return kx_fail(err, -ENOMEM, "no memory");
	atomic_init(&part->known, 1);
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return (x->head.start_pfn > y->head.start_pfn) - (x->head.start_pfn < y->head.start_pfn);
}

/* Parts must not contradict each other; where one is missing the dump is incomplete. */
static int check_parts(struct kx_dump *dump, struct kdump *kdump, struct kx_err *err)
{
	uint64_t next = 0;

	qsort(kdump->part, kdump->count, sizeof(*kdump->part), by_start);
	for (size_t i = 0; i < kdump->count; i++) {
		const struct kx_kdump_head *head = &kdump->part[i].head;

		if (head->start_pfn < next)
			return kx_fail(err, -EINVAL, "two files have page %llu",
				       (unsigned long long)head->start_pfn);
		if (head->start_pfn > next || head->status & KX_KDUMP_INCOMPLETE)
			dump->incomplete = true;
		next = head->end_pfn;
	}
	if (next < kdump->part[0].head.max_pfn)
		dump->incomplete = true;
	return 0;
}

/* Notes and VMCOREINFO of the file that was given first; the others repeat them. */
static int take_facts(struct kx_dump *dump, const struct kx_kdump_head *head, struct kx_err *err)
{
	int rc;

	dump->big_endian = head->big_endian;
	dump->long_size = head->long_size;
	dump->machine = head->machine;
	dump->page_size = head->block_size;
	dump->hints.has_phys_base = head->machine == kx_isa_x86_64.elf_machine;
	dump->hints.phys_base = head->phys_base;
	rc = kx_dump_notes(dump, head->note_off, head->note_len, err);
	if (rc == 0)
		rc = kx_dump_take_info(dump, head->info_off, head->info_len, err);
	if (dump->cpus == 0 && head->cpus <= CPUS_MAX)
		dump->cpus = head->cpus;
	dump->codec = kx_page_codec_name(head->status & KX_PAGE_CODEC_ALL);
	return rc;
}

static int kdump_open(struct kx_dump *dump, struct kx_err *err)
{
	struct kdump *kdump = calloc(1, sizeof(*kdump));
	int rc = 0;

	if (!kdump)
		return kx_fail(err, -ENOMEM, "no memory");
	dump->priv = kdump;
	pthread_mutex_init(&kdump->lock, NULL);
	kdump->part = calloc(dump->count, sizeof(*kdump->part));
	if (!kdump->part)
		return kx_fail(err, -ENOMEM, "no memory");
	for (; rc == 0 && kdump->count < dump->count; kdump->count++) {
		size_t i = kdump->count;

		rc = open_part(&kdump->part[i], &dump->sources[i],
			       i > 0 ? &kdump->part[0].head : NULL, err);
		if (rc < 0 && dump->count > 1)
			kx_context(err, rc, "file %zu of %zu", i + 1, dump->count);
	}
	if (rc < 0)
		return rc;
	kdump->buffer = malloc(COUNT_BUFFER);
	if (!kdump->buffer)
		return kx_fail(err, -ENOMEM, "no memory");
	rc = take_facts(dump, &kdump->part[0].head, err);
	return rc < 0 ? rc : check_parts(dump, kdump, err);
}

static void kdump_close(struct kx_dump *dump)
{
	struct kdump *kdump = dump->priv;

	if (!kdump)
		return;
	for (size_t i = 0; kdump->part && i < dump->count; i++)
		free(kdump->part[i].before);
	free(kdump->part);
	free(kdump->buffer);
	pthread_mutex_destroy(&kdump->lock);
	free(kdump);
}

const struct kx_container kx_container_kdump = {
	.name = "kdump-compressed",
	.probe = kx_kdump_probe,
	.open = kdump_open,
	.close = kdump_close,
	.reader_open = kdump_reader_open,
	.reader_close = kdump_reader_close,
	.read = kdump_read,
	.whole_pages = true,
};

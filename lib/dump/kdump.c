/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdump-compressed dumps: pages one by one through bitmap, descriptor and decompressor. Which
 * descriptor is a page's is the number of pages stored before it; that is counted once, front to
 * back and only as far as needed, and remembered at up to 65536 places.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/page_codec.h"
#include "lib/dump/kdump_head.h"

enum {
	COUNT_BUFFER = 64 << 10,
	CHUNKS_MAX = 65536,
	CHUNK_MIN = 4096,
	DESCRIPTOR_SIZE = 24,
	CPUS_MAX = 1 << 16,
};

/*
 * One file. @before[i] is the number of stored pages in the bitmap's chunks before chunk i; known
 * for the first @known of them. @first: the number before start_pfn.
 */
struct part {
	struct kx_source *source;
	struct kx_kdump_head head;
	uint64_t chunk;
	uint64_t *before;
	size_t known;
	uint64_t first;
	bool has_first;
};

struct kdump {
	struct part *part;
	size_t count;
	uint8_t *buffer, *compressed;
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
static int count_range(struct kdump *kdump, struct part *part, uint64_t from, uint64_t to,
		       uint64_t *ret, struct kx_err *err)
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

/* The number of stored pages before @pfn. */
static int rank(struct kdump *kdump, struct part *part, uint64_t pfn, uint64_t *ret,
		struct kx_err *err)
{
	uint64_t byte = pfn / 8, chunk = byte / part->chunk, count;
	uint8_t last = 0;
	int rc;

	while (part->known <= chunk) {
		uint64_t from = (part->known - 1) * part->chunk;

		rc = count_range(kdump, part, from, from + part->chunk, &count, err);
		if (rc < 0)
			return rc;
		part->before[part->known] = part->before[part->known - 1] + count;
		part->known++;
	}
	rc = count_range(kdump, part, chunk * part->chunk, byte, &count, err);
	if (rc == 0 && pfn % 8 != 0)
		rc = kx_source_read(part->source, part->head.bitmap + byte, &last, 1, err);
	if (rc < 0)
		return rc;
	last &= (uint8_t)((1U << pfn % 8) - 1);
	*ret = part->before[chunk] + count + (uint64_t)__builtin_popcount(last);
	return 0;
}

static int bit_of(struct part *part, uint64_t bitmap, uint64_t pfn, bool *ret, struct kx_err *err)
{
	uint8_t byte;
	int rc = kx_source_read(part->source, bitmap + pfn / 8, &byte, 1, err);

	if (rc < 0)
		return kx_context(err, rc, "bitmap");
	*ret = byte >> pfn % 8 & 1;
	return 0;
}

/* ---- pages ---------------------------------------------------------------------------------- */

static struct part *part_of(struct kdump *kdump, uint64_t pfn)
{
	for (size_t i = 0; i < kdump->count; i++) {
		const struct kx_kdump_head *head = &kdump->part[i].head;

		if (pfn >= head->start_pfn && pfn < head->end_pfn)
			return &kdump->part[i];
	}
	return NULL;
}

/* Why there is no page: the bitmap of existing memory tells. */
static int absent(struct part *part, uint64_t addr, uint64_t pfn, struct kx_err *err)
{
	struct kx_err ignored;
	bool exists = true;

	if (part->head.ram != part->head.bitmap)
		bit_of(part, part->head.ram, pfn, &exists, &ignored);
	return kx_fail(err, -EFAULT,
		       exists ? "physical address 0x%llx: its page was left out of the dump" :
				"physical address 0x%llx is not memory",
		       (unsigned long long)addr);
}

static int find_descriptor(struct kdump *kdump, struct part *part, uint64_t pfn, uint64_t *ret,
			   struct kx_err *err)
{
	uint64_t index;
	int rc = 0;

	if (!part->has_first) {
		rc = rank(kdump, part, part->head.start_pfn, &part->first, err);
		part->has_first = rc == 0;
	}
	if (rc == 0)
		rc = rank(kdump, part, pfn, &index, err);
	if (rc < 0)
		return rc;
	*ret = part->head.descriptors + (index - part->first) * DESCRIPTOR_SIZE;
	return 0;
}

/* The page that a descriptor describes, decompressed to @to. */
static int read_page(struct kx_dump *dump, struct part *part, const uint8_t *descriptor,
		     uint8_t *to, struct kx_err *err)
{
	struct kdump *kdump = dump->priv;
	uint64_t off = kx_get(descriptor, 8, dump->big_endian);
	uint64_t len = kx_get(descriptor + 8, 4, dump->big_endian);
	uint32_t flags = (uint32_t)kx_get(descriptor + 12, 4, dump->big_endian);
	bool packed = flags != KX_PAGE_CODEC_NONE;
	int rc;

	if (off == 0) {
		dump->incomplete = true;
		return kx_fail(err, -EFAULT, "lost: space ended before the dump did");
	}
	if (len > dump->page_size || len == 0 || (!packed && len != dump->page_size))
		return kx_fail(err, -EINVAL, "descriptor says %llu bytes", (unsigned long long)len);
	rc = kx_source_read(part->source, off, packed ? kdump->compressed : to, len, err);
	if (rc == -EFAULT)
		dump->incomplete = true;
	if (rc < 0 || !packed)
		return rc;
	dump->lacks_codec = dump->lacks_codec || !kx_page_codec_built(flags);
	return kx_page_codec_expand(flags, kdump->compressed, len, to, dump->page_size, err);
}

static int kdump_read(struct kx_dump *dump, uint64_t addr, void *to, size_t len, struct kx_err *err)
{
	struct kdump *kdump = dump->priv;
	uint64_t pfn = addr / dump->page_size, at;
	uint8_t descriptor[DESCRIPTOR_SIZE];
	struct part *part = part_of(kdump, pfn);
	bool stored = false;
	int rc;

	/* The cache asks for whole pages only. */
	if (addr % dump->page_size != 0 || len != dump->page_size)
		return kx_fail(err, -EINVAL, "a part of a page");
	if (!part)
		return kx_fail(err, -EFAULT,
			       pfn < kdump->part[0].head.max_pfn ?
				       "physical address 0x%llx is in a part that was not given" :
				       "physical address 0x%llx is beyond the dumped memory",
			       (unsigned long long)addr);
	rc = bit_of(part, part->head.bitmap, pfn, &stored, err);
	if (rc == 0 && !stored)
		return absent(part, addr, pfn, err);
	if (rc == 0)
		rc = find_descriptor(kdump, part, pfn, &at, err);
	if (rc == 0) {
		rc = kx_source_read(part->source, at, descriptor, sizeof(descriptor), err);
		dump->incomplete = dump->incomplete || rc == -EFAULT;
	}
	if (rc == 0)
		rc = read_page(dump, part, descriptor, to, err);
	return rc < 0 ? kx_context(err, rc, "physical address 0x%llx", (unsigned long long)addr) :
			0;
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
	part->known = 1;
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
	kdump->compressed = malloc(kdump->part[0].head.block_size);
	if (!kdump->buffer || !kdump->compressed)
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
	free(kdump->compressed);
	free(kdump);
}

const struct kx_container kx_container_kdump = {
	.name = "kdump-compressed",
	.probe = kx_kdump_probe,
	.open = kdump_open,
	.read = kdump_read,
	.close = kdump_close,
	.whole_pages = true,
};

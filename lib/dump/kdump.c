/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump-compressed dumps: pages one by one through bitmap, descriptor and decompressor. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/page_codec.h"
#include "lib/dump/kdump_bitmap.h"

enum { DESCRIPTOR_SIZE = 24, CPUS_MAX = 1 << 16 };

/* A reader's own: where it looks, and room for a compressed page. */
struct scratch {
	struct kx_kdump_look look;
	struct kx_peek descriptors;
	uint8_t compressed[];
};

/* Why a page is not there: the bitmap of existing memory tells. */
static int absent(struct kx_kdump_look *look, uint64_t addr, uint64_t pfn, struct kx_err *err)
{
	struct kx_err ignored;
	bool exists = true;

	if (look->part->head.ram != look->part->head.bitmap)
		kx_kdump_exists(look, pfn, &exists, &ignored);
	return kx_fail(err, -EFAULT,
		       exists ? "physical address 0x%" PRIx64
				": its page was left out of the dump" :
				"physical address 0x%" PRIx64 " is not memory",
		       addr);
}

static int read_source(void *data, uint64_t off, void *to, size_t len, struct kx_err *err)
{
	return kx_source_read(data, off, to, len, err);
}

static int find_descriptor(struct kx_kdump *kdump, struct scratch *scratch, uint64_t pfn,
			   const uint8_t **ret, struct kx_err *err)
{
	const struct kx_kdump_part *part = scratch->look.part;
	uint64_t index;
	int rc = kx_kdump_index(kdump, &scratch->look, pfn, &index, err);

	if (rc < 0)
		return rc;
	if (scratch->descriptors.data != part->source)
		scratch->descriptors = (struct kx_peek){ .read = read_source,
							 .data = part->source,
							 .loaded = scratch->descriptors.loaded,
							 .end = kx_source_size(part->source) };
	return kx_peek(&scratch->descriptors, part->head.descriptors + index * DESCRIPTOR_SIZE,
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
		return kx_fail(err, -EINVAL, "descriptor says %" PRIu64 " bytes", len);
	rc = kx_reader_read(reader, scratch->look.part->source, off,
			    packed ? scratch->compressed : to, len, err);
	if (rc == -EFAULT)
		reader->incomplete = true;
	if (rc < 0 || !packed)
		return rc;
	reader->work += page_size;
	rc = kx_page_codec_expand(flags, scratch->compressed, len, to, page_size, err);
	if (rc == -ENOTSUP)
		reader->lacks_codec = true;
	return rc;
}

static int no_part(const struct kx_kdump *kdump, uint64_t addr, uint64_t pfn, struct kx_err *err)
{
	return kx_fail(err, -EFAULT,
		       pfn < kdump->part[0].head.max_pfn ?
			       "physical address 0x%" PRIx64 " is in a part that was not given" :
			       "physical address 0x%" PRIx64 " is beyond the dumped memory",
		       addr);
}

/* Bytes of bitmaps and descriptors that were read so far. */
static uint64_t looked_at(const struct scratch *scratch)
{
	return scratch->look.stored.loaded + scratch->look.exists.loaded +
	       scratch->descriptors.loaded;
}

/* The descriptor of a page that the part has; what it takes to find it is counted. */
static int look_up(struct kx_reader *reader, uint64_t addr, const uint8_t **ret, struct kx_err *err)
{
	struct scratch *scratch = reader->priv;
	struct kx_source *source = scratch->look.part->source;
	uint64_t pfn = addr / reader->dump->page_size;
	uint64_t loaded = looked_at(scratch), pieces = kx_source_pieces(source);
	bool stored;
	int rc;

	rc = kx_kdump_is_stored(&scratch->look, pfn, &stored, err);
	if (rc == 0 && stored) {
		rc = find_descriptor(reader->dump->priv, scratch, pfn, ret, err);
		reader->incomplete = reader->incomplete || rc == -EFAULT;
	}
	if (rc < 0)
		kx_context(err, rc, "physical address 0x%" PRIx64, addr);
	else if (!stored)
		rc = absent(&scratch->look, addr, pfn, err);
	reader->work += KX_READER_STEP * (1 + kx_source_pieces(source) - pieces) +
			looked_at(scratch) - loaded;
	return rc;
}

static int kdump_read(struct kx_reader *reader, uint64_t addr, void *to, size_t len,
		      struct kx_err *err)
{
	const struct kx_kdump *kdump = reader->dump->priv;
	struct scratch *scratch = reader->priv;
	uint32_t page_size = reader->dump->page_size;
	uint64_t pfn = addr / page_size;
	struct kx_kdump_part *part = kx_kdump_part_of(kdump, pfn);
	const uint8_t *descriptor;
	int rc;

	/* The cache asks for whole pages only. */
	if (addr % page_size != 0 || len != page_size)
		return kx_fail(err, -EINVAL, "a part of a page");
	if (!part)
		return no_part(kdump, addr, pfn, err);
	kx_kdump_turn_to(&scratch->look, part);
	rc = look_up(reader, addr, &descriptor, err);
	if (rc < 0)
		return rc;
	rc = read_page(reader, descriptor, to, err);
	return rc < 0 ? kx_context(err, rc, "physical address 0x%" PRIx64, addr) : 0;
}

static int kdump_next(struct kx_reader *reader, uint64_t addr, struct kx_run *ret,
		      struct kx_err *err)
{
	uint64_t page_size = reader->dump->page_size, pfn, end;
	struct scratch *scratch = reader->priv;
	enum kx_run_kind kind;
	int rc;

	rc = kx_kdump_next(reader->dump->priv, &scratch->look, addr / page_size, &pfn, &end, &kind,
			   err);
	if (rc > 0) {
		*ret = (struct kx_run){ pfn * page_size, end * page_size, kind };
		ret->start = ret->start < addr ? addr : ret->start;
	}
	return rc;
}

static int kdump_place(struct kx_reader *reader, uint64_t addr, struct kx_reader_place *ret,
		       struct kx_err *err)
{
	const struct kx_dump *dump = reader->dump;
	struct kx_kdump *kdump = dump->priv;
	struct scratch *scratch = reader->priv;
	uint64_t pfn = addr / dump->page_size, index;
	struct kx_kdump_part *part = kx_kdump_part_of(kdump, pfn);
	const uint8_t *descriptor;
	int rc;

	if (!part)
		return no_part(kdump, addr, pfn, err);
	kx_kdump_turn_to(&scratch->look, part);
	rc = look_up(reader, addr, &descriptor, err);
	if (rc == 0)
		rc = kx_kdump_index(kdump, &scratch->look, pfn, &index, err);
	if (rc < 0)
		return rc;
	*ret = (struct kx_reader_place){
		.file = (size_t)(part->source - dump->sources),
		.off = kx_get(descriptor, 8, dump->big_endian),
		.len = kx_get(descriptor + 8, 4, dump->big_endian),
		.map = part->head.descriptors + index * DESCRIPTOR_SIZE,
		.map_len = DESCRIPTOR_SIZE,
	};
	return 0;
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

static int open_part(struct kx_kdump_part *part, struct kx_source *source,
		     const struct kx_kdump_head *first, struct kx_err *err)
{
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
			       "%" PRIu64 " pages of %u bytes, the first file says %" PRIu64
			       " of %u",
			       part->head.max_pfn, part->head.block_size, first->max_pfn,
			       first->block_size);
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct kx_kdump_head *x = &((const struct kx_kdump_part *)a)->head;
	const struct kx_kdump_head *y = &((const struct kx_kdump_part *)b)->head;

	if (x->start_pfn != y->start_pfn)
		return x->start_pfn > y->start_pfn ? 1 : -1;
	/* A part may have no page. */
	return (x->end_pfn > y->end_pfn) - (x->end_pfn < y->end_pfn);
}

/* Parts must not contradict each other; where one is missing the dump is incomplete. */
static int check_parts(struct kx_dump *dump, struct kx_kdump *kdump, struct kx_err *err)
{
	uint64_t next = 0;

	qsort(kdump->part, kdump->count, sizeof(*kdump->part), by_start);
	for (size_t i = 0; i < kdump->count; i++) {
		const struct kx_kdump_head *head = &kdump->part[i].head;

		if (head->start_pfn < next)
			return kx_fail(err, -EINVAL, "two files have page %" PRIu64,
				       head->start_pfn);
		if (head->start_pfn > next)
			dump->incomplete = true;
		if (head->status & KX_KDUMP_INCOMPLETE)
			dump->marked = true;
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
	dump->page_size = dump->block_size = head->block_size;
	dump->level = head->level;
	dump->hints.has_phys_base = true;
	dump->hints.phys_base = head->phys_base;
	snprintf(dump->uts_machine, sizeof(dump->uts_machine), "%s", head->uts_machine);
	rc = kx_dump_notes(dump, head->note_off, head->note_len, err);
	if (rc == 0)
		rc = kx_dump_take_info(dump, head->info_off, head->info_len, err);
	if (dump->cpus == 0 && head->cpus <= CPUS_MAX)
		dump->cpus = head->cpus;
	dump->codec = kx_page_codec_name(head->status & KX_PAGE_CODEC_ALL);
	return rc;
}

/*
 * Where memory begins. Writers put that into phys_base where the kernel's own memory begins there,
 * and leave it at zero where they do not know it.
 */
static int find_ram(struct kx_dump *dump, const struct kx_kdump *kdump, struct kx_err *err)
{
	struct kx_kdump_look look = { .part = NULL };
	uint64_t phys_base = kdump->part[0].head.phys_base, first, end;
	enum kx_run_kind kind;
	int rc = 0;

	dump->hints.has_ram = phys_base != 0;
	dump->hints.ram_start = phys_base;
	if (phys_base == 0)
		rc = kx_kdump_next(kdump, &look, 0, &first, &end, &kind, err);
	if (rc > 0) {
		dump->hints.has_ram = true;
		dump->hints.ram_start = first * dump->page_size;
	}
	return rc < 0 ? rc : 0;
}

static int kdump_open(struct kx_dump *dump, struct kx_err *err)
{
	struct kx_kdump *kdump = calloc(1, sizeof(*kdump));
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
	kdump->buffer = malloc(KX_KDUMP_BUFFER);
	if (!kdump->buffer)
		return kx_fail(err, -ENOMEM, "no memory");
	rc = take_facts(dump, &kdump->part[0].head, err);
	if (rc == 0)
		rc = check_parts(dump, kdump, err);
	return rc < 0 ? rc : find_ram(dump, kdump, err);
}

static void kdump_close(struct kx_dump *dump)
{
	struct kx_kdump *kdump = dump->priv;

	if (!kdump)
		return;
	for (size_t i = 0; kdump->part && i < dump->count; i++)
		kx_kdump_part_done(&kdump->part[i]);
	free(kdump->part);
	free(kdump->buffer);
	pthread_mutex_destroy(&kdump->lock);
	free(kdump);
}

const struct kx_dump_format kx_dump_format_kdump = {
	.name = "kdump-compressed",
	.probe = kx_kdump_probe,
	.open = kdump_open,
	.close = kdump_close,
	.reader_open = kdump_reader_open,
	.reader_close = kdump_reader_close,
	.read = kdump_read,
	.next = kdump_next,
	.place = kdump_place,
	.whole_pages = true,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes ELF core files (System V ABI, gABI 4.1) as a crash kernel shows them: a note segment and
 * memory. Pages that are left out are in no segment, pages of zeros are holes of the file.
 *
 * There is room for all program headers, and each is written after the bytes that it describes
 * were synced; until then it is PT_NULL. So what is in the file is true at any moment, but that a
 * page that cannot be read becomes zeros where more than SPARE pieces are lost.
 */
#include <assert.h>
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kx/elf.h"
#include "kx/sums.h"
#include "lib/save/format.h"

/* Bytes of zeros that are worth a hole: each costs one more write, on another machine a dd(1). */
enum { HOLE = 64 << 10 };

/*
 * Pages after which program headers are written; how many of these are written together; what is
 * kept for pages that cannot be read. e_flags of a dump that is not whole, as makedumpfile(8) has
 * it.
 */
enum { SYNC_PAGES = 16384, BATCH = 1024, SPARE = 1024, INCOMPLETE = 1 };

/* Headers of one run at most: it is cut where maps begin and end, and each piece is in some. */
enum { PIECES_MAX = 2 * KX_DUMP_MAPS_MAX + 1, RUN_HEADERS = PIECES_MAX * KX_DUMP_MAPS_MAX };

static_assert((int)RUN_HEADERS < (int)BATCH, "those of a run are written together");

/** struct stretch - pages that follow each other in memory and in the file; @at is there */
struct stretch {
	uint64_t first, end, at;
};

/**
 * struct elf_file - what lies where
 * @head: the file's header; its phnum is what there is room for
 * @map: virtual addresses, @maps of them
 * @spare: headers that may still be spent for pages that are lost
 * @used: program headers that are final and on the disk; @batch_len: that are final and not there
 * @run: the stretch that may still grow
 * @pages: since the last sync; @read: all that were not lost, @told of them in headers on the disk
 * @extent: where the last byte was written, to give the file its size
 */
struct elf_file {
	struct kx_elf head;
	struct kx_dump_map map[KX_DUMP_MAPS_MAX];
	size_t maps, spare;
	uint64_t used;
	struct stretch run;
	uint64_t pages, read, told, extent;
	size_t batch_len;
	uint8_t batch[BATCH * sizeof(Elf64_Phdr)];
};

/* ---- what lies where -------------------------------------------------------------------- */

/* In whole pages, as memory is. */
static void take_maps(const struct save_job *job, struct elf_file *file)
{
	uint64_t below = (UINT64_C(1) << job->shift) - 1;

	file->maps = kx_dump_maps(job->reader, file->map);
	for (size_t i = 0; i < file->maps; i++) {
		struct kx_dump_map *m = &file->map[i];
		uint64_t before = m->phys & below;

		if ((m->virt & below) != before || m->size > UINT64_MAX - 2 * below)
			continue;
		m->phys -= before;
		m->virt -= before;
		m->size = (m->size + before + below) & ~below;
	}
}

/* The next address from @at on where a map begins or ends, at most @end. */
static uint64_t next_edge(const struct elf_file *file, uint64_t at, uint64_t end)
{
	for (size_t i = 0; i < file->maps; i++) {
		const struct kx_dump_map *m = &file->map[i];
		uint64_t edge[] = { m->phys, m->phys + m->size };

		for (size_t k = 0; k < 2; k++) {
			if (edge[k] > at && edge[k] < end)
				end = edge[k];
		}
	}
	return end;
}

static void put_segment(struct elf_file *file, struct kx_elf_segment *segment, uint64_t vaddr,
			size_t *count)
{
	size_t at = *count;

	segment->vaddr = vaddr;
	if (file)
		kx_elf_put_segment(&file->head, segment,
				   file->batch + (file->batch_len + at) * file->head.segment_size);
	*count = at + 1;
}

/* The headers of a run; written behind the batch's when @to is not NULL. Returns how many. */
static size_t put_run(const struct elf_file *file, struct elf_file *to, unsigned int shift,
		      const struct stretch *run)
{
	uint64_t start = run->first << shift, end = run->end << shift, stop;
	size_t count = 0;

	for (uint64_t at = start; at < end; at = stop) {
		struct kx_elf_segment segment = { .type = PT_LOAD, .flags = PF_R | PF_W | PF_X,
						  .paddr = at, .offset = run->at + (at - start) };
		size_t before = count;

		stop = next_edge(file, at, end);
		segment.filesz = segment.memsz = stop - at;
		for (size_t i = 0; i < file->maps; i++) {
			const struct kx_dump_map *m = &file->map[i];

			if (at - m->phys < m->size)
				put_segment(to, &segment, m->virt + (at - m->phys), &count);
		}
		if (count == before)
			put_segment(to, &segment, 0, &count);
	}
	return count;
}

/* Headers that all kept pages of a pass need; they are added to *@ret. */
static int count_pass(const struct save_job *job, const struct elf_file *file,
		      enum saved_only only, uint64_t *ret, struct kx_err *err)
{
	struct saved_runs saved = { .kept = job->kept, .only = only,
				    .runs = { .reader = job->reader, .shift = job->shift } };
	struct stretch run = { 0, 0, 0 };
	uint64_t count = *ret;
	int rc;

	while ((rc = saved_runs_next(&saved, err)) > 0 && count <= KX_DUMP_SEGMENTS_MAX) {
		if (saved.first == run.end) {
			run.end = saved.end;
			continue;
		}
		count += put_run(file, NULL, job->shift, &run);
		run = (struct stretch){ saved.first, saved.end, 0 };
	}
	*ret = count + put_run(file, NULL, job->shift, &run);
	return rc < 0 ? rc : 0;
}

/* Whether the most valuable pages come first or not, it is no more than that. */
static int count_headers(const struct save_job *job, const struct elf_file *file, uint64_t *ret,
			 struct kx_err *err)
{
	int rc;

	/* A run that goes on beyond the image's ends is cut there. */
	*ret = job->image_first < job->image_end ? 2 * (file->maps + 1) : 0;
	rc = count_pass(job, file, SAVED_VALUABLE, ret, err);
	return rc < 0 ? rc : count_pass(job, file, SAVED_REST, ret, err);
}

/* Has a file of 32 bits room for all addresses and offsets? */
static bool is_narrow(const struct save_job *job, const struct elf_file *file)
{
	const struct kx_dump *dump = kx_reader_dump(job->reader);
	uint64_t memory = job->max_pfn << job->shift, data = job->pages << job->shift;

	for (size_t i = 0; i < file->maps; i++) {
		const struct kx_dump_map *m = &file->map[i];

		if (m->virt > UINT32_MAX || m->size > UINT32_MAX - m->virt + 1)
			return false;
	}
	return kx_dump_long_size(dump) == 4 && job->max_pfn <= UINT64_MAX >> job->shift &&
	       memory <= UINT32_MAX && job->front <= UINT32_MAX - data;
}

static void lay_out(struct save_job *job, struct elf_file *file, uint64_t count, bool wide)
{
	uint64_t below = (UINT64_C(1) << job->shift) - 1, notes;
	struct kx_elf *head = &file->head;

	kx_elf_class(head, wide);
	head->phnum = 1 + count + SPARE;
	head->phoff = head->header_size;
	head->shoff = head->phoff + head->phnum * head->segment_size;
	/* One for each count of headers. */
	notes = (head->shoff + 2 * head->section_size + below) & ~below;
	job->front = (notes + job->notes_size + below) & ~below;
	job->bytes = job->front;
	file->extent = job->front;
	file->run.at = job->front;
	file->spare = SPARE;
}

static uint64_t notes_at(const struct save_job *job)
{
	uint64_t below = (UINT64_C(1) << job->shift) - 1;

	return job->front - ((job->notes_size + below) & ~below);
}

static int begin(struct save_job *job, struct kx_err *err)
{
	const struct kx_dump *dump = kx_reader_dump(job->reader);
	struct elf_file *file = calloc(1, sizeof(*file));
	uint64_t count;
	int rc;

	if (!file)
		return kx_fail(err, -ENOMEM, "no memory for program headers");
	job->priv = file;
	file->head = (struct kx_elf){ .big_endian = kx_dump_big_endian(dump), .type = ET_CORE,
				      .machine = kx_dump_machine(dump), .flags = INCOMPLETE };
	take_maps(job, file);
	rc = count_headers(job, file, &count, err);
	if (rc < 0)
		return rc;
	if (count + SPARE >= KX_DUMP_SEGMENTS_MAX)
		return kx_fail(err, -EOVERFLOW,
			       "what is kept is in more than %d pieces, too many for an ELF file; "
			       "a kdump-compressed one has no such limit",
			       KX_DUMP_SEGMENTS_MAX - SPARE - 2);
	if (job->max_pfn > UINT64_MAX >> job->shift >> 1 || job->notes_size > UINT64_MAX >> 2)
		return kx_fail(err, -EOVERFLOW, "memory up to page 0x%" PRIx64, job->max_pfn);
	lay_out(job, file, count, false);
	if (!is_narrow(job, file))
		lay_out(job, file, count, true);
	return 0;
}

static void end(struct save_job *job)
{
	free(job->priv);
	job->priv = NULL;
}

/* ---- headers -------------------------------------------------------------------------------- */

static int write_head(const struct save_job *job, const struct elf_file *file, struct kx_err *err)
{
	uint8_t header[KX_ELF_HEADER_MAX], section[KX_ELF_SECTION_MAX] = { 0 };
	int rc = 0;

	kx_elf_put_header(&file->head, header);
	kx_elf_put_count(&file->head, section);
	if (file->head.phnum >= PN_XNUM)
		rc = save_write(job, section, file->head.section_size, file->head.shoff, err);
	return rc < 0 ? rc : save_write(job, header, file->head.header_size, 0, err);
}

static int write_front(struct save_job *job, struct kx_err *err)
{
	struct elf_file *file = job->priv;
	const struct kx_elf_segment notes = { .type = PT_NOTE, .offset = notes_at(job),
					      .filesz = job->notes_size, .memsz = job->notes_size,
					      .align = 4 };
	uint8_t header[sizeof(Elf64_Phdr)];
	int rc = save_notes(job, notes.offset, err);

	kx_elf_put_segment(&file->head, &notes, header);
	if (rc == 0)
		rc = save_write(job, header, file->head.segment_size, file->head.phoff, err);
	file->used = 1;
	return rc < 0 ? rc : write_head(job, file, err);
}

/* Without the spare ones; what is left of them becomes a gap before the notes. */
static int finish(struct save_job *job, struct kx_err *err)
{
	struct elf_file *file = job->priv;

	file->head.phnum = file->used + put_run(file, NULL, job->shift, &file->run);
	file->head.flags = 0;
	file->head.shoff += file->head.section_size;
	return write_head(job, file, err);
}

/* ---- pages ---------------------------------------------------------------------------------- */

/* The file is as long as its segments say, though it ends in zeros. */
static int extend(struct save_job *job, struct elf_file *file)
{
	int rc;

	if (file->extent >= job->bytes)
		return 0;
	rc = job->target->write(job->target, "", 1, job->bytes - 1);
	if (rc == 0)
		file->extent = job->bytes;
	return rc;
}

/* The run is closed: its headers wait for a sync. There is room for them in the batch. */
static void close_run(struct save_job *job, struct elf_file *file)
{
	file->batch_len += put_run(file, file, job->shift, &file->run);
	file->run = (struct stretch){ file->run.end, file->run.end, job->bytes };
}

/*
 * Those of a run that may still grow are written again when it has: where sums allow that. Further
 * behind they wait for its end.
 */
static bool waits(const struct save_job *job, const struct elf_file *file)
{
	uint64_t end = file->head.phoff +
		       (file->used + file->batch_len + RUN_HEADERS) * file->head.segment_size;

	return end > KX_SUMS_HEAD && !job->over;
}

static int flush(struct save_job *job, struct kx_save_result *result)
{
	struct elf_file *file = job->priv;
	size_t size = file->head.segment_size, open = 0;
	uint64_t there = file->read;
	int rc;

	if (file->read == file->told && !file->batch_len)
		return 0;
	if (waits(job, file))
		there -= file->run.end - file->run.first;
	else
		open = put_run(file, file, job->shift, &file->run);
	rc = extend(job, file);
	if (rc == 0)
		rc = job->target->sync(job->target);
	if (rc == 0 && file->batch_len + open)
		rc = job->target->write(job->target, file->batch, (file->batch_len + open) * size,
					file->head.phoff + file->used * size);
	if (rc == 0)
		result->written += there - file->told;
	file->told = there;
	file->used += file->batch_len;
	file->batch_len = 0;
	file->pages = 0;
	return rc;
}

/* Pages [@i, ret) of a chunk follow each other, and all are lost or none. */
static size_t stretch_end(const struct save_chunk *c, size_t i)
{
	bool lost = c->fate[i] == SAVE_LOST;
	size_t k = i + 1;

	while (k < c->count && c->pfn[k] == c->pfn[i] + (k - i) &&
	       (c->fate[k] == SAVE_LOST) == lost)
		k++;
	return k;
}

/* Pages [@i, ret) are of zeros, up to @end. */
static size_t zeros_end(const struct save_chunk *c, size_t i, size_t end)
{
	while (i < end && c->fate[i] == SAVE_ZERO)
		i++;
	return i;
}

/* The end of the data that begins at @i: before zeros that are worth a hole, or are the last. */
static size_t data_end(const struct save_job *job, const struct save_chunk *c, size_t i, size_t end)
{
	size_t hole = HOLE >> job->shift, ret = i, next;

	for (; ret < end; ret = next + 1) {
		next = zeros_end(c, ret, end);
		if (next == end || (next > ret && next - ret >= hole))
			break;
	}
	return ret;
}

/* Write pages [@i, @end), the first of them at @off. */
static int write_pages(const struct save_job *job, struct elf_file *file,
		       const struct save_chunk *c, size_t i, size_t end, uint64_t off)
{
	size_t first, last = i;
	int rc = 0;

	while (rc == 0 && (first = zeros_end(c, last, end)) < end) {
		uint64_t at = off + ((uint64_t)(first - i) << job->shift);

		last = data_end(job, c, first, end);
		rc = job->target->write(job->target, c->in + (first << job->shift),
					(last - first) << job->shift, at);
		if (rc == 0)
			file->extent = at + ((uint64_t)(last - first) << job->shift);
	}
	return rc;
}

/* Lost pages end the run while there are headers for what follows; else they are zeros. */
static bool leave_out(struct elf_file *file, bool lost)
{
	size_t cost = file->maps ? file->maps : 1;

	if (!lost || file->spare < cost)
		return false;
	file->spare -= cost;
	return true;
}

static int take_stretch(struct save_job *job, struct elf_file *file, const struct save_chunk *c,
			size_t i, size_t end, struct kx_save_result *result)
{
	bool lost = c->fate[i] == SAVE_LOST, out = leave_out(file, lost);
	size_t count = end - i;
	int rc = lost ? 0 : write_pages(job, file, c, i, end, job->bytes);

	if (rc < 0)
		return rc;
	if (c->pfn[i] != file->run.end || out) {
		close_run(job, file);
		file->run.first = file->run.end = c->pfn[i] + (out ? count : 0);
	}
	file->pages += count;
	if (lost)
		result->lost += count;
	else
		file->read += count;
	if (!out) {
		job->bytes += (uint64_t)count << job->shift;
		file->run.end += count;
	}
	for (; i < end; i++)
		result->zero += c->fate[i] == SAVE_ZERO;
	return 0;
}

static int take(struct save_job *job, struct save_chunk *chunk, struct kx_save_result *result)
{
	struct elf_file *file = job->priv;
	int rc = 0;

	for (size_t i = 0, end; i < chunk->count && rc == 0; i = end) {
		end = stretch_end(chunk, i);
		if (file->batch_len + 2 * RUN_HEADERS > BATCH)
			rc = flush(job, result);
		if (rc == 0)
			rc = take_stretch(job, file, chunk, i, end, result);
	}
	if (rc == 0 && file->pages >= SYNC_PAGES)
		rc = flush(job, result);
	return rc;
}

const struct save_format save_format_elf = {
	.name = "ELF",
	.always_zeros = true,
	.begin = begin,
	.write_front = write_front,
	.take = take,
	.flush = flush,
	.finish = finish,
	.end = end,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads pages and makes of them what is to be written; see the header. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/save/chunk.h"
#include "lib/save/zero.h"

/* Bytes of pages that a thread takes at a time. */
enum { CHUNK = 512 << 10 };

/* ---- memory --------------------------------------------------------------------------------- */

int chunk_maker_init(struct chunk_maker *maker, const struct kx_save_options *options,
		     struct kx_err *err)
{
	size_t page = (size_t)1 << maker->job->shift;
	int rc = 0;

	if (maker->job->format->squeezes)
		rc = kx_page_squeezer_new(options->codec, options->codec_level, page,
					  &maker->squeezer, err);
	if (rc < 0)
		return rc;
	/* Without it nothing is wrong but the size. */
	maker->page = malloc(page);
	if (!maker->page)
		maker->same = NULL;
	return 0;
}

void chunk_maker_done(struct chunk_maker *maker)
{
	kx_page_squeezer_free(maker->squeezer);
	free(maker->page);
}

int chunk_init(struct save_chunk *c, const struct chunk_maker *maker)
{
	size_t page = (size_t)1 << maker->job->shift, max = page < CHUNK ? CHUNK / page : 1;
	size_t room = maker->squeezer ? kx_page_squeezer_room(maker->squeezer) : 0;
	bool squeezes = maker->job->format->squeezes;

	*c = (struct save_chunk){ .max = max };
	c->pfn = calloc(max, sizeof(*c->pfn));
	c->number = calloc(max, sizeof(*c->number));
	c->fate = calloc(max, sizeof(*c->fate));
	c->in = malloc(max * page);
	if (squeezes) {
		c->place = calloc(max, sizeof(*c->place));
		c->hash = calloc(max, sizeof(*c->hash));
		c->like = calloc(max, sizeof(*c->like));
		/* A squeezer may write more than it makes of a page in the end. */
		c->out = malloc(max * page + (room > page ? room - page : 0));
	}
	if (!c->pfn || !c->number || !c->fate || !c->in ||
	    (squeezes && (!c->place || !c->hash || !c->like || !c->out)))
		return -ENOMEM;
	return 0;
}

void chunk_done(struct save_chunk *c)
{
	free(c->pfn);
	free(c->number);
	free(c->fate);
	free(c->in);
	free(c->place);
	free(c->hash);
	free(c->like);
	free(c->out);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* A page of which only parts are memory, as where RAM ends in it: zeros stand for the rest. */
static bool read_parts(struct kx_reader *reader, uint64_t start, uint8_t *to, size_t size)
{
	uint64_t at = start, end = start + size;
	struct kx_err ignored;
	struct kx_run run;
	int rc;

	memset(to, 0, size);
	while ((rc = kx_reader_next(reader, at, &run, &ignored)) > 0 && run.start < end) {
		at = run.end < end ? run.end : end;
		if (run.kind == KX_RUN_MISSING)
			continue;
		if (kx_reader_phys(reader, run.start, to + (run.start - start),
				   (size_t)(at - run.start), &ignored) < 0)
			return false;
	}
	return rc >= 0;
}

/* Pages that follow each other are read at once; where that fails, each by itself. */
static void read_pages(const struct chunk_maker *m, struct save_chunk *c)
{
	unsigned int shift = m->job->shift;
	struct kx_err ignored;
	size_t i = 0, len;

	for (; i < c->count; i += len) {
		uint8_t *to = c->in + (i << shift);

		for (len = 1; i + len < c->count && c->pfn[i + len] == c->pfn[i] + len; len++)
			;
		memset(c->fate + i, SAVE_DATA, len);
		if (kx_reader_phys(m->reader, c->pfn[i] << shift, to, len << shift, &ignored) == 0)
			continue;
		for (size_t k = 0; k < len; k++) {
			if (!read_parts(m->reader, c->pfn[i + k] << shift, to + (k << shift),
					(size_t)1 << shift))
				c->fate[i + k] = SAVE_LOST;
		}
	}
}

/* ---- pages that are there already ----------------------------------------------------------- */

/* An earlier page of the chunk. */
static bool is_in_chunk(struct chunk_maker *m, struct save_chunk *c, size_t i)
{
	size_t size = (size_t)1 << m->job->shift;
	uint16_t *seen = &m->seen[c->hash[i] >> 56];
	size_t like = *seen;

	*seen = (uint16_t)(i + 1);
	if (!like || c->hash[like - 1] != c->hash[i] ||
	    memcmp(c->in + (like - 1) * size, c->in + i * size, size) != 0)
		return false;
	c->like[i] = (uint16_t)(like - 1);
	c->fate[i] = SAVE_AGAIN;
	return true;
}

/* One that is in the file: its bytes are read once more, since hashes prove nothing. */
static bool is_in_file(const struct chunk_maker *m, struct save_chunk *c, size_t i)
{
	unsigned int shift = m->job->shift;
	size_t size = (size_t)1 << shift;
	struct save_place place;
	struct kx_err ignored;
	uint64_t pfn;

	if (!same_find(m->same, c->hash[i], &pfn, &place) ||
	    kx_reader_phys(m->reader, pfn << shift, m->page, size, &ignored) < 0 ||
	    memcmp(m->page, c->in + i * size, size) != 0)
		return false;
	c->place[i] = place;
	c->fate[i] = SAVE_THERE;
	return true;
}

static bool is_there(struct chunk_maker *m, struct save_chunk *c, size_t i)
{
	size_t size = (size_t)1 << m->job->shift;

	if (!m->same)
		return false;
	c->hash[i] = same_hash(c->in + i * size, size);
	return is_in_chunk(m, c, i) || is_in_file(m, c, i);
}

void chunk_written(struct same *same, const struct save_chunk *c)
{
	for (size_t i = 0; same && i < c->count; i++) {
		if (c->fate[i] == SAVE_DATA)
			same_add(same, c->hash[i], c->pfn[i], &c->place[i]);
	}
}

/* ---- compressing ---------------------------------------------------------------------------- */

static int squeeze_one(struct chunk_maker *m, struct save_chunk *c, size_t i, struct kx_err *err)
{
	const struct save_job *job = m->job;
	size_t size = (size_t)1 << job->shift, len = size;
	const uint8_t *page = c->in + i * size;
	uint8_t *to;
	int rc;

	if (job->zeros && page_is_zero(page, size)) {
		c->fate[i] = SAVE_ZERO;
		return 0;
	}
	if (!job->format->squeezes || is_there(m, c, i))
		return 0;
	to = c->out + c->out_len;
	rc = kx_page_squeeze_into(m->squeezer, page, to, &len, err);
	if (rc < 0)
		return rc;
	if (rc > 0)
		memcpy(to, page, size);
	c->out_len += len;
	c->place[i] = (struct save_place){ .size = (uint32_t)len, .packed = rc == 0 };
	return 0;
}

int chunk_make(struct chunk_maker *m, struct save_chunk *c, struct kx_err *err)
{
	int rc = 0;

	read_pages(m, c);
	memset(m->seen, 0, sizeof(m->seen));
	c->out_len = 0;
	for (size_t i = 0; i < c->count && rc == 0; i++) {
		if (c->fate[i] == SAVE_DATA)
			rc = squeeze_one(m, c, i, err);
	}
	return rc;
}

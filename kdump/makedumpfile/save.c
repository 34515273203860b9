/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the dump that makedumpfile's command line asks for. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/dump/progress.h"
#include "kdump/makedumpfile/internal.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/save.h"

#define say(...) kx_cli_say("makedumpfile", __VA_ARGS__)

enum { LIST_LIMIT = 1 << 20, SHARE_LIMIT = 1 << 20 };

/* ---- a target that only counts -------------------------------------------------------------- */

/** struct count - --dry-run: @end of what would be written */
struct count {
	struct kx_save_target target;
	uint64_t end;
};

static int count_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct count *count = (struct count *)target;

	(void)from;
	if (off + len > count->end)
		count->end = off + len;
	return 0;
}

static int count_sync(struct kx_save_target *target)
{
	(void)target;
	return 0;
}

/* ---- the report ----------------------------------------------------------------------------- */

static void put_count(FILE *out, const char *name, uint64_t pages)
{
	fprintf(out, "    %-24s: 0x%016" PRIx64 "\n", name, pages);
}

/* Lines by which the report of --message-level 16 is known. */
static void report(FILE *out, const struct kx_save_result *r, uint64_t bytes)
{
	const uint64_t *class = r->pages;
	uint64_t all = r->absent, remaining = r->kept - r->zero;

	for (size_t i = 0; i < KX_PAGE_CLASSES; i++)
		all += class[i];
	fprintf(out, "\nOriginal pages  : 0x%016" PRIx64 "\n", all);
	fprintf(out, "  Excluded pages   : 0x%016" PRIx64 "\n", all - remaining);
	put_count(out, "Pages filled with zero", r->zero);
	put_count(out, "Non-private cache pages", class[KX_PAGE_CACHE]);
	put_count(out, "Private cache pages", class[KX_PAGE_CACHE_PRIVATE]);
	put_count(out, "User process data pages", class[KX_PAGE_USER]);
	put_count(out, "Free pages", class[KX_PAGE_FREE]);
	put_count(out, "Hwpoison pages", class[KX_PAGE_POISON]);
	put_count(out, "Offline pages", class[KX_PAGE_OFFLINE]);
	fprintf(out, "  Remaining pages  : 0x%016" PRIx64 "\n", remaining);
	fprintf(out, "Write bytes     : %" PRIu64 "\n", bytes);
}

/* ---- one save ------------------------------------------------------------------------------- */

/**
 * struct sink - where the dump goes: one of them
 * @fd: of a file; -1
 */
struct sink {
	int fd;
	struct count count;
	struct kx_save_file file;
	struct kx_save_stream pipe;
	struct kx_save_flat flat;
	struct kx_save_target *target;
};

static int open_flat(struct sink *sink, struct kx_err *err)
{
	if (isatty(STDOUT_FILENO))
		return kx_fail(err, -EINVAL, "a dump is nothing for a terminal");
	kx_save_stream_init(&sink->pipe, STDOUT_FILENO);
	kx_save_flat_init(&sink->flat, &sink->pipe.target);
	sink->target = &sink->flat.target;
	return 0;
}

static int open_sink(struct sink *sink, const struct mdf_options *o, const char *path,
		     struct kx_err *err)
{
	*sink = (struct sink){ .fd = -1, .count = { .target = { .write = count_write,
							    .sync = count_sync } } };
	sink->target = &sink->count.target;
	if (o->dry_run)
		return 0;
	if (o->flat)
		return open_flat(sink, err);
	sink->fd = mdf_create(path, o->force, err);
	if (sink->fd < 0)
		return sink->fd;
	kx_save_file_init(&sink->file, sink->fd);
	sink->target = &sink->file.target;
	return 0;
}

/* Parts become a dump as they are: compressed as they were. */
static uint32_t codec_of(const struct kx_dump *dump)
{
	static const uint32_t codecs[] = { KX_PAGE_CODEC_ZLIB, KX_PAGE_CODEC_LZO,
					   KX_PAGE_CODEC_SNAPPY, KX_PAGE_CODEC_ZSTD };
	const char *name = kx_dump_codec(dump);

	for (size_t i = 0; name && i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (strcmp(kx_page_codec_name(codecs[i]), name) == 0)
			return codecs[i];
	}
	return KX_PAGE_CODEC_NONE;
}

/** struct saving - what goes on: @count sinks, of parts or one */
struct saving {
	const struct mdf_options *options;
	struct kx_dump *dump;
	struct sink *sink;
	struct kx_save_target **target;
	size_t count, opened;
	struct kx_save_result result;
};

/* 1: there is a dump, an incomplete one. */
static int save_at(struct saving *s, unsigned int level, struct kx_err *err)
{
	const struct mdf_options *o = s->options;
	enum progress_form form = o->messages & MDF_PROGRESS ? PROGRESS_LINES : PROGRESS_NONE;
	struct progress progress;
	const struct kx_save_options options = {
		.format = o->elf ? KX_SAVE_ELF : KX_SAVE_KDUMP,
		.level = level,
		.codec = o->mode == MDF_REASSEMBLE ? codec_of(s->dump) : o->codec,
		.jobs = o->jobs,
		.limit = o->limit,
		.list_limit = LIST_LIMIT,
		.share_limit = SHARE_LIMIT,
		.tell = progress_tell,
		.data = &progress,
	};

	progress_begin(&progress, form, s->dump);
	if (o->mode == MDF_SPLIT)
		return kx_save_split(s->dump, s->target, s->count, &options, &s->result, err);
	return kx_save(s->dump, s->target[0], &options, &s->result, err);
}

/* The next of several levels is for a dump that does not fit; what is in the way goes. */
static bool can_try_again(const struct saving *s, size_t left, int rc)
{
	bool no_room = s->result.no_room || rc == -ENOSPC || rc == -EFBIG;

	if (left == 0 || !no_room)
		return false;
	for (size_t i = 0; i < s->count; i++) {
		if (s->sink[i].fd < 0 || ftruncate(s->sink[i].fd, 0) < 0)
			return false;
	}
	return true;
}

static uint64_t bytes_of(const struct saving *s)
{
	uint64_t bytes = 0;

	for (size_t i = 0; s->options->dry_run && i < s->count; i++)
		bytes += s->sink[i].count.end;
	return s->options->dry_run ? bytes : s->result.bytes;
}

static int save_levels(struct saving *s, struct kx_err *err)
{
	const struct mdf_options *o = s->options;
	int rc = 0;

	for (size_t i = 0; i < o->levels; i++) {
		rc = save_at(s, o->level[i], err);
		if (!can_try_again(s, o->levels - i - 1, rc))
			break;
		if (o->messages & MDF_COMMON)
			say("at level %u it does not fit; now level %u", o->level[i],
			    o->level[i + 1]);
	}
	if (rc >= 0 && o->flat)
		kx_save_flat_end(&s->sink[0].flat);
	if (rc >= 0 && o->messages & MDF_REPORT)
		report(o->flat ? stderr : stdout, &s->result, bytes_of(s));
	if (rc > 0)
		kx_fail(err, -EIO, "the dump is incomplete: %s", s->result.incomplete);
	return rc;
}

static const char *path_of(const struct mdf_options *o, size_t i)
{
	if (o->flat)
		return NULL;
	return o->mode == MDF_SPLIT ? o->words[1 + i] : o->words[o->count - 1];
}

static int open_sinks(struct saving *s, struct kx_err *err)
{
	for (; s->opened < s->count; s->opened++) {
		int rc = open_sink(&s->sink[s->opened], s->options,
				   path_of(s->options, s->opened), err);

		if (rc < 0)
			return rc;
		s->target[s->opened] = s->sink[s->opened].target;
	}
	return 0;
}

int mdf_save(const struct mdf_options *o, struct kx_dump *dump, struct kx_err *err)
{
	size_t count = o->mode == MDF_SPLIT ? o->count - 1 : 1;
	_cleanup_free_ struct sink *sink = calloc(count, sizeof(*sink));
	_cleanup_free_ struct kx_save_target **target = calloc(count, sizeof(*target));
	struct saving s = { .options = o, .dump = dump, .sink = sink, .target = target,
			    .count = count };
	int rc;

	if (!sink || !target)
		return kx_fail(err, -ENOMEM, "no memory for %zu files", count);
	rc = open_sinks(&s, err);
	if (rc == 0)
		rc = save_levels(&s, err);
	for (size_t i = 0; i < s.opened; i++) {
		if (sink[i].fd < 0)
			continue;
		/* Nothing is left of what is no dump. */
		if (rc < 0)
			unlink(path_of(o, i));
		close(sink[i].fd);
	}
	return rc > 0 ? -EIO : rc;
}

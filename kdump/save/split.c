/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump split: files that have some of the pages each, as makedumpfile(8) has them, too. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "kdump/dump/progress.h"
#include "kdump/dump/source.h"
#include "kdump/save/dest.h"
#include "kdump/save/save.h"
#include "kdump/save/split.h"
#include "kx/cleanup.h"
#include "kx/cli.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

/**
 * struct split - one of them
 * @part, @dest, @target: of each part, @count of them; @opened, @begun: how many are
 */
struct split {
	const struct save_options *options;
	struct kx_dump *dump;
	struct save_options *part;
	struct dest *dest;
	struct kx_save_target **target;
	size_t count, opened, begun;
	struct progress progress;
	struct kx_save_result result;
};

static int begin(struct split *s, struct kx_err *err)
{
	for (; s->opened < s->count; s->opened++) {
		struct save_options *options = &s->part[s->opened];
		struct dest *dest = &s->dest[s->opened];
		int rc;

		*options = *s->options;
		options->dest = s->options->dests[s->opened];
		rc = dest_open(dest, options, s->dump, err);
		if (rc < 0)
			return rc;
		if (dest->kind == DEST_STDOUT || dest_own(dest)) {
			dest_done(dest);
			return kx_fail(err, -EINVAL, "%.160s: a part of a dump is a file", options->dest);
		}
	}
	for (; s->begun < s->count; s->begun++) {
		s->target[s->begun] = dest_target(&s->dest[s->begun], err);
		if (!s->target[s->begun])
			return -EIO;
	}
	return 0;
}

/* Either all parts have their names, or none has. */
static int end(struct split *s, int rc, struct kx_err *err)
{
	struct kx_err ignored;

	for (size_t i = 0; i < s->begun; i++) {
		int one = 0;

		if (rc < 0)
			dest_drop(&s->dest[i]);
		else if (rc > 0)
			dest_stop(&s->dest[i], &ignored);
		else
			one = dest_finish(&s->dest[i], err);
		if (one == 0 && rc >= 0)
			one = dest_end(&s->dest[i], err);
		rc = one < 0 ? one : rc;
	}
	return rc;
}

static int write_parts(struct split *s, struct kx_err *err)
{
	struct kx_save_options options = save_as_options_say(s->options, &s->progress);
	int rc = begin(s, err);

	if (rc == 0)
		rc = kx_save_split(s->dump, s->target, s->count, &options, &s->result, err);
	return end(s, rc, err);
}

static void tell_result(const struct split *s)
{
	const struct kx_save_result *r = &s->result;

	save_tell_doubts(r);
	say("%zu parts: %" PRIu64 " pages, %" PRIu64 " MiB, %.1f s", s->count, r->written,
	    r->bytes >> 20, progress_seconds(&s->progress));
	if (r->incomplete[0])
		say("the dump is incomplete: %s", r->incomplete);
}

static int split_dump(struct split *s, struct kx_err *err)
{
	int rc;

	s->part = calloc(s->count, sizeof(*s->part));
	s->dest = calloc(s->count, sizeof(*s->dest));
	s->target = calloc(s->count, sizeof(*s->target));
	if (!s->part || !s->dest || !s->target)
		return kx_fail(err, -ENOMEM, "no memory for %zu parts", s->count);
	progress_begin(&s->progress, s->options->progress, s->dump);
	rc = write_parts(s, err);
	if (rc >= 0)
		tell_result(s);
	for (size_t i = 0; i < s->opened; i++)
		dest_done(&s->dest[i]);
	return rc;
}

static int split_run(const struct save_options *options)
{
	struct split s = { .options = options, .count = options->n_dests };
	struct kx_err err = { "" };
	int rc = source_open(&s.dump, &options->source, 1, &err);

	if (rc == 0)
		rc = split_dump(&s, &err);
	if (rc < 0)
		say("%s", err.text);
	free(s.part);
	free(s.dest);
	free(s.target);
	kx_dump_close(s.dump);
	return rc < 0 ? STATUS_FAILED : rc > 0 ? STATUS_INCOMPLETE : STATUS_DONE;
}

int split_main(int argc, char **argv)
{
	struct save_options options;
	struct kx_err err = { "" };

	if (split_options_parse(&options, argc, argv, &err) < 0) {
		say("split: %s", err.text);
		return STATUS_USAGE;
	}
	if (!options.help)
		return split_run(&options);
	split_options_help();
	return STATUS_DONE;
}

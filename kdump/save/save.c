/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump save: log first, then the dump, then what is known of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kdump/dump/hooks.h"
#include "kdump/dump/manifest.h"
#include "kdump/dump/progress.h"
#include "kdump/dump/source.h"
#include "kdump/save/dest.h"
#include "kdump/save/save.h"
#include "kx/cleanup.h"
#include "kx/cli.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

/**
 * struct save - one save
 * @sums: of the dump, where a manifest is written; NULL: there are none, and @no_sums says why
 * @no_dump: there is none, only what is beside it
 */
struct save {
	const struct save_options *options;
	struct kx_dump *dump;
	struct kx_reader *reader;
	struct dest dest;
	struct progress progress;
	struct kx_save_result result;
	struct log_facts facts;
	struct kx_sums *sums;
	struct kx_err no_sums;
	bool no_dump;
};

static long peak_memory(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0;
}

static void step(const struct save *s, enum save_step next)
{
	const struct save_hooks *hooks = s->options->hooks;

	if (hooks)
		hooks->step(hooks->data, next, s->dest.name);
}

static bool log_only(const struct save *s)
{
	return s->options->hooks && s->options->hooks->log_only;
}

/* Not being able to write it does not make the dump worse. */
static void write_manifest(struct save *s)
{
	const struct save_hooks *hooks = s->options->hooks;
	struct manifest manifest = {
		.dump = s->dump,
		.options = s->options,
		.result = &s->result,
		.name = s->no_dump ? "" : dest_file(&s->dest, !s->result.incomplete[0]),
		.flat = s->dest.flat,
		.facts = &s->facts,
		.sums = s->sums,
		.no_sums = s->no_sums.text,
		.seconds = progress_seconds(&s->progress),
		.peak = peak_memory(),
	};
	struct kx_err err = { "" };
	int fd, rc;

	if (hooks)
		hooks->fill(hooks->data, &manifest.capture);
	fd = dest_manifest_begin(&s->dest, &err);
	rc = fd;

	if (fd >= 0) {
		rc = manifest_write(&manifest, fd);
		if (rc < 0)
			kx_fail(&err, rc, "%s: %s", MANIFEST_NAME, strerror(-rc));
		rc = dest_manifest_end(&s->dest, fd, rc, &err);
	}
	if (rc < 0)
		say("%s", err.text);
}

void save_tell_doubts(const struct kx_save_result *r)
{
	if (r->unfiltered[0])
		say("nothing is left out but zero pages: %s", r->unfiltered);
	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++) {
		/* That the last two are not told is how most kernels are made. */
		if (r->missing[c] && c < KX_PAGE_OFFLINE && kx_page_excluded(c, r->level))
			say("%s pages are kept: VMCOREINFO lacks %s", kx_page_class_name(c),
			    r->missing[c]);
	}
	if (r->doubt[0])
		say("do not trust that only what may be is left out: %s", r->doubt);
	if (r->unclassified)
		say("%" PRIu64 " pages had no readable struct page and were kept", r->unclassified);
}

static void tell_result(const struct save *s)
{
	const struct kx_save_result *r = &s->result;
	uint64_t all = r->absent;

	for (size_t i = 0; i < KX_PAGE_CLASSES; i++)
		all += r->pages[i];
	save_tell_doubts(r);
	say("%s: %" PRIu64 " of %" PRIu64 " pages, %" PRIu64 " MiB, %.1f s",
	    r->incomplete[0] ? s->dest.partial : s->dest.name, r->written, all, r->bytes >> 20,
	    progress_seconds(&s->progress));
	if (r->incomplete[0])
		say("the dump is incomplete: %s", r->incomplete);
}

/* The log is worth having even where the dump does not come about. */
static int save_log(struct save *s, struct kx_err *err)
{
	struct kx_err why = { "" };
	int rc = 0;

	if (dest_own(&s->dest))
		rc = dest_write_log(&s->dest, s->reader, &s->facts, &why);
	/* The manifest wants what it says, too; it is read once. */
	else if (dest_has_manifest(&s->dest))
		log_write(s->reader, NULL, NULL, &s->facts, &why);
	if (rc > 0)
		say("%s", why.text);
	if (rc < 0)
		return kx_fail(err, rc, "%.160s: %s", s->dest.name, why.text);
	if (rc > 0 && log_only(s))
		return kx_fail(err, -EIO, "%s", why.text);
	if (rc == 0 && s->options->hooks)
		s->options->hooks->logged(s->options->hooks->data);
	/* Whoever finds it after a reset shall know what it is of. */
	if (dest_journal(&s->dest) || (s->options->hooks && dest_replaces(&s->dest))) {
		snprintf(s->result.incomplete, sizeof(s->result.incomplete),
			 "the machine was reset or lost its power while it was saved");
		write_manifest(s);
		s->result.incomplete[0] = '\0';
	}
	return 0;
}

/* The target, with one in front of it that makes the sums, if they are wanted and can be made. */
static struct kx_save_target *with_sums(struct save *s, struct kx_save_summed *summed,
					struct kx_save_target *target)
{
	if (!target || !dest_has_manifest(&s->dest))
		return target;
	if (kx_sums_new(&s->sums, &s->no_sums) < 0) {
		say("the manifest will have no checksums: %s", s->no_sums.text);
		return target;
	}
	kx_save_summed_init(summed, target, s->sums);
	return &summed->target;
}

static uint64_t mib(uint64_t bytes)
{
	return (bytes + (1 << 20) - 1) >> 20;
}

static void may_not_fit(void *data, const struct kx_save_fit *fit)
{
	const struct kx_save_size *w = &fit->wanted, *now = &fit->size;

	(void)data;
	say("the dump may not fit: expected are %" PRIu64 " MiB (%" PRIu64 " to %" PRIu64
	    "), there is room for %" PRIu64 " MiB", mib(w->expected), mib(w->low), mib(w->high),
	    fit->room >> 20);
	if (now->expected != w->expected)
		say("the level is %u now: expected are %" PRIu64 " MiB (%" PRIu64 " to %" PRIu64 ")",
		    fit->level, mib(now->expected), mib(now->low), mib(now->high));
	if (now->high > fit->room)
		say("the kernel's own pages are saved first");
}

struct kx_save_options save_as_options_say(const struct save_options *options,
					   struct progress *progress)
{
	return (struct kx_save_options){
		.format = options->format,
		.level = options->level,
		.codec = options->codec,
		.codec_level = options->codec_level,
		.jobs = options->jobs,
		.list_limit = options->list_limit,
		.share_limit = options->share_limit,
		.limit = options->limit,
		.fit = options->fit,
		.may_not_fit = may_not_fit,
		.tell = progress_tell,
		.data = progress,
	};
}

static bool tell(void *data, const struct kx_save_progress *now)
{
	struct save *s = data;
	const struct save_hooks *hooks = s->options->hooks;
	bool on = progress_tell(&s->progress, now);

	return (!hooks || hooks->moved(hooks->data)) && on;
}

static int save_pages(struct save *s, struct kx_err *err)
{
	struct kx_save_options options = save_as_options_say(s->options, &s->progress);
	struct kx_save_summed summed;
	struct kx_save_target *target = with_sums(s, &summed, dest_target(&s->dest, err));
	struct kx_err ignored;
	int rc;

	if (!target)
		return -EIO;
	options.tell = tell;
	options.data = s;
	rc = kx_save(s->dump, target, &options, &s->result, err);
	/* Who takes long over names, or over the end of an object, does not stand still. */
	if (rc >= 0)
		step(s, SAVE_END);
	if (rc == 0) {
		rc = dest_finish(&s->dest, err);
		/* All of it may be there: under the name of one that is not whole. */
		if (rc < 0)
			snprintf(s->result.incomplete, sizeof(s->result.incomplete), "%.250s",
				 err->text);
		rc = rc < 0 ? 1 : 0;
	} else if (rc > 0) {
		dest_stop(&s->dest, &ignored);
	} else {
		dest_drop(&s->dest);
	}
	if (dest_why(&s->dest)[0] && (rc < 0 || (rc > 0 && dest_lost(&s->dest))))
		return kx_fail(err, -EIO, "%.160s: %s", s->dest.name, dest_why(&s->dest));
	/* Where that is another machine, errno does not say which, nor why. */
	if (rc > 0 && dest_why(&s->dest)[0])
		snprintf(s->result.incomplete, sizeof(s->result.incomplete), "%.200s",
			 dest_why(&s->dest));
	return rc;
}

static void no_dump(struct save *s, const char *why)
{
	snprintf(s->result.incomplete, sizeof(s->result.incomplete), "%.250s", why);
	s->no_dump = true;
}

/* What is not needed to read a dump is no reason to do without one. */
static void save_trace(struct save *s, bool last)
{
	const struct save_hooks *hooks = s->options->hooks;
	struct kx_err why = { "" };

	if (hooks && dest_trace_last(&s->dest) == last &&
	    dest_trace(&s->dest, hooks->trace, hooks->data, &why) < 0)
		say("%s", why.text);
}

static int save_end(struct save *s, struct kx_err *err)
{
	step(s, SAVE_END);
	save_trace(s, false);
	if (dest_has_manifest(&s->dest))
		write_manifest(s);
	save_trace(s, true);
	return dest_end(&s->dest, err);
}

/* The log that is there keeps what is known, and why it is alone. */
static void fail_beside(struct save *s, const struct kx_err *err)
{
	struct kx_err ignored;

	if (!s->options->hooks || s->dest.kind != DEST_FILE || !dest_own(&s->dest))
		return;
	no_dump(s, err->text);
	save_end(s, &ignored);
}

static int save_dump(struct save *s, struct kx_err *err)
{
	int rc;

	progress_begin(&s->progress, s->options->progress, s->dump);
	step(s, SAVE_LOG);
	rc = save_log(s, err);
	step(s, SAVE_PAGES);
	if (rc == 0 && log_only(s))
		no_dump(s, "only the log was to be saved");
	else if (rc == 0)
		rc = save_pages(s, err);
	if (rc < 0) {
		fail_beside(s, err);
		return rc;
	}
	if (save_end(s, err) < 0) {
		snprintf(s->result.incomplete, sizeof(s->result.incomplete), "%.200s", err->text);
		rc = 1;
	}
	if (!s->no_dump)
		tell_result(s);
	if (rc > 0)
		kx_fail(err, 0, "%s", s->result.incomplete);
	return rc;
}

static int save_to(struct save *s, struct kx_err *err)
{
	int rc = dest_open(&s->dest, s->options, s->dump, err);

	if (rc == 0)
		rc = save_dump(s, err);
	dest_done(&s->dest);
	return rc;
}

int save_do(const struct save_options *options, struct kx_err *err)
{
	struct save s = { .options = options };
	int rc;

	rc = options->parts ? source_open(&s.dump, options->parts, options->n_parts, err) :
			      source_open(&s.dump, &options->source, 1, err);
	if (rc == 0)
		rc = kx_reader_new(s.dump, &s.reader, err);
	if (rc == 0)
		rc = save_to(&s, err);
	kx_sums_free(s.sums);
	kx_reader_free(s.reader);
	kx_dump_close(s.dump);
	return rc;
}

int save_run(const struct save_options *options)
{
	struct kx_err err = { "" };
	int rc = save_do(options, &err);

	if (rc < 0)
		say("%s", err.text);
	return rc < 0 ? STATUS_FAILED : rc > 0 ? STATUS_INCOMPLETE : STATUS_DONE;
}

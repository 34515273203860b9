/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmcore-dmesg: reads the log out of a dump and prints those of its records that are asked for. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/panic.h"
#include "kx/print.h"
#include "vmcore-dmesg/filter.h"
#include "vmcore-dmesg/info.h"
#include "vmcore-dmesg/options.h"

/* Exit statuses, as documented in vmcore-dmesg(8). */
enum { COMPLETE = 0, PARTIAL = 1, UNUSABLE = 2, USAGE = 64 };

/**
 * struct run - one run of the program
 * @last_ns: time of the last record, from the first pass
 * @next_seq: what the next record's number should be
 * @block: the first of @panics' blocks that does not lie behind the walk
 * @release: OSRELEASE of VMCOREINFO, which is looked for once
 */
struct run {
	const struct dmesg_options *options;
	struct kx_dump *dump;
	struct kx_reader *reader;
	struct kx_print print;
	struct kx_printk_stats stats;
	struct filter filter;
	uint64_t last_ns;
	bool started;
	uint64_t next_seq;
	struct kx_panic_scan panics;
	size_t block;
	bool in_block;
	struct kx_span release;
};

#define say(...) kx_cli_say("vmcore-dmesg", __VA_ARGS__)

static int print_error(const struct kx_err *err, int status)
{
	say("%s", err->text);
	return status;
}

/* The first of two passes: what has to be known before the first record can be printed. */
static int survey_record(const struct kx_printk_record *record, void *data)
{
	struct run *run = data;

	if (!(record->flags & (KX_PRINTK_NO_TIME | KX_PRINTK_DAMAGED | KX_PRINTK_UNCOMMITTED)))
		run->last_ns = record->ts_nsec;
	return run->options->panic ? kx_panic_look(&run->panics, record) : 0;
}

static bool wants_wall_clock(const struct kx_print_style *style)
{
	return style->time == KX_PRINT_TIME_CTIME || style->time == KX_PRINT_TIME_RELTIME ||
	       style->time == KX_PRINT_TIME_ISO;
}

static bool needs_survey(const struct dmesg_options *o)
{
	return o->info || o->panic || o->since || o->until || wants_wall_clock(&o->style) ||
	       o->style.format == KX_PRINT_JSONL;
}

/* Blocks come in the order of the log. */
static void find_block(struct run *run, const struct kx_printk_record *record)
{
	const struct kx_panic_block *block;
	char summary[800];

	while (run->block < run->panics.count && record->seq > run->panics.block[run->block].last) {
		run->block++;
		run->in_block = false;
	}
	if (run->block == run->panics.count)
		return;
	block = &run->panics.block[run->block];
	if (run->in_block || record->seq < block->first)
		return;
	run->in_block = true;
	kx_panic_summary(block, run->release, summary, sizeof(summary));
	kx_print_summary(&run->print, kx_span_of(summary));
}

static void look_for_gap(struct run *run, const struct kx_printk_record *record)
{
	/* A record without text is a gap, too: its number stays open. */
	if (record->flags & KX_PRINTK_LOST)
		return;
	if (run->options->style.seq && !run->options->panic && record->seq > run->next_seq)
		kx_print_gap(&run->print, record->seq - run->next_seq, record->seq, !run->started);
	run->started = true;
	run->next_seq = record->seq + 1;
}

static int print_record(const struct kx_printk_record *record, void *data)
{
	struct run *run = data;

	look_for_gap(run, record);
	if (run->options->panic)
		find_block(run, record);
	if (filter_wants(&run->filter, record) && (!run->options->panic || run->in_block))
		kx_print_record(&run->print, record);
	return run->print.out.error;
}

static int report(const struct run *run, const struct kx_err *err, int rc)
{
	bool nothing = run->stats.records + run->stats.lost == 0;
	const char *file = run->options->files[0];

	if (rc == 0)
		return COMPLETE;
	say("%s: %s%s", file, err->text,
	    rc < 0 || nothing ? "" : "; the rest of the log was printed");
	return rc < 0 || nothing ? UNUSABLE : PARTIAL;
}

static int write_failed(const struct run *run)
{
	say("cannot write the log: %s", strerror(-run->print.out.error));
	return PARTIAL;
}

static int survey(struct run *run, struct kx_err *err)
{
	const struct dmesg_options *o = run->options;
	int rc = 0;

	if (needs_survey(o))
		rc = kx_printk_each(run->reader, o->recover, survey_record, run, &run->stats, err);
	if (rc < 0)
		return rc;
	kx_clock_init(&run->print.clock, kx_dump_vmcoreinfo(run->dump), run->last_ns);
	if (o->panic == PANIC_LAST)
		kx_panic_last(&run->panics);
	if (filter_init(&run->filter, o, &run->print.clock, err) < 0)
		return -ENODATA;
	return rc;
}

/* Where the dump cannot tell wall-clock times, the log's are shown, and a message says so. */
static int check_clock(struct run *run)
{
	struct kx_print_style *style = &run->print.style;

	if (run->print.clock.known || style->format != KX_PRINT_TEXT || !wants_wall_clock(style))
		return COMPLETE;
	say("%s: no CRASHTIME in VMCOREINFO, so no wall-clock time; times are seconds since boot",
	    run->options->files[0]);
	style->time = KX_PRINT_TIME_RAW;
	return PARTIAL;
}

static int print_log(struct run *run, struct kx_err *err)
{
	int rc = survey(run, err), status;

	if (rc < 0)
		return report(run, err, rc);
	if (run->options->info) {
		info_print(&run->print, run->reader, &run->stats);
		return kx_out_flush(&run->print.out) < 0 ? write_failed(run) : report(run, err, rc);
	}
	if (run->options->panic && run->panics.count == 0) {
		say("%s: the log tells of no panic or oops", run->options->files[0]);
		return PARTIAL;
	}
	status = check_clock(run);
	kx_print_begin(&run->print);
	rc = kx_printk_each(run->reader, run->options->recover, print_record, run, &run->stats,
			    err);
	kx_print_end(&run->print);
	if (kx_out_flush(&run->print.out) < 0)
		return write_failed(run);
	rc = report(run, err, rc);
	return rc > status ? rc : status;
}

static bool use_color(const struct dmesg_options *o)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0 &&
	       !(no_color && no_color[0]);
}

/* Without a note the log has to be searched for. Where it is not found, whoever dumps can help. */
static int find_log(struct run *run, struct kx_err *err)
{
	int rc = kx_printk_locate(run->dump, err), status;

	if (rc == 0)
		return COMPLETE;
	status = report(run, err, rc);
	if (rc == -ENODATA && kx_dump_vmcoreinfo(run->dump)->text.len == 0)
		say("for dumps from the host give the guest QEMU's \"-device vmcoreinfo\", "
		    "in libvirt <features><vmcoreinfo state='on'/></features>; "
		    "or let a crash kernel in the guest write them");
	return status;
}

static int run_dump(const struct dmesg_options *options, struct kx_err *err)
{
	_cleanup_free_ struct run *run = calloc(1, sizeof(*run));
	int status;

	if (!run) {
		kx_fail(err, -ENOMEM, "no memory");
		return print_error(err, UNUSABLE);
	}
	run->options = options;
	run->print.style = options->style;
	run->print.style.color = use_color(options);
	run->print.out.fd = STDOUT_FILENO;
	run->print.out.escape = !options->noescape || isatty(STDOUT_FILENO);
	if (kx_dump_open(&run->dump, options->files, options->n_files, err) < 0)
		return print_error(err, UNUSABLE);
	status = find_log(run, err);
	kx_vmcoreinfo_line(kx_dump_vmcoreinfo(run->dump), "OSRELEASE", &run->release);
	if (status == COMPLETE && kx_reader_new(run->dump, &run->reader, err) < 0)
		status = print_error(err, UNUSABLE);
	else if (status == COMPLETE)
		status = print_log(run, err);
	kx_panic_done(&run->panics);
	kx_reader_free(run->reader);
	kx_dump_close(run->dump);
	return status;
}

int main(int argc, char **argv)
{
	struct dmesg_options options;
	struct kx_err err = { "" };
	int status = COMPLETE;

	/* A reader that went away is an error like a full disk. */
	signal(SIGPIPE, SIG_IGN);
	if (kx_cli_guard() < 0)
		return UNUSABLE;
	if (dmesg_options_parse(&options, argc, argv, &err) < 0)
		return print_error(&err, USAGE);
	if (options.help)
		dmesg_options_help();
	else if (options.version)
		printf("vmcore-dmesg (" PACKAGE_NAME ") " PACKAGE_VERSION "\n");
	else
		status = run_dump(&options, &err);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0) {
		say("standard output: not all of it could be written");
		status = PARTIAL;
	}
	return status;
}

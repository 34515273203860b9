/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the kernel's log as vmcore-dmesg does, and sees on the way why the kernel crashed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/dump/log.h"
#include "kx/cleanup.h"
#include "kx/panic.h"
#include "kx/print.h"
#include "kx/printk.h"

/** struct log - one that is being read; @print: NULL: it is not printed */
struct log {
	struct kx_print *print;
	struct kx_panic_scan panics;
};

static int take_record(const struct kx_printk_record *record, void *data)
{
	struct log *log = data;

	/* Facts are worth less than the log: where memory is short they end here. */
	kx_panic_look(&log->panics, record);
	kx_panic_trim(&log->panics);
	if (!log->print)
		return 0;
	kx_print_record(log->print, record);
	return log->print->out.error;
}

static void tell_facts(struct kx_panic_scan *panics, struct log_facts *facts)
{
	const struct kx_panic_block *block;

	kx_panic_last(panics);
	if (panics->count == 0)
		return;
	block = &panics->block[0];
	snprintf(facts->panic, sizeof(facts->panic), "%s%s",
		 block->panic ? "Kernel panic - not syncing: " : "",
		 block->panic ? block->panic_reason : block->cause);
	kx_panic_summary(block, (struct kx_span){ NULL, 0 }, facts->trouble,
			 sizeof(facts->trouble));
}

static int read_log(struct kx_reader *reader, struct kx_print *print, struct log_facts *facts,
		    struct kx_err *err)
{
	struct log log = { .print = print };
	struct kx_printk_stats stats;
	int rc;

	*facts = (struct log_facts){ .panic = "" };
	rc = kx_printk_each(reader, false, take_record, &log, &stats, err);
	tell_facts(&log.panics, facts);
	kx_panic_done(&log.panics);
	return rc < 0 ? kx_context(err, rc, "%s", LOG_NAME) : 0;
}

int log_write(struct kx_reader *reader,
	      int (*write)(void *data, const void *from, size_t len), void *data,
	      struct log_facts *facts, struct kx_err *err)
{
	_cleanup_free_ struct kx_print *print = NULL;
	int rc;

	if (!write)
		return read_log(reader, NULL, facts, err);
	print = calloc(1, sizeof(*print));
	if (!print)
		return kx_fail(err, -ENOMEM, "no memory for the log");
	print->out.write = write;
	print->out.data = data;
	print->out.escape = true;
	kx_print_begin(print);
	rc = read_log(reader, print, facts, err);
	kx_print_end(print);
	if (kx_out_flush(&print->out) < 0)
		return kx_fail(err, print->out.error, "%s: %s", LOG_NAME,
			       strerror(-print->out.error));
	return rc;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel's log says of a crash, taken from the log as text. */
#ifndef KDUMP_SERVICE_DUMPS_REPORT_LOG_H
#define KDUMP_SERVICE_DUMPS_REPORT_LOG_H

#include <stdio.h>

#include "kx/panic.h"
#include "kx/span.h"

/**
 * struct report_log - borrowed from the text
 * @scan: its only block is what was found; none: there was no trouble
 * @block: lines of it; @tainted: behind "Tainted:", empty if nothing says so
 * @modules: behind "Modules linked in:"; @not_tainted: the log says that
 */
struct report_log {
	struct kx_panic_scan scan;
	struct kx_span block, tainted, modules;
	bool not_tainted;
};

/** report_log_read() - look through @text; 0, with @ret for report_log_done(); -ENOMEM */
int report_log_read(struct kx_span text, struct report_log *ret);

/** report_log_done() - free it */
void report_log_done(struct report_log *log);

/** report_log_taints() - print what the letters of @tainted mean, a line each, after @indent */
void report_log_taints(struct kx_span tainted, const char *indent, FILE *out);

#endif

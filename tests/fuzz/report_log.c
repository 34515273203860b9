/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs as text: what is found lies in the text, in whole lines, and is found again in them. */
#include <string.h>

#include "kdump/service/dumps/report_log.h"
#include "tests/fuzz/fuzz.h"

static void lies_in(struct kx_span part, struct kx_span text)
{
	if (!part.len)
		return;
	PROMISE(part.base >= text.base && part.len <= text.len);
	PROMISE((size_t)(part.base - text.base) <= text.len - part.len);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_span text = { data, size };
	struct report_log log;
	FILE *out = fopen("/dev/null", "w");

	PROMISE(out && report_log_read(text, &log) == 0);
	PROMISE(log.scan.count <= 1);
	lies_in(log.block, text);
	lies_in(log.tainted, log.block);
	lies_in(log.modules, log.block);
	if (log.block.len) {
		const uint8_t *end = log.block.base + log.block.len;

		PROMISE(log.scan.count == 1);
		PROMISE(log.block.base == data || log.block.base[-1] == '\n');
		PROMISE(end == data + size || *end == '\n');
	}
	report_log_taints(log.tainted, "", out);
	fclose(out);
	report_log_done(&log);
	return 0;
}

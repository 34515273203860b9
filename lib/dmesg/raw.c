/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as the kernel gives them: lines with a priority, and those of /dev/kmsg. */
#include <inttypes.h>

#include "lib/dmesg/internal.h"

static void raw_record(struct kx_print *print, const struct kx_printk_record *record)
{
	uint64_t usec = record->ts_nsec / 1000;
	struct kx_span rest = record->text, line;

	kx_out_printf(&print->out, "<%u>", record->facility << 3 | record->level);
	if (!(record->flags & KX_PRINTK_NO_TIME))
		kx_out_printf(&print->out, "[%5" PRIu64 ".%06" PRIu64 "] ", usec / 1000000,
			      usec % 1000000);
	if (kx_record_mark(record))
		kx_out_printf(&print->out, "[%s] ", kx_record_mark(record));
	if (rest.len == 0)
		kx_out_text(&print->out, "\n");
	while (kx_span_line(&rest, &line)) {
		kx_out_escaped(&print->out, line);
		kx_out_text(&print->out, "\n");
	}
}

const struct kx_format kx_format_raw = {
	.record = raw_record,
};

static void kmsg_pair(struct kx_print *print, const char *key, struct kx_span value)
{
	if (value.len == 0)
		return;
	kx_out_printf(&print->out, " %s=", key);
	kx_out_kmsg(&print->out, value);
	kx_out_text(&print->out, "\n");
}

/* Linux, Documentation/ABI/testing/dev-kmsg. */
static void kmsg_record(struct kx_print *print, const struct kx_printk_record *record)
{
	char caller[16];

	kx_out_printf(&print->out, "%u,%" PRIu64 ",%" PRIu64 ",%c",
		      record->facility << 3 | record->level, record->seq, record->ts_nsec / 1000,
		      record->flags & KX_PRINTK_CONT ? 'c' : '-');
	if (print->style.caller && record->has_caller) {
		kx_caller_name(record->caller_id, caller, sizeof(caller));
		kx_out_printf(&print->out, ",caller=%s", caller);
	}
	kx_out_text(&print->out, ";");
	if (kx_record_mark(record))
		kx_out_printf(&print->out, "[%s] ", kx_record_mark(record));
	kx_out_kmsg(&print->out, record->text);
	kx_out_text(&print->out, "\n");
	kmsg_pair(print, "SUBSYSTEM", record->subsystem);
	kmsg_pair(print, "DEVICE", record->device);
	if (print->style.kmsg_nul)
		kx_out_bytes(&print->out, "", 1);
}

const struct kx_format kx_format_kmsg = {
	.record = kmsg_record,
};

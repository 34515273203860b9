/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the formats share, and the two plain ones: raw lines and those of /dev/kmsg. */
#include <inttypes.h>
#include <stdio.h>

#include "vmcore-dmesg/format.h"

void kx_caller_name(uint32_t caller_id, char *to, size_t size)
{
	/* printk_caller_id(): thread, or processor with the top bit set. */
	snprintf(to, size, "%c%u", caller_id >> 31 ? 'C' : 'T', caller_id & 0x7fffffff);
}

const char *kx_record_mark(const struct kx_printk_record *record)
{
	if (record->flags & KX_PRINTK_DAMAGED)
		return "damaged";
	return record->flags & KX_PRINTK_UNCOMMITTED ? "uncommitted" : NULL;
}

void kx_print_begin(struct kx_print *print)
{
	if (print->options->format == KX_FORMAT_JSON)
		kx_out_text(&print->out, "{\n   \"dmesg\": [\n");
}

static void close_line(struct kx_print *print)
{
	if (print->line_open)
		kx_out_text(&print->out, "\n");
	print->line_open = false;
}

void kx_print_end(struct kx_print *print)
{
	close_line(print);
	if (print->options->format == KX_FORMAT_JSON)
		kx_out_text(&print->out, print->any ? "\n   ]\n}\n" : "   ]\n}\n");
}

void kx_print_gap(struct kx_print *print, uint64_t count, uint64_t seq, bool older)
{
	const char *records = count == 1 ? "record" : "records";

	if (print->options->format == KX_FORMAT_JSONL)
		kx_out_printf(&print->out, "{\"%s\":%" PRIu64 ",\"before\":%" PRIu64 "}\n",
			      older ? "overwritten" : "lost", count, seq);
	if (print->options->format != KX_FORMAT_TEXT)
		return;
	close_line(print);
	kx_out_printf(&print->out, "-- %" PRIu64 " %s%s %s --\n", count, older ? "older " : "",
		      records, older ? "overwritten" : "lost");
}

void kx_print_summary(struct kx_print *print, struct kx_span text)
{
	if (print->options->format == KX_FORMAT_JSONL) {
		kx_out_text(&print->out, "{\"panic\":");
		kx_out_json(&print->out, text);
		kx_out_text(&print->out, "}\n");
	}
	if (print->options->format != KX_FORMAT_TEXT)
		return;
	close_line(print);
	kx_out_text(&print->out, "-- ");
	kx_out_escaped(&print->out, text);
	kx_out_text(&print->out, " --\n");
}

void kx_raw_record(struct kx_print *print, const struct kx_printk_record *record)
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

static void kmsg_pair(struct kx_print *print, const char *key, struct kx_span value)
{
	if (value.len == 0)
		return;
	kx_out_printf(&print->out, " %s=", key);
	kx_out_kmsg(&print->out, value);
	kx_out_text(&print->out, "\n");
}

/* Linux, Documentation/ABI/testing/dev-kmsg. */
void kx_kmsg_record(struct kx_print *print, const struct kx_printk_record *record)
{
	char caller[16];

	kx_out_printf(&print->out, "%u,%" PRIu64 ",%" PRIu64 ",%c",
		      record->facility << 3 | record->level, record->seq, record->ts_nsec / 1000,
		      record->flags & KX_PRINTK_CONT ? 'c' : '-');
	if (print->options->caller && record->has_caller) {
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
	if (print->options->kmsg_nul)
		kx_out_bytes(&print->out, "", 1);
}

void kx_print_record(struct kx_print *print, const struct kx_printk_record *record)
{
	switch (print->options->format) {
	case KX_FORMAT_TEXT: kx_text_record(print, record); break;
	case KX_FORMAT_RAW: kx_raw_record(print, record); break;
	case KX_FORMAT_KMSG: kx_kmsg_record(print, record); break;
	case KX_FORMAT_JSON: kx_json_record(print, record); break;
	case KX_FORMAT_JSONL: kx_jsonl_record(print, record); break;
	}
	print->any = true;
	print->last_ns = record->ts_nsec;
}

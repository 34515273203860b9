/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the formats share, and the two plain ones: raw lines and those of /dev/kmsg. */
#include <inttypes.h>
#include <stdio.h>

#include "vmcore-dmesg/format.h"

void caller_name(uint32_t caller_id, char *to, size_t size)
{
	/* printk_caller_id(): thread, or processor with the top bit set. */
	snprintf(to, size, "%c%u", caller_id >> 31 ? 'C' : 'T', caller_id & 0x7fffffff);
}

const char *record_mark(const struct kx_printk_record *record)
{
	if (record->flags & KX_PRINTK_DAMAGED)
		return "damaged";
	return record->flags & KX_PRINTK_UNCOMMITTED ? "uncommitted" : NULL;
}

void print_begin(struct print *print)
{
	if (print->options->format == FORMAT_JSON)
		out_text(&print->out, "{\n   \"dmesg\": [\n");
}

static void close_line(struct print *print)
{
	if (print->line_open)
		out_text(&print->out, "\n");
	print->line_open = false;
}

void print_end(struct print *print)
{
	close_line(print);
	if (print->options->format == FORMAT_JSON)
		out_text(&print->out, print->any ? "\n   ]\n}\n" : "   ]\n}\n");
}

void print_gap(struct print *print, uint64_t count, uint64_t seq, bool older)
{
	const char *records = count == 1 ? "record" : "records";

	if (print->options->format == FORMAT_JSONL)
		out_printf(&print->out, "{\"%s\":%" PRIu64 ",\"before\":%" PRIu64 "}\n",
			   older ? "overwritten" : "lost", count, seq);
	if (print->options->format != FORMAT_TEXT)
		return;
	close_line(print);
	out_printf(&print->out, "-- %" PRIu64 " %s%s %s --\n", count, older ? "older " : "",
		   records, older ? "overwritten" : "lost");
}

void print_summary(struct print *print, struct kx_span text)
{
	if (print->options->format == FORMAT_JSONL) {
		out_text(&print->out, "{\"panic\":");
		out_json(&print->out, text);
		out_text(&print->out, "}\n");
	}
	if (print->options->format != FORMAT_TEXT)
		return;
	close_line(print);
	out_text(&print->out, "-- ");
	out_escaped(&print->out, text);
	out_text(&print->out, " --\n");
}

void raw_record(struct print *print, const struct kx_printk_record *record)
{
	uint64_t usec = record->ts_nsec / 1000;
	struct kx_span rest = record->text, line;

	out_printf(&print->out, "<%u>", record->facility << 3 | record->level);
	if (!(record->flags & KX_PRINTK_NO_TIME))
		out_printf(&print->out, "[%5" PRIu64 ".%06" PRIu64 "] ", usec / 1000000,
			   usec % 1000000);
	if (record_mark(record))
		out_printf(&print->out, "[%s] ", record_mark(record));
	if (rest.len == 0)
		out_text(&print->out, "\n");
	while (kx_span_line(&rest, &line)) {
		out_escaped(&print->out, line);
		out_text(&print->out, "\n");
	}
}

static void kmsg_pair(struct print *print, const char *key, struct kx_span value)
{
	if (value.len == 0)
		return;
	out_printf(&print->out, " %s=", key);
	out_kmsg(&print->out, value);
	out_text(&print->out, "\n");
}

/* Linux, Documentation/ABI/testing/dev-kmsg. */
void kmsg_record(struct print *print, const struct kx_printk_record *record)
{
	char caller[16];

	out_printf(&print->out, "%u,%" PRIu64 ",%" PRIu64 ",%c",
		   record->facility << 3 | record->level, record->seq, record->ts_nsec / 1000,
		   record->flags & KX_PRINTK_CONT ? 'c' : '-');
	if (print->options->caller && record->has_caller) {
		caller_name(record->caller_id, caller, sizeof(caller));
		out_printf(&print->out, ",caller=%s", caller);
	}
	out_text(&print->out, ";");
	if (record_mark(record))
		out_printf(&print->out, "[%s] ", record_mark(record));
	out_kmsg(&print->out, record->text);
	out_text(&print->out, "\n");
	kmsg_pair(print, "SUBSYSTEM", record->subsystem);
	kmsg_pair(print, "DEVICE", record->device);
	if (print->options->kmsg_nul)
		out_bytes(&print->out, "", 1);
}

void print_record(struct print *print, const struct kx_printk_record *record)
{
	switch (print->options->format) {
	case FORMAT_TEXT: text_record(print, record); break;
	case FORMAT_RAW: raw_record(print, record); break;
	case FORMAT_KMSG: kmsg_record(print, record); break;
	case FORMAT_JSON: json_record(print, record); break;
	case FORMAT_JSONL: jsonl_record(print, record); break;
	}
	print->any = true;
	print->last_ns = record->ts_nsec;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as JSON: in dmesg(1)'s form, and one object a line with all that is known. */
#include <inttypes.h>

#include "lib/dmesg/internal.h"

static void put_facility(struct kx_out *out, unsigned int facility)
{
	const char *name = kx_facility_name(facility);

	if (name)
		kx_out_printf(out, "\"%s\"", name);
	else
		kx_out_printf(out, "\"%u\"", facility);
}

static void json_begin(struct kx_print *print)
{
	kx_out_text(&print->out, "{\n   \"dmesg\": [\n");
}

static void json_record(struct kx_print *print, const struct kx_printk_record *record)
{
	static const char indent[] = "         ";
	uint64_t usec = record->ts_nsec / 1000;
	struct kx_out *out = &print->out;
	char caller[16];

	kx_out_text(out, print->any ? ",{\n" : "      {\n");
	if (print->style.decode) {
		kx_out_printf(out, "%s\"fac\": ", indent);
		put_facility(out, record->facility);
		kx_out_printf(out, ",\n%s\"pri\": \"%s\",\n", indent, kx_level_name(record->level));
	} else {
		kx_out_printf(out, "%s\"pri\": %u,\n", indent,
			      record->facility << 3 | record->level);
	}
	kx_out_printf(out, "%s\"time\": %5" PRIu64 ".%06" PRIu64 ",\n", indent, usec / 1000000,
		      usec % 1000000);
	if (print->style.caller && record->has_caller) {
		kx_caller_name(record->caller_id, caller, sizeof(caller));
		kx_out_printf(out, "%s\"caller\": \"%s\",\n", indent, caller);
	}
	kx_out_printf(out, "%s\"msg\": ", indent);
	kx_out_json(out, record->text);
	kx_out_text(out, "\n      }");
}

static void json_end(struct kx_print *print)
{
	kx_out_text(&print->out, print->any ? "\n   ]\n}\n" : "   ]\n}\n");
}

const struct kx_format kx_format_json = {
	.begin = json_begin,
	.record = json_record,
	.end = json_end,
};

/* ---- one object a line ---------------------------------------------------------------------- */

static void put_string(struct kx_out *out, const char *key, struct kx_span value)
{
	if (value.len == 0)
		return;
	kx_out_printf(out, ",\"%s\":", key);
	kx_out_json(out, value);
}

static void jsonl_record(struct kx_print *print, const struct kx_printk_record *record)
{
	struct kx_out *out = &print->out;
	const char *mark = kx_record_mark(record);
	char text[64];

	kx_out_printf(out, "{\"seq\":%" PRIu64, record->seq);
	if (!(record->flags & KX_PRINTK_NO_TIME))
		kx_out_printf(out, ",\"time\":%" PRIu64 ".%09" PRIu64, record->ts_nsec / 1000000000,
			      record->ts_nsec % 1000000000);
	if (print->clock.known && !(record->flags & KX_PRINTK_NO_TIME)) {
		kx_clock_iso(kx_clock_wall(&print->clock, record->ts_nsec), text, sizeof(text));
		put_string(out, "real", kx_span_of(text));
	}
	kx_out_text(out, ",\"facility\":");
	put_facility(out, record->facility);
	kx_out_printf(out, ",\"level\":\"%s\",\"flags\":%u", kx_level_name(record->level),
		      record->raw_flags);
	if (record->has_caller) {
		kx_caller_name(record->caller_id, text, sizeof(text));
		put_string(out, "caller", kx_span_of(text));
	}
	if (record->has_context) {
		put_string(out, "comm", record->comm);
		kx_out_printf(out, ",\"%s\":%u", record->caller_id >> 31 ? "pid" : "cpu",
			      record->caller_id2 & 0x7fffffff);
	}
	put_string(out, "subsystem", record->subsystem);
	put_string(out, "device", record->device);
	if (mark)
		put_string(out, "mark", kx_span_of(mark));
	kx_out_text(out, ",\"msg\":");
	kx_out_json(out, record->text);
	kx_out_text(out, "}\n");
}

static void jsonl_gap(struct kx_print *print, uint64_t count, uint64_t seq, bool older)
{
	kx_out_printf(&print->out, "{\"%s\":%" PRIu64 ",\"before\":%" PRIu64 "}\n",
		      older ? "overwritten" : "lost", count, seq);
}

static void jsonl_summary(struct kx_print *print, struct kx_span text)
{
	kx_out_text(&print->out, "{\"panic\":");
	kx_out_json(&print->out, text);
	kx_out_text(&print->out, "}\n");
}

const struct kx_format kx_format_jsonl = {
	.record = jsonl_record,
	.gap = jsonl_gap,
	.summary = jsonl_summary,
};

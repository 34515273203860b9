/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as JSON: in dmesg(1)'s form, and one object a line with all that is known. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmcore-dmesg/format.h"
#include "vmcore-dmesg/names.h"

static void put_facility(struct out *out, unsigned int facility)
{
	const char *name = facility_name(facility);

	if (name)
		out_printf(out, "\"%s\"", name);
	else
		out_printf(out, "\"%u\"", facility);
}

void json_record(struct print *print, const struct kx_printk_record *record)
{
	static const char indent[] = "         ";
	uint64_t usec = record->ts_nsec / 1000;
	struct out *out = &print->out;
	char caller[16];

	out_text(out, print->any ? ",{\n" : "      {\n");
	if (print->options->decode) {
		out_printf(out, "%s\"fac\": ", indent);
		put_facility(out, record->facility);
		out_printf(out, ",\n%s\"pri\": \"%s\",\n", indent, level_name(record->level));
	} else {
		out_printf(out, "%s\"pri\": %u,\n", indent,
			   record->facility << 3 | record->level);
	}
	out_printf(out, "%s\"time\": %5" PRIu64 ".%06" PRIu64 ",\n", indent, usec / 1000000,
		   usec % 1000000);
	if (print->options->caller && record->has_caller) {
		caller_name(record->caller_id, caller, sizeof(caller));
		out_printf(out, "%s\"caller\": \"%s\",\n", indent, caller);
	}
	out_printf(out, "%s\"msg\": ", indent);
	out_json(out, record->text);
	out_text(out, "\n      }");
}

static void put_string(struct out *out, const char *key, struct kx_span value)
{
	if (value.len == 0)
		return;
	out_printf(out, ",\"%s\":", key);
	out_json(out, value);
}

void jsonl_record(struct print *print, const struct kx_printk_record *record)
{
	struct out *out = &print->out;
	const char *mark = record_mark(record);
	char text[64];

	out_printf(out, "{\"seq\":%" PRIu64, record->seq);
	if (!(record->flags & KX_PRINTK_NO_TIME))
		out_printf(out, ",\"time\":%" PRIu64 ".%09" PRIu64, record->ts_nsec / 1000000000,
			   record->ts_nsec % 1000000000);
	if (print->clock.known && !(record->flags & KX_PRINTK_NO_TIME)) {
		when_iso(clock_wall(&print->clock, record->ts_nsec), text, sizeof(text));
		put_string(out, "real", kx_span_of(text));
	}
	out_text(out, ",\"facility\":");
	put_facility(out, record->facility);
	out_printf(out, ",\"level\":\"%s\",\"flags\":%u", level_name(record->level),
		   record->raw_flags);
	if (record->has_caller) {
		caller_name(record->caller_id, text, sizeof(text));
		put_string(out, "caller", kx_span_of(text));
	}
	if (record->has_context) {
		put_string(out, "comm", record->comm);
		out_printf(out, ",\"%s\":%u", record->caller_id >> 31 ? "pid" : "cpu",
			   record->caller_id2 & 0x7fffffff);
	}
	put_string(out, "subsystem", record->subsystem);
	put_string(out, "device", record->device);
	if (mark)
		put_string(out, "mark", kx_span_of(mark));
	out_text(out, ",\"msg\":");
	out_json(out, record->text);
	out_text(out, "}\n");
}

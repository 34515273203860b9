/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as text for people: prefix, colours, indented further lines, joined fragments. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/dmesg/internal.h"

/* dmesg(1)'s default colours. */
#define RESET "\033[0m"
#define COLOR_TIME "\033[32m"
#define COLOR_TIMEBREAK "\033[32m\033[1m"
#define COLOR_SUBSYS "\033[33m"

/* LOG_* of the kernel. */
enum { LOG_NEWLINE = 2, LOG_PREFIX = 4, LOG_CONT = 8 };

/* What comes before the text: three parts, of which the middle one has a colour. */
struct prefix {
	char before[64], time[128], after[24];
	const char *color;
	size_t width;
};

/* Seconds and microseconds between this record and the one before. */
static int64_t delta_usec(const struct kx_print *print, const struct kx_printk_record *record)
{
	/* dmesg(1) takes a time of 0 for none: the clock did not run yet. */
	if (print->last_ns < 1000)
		return 0;
	return (int64_t)(record->ts_nsec / 1000) - (int64_t)(print->last_ns / 1000);
}

static void format_reltime(struct kx_print *print, const struct kx_printk_record *record,
			   int64_t wall, struct prefix *prefix)
{
	int64_t delta = delta_usec(print, record);
	char minute[32], shown[32];

	kx_clock_format(wall, "%Y %j %H:%M", minute, sizeof(minute));
	if (strcmp(minute, print->last_minute) != 0) {
		memcpy(print->last_minute, minute, sizeof(minute));
		kx_clock_format(wall, "%b%d %H:%M", shown, sizeof(shown));
		snprintf(prefix->time, sizeof(prefix->time), "[%s] ", shown);
		prefix->color = COLOR_TIMEBREAK;
		return;
	}
	snprintf(prefix->time, sizeof(prefix->time), "[%+11.6f] ", (double)delta / 1e6);
}

static void format_time(struct kx_print *print, const struct kx_printk_record *record,
			struct prefix *prefix)
{
	enum kx_print_time how = print->style.time;
	int64_t wall = kx_clock_wall(&print->clock, record->ts_nsec);
	int64_t delta = delta_usec(print, record);
	uint64_t usec = record->ts_nsec / 1000;
	char time[64] = "", since[40] = "";

	/* As dmesg(1): -d with -e is the difference alone, and the ISO form has none. */
	if (how == KX_PRINT_TIME_ISO) {
		kx_clock_iso(wall, time, sizeof(time));
		snprintf(prefix->time, sizeof(prefix->time), "%s ", time);
		return;
	}
	if (how == KX_PRINT_TIME_RELTIME && !print->style.delta) {
		format_reltime(print, record, wall, prefix);
		return;
	}
	if (how == KX_PRINT_TIME_RAW)
		snprintf(time, sizeof(time), "%5" PRIu64 ".%06" PRIu64, usec / 1000000,
			 usec % 1000000);
	else if (how == KX_PRINT_TIME_CTIME)
		kx_clock_format(wall, "%a %b %e %H:%M:%S %Y", time, sizeof(time));
	if (print->style.delta || how == KX_PRINT_TIME_DELTA)
		snprintf(since, sizeof(since), "<%12.6f>", (double)delta / 1e6);
	if (time[0] || since[0])
		snprintf(prefix->time, sizeof(prefix->time), "[%s%s%s] ", time,
			 time[0] && since[0] ? " " : "", since);
}

static void format_prefix(struct kx_print *print, const struct kx_printk_record *record,
			  struct prefix *prefix)
{
	const char *facility = kx_facility_name(record->facility);
	size_t len = 0;

	*prefix = (struct prefix){ .color = COLOR_TIME };
	if (print->style.seq)
		len = (size_t)snprintf(prefix->before, sizeof(prefix->before), "%6" PRIu64 " ",
				       record->seq);
	if (print->style.decode && facility)
		snprintf(prefix->before + len, sizeof(prefix->before) - len, "%-6s:%-6s: ", facility,
			 kx_level_name(record->level));
	else if (print->style.decode)
		snprintf(prefix->before + len, sizeof(prefix->before) - len, "%-6u:%-6s: ",
			 record->facility, kx_level_name(record->level));
	if (!(record->flags & KX_PRINTK_NO_TIME))
		format_time(print, record, prefix);
	if (print->style.caller && record->has_caller) {
		char name[16];

		kx_caller_name(record->caller_id, name, sizeof(name));
		snprintf(prefix->after, sizeof(prefix->after), "[%6s] ", name);
		/* As the kernel itself on its consoles: "[    1.000000][    T1] ". */
		len = strlen(prefix->time);
		if (len >= 2 && prefix->time[len - 2] == ']')
			prefix->time[len - 1] = '\0';
	}
	prefix->width = strlen(prefix->before) + strlen(prefix->time) + strlen(prefix->after);
}

static void put_prefix(struct kx_print *print, const struct prefix *prefix)
{
	bool color = print->style.color && prefix->time[0];

	kx_out_text(&print->out, prefix->before);
	if (color)
		kx_out_text(&print->out, prefix->color);
	kx_out_text(&print->out, prefix->time);
	if (color)
		kx_out_text(&print->out, RESET);
	kx_out_text(&print->out, prefix->after);
}

static const char *level_color(const struct kx_printk_record *record)
{
	static const char segfault[] = "segfault at";

	switch (record->level) {
	case 1: return "\033[7m\033[31m";
	case 2: return "\033[1m\033[31m";
	case 3: return "\033[31m";
	case 4: return "\033[1m";
	default:
		if (record->text.len > 0 && memmem(record->text.base, record->text.len, segfault,
						   sizeof(segfault) - 1))
			return "\033[2m\033[31m";
		return NULL;
	}
}

/* Bytes of a leading "subsystem: " with something behind it; 0 when there is none. */
static size_t subsystem_len(struct kx_span line)
{
	for (size_t i = 0; i + 2 < line.len; i++) {
		if (line.base[i] == ':' && line.base[i + 1] == ' ')
			return i + 2;
	}
	return 0;
}

static void put_colored(struct kx_print *print, struct kx_span line, const char *color, bool first)
{
	size_t subsystem = first && print->style.color ? subsystem_len(line) : 0;

	if (subsystem > 0) {
		kx_out_text(&print->out, COLOR_SUBSYS);
		kx_out_escaped(&print->out, (struct kx_span){ line.base, subsystem });
		kx_out_text(&print->out, RESET);
		line.base += subsystem;
		line.len -= subsystem;
	}
	if (color && first)
		kx_out_text(&print->out, color);
	kx_out_escaped(&print->out, line);
}

/* The first line goes where we are, the others below each other. */
static void put_lines(struct kx_print *print, const struct kx_printk_record *record,
		      const struct prefix *prefix)
{
	/* dmesg(1) leaves emergencies plain: they are on every terminal anyway. */
	const char *color = print->style.color ? level_color(record) : NULL;
	struct kx_span rest = record->text, line;

	for (bool first = true; kx_span_line(&rest, &line); first = false) {
		if (!first && print->style.force_prefix) {
			kx_out_text(&print->out, color ? RESET "\n" : "\n");
			put_prefix(print, prefix);
			put_colored(print, line, color, color != NULL);
			continue;
		}
		if (!first)
			kx_out_printf(&print->out, "\n%*s", (int)prefix->width, "");
		put_colored(print, line, color, first);
	}
	if (color && record->text.len > 0)
		kx_out_text(&print->out, RESET);
}

static void put_pair(struct kx_print *print, const char *key, struct kx_span value)
{
	if (value.len == 0)
		return;
	kx_out_printf(&print->out, "\n %s=", key);
	kx_out_escaped(&print->out, value);
}

static void put_context(struct kx_print *print, const struct kx_printk_record *record)
{
	put_pair(print, "SUBSYSTEM", record->subsystem);
	put_pair(print, "DEVICE", record->device);
	if (!record->has_context)
		return;
	put_pair(print, "COMM", record->comm);
	/* The other one of the two that caller_id could be. */
	kx_out_printf(&print->out, "\n %s=%u", record->caller_id >> 31 ? "PID" : "CPU",
		      record->caller_id2 & 0x7fffffff);
}

/* A fragment of the line that is still open, by the same writer. */
static bool continues(const struct kx_print *print, const struct kx_printk_record *record)
{
	return print->line_open && !print->style.seq && !kx_record_mark(record) &&
	       (record->raw_flags & (LOG_CONT | LOG_PREFIX)) == LOG_CONT &&
	       !(print->last_flags & LOG_NEWLINE) && record->facility == print->last_facility &&
	       record->caller_id == print->last_caller;
}

static void text_record(struct kx_print *print, const struct kx_printk_record *record)
{
	struct prefix prefix;

	format_prefix(print, record, &prefix);
	if (!continues(print, record)) {
		if (print->line_open)
			kx_out_text(&print->out, "\n");
		put_prefix(print, &prefix);
	}
	if (kx_record_mark(record))
		kx_out_printf(&print->out, "[%s] ", kx_record_mark(record));
	put_lines(print, record, &prefix);
	if (print->style.context)
		put_context(print, record);
	print->line_open = true;
	print->last_flags = record->raw_flags;
	print->last_facility = record->facility;
	print->last_caller = record->caller_id;
}

static void close_line(struct kx_print *print)
{
	if (print->line_open)
		kx_out_text(&print->out, "\n");
	print->line_open = false;
}

static void text_gap(struct kx_print *print, uint64_t count, uint64_t seq, bool older)
{
	(void)seq;
	close_line(print);
	kx_out_printf(&print->out, "-- %" PRIu64 " %s%s %s --\n", count, older ? "older " : "",
		      count == 1 ? "record" : "records", older ? "overwritten" : "lost");
}

static void text_summary(struct kx_print *print, struct kx_span text)
{
	close_line(print);
	kx_out_text(&print->out, "-- ");
	kx_out_escaped(&print->out, text);
	kx_out_text(&print->out, " --\n");
}

const struct kx_format kx_format_text = {
	.record = text_record,
	.gap = text_gap,
	.summary = text_summary,
	.end = close_line,
};

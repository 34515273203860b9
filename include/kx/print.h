/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A log for people and programs: record after record, in one of the forms that dmesg(1) and others
 * read. Which records are printed is for the caller to choose.
 */
#ifndef KX_PRINT_H
#define KX_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "kx/clock.h"
#include "kx/out.h"
#include "kx/printk.h"
#include "kx/span.h"

/** enum kx_print_format - the form of the whole */
enum kx_print_format {
	KX_PRINT_TEXT,	/* lines for people */
	KX_PRINT_RAW,	/* <N>[time] text, as dmesg -F reads it */
	KX_PRINT_KMSG,	/* as /dev/kmsg */
	KX_PRINT_JSON,	/* one object, as dmesg -J */
	KX_PRINT_JSONL, /* one object a line, with all that is known */
	KX_PRINT_FORMATS,
};

/** enum kx_print_time - how text shows time */
enum kx_print_time {
	KX_PRINT_TIME_RAW,     /* seconds since boot */
	KX_PRINT_TIME_NONE,
	KX_PRINT_TIME_CTIME,   /* wall clock, as ctime(3) */
	KX_PRINT_TIME_RELTIME, /* wall clock where the minute changes, else since the one before */
	KX_PRINT_TIME_DELTA,   /* since the one before */
	KX_PRINT_TIME_ISO,     /* wall clock, ISO 8601 */
};

/**
 * struct kx_print_style - how records look; all zeros are lines "[    1.234567] text"
 * @delta: text: also the time since the record before
 * @decode: text, JSON: facility and level by name
 * @caller: text, kmsg, JSON: thread or CPU that logged it
 * @seq: text: sequence numbers
 * @context: text: subsystem, device and execution context in lines of their own
 * @force_prefix: text: the prefix on each line of a record
 * @color: text: colours
 * @kmsg_nul: kmsg: a NUL behind each record
 */
struct kx_print_style {
	enum kx_print_format format;
	enum kx_print_time time;
	bool delta, decode, caller, seq, context, force_prefix, color, kmsg_nul;
};

/**
 * struct kx_print - a log that is being printed; zero-initialised but for what the caller sets
 * @style, @clock, @out: set by the caller; the clock is for the formats that show wall-clock time
 * @any: a record was written
 * @last_ns, @last_minute: of the record before; @last_minute is its date up to the minute
 * @line_open: text: the last line lacks its newline, since a continuation may follow
 * @last_flags, @last_facility, @last_caller: of the record that may be continued
 */
struct kx_print {
	struct kx_print_style style;
	struct kx_clock clock;
	struct kx_out out;
	bool any, line_open;
	uint64_t last_ns;
	char last_minute[32];
	uint8_t last_flags, last_facility;
	uint32_t last_caller;
};

/** kx_print_begin() - what comes before the first record */
void kx_print_begin(struct kx_print *print);

/** kx_print_record() - one record; whether it could be written is in @print's out */
void kx_print_record(struct kx_print *print, const struct kx_printk_record *record);

/**
 * kx_print_gap() - say that records are missing; formats without a place for it say nothing
 * @count: how many; @seq: of the record that comes next; 0 at the log's end
 * @older: they were overwritten before the crash
 */
void kx_print_gap(struct kx_print *print, uint64_t count, uint64_t seq, bool older);

/** kx_print_summary() - a line about the records that follow; not in all formats */
void kx_print_summary(struct kx_print *print, struct kx_span text);

/** kx_print_end() - what comes after the last record; kx_out_flush() is for the caller */
void kx_print_end(struct kx_print *print);

#endif

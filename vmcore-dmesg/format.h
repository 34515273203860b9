/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes records in the form that the options ask for, one after the other. */
#ifndef VMCORE_DMESG_FORMAT_H
#define VMCORE_DMESG_FORMAT_H

#include "kx/printk.h"
#include "vmcore-dmesg/options.h"
#include "vmcore-dmesg/out.h"
#include "vmcore-dmesg/when.h"

/**
 * struct print - state between records
 * @color: text gets colours
 * @any: a record was written
 * @last_ns, @last_minute: of the record before; @last_minute is its date up to the minute
 * @line_open: text: the last line lacks its newline, since a continuation may follow
 * @last_flags, @last_facility, @last_caller: of the record that may be continued
 */
struct print {
	const struct dmesg_options *options;
	struct clock clock;
	bool color, any, line_open;
	uint64_t last_ns;
	char last_minute[32];
	uint8_t last_flags, last_facility;
	uint32_t last_caller;
	struct out out;
};

/** print_begin() - what comes before the first record */
void print_begin(struct print *print);

/** print_record() - one record */
void print_record(struct print *print, const struct kx_printk_record *record);

/**
 * print_gap() - say that records are missing (--seq); formats without a place for it say nothing
 * @count: how many; @seq: of the record that comes next; 0 at the log's end
 * @older: they were overwritten before the crash
 */
void print_gap(struct print *print, uint64_t count, uint64_t seq, bool older);

/** print_summary() - the line that --panic puts before a block */
void print_summary(struct print *print, struct kx_span text);

/** print_end() - what comes after the last record */
void print_end(struct print *print);

/** caller_name() - "T12" or "C3" into @to */
void caller_name(uint32_t caller_id, char *to, size_t size);

/** record_mark() - "damaged", "uncommitted" or NULL */
const char *record_mark(const struct kx_printk_record *record);

/* For format.c: print_record() in each format. */

/** text_record() - @record as people read it */
void text_record(struct print *print, const struct kx_printk_record *record);

/** raw_record() - @record as dmesg --raw writes it */
void raw_record(struct print *print, const struct kx_printk_record *record);

/** kmsg_record() - @record as /dev/kmsg gives it */
void kmsg_record(struct print *print, const struct kx_printk_record *record);

/** json_record() - @record as a member of dmesg --json */
void json_record(struct print *print, const struct kx_printk_record *record);

/** jsonl_record() - @record as a line of JSON, with all that is known of it */
void jsonl_record(struct print *print, const struct kx_printk_record *record);

#endif

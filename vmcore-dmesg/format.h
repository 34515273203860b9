/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes records in the form that the options ask for, one after the other. */
#ifndef VMCORE_DMESG_FORMAT_H
#define VMCORE_DMESG_FORMAT_H

#include "kx/printk.h"
#include "vmcore-dmesg/options.h"
#include "vmcore-dmesg/out.h"
#include "vmcore-dmesg/when.h"

/**
 * struct kx_print - state between records
 * @color: text gets colours
 * @any: a record was written
 * @last_ns, @last_minute: of the record before; @last_minute is its date up to the minute
 * @line_open: text: the last line lacks its newline, since a continuation may follow
 * @last_flags, @last_facility, @last_caller: of the record that may be continued
 */
struct kx_print {
	const struct kx_options *options;
	struct kx_clock clock;
	bool color, any, line_open;
	uint64_t last_ns;
	char last_minute[32];
	uint8_t last_flags, last_facility;
	uint32_t last_caller;
	struct kx_out out;
};

/** kx_print_begin() - what comes before the first record */
void kx_print_begin(struct kx_print *print);

/** kx_print_record() - one record */
void kx_print_record(struct kx_print *print, const struct kx_printk_record *record);

/**
 * kx_print_gap() - say that records are missing (--seq); formats without a place for it say nothing
 * @count: how many; @seq: of the record that comes next; 0 at the log's end
 * @older: they were overwritten before the crash
 */
void kx_print_gap(struct kx_print *print, uint64_t count, uint64_t seq, bool older);

/** kx_print_summary() - the line that --panic puts before a block */
void kx_print_summary(struct kx_print *print, struct kx_span text);

/** kx_print_end() - what comes after the last record */
void kx_print_end(struct kx_print *print);

/** kx_caller_name() - "T12" or "C3" into @to */
void kx_caller_name(uint32_t caller_id, char *to, size_t size);

/** kx_record_mark() - "damaged", "uncommitted" or NULL */
const char *kx_record_mark(const struct kx_printk_record *record);

/* One for each format, for format.c. */
void kx_text_record(struct kx_print *print, const struct kx_printk_record *record);
void kx_raw_record(struct kx_print *print, const struct kx_printk_record *record);
void kx_kmsg_record(struct kx_print *print, const struct kx_printk_record *record);
void kx_json_record(struct kx_print *print, const struct kx_printk_record *record);
void kx_jsonl_record(struct kx_print *print, const struct kx_printk_record *record);

#endif

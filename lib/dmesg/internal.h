/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats of a log, and what they share. */
#ifndef LIB_DMESG_INTERNAL_H
#define LIB_DMESG_INTERNAL_H

#include "kx/names.h"
#include "kx/print.h"

/**
 * struct kx_format - a form of the log
 *
 * To add one: an instance, its number in enum kx_print_format, its line in print.c, its expected
 * text in tests/fixtures/vmcore/formats.expected.
 * @begin: what comes before the first record (optional)
 * @record: one record
 * @gap: as kx_print_gap() (optional: has no place for it)
 * @summary: as kx_print_summary() (optional)
 * @end: what comes after the last record (optional)
 */
struct kx_format {
	void (*begin)(struct kx_print *print);
	void (*record)(struct kx_print *print, const struct kx_printk_record *record);
	void (*gap)(struct kx_print *print, uint64_t count, uint64_t seq, bool older);
	void (*summary)(struct kx_print *print, struct kx_span text);
	void (*end)(struct kx_print *print);
};

extern const struct kx_format kx_format_text, kx_format_raw, kx_format_kmsg, kx_format_json,
	kx_format_jsonl;

/** kx_caller_name() - "T12" or "C3" into @to */
void kx_caller_name(uint32_t caller_id, char *to, size_t size);

/** kx_record_mark() - "damaged", "uncommitted" or NULL */
const char *kx_record_mark(const struct kx_printk_record *record);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints a log in the format that its style names. */
#include "lib/dmesg/internal.h"

static const struct kx_format *const formats[KX_PRINT_FORMATS] = {
	[KX_PRINT_TEXT] = &kx_format_text,   [KX_PRINT_RAW] = &kx_format_raw,
	[KX_PRINT_KMSG] = &kx_format_kmsg,   [KX_PRINT_JSON] = &kx_format_json,
	[KX_PRINT_JSONL] = &kx_format_jsonl,
};

static const struct kx_format *format_of(const struct kx_print *print)
{
	return formats[print->style.format];
}

void kx_print_begin(struct kx_print *print)
{
	if (format_of(print)->begin)
		format_of(print)->begin(print);
}

void kx_print_record(struct kx_print *print, const struct kx_printk_record *record)
{
	format_of(print)->record(print, record);
	print->any = true;
	print->last_ns = record->ts_nsec;
}

void kx_print_gap(struct kx_print *print, uint64_t count, uint64_t seq, bool older)
{
	if (format_of(print)->gap)
		format_of(print)->gap(print, count, seq, older);
}

void kx_print_summary(struct kx_print *print, struct kx_span text)
{
	if (format_of(print)->summary)
		format_of(print)->summary(print, text);
}

void kx_print_end(struct kx_print *print)
{
	if (format_of(print)->end)
		format_of(print)->end(print);
}

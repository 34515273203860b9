/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads lines "[   12.345678] text", as vmcore-dmesg and dmesg print them. Letters of tainted
 * kernels: Linux, Documentation/admin-guide/tainted-kernels.rst.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "kdump/service/dumps/report_log.h"
#include "kx/text.h"

/* Cut one "[...]" off, with a blank behind it. */
static bool cut_bracket(struct kx_span *line, struct kx_span *ret)
{
	bool opens = line->len && line->base[0] == '[';
	const uint8_t *end = opens ? memchr(line->base, ']', line->len) : NULL;
	size_t len = end ? (size_t)(end - line->base) : 0;

	if (!end || len > 32)
		return false;
	kx_span_slice(*line, 1, len - 1, ret);
	kx_span_slice(*line, len + 1, line->len - len - 1, line);
	if (line->len && line->base[0] == ' ')
		kx_span_slice(*line, 1, line->len - 1, line);
	return true;
}

/* Seconds with six digits behind the point, as nanoseconds. */
static bool parse_time(struct kx_span text, uint64_t *ret)
{
	const uint8_t *point;
	struct kx_span whole, rest;
	uint64_t seconds, micro;

	text = kx_span_trim(text);
	point = text.len ? memchr(text.base, '.', text.len) : NULL;
	if (!point)
		return false;
	kx_span_slice(text, 0, (size_t)(point - text.base), &whole);
	kx_span_slice(text, whole.len + 1, text.len - whole.len - 1, &rest);
	if (!kx_span_number(whole, 10, &seconds) || !kx_span_number(rest, 10, &micro) ||
	    rest.len != 6 || seconds > UINT32_MAX)
		return false;
	*ret = seconds * 1000000000 + micro * 1000;
	return true;
}

/* The message without "<6>", "[   12.345678]" and "[  T123]". */
static void take_line(struct kx_span line, struct kx_printk_record *ret)
{
	struct kx_span inside = { NULL, 0 };

	ret->flags = KX_PRINTK_NEWLINE;
	if (line.len > 3 && line.base[0] == '<' && line.base[2] == '>')
		kx_span_slice(line, 3, line.len - 3, &line);
	ret->text = line;
	if (!cut_bracket(&line, &inside) || !parse_time(inside, &ret->ts_nsec)) {
		ret->flags |= KX_PRINTK_NO_TIME;
		return;
	}
	while (line.len && line.base[0] == '[' && line.len > 2 && isspace(line.base[1]) &&
	       cut_bracket(&line, &inside))
		;
	ret->text = line;
}

static bool behind(struct kx_span line, const char *words, struct kx_span *ret)
{
	size_t len = strlen(words);
	const uint8_t *at = line.len ? memmem(line.base, line.len, words, len) : NULL;

	if (!at)
		return false;
	len += (size_t)(at - line.base);
	kx_span_slice(line, len, line.len - len, ret);
	*ret = kx_span_trim(*ret);
	return true;
}

/* Once the block is known: where it begins and ends in the text, and what its lines say. */
static void take_block(struct kx_span text, struct report_log *log)
{
	const struct kx_panic_block *block = &log->scan.block[0];
	struct kx_span rest = text, line, ignored;
	const uint8_t *begin = NULL, *end = NULL;

	for (uint64_t seq = 0; kx_span_line(&rest, &line); seq++) {
		if (seq < block->first || seq > block->last)
			continue;
		begin = begin ? begin : line.base;
		end = line.base + line.len;
		if (!log->tainted.len && !behind(line, "Tainted: ", &log->tainted))
			log->not_tainted |= behind(line, "Not tainted", &ignored);
		if (!log->modules.len)
			behind(line, "Modules linked in:", &log->modules);
	}
	log->block = (struct kx_span){ begin, (size_t)(end - begin) };
}

int report_log_read(struct kx_span text, struct report_log *ret)
{
	struct kx_span rest = text, line;

	*ret = (struct report_log){ .not_tainted = false };
	for (uint64_t seq = 0; kx_span_line(&rest, &line); seq++) {
		struct kx_printk_record record = { .seq = seq };

		take_line(line, &record);
		if (kx_panic_look(&ret->scan, &record) < 0) {
			report_log_done(ret);
			return -ENOMEM;
		}
		kx_panic_trim(&ret->scan);
	}
	kx_panic_last(&ret->scan);
	if (ret->scan.count)
		take_block(text, ret);
	return 0;
}

void report_log_done(struct report_log *log)
{
	kx_panic_done(&log->scan);
}

static const struct {
	char letter;
	const char *means;
} taints[] = {
	{ 'P', "a proprietary module was loaded" },
	{ 'F', "a module was loaded by force" },
	{ 'S', "the hardware is out of its specification" },
	{ 'R', "a module was removed by force" },
	{ 'M', "the processor reported a machine check" },
	{ 'B', "a page was found in a bad state" },
	{ 'U', "user space asked for it" },
	{ 'D', "the kernel died before (oops or BUG)" },
	{ 'A', "an ACPI table was replaced by the user" },
	{ 'W', "the kernel warned before" },
	{ 'C', "a staging driver was loaded" },
	{ 'I', "a fault of the firmware was worked around" },
	{ 'O', "a module from outside of the kernel's tree was loaded" },
	{ 'E', "an unsigned module was loaded" },
	{ 'L', "a soft lockup was before" },
	{ 'K', "the kernel was patched live" },
	{ 'X', "the distribution says so, for a reason of its own" },
	{ 'T', "the layout of structures is random" },
	{ 'N', "an in-kernel test was run" },
	{ 'J', "a device's firmware was changed by fwctl" },
};

void report_log_taints(struct kx_span tainted, const char *indent, FILE *out)
{
	for (size_t i = 0; i < tainted.len; i++) {
		uint8_t c = tainted.base[i];
		const char *means = "of a kind that is not known here";

		/* The release follows, which begins with a digit; G only says: not proprietary. */
		if (c != ' ' && !isupper(c))
			break;
		if (c == ' ' || c == 'G')
			continue;
		for (size_t k = 0; k < sizeof(taints) / sizeof(taints[0]); k++) {
			if (taints[k].letter == c)
				means = taints[k].means;
		}
		fprintf(out, "%s%c: %s\n", indent, c, means);
	}
}

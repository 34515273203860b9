/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs in every format, of records that hold any bytes. Bytes 0 to 3: format, how time is shown,
 * two of switches; then records: six bytes of numbers, three of lengths, and the texts. What is
 * promised: nothing that is printed commands a terminal, no record looks like two, JSON is JSON.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kx/print.h"
#include "kx/text.h"
#include "tests/fuzz/fuzz.h"

#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

enum { SECOND = 1000000000 };

static struct kx_span take(struct kx_span *rest, size_t len)
{
	struct kx_span taken = { rest->base, len < rest->len ? len : rest->len };

	kx_span_slice(*rest, taken.len, rest->len - taken.len, rest);
	return taken;
}

/* What the readers of logs promise of a record: level and facility are in range. */
static bool take_record(struct kx_span *rest, struct kx_printk_record *ret)
{
	struct kx_span number = take(rest, 9);
	const uint8_t *n = number.base;

	if (number.len < 9)
		return false;
	*ret = (struct kx_printk_record){
		.seq = n[0],
		.ts_nsec = (uint64_t)n[1] * SECOND + n[2],
		.flags = n[3],
		.has_caller = n[4] & 8,
		.has_context = n[4] & 16,
		.level = n[4] & 7,
		.facility = n[5],
		.caller_id = (uint32_t)n[2] << 31 | n[5],
		.caller_id2 = (uint32_t)n[3] << 31 | n[1],
		.raw_flags = n[3] & 15,
	};
	ret->text = take(rest, n[6]);
	ret->subsystem = take(rest, n[7] & 15);
	ret->device = take(rest, n[7] >> 4);
	ret->comm = take(rest, n[8] & 15);
	return true;
}

static void set_style(struct kx_print *print, const uint8_t *n)
{
	print->style = (struct kx_print_style){
		.format = n[0] % KX_PRINT_FORMATS,
		.time = n[1] % (KX_PRINT_TIME_ISO + 1),
		.delta = n[2] & 1,
		.decode = n[2] & 2,
		.caller = n[2] & 4,
		.seq = n[2] & 8,
		.context = n[2] & 16,
		.force_prefix = n[2] & 32,
		.kmsg_nul = n[2] & 64,
		.color = n[3] & 1,
	};
	print->out.escape = !(n[3] & 2);
	print->clock.known = n[3] & 4;
}

/* Prints all; how many records, gaps and summaries that were. */
static size_t print_all(struct kx_print *print, struct kx_span rest)
{
	struct kx_printk_record record;
	size_t count = 0;

	kx_print_begin(print);
	while (take_record(&rest, &record)) {
		kx_print_record(print, &record);
		count++;
		if (record.facility % 16 == 1)
			kx_print_gap(print, record.seq, record.seq + 1, record.level & 1);
		if (record.facility % 16 == 2)
			kx_print_summary(print, record.text);
	}
	kx_print_end(print);
	PROMISE(kx_out_flush(&print->out) == 0);
	return count;
}

/* Lines of text that a terminal takes for nothing else. Colours are the only exception. */
static void check_plain(struct kx_span text, bool color)
{
	bool plain;

	while (text.len) {
		size_t len = kx_text_step(text, &plain);

		PROMISE(plain || text.base[0] == '\n' || (color && text.base[0] == 033));
		kx_span_slice(text, len, text.len - len, &text);
	}
}

/* A record of /dev/kmsg is one line; what belongs to it begins with a blank. */
static void check_kmsg(struct kx_span text, size_t records)
{
	struct kx_span line;
	size_t count = 0;

	while (kx_span_line(&text, &line))
		count += line.len > 0 && line.base[0] != ' ';
	PROMISE(count == records);
}

#ifdef HAVE_JANSSON
static json_t *parse(struct kx_span text)
{
	return json_loadb((const char *)text.base, text.len,
			  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
}

static void check_json(struct kx_span text, size_t records)
{
	json_t *log = parse(text);

	PROMISE(json_array_size(json_object_get(log, "dmesg")) == records);
	json_decref(log);
}

static void check_jsonl(struct kx_span text, size_t records)
{
	struct kx_span line;
	size_t count = 0;

	while (kx_span_line(&text, &line)) {
		json_t *record = parse(line);

		PROMISE(json_is_object(record));
		count += json_object_get(record, "msg") != NULL;
		json_decref(record);
	}
	PROMISE(count == records);
}
#else
static void check_json(struct kx_span text, size_t records)
{
	PROMISE(fuzz_count(text, '{') > records);
}

static void check_jsonl(struct kx_span text, size_t records)
{
	PROMISE(fuzz_count(text, '\n') >= records);
}
#endif

static void check(const struct kx_print *print, struct kx_span text, size_t records)
{
	const struct kx_print_style *style = &print->style;
	bool ends_by_nul = style->format == KX_PRINT_KMSG && style->kmsg_nul;

	PROMISE(text.len == 0 || text.base[text.len - 1] == (ends_by_nul ? '\0' : '\n'));
	switch (style->format) {
	case KX_PRINT_JSON: check_json(text, records); break;
	case KX_PRINT_JSONL: check_jsonl(text, records); break;
	case KX_PRINT_KMSG:
		if (!ends_by_nul)
			check_kmsg(text, records);
		break;
	case KX_PRINT_RAW:
	case KX_PRINT_TEXT:
	case KX_PRINT_FORMATS: break;
	}
	if (print->out.escape && !ends_by_nul)
		check_plain(text, style->format == KX_PRINT_TEXT && style->color);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	static struct kx_print print;
	struct kx_span text;
	size_t records;
	off_t len;

	if (size < 4)
		return 0;
	memset(&print, 0, sizeof(print));
	set_style(&print, data);
	print.out.fd = memfd_create("out", MFD_CLOEXEC);
	PROMISE(print.out.fd >= 0);
	records = print_all(&print, (struct kx_span){ data + 4, size - 4 });
	len = lseek(print.out.fd, 0, SEEK_END);
	PROMISE(len >= 0);
	text = (struct kx_span){ NULL, (size_t)len };
	if (len > 0) {
		void *map = mmap(NULL, text.len, PROT_READ, MAP_PRIVATE, print.out.fd, 0);

		PROMISE(map != MAP_FAILED);
		text.base = map;
		check(&print, text, records);
		munmap(map, text.len);
	}
	close(print.out.fd);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notes of a dump as one row, for whoever writes it again. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/bytes.h"
#include "lib/dump/internal.h"

/* A note's header, and the name VMCOREINFO padded to 4 bytes. */
enum { HEADER = 12, NAME = 12, FRONT = HEADER + NAME };

static uint64_t areas_size(const struct kx_dump *dump)
{
	uint64_t size = 0;

	for (size_t i = 0; i < dump->n_notes; i++)
		size += dump->notes[i].len;
	return size;
}

int kx_dump_note_area(struct kx_dump *dump, uint64_t off, uint64_t len, struct kx_err *err)
{
	uint64_t size = kx_source_size(&dump->sources[0]);

	/* What a cut file has lost is not there to be written again. */
	if (off >= size)
		return 0;
	if (len > size - off)
		len = size - off;
	len &= ~UINT64_C(3);
	/* Pieces that overlap would be more bytes than there are. */
	if (len == 0 || len > size - areas_size(dump))
		return 0;
	if (kx_array_grow(&dump->notes, &dump->notes_room, dump->n_notes) < 0)
		return kx_fail(err, -ENOMEM, "no memory for %zu pieces of notes",
			       dump->n_notes + 1);
	dump->notes[dump->n_notes++] = (struct kx_note_area){ off, len };
	return 0;
}

static uint64_t padded(size_t len)
{
	return ((uint64_t)len + 3) & ~UINT64_C(3);
}

/* VMCOREINFO that is in no note, as when it was found in memory, gets one behind all others. */
static bool has_own_note(const struct kx_dump *dump, uint64_t *ret_at)
{
	bool elsewhere = dump->place.in_memory || dump->place.given;
	uint64_t at = 0;

	for (size_t i = 0; !elsewhere && i < dump->n_notes; i++) {
		const struct kx_note_area *area = &dump->notes[i];

		if (dump->info_off >= area->off && dump->info_off - area->off < area->len &&
		    dump->info.text.len <= area->len - (dump->info_off - area->off)) {
			*ret_at = at + (dump->info_off - area->off);
			return true;
		}
		at += area->len;
	}
	return false;
}

uint64_t kx_dump_notes_size(const struct kx_dump *dump)
{
	uint64_t size = areas_size(dump), at;

	if (dump->info.text.len == 0 || has_own_note(dump, &at))
		return size;
	return size + FRONT + padded(dump->info.text.len);
}

bool kx_dump_notes_info(const struct kx_dump *dump, uint64_t *ret_at, uint64_t *ret_size)
{
	if (dump->info.text.len == 0)
		return false;
	if (!has_own_note(dump, ret_at))
		*ret_at = areas_size(dump) + FRONT;
	*ret_size = dump->info.text.len;
	return true;
}

/* @len bytes at @at of the note that is ours: header, name, text, padding. */
static void made_note(const struct kx_dump *dump, uint64_t at, uint8_t *to, size_t len)
{
	uint8_t front[FRONT] = { 0 };

	kx_put(front, 4, sizeof("VMCOREINFO"), dump->big_endian);
	kx_put(front + 4, 4, dump->info.text.len, dump->big_endian);
	memcpy(front + HEADER, "VMCOREINFO", sizeof("VMCOREINFO"));
	for (size_t i = 0; i < len; i++) {
		uint64_t from = at + i;

		if (from < FRONT)
			to[i] = front[from];
		else
			to[i] = from - FRONT < dump->info.text.len ?
					dump->info.text.base[from - FRONT] : 0;
	}
}

int kx_dump_notes_read(const struct kx_dump *dump, uint64_t at, void *to, size_t len,
		       struct kx_err *err)
{
	uint8_t *bytes = to;

	for (size_t i = 0; i < dump->n_notes && len > 0; i++) {
		const struct kx_note_area *area = &dump->notes[i];
		size_t part;
		int rc;

		if (at >= area->len) {
			at -= area->len;
			continue;
		}
		part = len < area->len - at ? len : (size_t)(area->len - at);
		rc = kx_source_read(&dump->sources[0], area->off + at, bytes, part, err);
		if (rc < 0)
			return rc;
		bytes += part;
		len -= part;
		at = 0;
	}
	made_note(dump, at, bytes, len);
	return 0;
}

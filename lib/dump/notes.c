/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF notes of a dump: VMCOREINFO's text and the number of CPUs that saved their registers.
 * Contents are skipped, not read: device dumps (NT_VMCOREDD) may be hundreds of mebibytes.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dump/internal.h"

enum {
	NOTE_HEADER = 12,
	/* Notes and words between them that are looked at, in all. 8192 CPUs make below 2^17. */
	STEPS_MAX = 1 << 21,
};

/* Where the walk is, and the piece of the file that was read last. */
struct walk {
	struct kx_dump *dump;
	uint64_t at, end;
	uint64_t window_at;
	size_t window_len;
	uint8_t window[4096];
};

/* @len bytes at @at, up to a window's size; NULL where the notes or the file end. */
static const uint8_t *peek(struct walk *walk, uint64_t at, size_t len)
{
	struct kx_err ignored;
	uint64_t left;

	if (at > walk->end || len > walk->end - at)
		return NULL;
	if (at < walk->window_at || at - walk->window_at > walk->window_len ||
	    len > walk->window_len - (at - walk->window_at)) {
		left = walk->end - at;
		walk->window_at = at;
		walk->window_len = left < sizeof(walk->window) ? left : sizeof(walk->window);
		if (kx_source_read(&walk->dump->sources[0], at, walk->window, walk->window_len,
				   &ignored) < 0) {
			walk->window_len = len;
			if (kx_source_read(&walk->dump->sources[0], at, walk->window, len,
					   &ignored) < 0) {
				walk->window_len = 0;
				return NULL;
			}
		}
	}
	return walk->window + (at - walk->window_at);
}

/* Name and content are padded to 4 bytes, in 64-bit files too. False when they do not fit. */
static bool note_bounds(const struct walk *walk, uint64_t namesz, uint64_t descsz,
			uint64_t *ret_desc, uint64_t *ret_next)
{
	uint64_t desc = NOTE_HEADER + ((namesz + 3) & ~UINT64_C(3));

	if (desc + descsz > walk->end - walk->at)
		return false;
	*ret_desc = walk->at + desc;
	*ret_next = walk->at + desc + ((descsz + 3) & ~UINT64_C(3));
	return true;
}

static int take_note(struct walk *walk, uint32_t type, const char *name, uint64_t desc,
		     uint64_t descsz, struct kx_err *err)
{
	struct kx_dump *dump = walk->dump;

	if (type == NT_PRSTATUS && descsz > 0 && strcmp(name, "CORE") == 0)
		dump->cpus++;
	if (type == 0 && strcmp(name, "VMCOREINFO") == 0)
		return kx_dump_take_info(dump, desc, descsz, err);
	return 0;
}

/* The note at walk->at; moves on. 1: more, 0: the end, or negative. */
static int one_note(struct walk *walk, struct kx_err *err)
{
	const uint8_t *header = peek(walk, walk->at, NOTE_HEADER), *bytes;
	uint64_t namesz, descsz, desc, next;
	char name[16] = "";
	uint32_t type;
	int rc;

	if (!header)
		return 0;
	namesz = kx_dump_number(walk->dump, header, 4);
	descsz = kx_dump_number(walk->dump, header + 4, 4);
	type = (uint32_t)kx_dump_number(walk->dump, header + 8, 4);
	/* Room for a CPU that saved nothing: the next note begins at some later word. */
	if (namesz == 0) {
		walk->at += 4;
		return 1;
	}
	if (!note_bounds(walk, namesz, descsz, &desc, &next))
		return 0;
	if (namesz < sizeof(name)) {
		bytes = peek(walk, walk->at + NOTE_HEADER, namesz);
		if (!bytes)
			return 0;
		memcpy(name, bytes, namesz);
	}
	rc = take_note(walk, type, name, desc, descsz, err);
	if (rc < 0)
		return rc;
	walk->at = next;
	return 1;
}

int kx_dump_notes(struct kx_dump *dump, uint64_t off, uint64_t len, struct kx_err *err)
{
	struct walk walk = { .dump = dump, .at = off, .end = off + len };
	int rc = 1;

	if (walk.end < off)
		walk.end = UINT64_MAX;
	while (rc == 1 && dump->note_steps < STEPS_MAX) {
		rc = one_note(&walk, err);
		dump->note_steps++;
	}
	return rc < 0 ? rc : 0;
}

int kx_dump_take_info(struct kx_dump *dump, uint64_t off, uint64_t len, struct kx_err *err)
{
	struct kx_err ignored;
	uint8_t *text;

	if (dump->info_text || len == 0)
		return 0;
	/* A size beyond all reason is damage, and other notes may still be good. */
	if (len > KX_DUMP_INFO_MAX)
		return 0;
	text = malloc(len);
	if (!text)
		return kx_fail(err, -ENOMEM, "no memory for %llu bytes of VMCOREINFO",
			       (unsigned long long)len);
	if (kx_source_read(&dump->sources[0], off, text, len, &ignored) < 0) {
		free(text);
		return 0;
	}
	dump->info_text = text;
	/* Some writers pad it. */
	dump->info.text = (struct kx_span){ text, strnlen((char *)text, len) };
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF notes of a dump: VMCOREINFO's text and the number of CPUs that saved their registers.
 * Contents are skipped, not read: device dumps (NT_VMCOREDD) may be hundreds of mebibytes.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/bytes.h"
#include "lib/dump/internal.h"
#include "lib/dump/peek.h"

enum {
	NOTE_HEADER = 12,
	/*
	 * Notes and words between them that are looked at, in all: 8192 CPUs make below 2^17. One
	 * has 4 bytes at least, and segments of notes that overlap do not make more of them.
	 */
	STEPS_MAX = 1 << 21,
	STEP_MIN = 4,
	/* CPUs whose registers are evidence enough. */
	REGS_CPUS = 1024,
};

/* Where the walk is. */
struct walk {
	struct kx_dump *dump;
	uint64_t at, end;
	struct kx_peek peek;
};

static int read_source(void *data, uint64_t off, void *to, size_t len, struct kx_err *err)
{
	return kx_source_read(data, off, to, len, err);
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

	if (type == NT_PRSTATUS && descsz > 0 && strcmp(name, "CORE") == 0) {
		dump->cpus++;
		if (dump->n_regs < REGS_CPUS) {
			if (kx_array_grow(&dump->regs, &dump->regs_room, dump->n_regs) < 0)
				return kx_fail(err, -ENOMEM, "no memory");
			dump->regs[dump->n_regs++] = (struct kx_dump_regs){ desc, descsz };
		}
	}
	if (type == 0 && strcmp(name, "VMCOREINFO") == 0)
		return kx_dump_take_info(dump, desc, descsz, err);
	return 0;
}

/* The note at walk->at; moves on. 1: more, 0: the end, or negative. */
static int one_note(struct walk *walk, struct kx_err *err)
{
	const uint8_t *header, *bytes;
	bool big_endian = walk->dump->big_endian;
	uint64_t namesz, descsz, desc, next;
	char name[16] = "";
	struct kx_err ignored;
	uint32_t type;
	int rc;

	if (kx_peek(&walk->peek, walk->at, NOTE_HEADER, &header, &ignored) < 0)
		return 0;
	namesz = kx_get(header, 4, big_endian);
	descsz = kx_get(header + 4, 4, big_endian);
	type = (uint32_t)kx_get(header + 8, 4, big_endian);
	/* Room for a CPU that saved nothing: the next note begins at some later word. */
	if (namesz == 0) {
		walk->at += 4;
		return 1;
	}
	if (!note_bounds(walk, namesz, descsz, &desc, &next))
		return 0;
	if (namesz < sizeof(name)) {
		if (kx_peek(&walk->peek, walk->at + NOTE_HEADER, namesz, &bytes, &ignored) < 0)
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
	struct kx_source *source = &dump->sources[0];
	uint64_t size = kx_source_size(source);
	struct walk walk = { .dump = dump, .at = off, .end = off + len };
	int rc = 1;

	if (walk.end < off)
		walk.end = UINT64_MAX;
	walk.peek = (struct kx_peek){ .read = read_source,
				      .data = source,
				      .end = walk.end < size ? walk.end : size };
	rc = kx_dump_note_area(dump, off, len, err);
	if (rc < 0)
		return rc;
	rc = 1;
	while (rc == 1 && dump->note_steps < STEPS_MAX &&
	       dump->note_steps <= kx_dump_file_stored(&source->file) / STEP_MIN) {
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
		return kx_fail(err, -ENOMEM, "no memory for %" PRIu64 " bytes of VMCOREINFO", len);
	if (kx_source_read(&dump->sources[0], off, text, len, &ignored) < 0) {
		free(text);
		return 0;
	}
	dump->info_text = text;
	dump->info_off = off;
	/* Some writers pad it. */
	dump->info.text = (struct kx_span){ text, strnlen((char *)text, len) };
	return 0;
}

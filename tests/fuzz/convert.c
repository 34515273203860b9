/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any dump, saved in each format: what comes of it opens, and has what the source has; all of it if
 * it is said to be whole.
 */
#include "kx/save.h"
#include "tests/fuzz/dumping.h"

enum { PIECE = 64, RUNS = 100, PAGES_MAX = 3000, ROOM = 4 << 20 };

/* Numbers in a dump can make it as large as they like. */
static bool tell(void *data, const struct kx_save_progress *now)
{
	(void)data;
	return now->done < (now->phase == KX_SAVE_COPY ? PAGES_MAX : 1 << 20);
}

static void compare(struct kx_reader *from, struct kx_reader *saved, bool whole)
{
	struct kx_run run = { .end = 0 };
	struct kx_err err = { "" };

	for (int i = 0; i < RUNS && kx_reader_next(from, run.end, &run, &err) > 0; i++) {
		uint8_t one[PIECE], other[PIECE];
		size_t len = run.end - run.start < PIECE ? (size_t)(run.end - run.start) : PIECE;
		int rc;

		if (kx_reader_phys(from, run.start, one, len, &err) < 0)
			continue;
		rc = kx_reader_phys(saved, run.start, other, len, &err);
		PROMISE(rc == 0 || !whole);
		PROMISE(rc < 0 || memcmp(one, other, len) == 0);
	}
}

static void save(struct kx_reader *from, struct kx_dump *dump, enum kx_save_format format)
{
	const struct kx_save_options options = { .format = format, .list_limit = 64 << 10,
						 .limit = ROOM, .tell = tell };
	struct kx_save_result result;
	struct kx_save_file target;
	struct kx_err err = { "" };
	struct kx_reader *saved;
	struct kx_dump *again;
	char name[64];
	const char *path = name;
	int fd = fuzz_file(NULL, 0, name), rc;

	kx_save_file_init(&target, fd);
	rc = kx_save(dump, &target.target, &options, &result, &err);
	PROMISE(rc >= 0 || err.text[0]);
	PROMISE((rc == 1) == (rc >= 0 && result.incomplete[0]));
	if (rc >= 0) {
		PROMISE(kx_dump_open(&again, &path, 1, &err) == 0);
		PROMISE(kx_reader_new(again, &saved, &err) == 0);
		PROMISE(kx_dump_incomplete(again) == (rc == 1));
		compare(from, saved, rc == 0);
		kx_reader_free(saved);
		kx_dump_close(again);
	}
	close(fd);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct kx_dump *dump;
	char name[64];
	const char *path = name;
	int fd = fuzz_file(data, size, name);

	if (kx_dump_open(&dump, &path, 1, &err) == 0) {
		PROMISE(kx_reader_new(dump, &reader, &err) == 0);
		save(reader, dump, KX_SAVE_KDUMP);
		save(reader, dump, KX_SAVE_ELF);
		kx_reader_free(reader);
		kx_dump_close(dump);
	}
	close(fd);
	return 0;
}

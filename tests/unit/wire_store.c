/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store in memory; it holds a receiver to what a store is promised. */
#include "tests/unit/wire_store.h"

static int call(struct kx_wire_store *store, char letter, struct kx_err *err)
{
	struct memory *m = (struct memory *)store;

	if (m->journal_len + 1 < sizeof(m->journal))
		m->journal[m->journal_len++] = letter;
	if (m->fails && --m->fails == 0)
		return kx_fail(err, -ENOSPC, "/there: no room for '%c'", letter);
	return 0;
}

static int memory_begin(struct kx_wire_store *store, const struct kx_wire_start *start,
			struct kx_wire_place *ret, struct kx_err *err)
{
	struct memory *m = (struct memory *)store;
	int rc = call(store, start->resume ? 'R' : 'B', err);

	assert_int_equal(start->crash, 1234567);
	assert_true(start->resume || start->file == KX_WIRE_NO_FILE);
	if (start->resume) {
		assert_true(m->begun);
		assert_int_equal(start->token[0], 'T');
	}
	m->begun = true;
	m->resumed = start->resume;
	ret->own = m->own;
	ret->token[0] = m->nameless ? 0 : 'T';
	ret->free = 4711;
	snprintf(ret->path, sizeof(ret->path), "/there/vmcore");
	return rc;
}

static int memory_open(struct kx_wire_store *store, enum kx_wire_file file, struct kx_err *err)
{
	struct memory *m = (struct memory *)store;

	m->open = &m->file[file];
	assert_true(m->resumed || !m->open->there);
	m->open->there = true;
	return call(store, 'O', err);
}

static int memory_reserve(struct kx_wire_store *store, uint64_t len, struct kx_err *err)
{
	(void)len;
	return call(store, 'r', err);
}

static int memory_write(struct kx_wire_store *store, const void *from, size_t len, uint64_t off,
			struct kx_err *err)
{
	struct received *file = ((struct memory *)store)->open;

	assert_true(off <= MEMORY_FILE_MAX && len <= MEMORY_FILE_MAX - off);
	memcpy(file->bytes + off, from, len);
	if (file->len < off + len)
		file->len = off + len;
	return call(store, 'w', err);
}

static int memory_sync(struct kx_wire_store *store, struct kx_err *err)
{
	return call(store, 's', err);
}

static int memory_finish(struct kx_wire_store *store, struct kx_err *err)
{
	((struct memory *)store)->open->whole = true;
	return call(store, 'F', err);
}

static int memory_drop(struct kx_wire_store *store, struct kx_err *err)
{
	((struct memory *)store)->open->there = false;
	return call(store, 'D', err);
}

struct memory *memory_new(bool own)
{
	struct memory *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->store = (struct kx_wire_store){ memory_begin, memory_open, memory_reserve,
					   memory_write, memory_sync, memory_finish, memory_drop };
	m->own = own;
	return m;
}

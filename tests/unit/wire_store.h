/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A receiver's store that is memory, and keeps a journal. */
#ifndef TESTS_UNIT_WIRE_STORE_H
#define TESTS_UNIT_WIRE_STORE_H

#include "kx/wire.h"
#include "tests/unit/kxtest.h"

/* Of each file. */
enum { MEMORY_FILE_MAX = 2 * MIB };

/** struct received - one file: what is in it, and whether it has its name */
struct received {
	bool there, whole;
	size_t len;
	uint8_t bytes[MEMORY_FILE_MAX];
};

/**
 * struct memory - a store in memory
 * @own: it says that it is a folder
 * @nameless: it cannot be found again
 * @fails: the call from now on that fails, from 1; @journal: a letter for each
 */
struct memory {
	struct kx_wire_store store;
	bool own, nameless, begun, resumed;
	struct received file[KX_WIRE_FILES];
	struct received *open;
	unsigned int fails;
	char journal[4096];
	size_t journal_len;
};

/** memory_new() - an empty one, for free() */
struct memory *memory_new(bool own);

#endif

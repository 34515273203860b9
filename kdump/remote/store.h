/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where "kdump receive" writes: below the path of its command line, and nowhere else. */
#ifndef KDUMP_REMOTE_STORE_H
#define KDUMP_REMOTE_STORE_H

#include "kdump/dump/folder.h"
#include "kx/wire.h"

/**
 * struct store - a place for a dump
 * @dest: as folder_open() takes it
 * @resumed: it goes on after a break: files may be there, and be whole
 * @fd: the file that is being written, @name its name when it is whole
 * @whole: it has that name already
 */
struct store {
	struct kx_wire_store store;
	const char *dest;
	struct folder folder;
	bool resumed;
	int fd;
	char name[256];
	bool whole;
};

/** store_init() - for kx_wire_receive() */
void store_init(struct store *store, const char *dest);

/** store_done() - close it; what is there stays */
void store_done(struct store *store);

#endif

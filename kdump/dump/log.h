/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's log beside a dump. */
#ifndef KDUMP_DUMP_LOG_H
#define KDUMP_DUMP_LOG_H

#include <stddef.h>

#include "kx/reader.h"

/* What the file is called. */
#define LOG_NAME "vmcore-dmesg.txt"
/* What encrypted files are called, behind their name. */
#define SEALED ".age"

/**
 * struct log_facts - what the log says of the crash; empty: nothing
 * @panic: the line by which the kernel gave up, else the one that trouble began with
 * @trouble: a line on all that was going on
 */
struct log_facts {
	char panic[256], trouble[768];
};

/**
 * log_write() - the log as text
 * @write: gets it piece by piece; 0 or negative errno; NULL: nobody wants it
 * @facts: filled in on the way, also when it fails
 *
 * Return: 0; what @write returned; negative errno of what is wrong with the log: what can be read
 * of it was written; -ENOMEM.
 */
int log_write(struct kx_reader *reader,
	      int (*write)(void *data, const void *from, size_t len), void *data,
	      struct log_facts *facts, struct kx_err *err);

#endif

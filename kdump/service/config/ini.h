/* SPDX-License-Identifier: GPL-2.0-or-later */
/* INI files line by line, whatever length their lines have. */
#ifndef KDUMP_SERVICE_CONFIG_INI_H
#define KDUMP_SERVICE_CONFIG_INI_H

#include <stdbool.h>

#include "kx/error.h"
#include "kx/span.h"

/**
 * struct ini - who hears what a text says
 * @take: a key of the section that began last, with its value; 0 or a negative errno
 * @begin: a section's line; NULL: a bad one, which @bad was told of; 0 or a negative errno
 * @bad: a line that means nothing, and why; 0 or a negative errno
 *
 * Lines count from 1 on.
 */
struct ini {
	int (*take)(void *data, unsigned int line, const char *key, const char *value);
	int (*begin)(void *data, unsigned int line, const char *section);
	int (*bad)(void *data, unsigned int line, const char *why);
	void *data;
};

/**
 * ini_read() - tell what @text says
 *
 * Return: 0; -ENOTSUP there is no inih; -ENOMEM; what one of @ini returned, at once.
 */
int ini_read(struct kx_span text, const struct ini *ini, struct kx_err *err);

#endif

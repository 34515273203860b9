/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that a shell would read, as far as they only give names values; nothing is run. */
#ifndef KDUMP_SERVICE_IMPORT_SHELL_H
#define KDUMP_SERVICE_IMPORT_SHELL_H

#include <stdbool.h>
#include <stddef.h>

#include "kx/error.h"
#include "kx/span.h"

/* Bytes that a value, and all together, may have: ${X} could double it with every line. */
enum { SHELL_VALUE_MAX = 65536, SHELL_TOTAL_MAX = 4 << 20 };

/** struct shell_var - @line: where it was given last, from 1 on; @used: others are made of it */
struct shell_var {
	char *name, *value;
	unsigned int line;
	bool used;
};

/** struct shell_vars - in the order in which they were first given */
struct shell_vars {
	struct shell_var *var;
	size_t count, room;
};

/**
 * shell_read() - all assignments of a text
 * @ret: for shell_done(), also after a failure
 *
 * What there may be: NAME=WORD and NAME+=WORD, with "export" before it or not, where WORD is of
 * 'text', "text", \x, text, $NAME and ${NAME} of names given before; comments; blank lines.
 *
 * Return: 0; -EINVAL anything else: @err says the line, and what; -EFBIG values are too long;
 * -ENOMEM.
 */
int shell_read(struct kx_span text, struct shell_vars *ret, struct kx_err *err);

/** shell_find() - what has this name; NULL: nothing */
const struct shell_var *shell_find(const struct shell_vars *vars, const char *name);

/** shell_done() - free it; zero-initialised is fine */
void shell_done(struct shell_vars *vars);

#endif

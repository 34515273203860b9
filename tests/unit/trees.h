/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device trees as sorted lines of text, by a walk that shares nothing with lib/. */
#ifndef TESTS_UNIT_TREES_H
#define TESTS_UNIT_TREES_H

#include <stddef.h>

/** struct tree - "PATH" for a node, "PATH:NAME=HEX" for a property, sorted */
struct tree {
	char **line;
	size_t count;
};

/** tree_of() - the lines of a blob that is known to be well-formed; aborts when memory is short */
struct tree tree_of(const void *fdt);

/** tree_done() - free it */
void tree_done(struct tree *t);

/** tree_without_loader() - drop the properties of /chosen that a boot loader writes */
void tree_without_loader(struct tree *t);

/** tree_difference() - the first line that only one of them has; NULL when they are equal */
const char *tree_difference(const struct tree *a, const struct tree *b);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns device trees into lines, tag by tag. */
#include <libfdt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/trees.h"

static void add(struct tree *t, char *line)
{
	t->line = realloc(t->line, (t->count + 1) * sizeof(*t->line));
	if (!t->line || !line)
		abort();
	t->line[t->count++] = line;
}

static char *property_line(const char *path, const char *name, const uint8_t *value, int len)
{
	size_t at = strlen(path) + strlen(name) + 2;
	char *line = malloc(at + 2 * (size_t)len + 1);

	if (!line)
		abort();
	sprintf(line, "%s:%s=", path, name);
	for (int i = 0; i < len; i++)
		sprintf(line + at + 2 * i, "%02x", value[i]);
	return line;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct tree tree_of(const void *fdt)
{
	struct tree t = { 0 };
	char *path = calloc(1, 1);
	int offset = 0, next = 0, depth = 0;
	size_t above[128];
	uint32_t tag;

	while (path && (tag = fdt_next_tag(fdt, offset, &next)) != FDT_END && next >= 0) {
		const char *name;
		int len;

		if (tag == FDT_BEGIN_NODE) {
			name = fdt_get_name(fdt, offset, &len);
			path = realloc(path, strlen(path) + (size_t)len + 2);
			if (!path || depth == 128)
				abort();
			above[depth++] = strlen(path);
			if (offset > 0)
				strcat(strcat(path, "/"), name);
			add(&t, strdup(path));
		} else if (tag == FDT_END_NODE) {
			path[above[--depth]] = '\0';
		} else if (tag == FDT_PROP) {
			const void *value = fdt_getprop_by_offset(fdt, offset, &name, &len);

			add(&t, property_line(path, name, value, len));
		}
		offset = next;
	}
	free(path);
	qsort(t.line, t.count, sizeof(*t.line), by_text);
	return t;
}

void tree_done(struct tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->line[i]);
	free(t->line);
	*t = (struct tree){ 0 };
}

static bool by_loader(const char *line)
{
	static const char *const names[] = {
		"bootargs", "kaslr-seed", "rng-seed", "linux,initrd-start", "linux,initrd-end",
		"linux,elfcorehdr", "linux,usable-memory-range", "linux,booted-from-kexec",
		"linux,ima-kexec-buffer", "linux,kho-fdt", "linux,kho-scratch",
		"linux,dmcryptkeys",
	};
	const char *name = strrchr(line, ':');

	/* "/chosen@0" is found as "/chosen", too. */
	if (strcmp(line, "/chosen") == 0)
		return true;
	if (!name || strncmp(line, "/chosen", 7) != 0)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = strlen(names[i]);

		if (strncmp(name + 1, names[i], len) == 0 && name[1 + len] == '=')
			return true;
	}
	return false;
}

void tree_without_loader(struct tree *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (by_loader(t->line[i]))
			free(t->line[i]);
		else
			t->line[kept++] = t->line[i];
	}
	t->count = kept;
}

const char *tree_difference(const struct tree *a, const struct tree *b)
{
	for (size_t i = 0; i < a->count || i < b->count; i++) {
		if (i == a->count)
			return b->line[i];
		if (i == b->count || strcmp(a->line[i], b->line[i]) != 0)
			return a->line[i];
	}
	return NULL;
}

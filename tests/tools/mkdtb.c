/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes device trees from text through libfdt's sequential writer. */
#include <ctype.h>
#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "tests/tools/mkdtb.h"

enum { ROOM = 4 << 20, VALUE_ROOM = 64 << 10 };

struct parser {
	struct kx_span rest;
	unsigned int line;
	void *fdt;
	uint8_t *value;
	size_t value_len;
	struct kx_err *err;
};

static int wrong(const struct parser *p, const char *what)
{
	return kx_fail(p->err, -EINVAL, "line %u: %s", p->line, what);
}

static void skip(struct parser *p, size_t count)
{
	for (; count > 0; count--) {
		p->line += p->rest.base[0] == '\n';
		p->rest.base++;
		p->rest.len--;
	}
}

static void skip_blanks(struct parser *p)
{
	while (p->rest.len > 0 && isspace(p->rest.base[0]))
		skip(p, 1);
}

static bool accept(struct parser *p, const char *what)
{
	skip_blanks(p);
	if (!kx_span_starts(p->rest, what))
		return false;
	skip(p, strlen(what));
	return true;
}

/* A word: up to a blank or a sign that ends names. */
static struct kx_span word(struct parser *p)
{
	struct kx_span w;

	skip_blanks(p);
	w = (struct kx_span){ p->rest.base, 0 };
	while (w.len < p->rest.len && !isspace(w.base[w.len]) && !strchr("{};=<>[]\"", w.base[w.len]))
		w.len++;
	skip(p, w.len);
	return w;
}

static int put(struct parser *p, uint64_t value, unsigned int bytes)
{
	if (p->value_len + bytes > VALUE_ROOM)
		return wrong(p, "property too long");
	for (unsigned int i = bytes; i > 0; i--)
		p->value[p->value_len++] = (uint8_t)(value >> 8 * (i - 1));
	return 0;
}

/* <1 0x2> or [00 ff]; the opening sign is gone. */
static int numbers(struct parser *p, const char *end, int base, unsigned int bytes)
{
	int rc = 0;

	while (rc == 0 && !accept(p, end)) {
		uint64_t value;

		if (!kx_span_number(word(p), base, &value) || value >> 8 * bytes)
			return wrong(p, "not a number that fits");
		rc = put(p, value, bytes);
	}
	return rc;
}

static int string(struct parser *p)
{
	while (p->rest.len > 1 && p->rest.base[0] != '"') {
		uint8_t c = p->rest.base[0];
		int rc;

		if (c == '\\') {
			skip(p, 1);
			c = p->rest.base[0] == '0' ? 0 : p->rest.base[0];
		}
		skip(p, 1);
		rc = put(p, c, 1);
		if (rc < 0)
			return rc;
	}
	return accept(p, "\"") ? put(p, 0, 1) : wrong(p, "string without end");
}

/* NAME is read; "= value, value;" or ";" follows. */
static int property(struct parser *p, const char *name)
{
	int rc = 0;

	p->value_len = 0;
	if (accept(p, "=")) {
		do {
			if (accept(p, "<"))
				rc = numbers(p, ">", 0, 4);
			else if (accept(p, "["))
				rc = numbers(p, "]", 16, 1);
			else if (accept(p, "\""))
				rc = string(p);
			else
				rc = wrong(p, "no value");
		} while (rc == 0 && accept(p, ","));
	}
	if (rc < 0)
		return rc;
	if (!accept(p, ";"))
		return wrong(p, "no ; behind a property");
	return fdt_property(p->fdt, name, p->value, (int)p->value_len) < 0 ? wrong(p, "too large") : 0;
}

/* "name {" is read; it goes up to the "}" of the root, without recursion. */
static int root(struct parser *p)
{
	int depth = 1, rc = fdt_begin_node(p->fdt, "") < 0 ? wrong(p, "too large") : 0;
	char name[256];

	while (rc == 0 && depth > 0) {
		struct kx_span w;

		if (accept(p, "}")) {
			if (!accept(p, ";") || fdt_end_node(p->fdt) < 0)
				return wrong(p, "no ; behind a node");
			depth--;
			continue;
		}
		w = word(p);
		if (w.len == 0 || w.len >= sizeof(name))
			return wrong(p, "no name");
		memcpy(name, w.base, w.len);
		name[w.len] = '\0';
		if (!accept(p, "{")) {
			rc = property(p, name);
			continue;
		}
		if (fdt_begin_node(p->fdt, name) < 0)
			return wrong(p, "too large");
		depth++;
	}
	return rc;
}

static int tree(struct parser *p)
{
	uint64_t start, size;
	int rc;

	if (fdt_create(p->fdt, ROOM) < 0)
		return wrong(p, "no tree");
	while (accept(p, "/memreserve/")) {
		if (!kx_span_number(word(p), 0, &start) || !kx_span_number(word(p), 0, &size) ||
		    !accept(p, ";") || fdt_add_reservemap_entry(p->fdt, start, size) < 0)
			return wrong(p, "not a reservation");
	}
	if (fdt_finish_reservemap(p->fdt) < 0 || !accept(p, "/") || !accept(p, "{"))
		return wrong(p, "no root");
	rc = root(p);
	if (rc == 0 && fdt_finish(p->fdt) < 0)
		return wrong(p, "cannot be finished");
	return rc;
}

int mkdtb(struct kx_span text, void **ret, size_t *ret_len, struct kx_err *err)
{
	_cleanup_free_ uint8_t *fdt = calloc(1, ROOM), *value = calloc(1, VALUE_ROOM), *all = NULL;
	struct parser p = { .rest = text, .line = 1, .fdt = fdt, .value = value, .err = err };
	size_t len = 0;

	if (!fdt || !value)
		return kx_fail(err, -ENOMEM, "no memory");
	while (accept(&p, "/dts-v1/;")) {
		int rc = tree(&p);
		uint8_t *more;

		if (rc < 0)
			return rc;
		more = realloc(all, len + fdt_totalsize(fdt));
		if (!more)
			return kx_fail(err, -ENOMEM, "no memory");
		all = more;
		memcpy(all + len, fdt, fdt_totalsize(fdt));
		len += fdt_totalsize(fdt);
	}
	skip_blanks(&p);
	if (p.rest.len > 0 || len == 0)
		return wrong(&p, "not a tree");
	*ret = all;
	*ret_len = len;
	all = NULL;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which modules are loaded: each behind all that it needs. modules.dep has for each
 * module all others that it needs, those of these too, so that one look at a line says whether it
 * may come now.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/cleanup.h"
#include "lib/modules/internal.h"

enum { DEPTH_MAX = 64 };

/** struct adding - one kx_modules_add(); @found: the best so far */
struct adding {
	struct kx_modules *m;
	enum kx_modules_found found;
	struct kx_err *err;
};

static int add_line(struct adding *a, struct dep_line *line, unsigned int depth);

static int no_memory(struct kx_err *err)
{
	return kx_fail(err, -ENOMEM, "no memory for the list of modules");
}

static int fail_line(struct adding *a, int code, const struct dep_line *line, const char *why)
{
	return kx_fail(a->err, code, "modules.dep: %.*s %s", (int)line->path.len,
		       (const char *)line->path.base, why);
}

/* ---- the list ------------------------------------------------------------------------------- */

static char *copy_name(struct kx_span name)
{
	char *copy = strndup((const char *)name.base, name.len);

	for (char *c = copy; c && *c; c++) {
		if (*c == '-')
			*c = '_';
	}
	return copy;
}

static int append(struct adding *a, const struct dep_line *line)
{
	struct kx_modules *m = a->m;
	struct kx_module new;

	if (kx_array_grow(&m->list, &m->room, m->count) < 0)
		return no_memory(a->err);
	new.name = copy_name(line->name);
	new.path = strndup((const char *)line->path.base, line->path.len);
	new.options = kx_modules_options(m, line->name);
	if (!new.name || !new.path || !new.options) {
		free(new.name), free(new.path), free(new.options);
		return no_memory(a->err);
	}
	m->list[m->count++] = new;
	return 0;
}

static int wait(struct adding *a, struct kx_span word)
{
	struct kx_modules *m = a->m;

	if (kx_array_grow(&m->later, &m->later_room, m->n_later) < 0)
		return no_memory(a->err);
	m->later[m->n_later++] = word;
	return 0;
}

/* ---- what a word stands for ----------------------------------------------------------------- */

/* May it come now? Not if it is, or needs, what is just being added. */
static bool ready(struct kx_modules *m, const struct dep_line *line)
{
	struct kx_span needs = line->needs, word;

	m->steps -= m->steps < needs.len ? m->steps : needs.len;
	if (line->visit == VISIT_OPEN)
		return false;
	while (kx_modules_word(&needs, &word)) {
		const struct dep_line *other = kx_modules_line(m, kx_modules_name(word));

		if (other && other->visit == VISIT_OPEN)
			return false;
	}
	return true;
}

static int add_ready(struct adding *a, struct dep_line *line, unsigned int depth)
{
	if (line->visit == VISIT_DONE)
		return 0;
	if (ready(a->m, line))
		return add_line(a, line, depth);
	if (line->waits)
		return 0;
	line->waits = true;
	return wait(a, line->name);
}

static int add_aliased(struct adding *a, struct kx_span word, unsigned int depth)
{
	const struct pairs *alias = &a->m->alias, *builtin = &a->m->builtin_alias;
	int rc = 0;

	for (size_t i = 0; i < alias->count && rc == 0; i++) {
		struct dep_line *line;

		if (!kx_modules_match(alias->item[i].key, word, &a->m->steps))
			continue;
		line = kx_modules_line(a->m, alias->item[i].value);
		if (line) {
			a->found = KX_MODULES_LISTED;
			rc = add_ready(a, line, depth);
		}
	}
	for (size_t i = 0; i < builtin->count && rc == 0 && a->found == KX_MODULES_NONE; i++) {
		if (kx_modules_match(builtin->item[i].key, word, &a->m->steps))
			a->found = KX_MODULES_BUILTIN;
	}
	if (rc == 0 && a->m->steps == 0)
		rc = kx_fail(a->err, -E2BIG, "modules.alias: too many patterns to compare %.*s with",
			     (int)word.len, (const char *)word.base);
	return rc;
}

static int add_word(struct adding *a, struct kx_span word, unsigned int depth)
{
	struct dep_line *line = kx_modules_line(a->m, word);

	if (line) {
		a->found = KX_MODULES_LISTED;
		return add_ready(a, line, depth);
	}
	/* A library that is built in may have the name of a cipher: "crc32". */
	if (kx_modules_first(&a->m->builtin, word) < a->m->builtin.count)
		a->found = KX_MODULES_BUILTIN;
	return add_aliased(a, word, depth);
}

/* ---- dependencies --------------------------------------------------------------------------- */

/* "pre: a b post: c" of all lines for the module. */
static int add_soft(struct adding *a, struct kx_span name, bool post, unsigned int depth)
{
	const struct pairs *softdep = &a->m->softdep;
	struct adding soft = { .m = a->m, .err = a->err };
	int rc = 0;

	for (size_t i = kx_modules_first(softdep, name);
	     i < softdep->count && kx_modules_compare(softdep->item[i].key, name) == 0; i++) {
		struct kx_span rest = softdep->item[i].value, word;
		bool now = false;

		while (rc == 0 && kx_modules_word(&rest, &word)) {
			if (kx_span_equal(word, "pre:"))
				now = !post;
			else if (kx_span_equal(word, "post:"))
				now = post;
			else if (now)
				rc = post ? wait(&soft, word) : add_word(&soft, word, depth);
		}
	}
	return rc;
}

static int add_line(struct adding *a, struct dep_line *line, unsigned int depth)
{
	struct kx_span needs = line->needs, word;
	int rc = 0;

	if (line->visit == VISIT_DONE)
		return 0;
	if (line->visit == VISIT_OPEN)
		return fail_line(a, -ELOOP, line, "needs itself");
	if (depth == DEPTH_MAX)
		return fail_line(a, -ELOOP, line, "stands under too many others");
	line->visit = VISIT_OPEN;
	while (rc == 0 && kx_modules_word(&needs, &word)) {
		struct dep_line *other = kx_modules_line(a->m, kx_modules_name(word));

		if (!other)
			return fail_line(a, -ENOENT, line, "needs what has no line of its own");
		rc = add_line(a, other, depth + 1);
	}
	if (rc == 0)
		rc = add_soft(a, line->name, false, depth + 1);
	if (rc == 0) {
		line->at = a->m->count;
		rc = append(a, line);
	}
	if (rc == 0)
		rc = add_soft(a, line->name, true, depth + 1);
	line->visit = VISIT_DONE;
	return rc;
}

int kx_modules_add(struct kx_modules *m, struct kx_span word, enum kx_modules_found *ret,
		   struct kx_err *err)
{
	struct adding a = { .m = m, .err = err }, soft = a;
	int rc = add_word(&a, word, 0);

	while (rc == 0 && m->word < m->n_later)
		rc = add_word(&soft, m->later[m->word++], 0);
	if (rc == 0 && ret)
		*ret = a.found;
	return rc;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that depmod(8) writes and modprobe.d(5), taken apart; who needs whom is order.c's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/cmdline.h"
#include "lib/modules/internal.h"

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool kx_modules_word(struct kx_span *rest, struct kx_span *word)
{
	size_t start = 0, end;

	while (start < rest->len && is_blank(rest->base[start]))
		start++;
	for (end = start; end < rest->len && !is_blank(rest->base[end]);)
		end++;
	if (start == end)
		return false;
	kx_span_slice(*rest, start, end - start, word);
	return kx_span_slice(*rest, end, rest->len - end, rest);
}

struct kx_span kx_modules_name(struct kx_span path)
{
	struct kx_span name = path;

	for (size_t i = 0; i < path.len; i++) {
		if (path.base[i] == '/')
			kx_span_slice(path, i + 1, path.len - i - 1, &name);
	}
	for (size_t i = 0; i + 3 <= name.len; i++) {
		if (memcmp(name.base + i, ".ko", 3) == 0 &&
		    (i + 3 == name.len || name.base[i + 3] == '.')) {
			name.len = i;
			break;
		}
	}
	return name;
}

int kx_modules_pair(struct pairs *to, struct kx_span key, struct kx_span value)
{
	if (kx_array_grow(&to->item, &to->room, to->count) < 0)
		return -ENOMEM;
	to->item[to->count] = (struct pair){ key, value, to->count };
	to->count++;
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int rc = kx_modules_compare(x->key, y->key);

	return rc ? rc : x->order < y->order ? -1 : x->order > y->order;
}

void kx_modules_sort(struct pairs *pairs)
{
	if (pairs->count > 0)
		qsort(pairs->item, pairs->count, sizeof(*pairs->item), by_key);
}

size_t kx_modules_first(const struct pairs *pairs, struct kx_span key)
{
	size_t low = 0, high = pairs->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kx_modules_compare(pairs->item[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < pairs->count && kx_modules_compare(pairs->item[low].key, key) == 0)
		return low;
	return pairs->count;
}

/* "kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko ..." */
static int index_dep(struct kx_modules *m, struct kx_span text)
{
	struct kx_span line;

	while (kx_span_line(&text, &line)) {
		const uint8_t *colon = line.len ? memchr(line.base, ':', line.len) : NULL;
		struct dep_line new = { .visit = VISIT_NOT };
		size_t at;

		if (!colon)
			continue;
		at = (size_t)(colon - line.base);
		kx_span_slice(line, 0, at, &new.path);
		kx_span_slice(line, at + 1, line.len - at - 1, &new.needs);
		new.path = kx_span_trim(new.path);
		new.name = kx_modules_name(new.path);
		if (new.name.len == 0)
			continue;
		if (kx_array_grow(&m->line, &m->line_room, m->lines) < 0)
			return -ENOMEM;
		m->line[m->lines++] = new;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct dep_line *x = a, *y = b;
	int rc = kx_modules_compare(x->name, y->name);

	/* Of two the first in the text, whatever the sort does with equal ones. */
	return rc ? rc : x->path.base < y->path.base ? -1 : x->path.base > y->path.base;
}

/* Names are once each from now on. */
static void sort_lines(struct kx_modules *m)
{
	size_t kept = 0;

	if (m->lines > 0)
		qsort(m->line, m->lines, sizeof(*m->line), by_name);
	for (size_t i = 0; i < m->lines; i++) {
		if (kept > 0 && kx_modules_compare(m->line[kept - 1].name, m->line[i].name) == 0)
			continue;
		m->line[kept++] = m->line[i];
	}
	m->lines = kept;
}

struct dep_line *kx_modules_line(const struct kx_modules *m, struct kx_span name)
{
	size_t low = 0, high = m->lines;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int rc = kx_modules_compare(m->line[middle].name, name);

		if (rc == 0)
			return &m->line[middle];
		if (rc < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* modules.alias, modules.softdep and modprobe.d are lines "WHAT NAME REST". */
static int index_words(struct kx_modules *m, struct kx_span text)
{
	struct kx_span line, what, name, module;
	int rc = 0;

	while (rc == 0 && kx_span_line(&text, &line)) {
		if (!kx_modules_word(&line, &what) || !kx_modules_word(&line, &name))
			continue;
		line = kx_span_trim(line);
		if (kx_span_equal(what, "softdep"))
			rc = kx_modules_pair(&m->softdep, name, line);
		else if (kx_span_equal(what, "options"))
			rc = kx_modules_pair(&m->option, name, line);
		else if (kx_span_equal(what, "alias") && kx_modules_word(&line, &module))
			rc = kx_modules_pair(&m->alias, name, module);
	}
	return rc;
}

static int index_builtin(struct kx_modules *m, struct kx_span text)
{
	struct kx_span line;
	int rc = 0;

	while (rc == 0 && kx_span_line(&text, &line)) {
		struct kx_span name = kx_modules_name(kx_span_trim(line));

		if (name.len > 0)
			rc = kx_modules_pair(&m->builtin, name, line);
	}
	return rc;
}

/* "MODULE.KEY=VALUE", each with a NUL behind it. */
static int index_builtin_info(struct kx_modules *m, struct kx_span text)
{
	static const char mark[] = ".alias=";
	size_t at = 0;
	int rc = 0;

	while (rc == 0 && at < text.len) {
		const uint8_t *nul = memchr(text.base + at, 0, text.len - at), *dot;
		struct kx_span one = { text.base + at, text.len - at };

		if (nul)
			one.len = (size_t)(nul - one.base);
		at += one.len + 1;
		dot = one.len ? memchr(one.base, '.', one.len) : NULL;
		if (dot) {
			struct kx_span name = { one.base, (size_t)(dot - one.base) };
			struct kx_span rest = { dot, one.len - name.len };

			if (kx_span_starts(rest, mark)) {
				kx_span_slice(rest, strlen(mark), rest.len - strlen(mark), &rest);
				rc = kx_modules_pair(&m->builtin_alias, rest, name);
			}
		}
	}
	return rc;
}

int kx_modules_index(const struct kx_modules_texts *texts, struct kx_modules *to)
{
	int rc = index_dep(to, texts->dep);

	/* What the administrator says counts before what modules say. */
	if (rc == 0)
		rc = index_words(to, texts->config);
	if (rc == 0)
		rc = index_words(to, texts->alias);
	if (rc == 0)
		rc = index_words(to, texts->softdep);
	if (rc == 0)
		rc = index_builtin(to, texts->builtin);
	if (rc == 0)
		rc = index_builtin_info(to, texts->builtin_info);
	to->cmdline = texts->cmdline;
	sort_lines(to);
	kx_modules_sort(&to->builtin);
	kx_modules_sort(&to->softdep);
	kx_modules_sort(&to->option);
	return rc;
}

/* The rest of the word behind "NAME." when it is of this module; else empty. */
static struct kx_span parameter_of(struct kx_span word, struct kx_span name)
{
	struct kx_span rest = { NULL, 0 }, head = word;

	if (word.len > name.len + 1 && word.base[name.len] == '.' &&
	    word.base[name.len + 1] != '=') {
		head.len = name.len;
		if (kx_modules_compare(head, name) == 0)
			kx_span_slice(word, name.len + 1, word.len - name.len - 1, &rest);
	}
	return rest;
}

char *kx_modules_options(const struct kx_modules *m, struct kx_span name)
{
	struct kx_span rest = m->cmdline, word;
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	for (size_t i = kx_modules_first(&m->option, name);
	     i < m->option.count && kx_modules_compare(m->option.item[i].key, name) == 0; i++) {
		fprintf(out, "%s%.*s", ftell(out) > 0 ? " " : "", (int)m->option.item[i].value.len,
			(const char *)m->option.item[i].value.base);
	}
	while (kx_cmdline_word(&rest, &word) && !kx_span_equal(word, "--")) {
		struct kx_span parameter = parameter_of(word, name);

		if (parameter.len > 0)
			fprintf(out, "%s%.*s", ftell(out) > 0 ? " " : "", (int)parameter.len,
				(const char *)parameter.base);
	}
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

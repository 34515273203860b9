/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of modules. Input: texts with "|" between them, modules.dep, .alias, .softdep, .builtin,
 * .builtin.modinfo, modprobe.d, a command line; then words to add, a line each. On the list is each
 * module once, and behind all that it needs.
 */
#include <string.h>

#include "kx/modules.h"
#include "tests/fuzz/fuzz.h"

static size_t place_of(const struct kx_modules *m, const char *path)
{
	size_t i = 0;

	while (i < kx_modules_count(m) && strcmp(kx_modules_at(m, i)->path, path) != 0)
		i++;
	return i;
}

/* Of two lines of a name the first counts. */
static bool is_first(struct kx_span dep, const char *path)
{
	const size_t len = strlen(path);
	unsigned int count = 0;
	struct kx_span line;

	while (kx_span_line(&dep, &line)) {
		line = kx_span_trim(line);
		count += kx_span_starts(line, path) && line.len > len &&
			 (line.base[len] == ':' || line.base[len] == ' ');
	}
	return count == 1;
}

/* Lines "NAME: NAME...", see is_plain(). */
static void check_order(const struct kx_modules *m, const struct kx_span dep)
{
	struct kx_span rest = dep, line;

	while (kx_span_line(&rest, &line)) {
		char *text = strndup((const char *)line.base, line.len), *save = NULL;
		char *path = strtok_r(text, ":", &save), *need;
		size_t at = path ? place_of(m, path) : kx_modules_count(m);

		/* strtok_r() passes over what begins with a colon. */
		if (at == kx_modules_count(m) || !is_first(dep, path) || path != text) {
			free(text);
			continue;
		}
		while ((need = strtok_r(NULL, " ", &save))) {
			size_t other = place_of(m, need);

			PROMISE(other < at || other == kx_modules_count(m));
		}
		free(text);
	}
}

/* Are paths nothing but names, and are these told apart as they stand? */
static bool is_plain(struct kx_span dep)
{
	for (size_t i = 0; i < dep.len; i++) {
		if ((dep.base[i] < ' ' && dep.base[i] != '\n') || strchr("./-", dep.base[i]))
			return false;
	}
	return dep.len < 4096;
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_span rest = { data, size }, word;
	struct kx_modules_texts texts = { .dep = { NULL, 0 } };
	struct kx_span *const text[] = { &texts.dep, &texts.alias, &texts.softdep, &texts.builtin,
					 &texts.builtin_info, &texts.config, &texts.cmdline };
	struct kx_modules *m;
	struct kx_err err = { "" };
	int rc = 0;

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		*text[i] = fuzz_field(&rest);
	PROMISE(kx_modules_new(&texts, &m, &err) == 0);
	while (rc == 0 && kx_span_line(&rest, &word)) {
		enum kx_modules_found found = KX_MODULES_NONE;
		size_t before = kx_modules_count(m);

		rc = kx_modules_add(m, word, &found, &err);
		PROMISE(rc == 0 || err.text[0]);
		PROMISE(rc < 0 || found == KX_MODULES_LISTED || kx_modules_count(m) == before);
	}
	rc = rc == 0 && is_plain(texts.dep) ? 0 : -1;
	for (size_t i = 0; rc == 0 && i < kx_modules_count(m); i++) {
		PROMISE(kx_modules_has(m, kx_span_of(kx_modules_at(m, i)->name)));
		PROMISE(place_of(m, kx_modules_at(m, i)->path) == i);
	}
	if (rc == 0)
		check_order(m, texts.dep);
	kx_modules_free(m);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines, the running one and after a newline --append's: see the promises. */
#include <string.h>

#include "kx/cmdline.h"
#include "tests/fuzz/fuzz.h"

static bool has(struct kx_span line, struct kx_span wanted)
{
	struct kx_span word;
	bool found = false;
	/* A quote left open is closed: one byte more. */
	while (!found && kx_cmdline_word(&line, &word))
		found = word.len - wanted.len <= 1 && !memcmp(word.base, wanted.base, wanted.len);
	return found;
}

/*
 * Is word @i asked for? All of few, and some of many: a look through the line for each of them
 * costs a square that is not the program's.
 */
static bool is_asked(size_t i)
{
	return i < 64 || (i & (i - 1)) == 0;
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_span rest = { data, size }, running = { 0 }, word;
	const struct kx_cmdline_leave leave = { .loading = true };
	char *append, *line, *again;

	if (memchr(data, '\0', size))
		return 0;
	kx_span_line(&rest, &running);
	running = kx_span_trim(running);
	rest = kx_span_trim(rest);
	append = strndup((const char *)rest.base, rest.len);
	PROMISE(kx_cmdline_reuse(running, append, &leave, &line) == 0);
	PROMISE(strlen(line) <= running.len + rest.len + 4);
	/* A chain of kexecs adds nothing, but for what a quote left open makes of the words. */
	PROMISE(kx_cmdline_reuse(kx_span_of(line), append, &leave, &again) == 0);
	PROMISE(!strcmp(line, again) || (fuzz_count(rest, '"') | fuzz_count(running, '"')) & 1);
	for (size_t i = 0; kx_cmdline_word(&rest, &word); i++)
		PROMISE(!is_asked(i) || has(kx_span_of(line), word));
	for (size_t i = 0; kx_cmdline_word(&running, &word) && !kx_span_equal(word, "--"); i++)
		PROMISE(!is_asked(i) || has(kx_span_of(line), word) || fuzz_count(word, '='));
	free(append), free(line), free(again);
	return 0;
}

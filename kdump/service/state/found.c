/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line with the image's name, then one for each finding: level, check, target and text, parted by
 * tabs. No JSON: reading that takes a library that a machine need not have.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/state/found.h"
#include "kx/cleanup.h"

/* The text may have any byte, as names of files do. */
static void put_word(FILE *to, const char *word, char end)
{
	for (; *word; word++)
		fputc((unsigned char)*word < ' ' ? '?' : *word, to);
	fputc(end, to);
}

static void put_finding(FILE *to, const struct finding *f)
{
	put_word(to, finding_name(f->level), '\t');
	put_word(to, f->check, '\t');
	put_word(to, f->target, '\t');
	put_word(to, f->text, '\n');
}

int found_put(const struct state *state, const char *image, const struct findings *findings,
	      struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0, kept = 0;
	FILE *to = open_memstream(&text, &len);
	bool bad;

	state_drop(state->run, STATE_FOUND);
	if (!to)
		return kx_fail(err, -ENOMEM, "no memory");
	put_word(to, image, '\n');
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->item[i];

		if (f->level < FINDING_WARNING || strcmp(f->check, FOUND_ANEW) == 0)
			continue;
		put_finding(to, f);
		kept++;
	}
	bad = ferror(to);
	if (fclose(to) != 0 || bad)
		return kx_fail(err, -ENOMEM, "no memory");
	return kept ? state_put(state->run, STATE_FOUND, text, len, err) : 0;
}

static void take_finding(struct findings *ret, char *line)
{
	const char *name = strsep(&line, "\t"), *check = strsep(&line, "\t"),
		   *target = strsep(&line, "\t");

	for (enum finding_level level = FINDING_WARNING; line && level < FINDING_LEVELS; level++) {
		if (strcmp(name, finding_name(level)) == 0)
			findings_add(ret, level, check, target, "%s", line);
	}
}

void found_get(const struct state *state, const char *image, struct findings *ret)
{
	_cleanup_free_ char *text = NULL;
	char *rest, *line;

	if (state_get(state->run, STATE_FOUND, &text, NULL) < 0)
		return;
	rest = text;
	line = strsep(&rest, "\n");
	if (strcmp(line, image) != 0)
		return;
	while ((line = strsep(&rest, "\n")) != NULL)
		take_finding(ret, line);
}

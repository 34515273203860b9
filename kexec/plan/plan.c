/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan holds: memory, segments, notes, the command line. Knows no format and no machine. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/plan/internal.h"
#include "kexec/plan/plan.h"
#include "kx/array.h"
#include "kx/machine.h"

uint64_t kx_plan_page_size(const struct kx_plan *plan)
{
	return plan->page_size ? plan->page_size : KX_PAGE_SIZE;
}

void kx_plan_done(struct kx_plan *plan)
{
	kx_ranges_done(&plan->usable);
	free(plan->segments);
	for (size_t i = 0; i < plan->n_notes; i++)
		free(plan->notes[i]);
	free(plan->notes);
	for (size_t i = 0; i < plan->n_owned; i++)
		free(plan->owned[i]);
	free(plan->owned);
	*plan = (struct kx_plan){ 0 };
}

void *kx_plan_alloc(struct kx_plan *plan, size_t size)
{
	void **owned = reallocarray(plan->owned, plan->n_owned + 1, sizeof(*owned));
	void *memory;

	if (!owned)
		return NULL;
	plan->owned = owned;
	memory = calloc(1, size ? size : 1);
	if (memory)
		owned[plan->n_owned++] = memory;
	return memory;
}

__attribute__((format(printf, 3, 0))) static void
add_note(struct kx_plan *plan, const char *mark, const char *format, va_list args)
{
	char **notes = reallocarray(plan->notes, plan->n_notes + 1, sizeof(*notes));
	char *text, *note;

	if (!notes)
		return;
	plan->notes = notes;
	if (vasprintf(&text, format, args) < 0)
		return;
	if (asprintf(&note, "%s%s", mark, text) >= 0)
		notes[plan->n_notes++] = note;
	free(text);
}

void kx_plan_note(struct kx_plan *plan, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_note(plan, "", format, args);
	va_end(args);
}

void kx_plan_warn(struct kx_plan *plan, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_note(plan, KX_PLAN_WARNING, format, args);
	va_end(args);
}

int kx_plan_add_segment(struct kx_plan *plan, const struct kx_segment *segment)
{
	if (kx_array_grow(&plan->segments, &plan->room, plan->n_segments) < 0)
		return -ENOMEM;
	plan->segments[plan->n_segments++] = *segment;
	return 0;
}

int kx_plan_add_word(struct kx_plan *plan, const char *word, size_t max, struct kx_err *err)
{
	const char *users = plan->cmdline + plan->own_words;
	size_t room = strlen(plan->cmdline) + strlen(word) + 2;
	char *line = kx_plan_alloc(plan, room);

	if (!line)
		return kx_fail(err, -ENOMEM, "no memory for the command line");
	/* What was added before ends with a blank, unless the user has no words. */
	snprintf(line, room, "%.*s%s%s%s%s", (int)plan->own_words, plan->cmdline,
		 plan->own_words && !*users ? " " : "", word, *users ? " " : "", users);
	plan->own_words = strlen(line) - strlen(users);
	plan->cmdline = line;
	if (strlen(line) > max)
		return kx_fail(err, -E2BIG,
			       "the command line with %s has %zu bytes, this kernel takes at most %zu: "
			       "shorten it",
			       word, strlen(line), max);
	return 0;
}

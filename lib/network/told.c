/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all steps of making a network need: its plan by name, and who is told. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/network/internal.h"

void up_say(const struct up *up, const char *format, ...)
{
	char text[400];
	va_list args;

	if (!up->way->log)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	up->way->log(up->way->data, text);
}

void up_note(struct up *up, int rc)
{
	up_say(up, "%s", up->err->text);
	if (up->failed < 0)
		return;
	up->failed = rc;
	up->first = *up->err;
}

int up_first(struct up *up)
{
	*up->err = up->first;
	return up->failed;
}

bool up_find(const struct up *up, const char *name, size_t *ret)
{
	for (size_t i = 0; i < up->plan->n_links; i++) {
		if (!up->plan->link[i].name || strcmp(up->plan->link[i].name, name) != 0)
			continue;
		*ret = i;
		return true;
	}
	return false;
}

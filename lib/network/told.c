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

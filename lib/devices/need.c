/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of what no device names. */
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "lib/devices/internal.h"

int kx_devices_need(struct kx_devices *devices, bool optional, const char *word, const char *why,
		    struct kx_err *err)
{
	struct kx_devices_need new = { .optional = optional };

	for (size_t i = 0; i < devices->needs; i++) {
		if (strcmp(devices->need[i].word, word) == 0) {
			devices->need[i].optional &= optional;
			return 0;
		}
	}
	new.word = strdup(word);
	new.why = strdup(why);
	if (!new.word || !new.why ||
	    kx_array_grow(&devices->need, &devices->need_room, devices->needs) < 0) {
		free(new.word), free(new.why);
		return kx_devices_no_memory(err);
	}
	devices->need[devices->needs++] = new;
	return 0;
}

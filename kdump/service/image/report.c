/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of an image: lists of files that grow. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/image/report.h"
#include "kx/array.h"

int image_parts_add(struct image_parts *parts, const char *name, uint64_t size,
		    struct kx_err *err)
{
	char *copy = strdup(name);

	if (!copy || kx_array_grow(&parts->item, &parts->room, parts->count) < 0) {
		free(copy);
		return kx_fail(err, -ENOMEM, "no memory for what the initramfs has");
	}
	parts->item[parts->count++] = (struct image_part){ copy, size };
	return 0;
}

bool image_parts_have(const struct image_parts *parts, const char *name)
{
	for (size_t i = 0; i < parts->count; i++) {
		if (strcmp(parts->item[i].name, name) == 0)
			return true;
	}
	return false;
}

int image_parts_note(struct image_parts *parts, const char *name, struct kx_err *err)
{
	return image_parts_have(parts, name) ? 0 : image_parts_add(parts, name, 0, err);
}

static void parts_done(struct image_parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		free(parts->item[i].name);
	free(parts->item);
	*parts = (struct image_parts){ .count = 0 };
}

void image_report_done(struct image_report *report)
{
	parts_done(&report->module);
	parts_done(&report->firmware);
	parts_done(&report->missing);
	parts_done(&report->builtin);
	parts_done(&report->absent);
	parts_done(&report->unknown);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells what of arrays and mirrors is lost while the machine is well. Changes nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "kdump/base/mapper.h"
#include "kdump/service/resolve/volumes.h"
#include "kdump/service/resolve/volumes_raid.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"

enum { TEXT_MAX = 1 << 12 };

/* What sys/class/block/NAME/FILE begins with: one number or two. */
static bool numbers_of(const char *root, const char *name, const char *file, unsigned int *a,
		       unsigned int *b)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	char path[320];
	size_t len;

	snprintf(path, sizeof(path), "sys/class/block/%.255s/%s", name, file);
	if (kx_file_read(root, path, TEXT_MAX, &text, &len, &ignored) < 0)
		return false;
	return b ? sscanf(text, "%u:%u", a, b) == 2 : sscanf(text, "%u", a) == 1;
}

static bool array_is_worse(const char *root, const char *name, unsigned int *lost,
			   unsigned int *all)
{
	return numbers_of(root, name, "md/degraded", lost, NULL) &&
	       numbers_of(root, name, "md/raid_disks", all, NULL) && *lost;
}

static bool mapped_is_worse(const char *root, const char *name, unsigned int *lost,
			    unsigned int *all)
{
	_cleanup_free_ char *text = NULL;
	struct mapper mapper = { .fd = -1 };
	unsigned int major, minor;
	struct kx_err ignored;
	const char *words;
	int rc;

	if (!numbers_of(root, name, "dev", &major, &minor) ||
	    mapper_open(&mapper, root, &ignored) < 0)
		return false;
	rc = mapper_status(&mapper, makedev(major, minor), &text, &ignored);
	mapper_close(&mapper);
	words = rc == 0 ? strstr(text, " raid ") : NULL;
	return words &&
	       volumes_raid_health(kx_span_of(words + strlen(" raid ")), lost, all) && *lost;
}

int volumes_worse(const char *root, const struct kx_capture_plan *plan,
		  const struct kx_capture_target *target, char **ret)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool any = false;

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < target->volume.count; i++) {
		const struct kx_capture_volume *v =
			kx_capture_find_volume(plan, target->volume.item[i]);
		unsigned int lost = 0, all = 0;
		bool worse = false;

		if (v && v->kind == KX_CAPTURE_MD)
			worse = array_is_worse(root, v->name, &lost, &all);
		else if (v && v->least)
			worse = mapped_is_worse(root, v->name, &lost, &all);
		if (!worse)
			continue;
		fprintf(out, "%s%u of %u members of %s are missing or not up to date", any ? ", " : "", lost, all, v->label ? v->label : v->name);
		any = true;
	}
	if (fclose(out) != 0)
		return -ENOMEM;
	if (!any)
		return -ENOENT;
	*ret = text;
	text = NULL;
	return 0;
}

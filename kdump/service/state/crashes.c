/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at manifests only; dumps may be large, and are not opened. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/state/crashes.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/manifest.h"

/** struct look - through one folder */
struct look {
	struct crash *ret;
	const char *root, *folder, *test;
};

#define TAKE(to, text) snprintf(to, sizeof(to), "%.*s", (int)sizeof(to) - 1, text)

static void take(struct crash *crash, const struct kx_manifest *m)
{
	crash->found = true;
	crash->time = m->crash_time;
	TAKE(crash->panic, m->panic);
	TAKE(crash->incomplete, m->incomplete);
	TAKE(crash->release, m->release);
	crash->lowest = m->capture.low_kib << 10;
}

static int look_at(const char *name, void *data, struct kx_err *err)
{
	struct look *look = data;
	struct kx_manifest *m = calloc(1, sizeof(*m));
	_cleanup_free_ char *path = NULL;

	if (!m || asprintf(&path, "%s%s/%s/manifest.json",
			   strcmp(look->root, "/") == 0 ? "" : look->root, look->folder, name) < 0) {
		free(m);
		return 0;
	}
	if (kx_manifest_read(path, m, err) == 0 &&
	    (look->test ? strcmp(m->capture.test, look->test) == 0 :
			  !look->ret->found || m->crash_time >= look->ret->time)) {
		take(look->ret, m);
		snprintf(look->ret->path, sizeof(look->ret->path), "%s/%s", look->folder, name);
	}
	kx_manifest_done(m);
	free(m);
	return 0;
}

void crash_look(struct crash *ret, const char *root, const char *folder, const char *test)
{
	struct look look = { ret, root, strcmp(folder, "/") == 0 ? "" : folder, test };
	struct kx_err ignored;

	kx_file_each(root, folder + (folder[0] == '/'), look_at, &look, &ignored);
}

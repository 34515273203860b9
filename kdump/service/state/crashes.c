/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at manifests only; dumps may be large, and are not opened. */
#include <errno.h>
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

/* 0, and @ret for kx_manifest_done() and free(); or there is none that can be read. */
static int read_manifest(const char *root, const char *folder, const char *name,
			 struct kx_manifest **ret)
{
	struct kx_manifest *m = calloc(1, sizeof(*m));
	_cleanup_free_ char *path = NULL;
	struct kx_err ignored;

	if (m && asprintf(&path, "%s%s/%s/manifest.json", strcmp(root, "/") == 0 ? "" : root,
			  folder, name) < 0)
		path = NULL;
	if (!path || kx_manifest_read(path, m, &ignored) < 0) {
		free(m);
		return -ENOENT;
	}
	*ret = m;
	return 0;
}

static int look_at(const char *name, void *data, struct kx_err *err)
{
	struct look *look = data;
	struct kx_manifest *m;

	(void)err;
	if (read_manifest(look->root, look->folder, name, &m) < 0)
		return 0;
	if (look->test ? strcmp(m->capture.test, look->test) == 0 :
			 !look->ret->found || m->crash_time >= look->ret->time) {
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

/** struct learning - through one folder */
struct learning {
	struct crash_size *ret;
	const char *root, *folder, *machine_id;
	uint64_t level;
};

static bool is_like(const struct learning *l, const struct kx_manifest *m)
{
	const char *id = m->capture.machine_id;

	return m->capture.known && !m->incomplete[0] && m->size && m->level_asked == l->level &&
	       (!id[0] || strcmp(id, l->machine_id) == 0);
}

static int learn_from(const char *name, void *data, struct kx_err *err)
{
	struct learning *l = data;
	struct kx_manifest *m;

	(void)err;
	if (read_manifest(l->root, l->folder, name, &m) < 0)
		return 0;
	if (is_like(l, m) && (!l->ret->bytes || m->crash_time >= l->ret->time))
		*l->ret = (struct crash_size){ m->size, m->crash_time };
	kx_manifest_done(m);
	free(m);
	return 0;
}

void crash_learned(struct crash_size *ret, const char *root, const char *folder,
		   const char *machine_id, uint64_t level)
{
	struct learning l = { ret, root, strcmp(folder, "/") == 0 ? "" : folder, machine_id, level };
	struct kx_err ignored;

	kx_file_each(root, folder + (folder[0] == '/'), learn_from, &l, &ignored);
}

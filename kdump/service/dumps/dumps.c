/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds dumps by their manifests. Changes nothing. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/dump/manifest.h"
#include "kdump/service/dumps/dumps.h"
#include "kdump/service/state/test_result.h"
#include "kx/array.h"
#include "kx/cleanup.h"

/* ---- one dump ------------------------------------------------------------------------------- */

/** struct seen - files in a folder: of a @dump, or its log; a manifest that was @begun */
struct seen {
	bool dump, begun;
};

/* What the files of a folder take; it and the marks that are in it. */
static int measure(int parent, const char *name, struct saved_dump *ret, struct seen *seen)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (!dir) {
		kx_cleanup_fd(&fd);
		return -errno;
	}
	ret->time = fstat(fd, &st) == 0 ? (uint64_t)st.st_mtime : 0;
	while ((entry = readdir(dir))) {
		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		ret->bytes += (uint64_t)st.st_blocks * 512;
		ret->pinned |= strcmp(entry->d_name, DUMPS_PIN) == 0;
		ret->reported |= strcmp(entry->d_name, DUMPS_REPORT) == 0;
		seen->dump |= strncmp(entry->d_name, "vmcore", 6) == 0;
		seen->begun |= strcmp(entry->d_name, MANIFEST_BEGUN) == 0;
	}
	closedir(dir);
	return 0;
}

#define COPY(to, from) snprintf(to, sizeof(to), "%.*s", (int)sizeof(to) - 1, from)

static void take_manifest(struct saved_dump *ret, const struct kx_manifest *m)
{
	if (m->crash_time)
		ret->time = m->crash_time;
	ret->complete = !m->incomplete[0];
	COPY(ret->reason, m->incomplete);
	COPY(ret->panic, m->panic);
	COPY(ret->id, m->capture.id);
}

/* Whatever can be said of a manifest needs the library. */
static bool can_read(void)
{
	struct kx_manifest *m = calloc(1, sizeof(*m));
	struct kx_err ignored;
	const bool can = m && kx_manifest_parse(kx_span_of("{\"format\": 1}"), m, &ignored) == 0;

	if (can)
		kx_manifest_done(m);
	free(m);
	return can;
}

/* One whose manifest is damaged, or not there yet, for the reason @rc. 0; -ENOENT: it is none. */
static int take_unread(int parent, const char *name, int rc, struct saved_dump *ret)
{
	struct seen seen = { false, false };

	if (measure(parent, name, ret, &seen) < 0 || !(rc == -ENOENT ? seen.begun : seen.dump))
		return -ENOENT;
	ret->unread = true;
	COPY(ret->reason, rc == -ENOENT ? DUMPS_BEGUN : DUMPS_UNREAD);
	return 0;
}

/* Is @name in the folder a dump of ours? 0: yes; -ENOENT: no; -EACCES; -ENOTSUP; -ENOMEM. */
static int look_at(int parent, const char *open, const char *name, struct saved_dump *ret,
		   struct kx_err *err)
{
	struct kx_manifest *m = calloc(1, sizeof(*m));
	_cleanup_free_ char *path = NULL;
	int rc;

	if (!m || asprintf(&path, "%s/%s/" MANIFEST_NAME, open, name) < 0) {
		path = NULL;
		free(m);
		return kx_fail(err, -ENOMEM, "no memory");
	}
	rc = kx_manifest_read(path, m, err);
	if (rc == 0) {
		rc = measure(parent, name, ret, &(struct seen){ false, false });
		take_manifest(ret, m);
		kx_manifest_done(m);
	} else if (rc != -EACCES && rc != -ENOMEM && (rc != -ENOTSUP || can_read())) {
		rc = take_unread(parent, name, rc, ret);
	}
	free(m);
	return rc;
}

static int add(struct dumps *dumps, const struct saved_dump *dump, const char *name,
	       struct kx_err *err)
{
	struct saved_dump *to;

	if (kx_array_grow(&dumps->item, &dumps->room, dumps->count) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	to = &dumps->item[dumps->count];
	*to = *dump;
	to->name = strdup(name);
	if (!to->name)
		return kx_fail(err, -ENOMEM, "no memory");
	dumps->count++;
	return 0;
}

/* ---- one folder of dumps -------------------------------------------------------------------- */

static int look_through(struct dumps *dumps, size_t place, struct kx_err *err)
{
	const char *open_path = dumps->place[place].open;
	DIR *dir = opendir(open_path);
	struct dirent *entry;
	int rc = 0;

	/* One that is there and may not be looked into is not one without dumps. */
	if (!dir && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!dir)
		return kx_fail(err, -errno, "%.160s: %s%s", dumps->place[place].path, strerror(errno),
			       errno == EACCES ? "; run as root" : "");
	while (rc == 0 && (entry = readdir(dir))) {
		struct saved_dump dump = { .place = place };
		struct kx_err why = { "" };

		if (entry->d_name[0] == '.')
			continue;
		rc = look_at(dirfd(dir), open_path, entry->d_name, &dump, &why);
		if (rc == 0)
			rc = add(dumps, &dump, entry->d_name, err);
		else if (rc == -ENOTSUP || rc == -ENOMEM || rc == -EACCES)
			*err = why;
		else
			rc = 0;
	}
	closedir(dir);
	return rc;
}

static bool has_place(const struct dumps *dumps, const char *path)
{
	for (size_t i = 0; i < dumps->places; i++) {
		if (strcmp(dumps->place[i].path, path) == 0)
			return true;
	}
	return false;
}

static int add_place(struct dumps *dumps, const char *target, const char *path, const char *root,
		     struct kx_err *err)
{
	struct dump_place *place;

	if (has_place(dumps, path))
		return 0;
	if (kx_array_grow(&dumps->place, &dumps->place_room, dumps->places) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	place = &dumps->place[dumps->places++];
	*place = (struct dump_place){ strdup(target), strdup(path), NULL };
	if (!place->target || !place->path ||
	    asprintf(&place->open, "%s%s", strcmp(root, "/") == 0 ? "" : root, path) < 0) {
		place->open = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	return look_through(dumps, dumps->places - 1, err);
}

static int add_target(struct dumps *dumps, const struct target_config *t, const char *root,
		      struct kx_err *err)
{
	char path[4096];

	if (t->type != KX_CAPTURE_FILE || !test_result_folder(t, root, path, sizeof(path)))
		return 0;
	return add_place(dumps, t->name, path, root, err);
}

static int by_time(const void *a, const void *b)
{
	const struct saved_dump *one = a, *other = b;

	if (one->time != other->time)
		return one->time < other->time ? -1 : 1;
	return strverscmp(one->name, other->name);
}

int dumps_find(struct dumps *ret, const struct service_config *config, const char *root,
	       struct kx_err *err)
{
	int rc = 0;

	*ret = (struct dumps){ .count = 0 };
	for (size_t i = 0; i < config->targets && rc != -ENOMEM; i++) {
		struct kx_err why = { "" };
		int one = add_target(ret, &config->target[i], root, &why);

		if (one < 0 && (rc == 0 || one == -ENOMEM)) {
			*err = why;
			rc = one;
		}
	}
	if (ret->count)
		qsort(ret->item, ret->count, sizeof(ret->item[0]), by_time);
	return rc;
}

void dumps_done(struct dumps *dumps)
{
	for (size_t i = 0; i < dumps->count; i++)
		free(dumps->item[i].name);
	for (size_t i = 0; i < dumps->places; i++) {
		free(dumps->place[i].target);
		free(dumps->place[i].path);
		free(dumps->place[i].open);
	}
	free(dumps->item);
	free(dumps->place);
	*dumps = (struct dumps){ .count = 0 };
}

char *dumps_path(const struct dumps *dumps, const struct saved_dump *dump)
{
	char *path;

	if (asprintf(&path, "%s/%s", dumps->place[dump->place].open, dump->name) < 0)
		return NULL;
	return path;
}

/* Is @path that of its folder? */
static bool is_at(const struct dumps *dumps, const struct saved_dump *dump, const char *path)
{
	const char *place = dumps->place[dump->place].path;
	const size_t len = strlen(place);

	return strncmp(path, place, len) == 0 && path[len] == '/' &&
	       strcmp(path + len + 1, dump->name) == 0;
}

int dumps_named(const struct dumps *dumps, const char *name, const struct saved_dump **ret,
		struct kx_err *err)
{
	const struct saved_dump *found = NULL;
	bool found_whole = false, several = false;

	if (strcmp(name, "latest") == 0 && dumps->count) {
		*ret = &dumps->item[dumps->count - 1];
		return 0;
	}
	for (size_t i = 0; i < dumps->count; i++) {
		const struct saved_dump *dump = &dumps->item[i];
		const bool whole = strcmp(dump->name, name) == 0;

		if (is_at(dumps, dump, name)) {
			*ret = dump;
			return 0;
		}
		if (!whole && (found_whole || strncmp(dump->name, name, strlen(name)) != 0))
			continue;
		if (found && whole && found_whole)
			return kx_fail(err, -EEXIST, "%.80s: it is in %.80s and in %.80s: name that, too",
				       name, dumps->place[found->place].path,
				       dumps->place[dump->place].path);
		several = !whole && (several || found);
		found = dump;
		found_whole = whole;
	}
	if (several)
		return kx_fail(err, -EEXIST, "%.80s: several dumps are called so: give more of the name",
			       name);
	if (!found || !name[0])
		return kx_fail(err, -ENOENT, "%.80s: no such dump; kdump list has all", name);
	*ret = found;
	return 0;
}

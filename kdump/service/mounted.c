/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks a device up in /proc/self/mountinfo. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/mounted.h"
#include "kx/cleanup.h"
#include "kx/file.h"

enum { MOUNTINFO_MAX = 16 << 20 };

/* "\040" and its like are characters that would end a field. */
static void take_field(char *to, size_t size, const char *from, size_t len)
{
	size_t done = 0;

	for (size_t i = 0; i < len && done + 1 < size; i++) {
		if (from[i] == '\\' && len - i >= 4 && strspn(from + i + 1, "01234567") >= 3) {
			to[done++] = (char)((from[i + 1] - '0') * 64 + (from[i + 2] - '0') * 8 +
					    from[i + 3] - '0');
			i += 3;
		} else {
			to[done++] = from[i];
		}
	}
	to[done] = '\0';
}

/* The next field of the line; false: it has ended. */
static bool next_field(const char **at, const char **ret, size_t *ret_len)
{
	*at += strspn(*at, " ");
	*ret = *at;
	*ret_len = strcspn(*at, " \n");
	*at += *ret_len;
	return *ret_len > 0;
}

static bool take(const char **at, char *to, size_t size)
{
	const char *field;
	size_t len;

	if (!next_field(at, &field, &len))
		return false;
	take_field(to, size, field, len);
	return true;
}

#define TAKE(to) take(&at, to, sizeof(to))

/** struct line - of mountinfo; @inside: the folder of the file system that is seen at @point */
struct line {
	unsigned int major, minor;
	char inside[1024], point[1024], type[32], source[1024];
};

static bool take_line(struct line *fs, const char *line)
{
	const char *at = line, *field;
	char number[64];
	size_t len;

	/* ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [OPTIONAL]... - TYPE SOURCE OPTIONS */
	if (!TAKE(number) || !TAKE(number) || !TAKE(number) ||
	    sscanf(number, "%u:%u", &fs->major, &fs->minor) != 2 || !TAKE(fs->inside) ||
	    !TAKE(fs->point))
		return false;
	do {
		if (!next_field(&at, &field, &len))
			return false;
	} while (len != 1 || *field != '-');
	return TAKE(fs->type) && TAKE(fs->source);
}

/** struct disk - what is looked for; btrfs has no number of its own, so that its name has to do */
struct disk {
	const char *name;
	unsigned int major, minor;
};

static bool is_of(const struct disk *disk, const struct line *line)
{
	const char *name = strrchr(line->source, '/');

	if (strcmp(line->type, "btrfs") == 0)
		return strncmp(line->source, "/dev/", 5) == 0 && strcmp(name + 1, disk->name) == 0;
	return line->major && line->major == disk->major && line->minor == disk->minor &&
	       strcmp(line->inside, "/") == 0;
}

static int find_disk(const char *root, const char *name, struct disk *ret, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	char path[300];
	size_t len;
	int rc;

	snprintf(path, sizeof(path), "sys/class/block/%.255s/dev", name);
	rc = kx_file_read(root, path, 64, &text, &len, err);
	if (rc < 0)
		return rc;
	ret->name = name;
	if (sscanf(text, "%u:%u", &ret->major, &ret->minor) != 2)
		return kx_fail(err, -ENOENT, "/%s: not MAJOR:MINOR", path);
	return 0;
}

int mounted_at(const char *root, const char *name, char *ret, size_t size, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_free_ struct line *found = calloc(1, sizeof(*found));
	struct disk disk;
	size_t len;
	int rc = found ? find_disk(root, name, &disk, err) : kx_fail(err, -ENOMEM, "no memory");

	if (rc == 0)
		rc = kx_file_read(root, "proc/self/mountinfo", MOUNTINFO_MAX, &text, &len, err);
	if (rc < 0)
		return rc;
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!take_line(found, line) || !is_of(&disk, found))
			continue;
		if (strlen(found->point) >= size)
			return kx_fail(err, -ENAMETOOLONG, "the path of its mount is too long");
		memcpy(ret, found->point, strlen(found->point) + 1);
		return 0;
	}
	return kx_fail(err, -ENOENT, "/dev/%s is not mounted", name);
}

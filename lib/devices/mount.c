/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths, file systems and disks: which is on which, by proc/self/mountinfo, see proc(5). */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"
#include "lib/devices/internal.h"

enum { LIMIT = 16 << 20 };

/** struct line - what a line of mountinfo says, in it */
struct line {
	struct kx_span device, root, point, options, fs, source, super;
};

/* "36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/sda rw": what is before "-" varies. */
static bool take_apart(struct kx_span text, struct line *ret)
{
	struct kx_span word = { NULL, 0 };

	/* The kernel never writes one, and C has no texts with it. */
	if (text.len > 0 && memchr(text.base, 0, text.len))
		return false;
	if (!kx_span_word(&text, &word) || !kx_span_word(&text, &word) ||
	    !kx_span_word(&text, &ret->device) || !kx_span_word(&text, &ret->root) ||
	    !kx_span_word(&text, &ret->point) || !kx_span_word(&text, &ret->options))
		return false;
	do {
		if (!kx_span_word(&text, &word))
			return false;
	} while (!kx_span_equal(word, "-"));
	if (!kx_span_word(&text, &ret->fs) || !kx_span_word(&text, &ret->source))
		return false;
	/* It may be empty. */
	kx_span_word(&text, &ret->super);
	return true;
}

static bool is_octal(uint8_t c)
{
	return c >= '0' && c <= '7';
}

/* Blanks and the like are \ooo there. */
static char *unescape(struct kx_span s)
{
	char *ret = malloc(s.len + 1), *to = ret;

	for (size_t i = 0; ret && i < s.len; i++) {
		const uint8_t *c = s.base + i;

		if (*c == '\\' && s.len - i > 3 && is_octal(c[1]) && is_octal(c[2]) &&
		    is_octal(c[3]) && memcmp(c + 1, "000", 3) != 0) {
			*to++ = (char)((c[1] - '0') << 6 | (c[2] - '0') << 3 | (c[3] - '0'));
			i += 3;
		} else {
			*to++ = (char)*c;
		}
	}
	if (ret)
		*to = '\0';
	return ret;
}

void kx_devices_mount_done(struct kx_devices_mount *m)
{
	free(m->fs), free(m->source), free(m->root), free(m->point);
	free(m->options), free(m->super), free(m->below);
	*m = (struct kx_devices_mount){ .fs = NULL };
}

static bool number_at(struct kx_span s, size_t from, size_t to, unsigned int *ret)
{
	struct kx_span digits;
	uint64_t value;

	if (!kx_span_slice(s, from, to - from, &digits) || !kx_span_number(digits, 10, &value) ||
	    value > UINT32_MAX)
		return false;
	*ret = (unsigned int)value;
	return true;
}

static int keep(const struct line *line, const char *below, struct kx_devices_mount *ret,
		struct kx_err *err)
{
	struct kx_devices_mount new = {
		.fs = unescape(line->fs), .source = unescape(line->source),
		.root = unescape(line->root), .point = unescape(line->point),
		.options = unescape(line->options), .super = unescape(line->super),
		.below = strdup(below),
	};
	const uint8_t *colon = memchr(line->device.base, ':', line->device.len);
	size_t at = colon ? (size_t)(colon - line->device.base) : line->device.len;

	if (!new.fs || !new.source || !new.root || !new.point || !new.options || !new.super ||
	    !new.below) {
		kx_devices_mount_done(&new);
		return kx_devices_no_memory(err);
	}
	if (!number_at(line->device, 0, at, &new.major) ||
	    !number_at(line->device, at + 1, line->device.len, &new.minor)) {
		kx_devices_mount_done(&new);
		return kx_fail(err, -EINVAL, "/proc/self/mountinfo: device \"%.*s\"",
			       (int)line->device.len, (const char *)line->device.base);
	}
	*ret = new;
	return 0;
}

/* What of @path is there, without links, and the rest behind that as it is. */
static int resolve(const char *root, const char *path, char **ret)
{
	_cleanup_free_ char *head = strdup(path), *real = NULL;
	const char *rest;
	size_t len;

	if (!head)
		return -ENOMEM;
	for (len = strlen(head);; head[len] = '\0') {
		int rc = kx_file_real(root, head, &real);

		if (rc == 0)
			break;
		if (rc != -ENOENT && rc != -ENOTDIR)
			return rc;
		while (len > 0 && head[len - 1] == '/')
			len--;
		while (len > 0 && head[len - 1] != '/')
			len--;
		if (len == 0)
			return -ENOENT;
	}
	for (rest = path + len; *rest == '/';)
		rest++;
	return asprintf(ret, "/%s%s%s", real, real[0] && *rest ? "/" : "", rest) < 0 ? -ENOMEM : 0;
}

/* Is @point the folder @path, or above it? Then *@below is the rest. */
static bool covers(const char *point, const char *path, const char **below)
{
	size_t len = strlen(point);

	if (len > 0 && point[len - 1] == '/')
		len--;
	if (strncmp(point, path, len) != 0 || (path[len] && path[len] != '/'))
		return false;
	*below = path + len + (path[len] == '/');
	return true;
}

static int search(struct kx_span text, const char *path, struct kx_devices_mount *ret,
		  struct kx_err *err)
{
	struct kx_span one;
	struct line line, best = { .fs = { NULL, 0 } };
	const char *below, *best_below = "";

	while (kx_span_line(&text, &one)) {
		_cleanup_free_ char *point = NULL;

		if (!take_apart(one, &line))
			continue;
		point = unescape(line.point);
		if (!point)
			return kx_devices_no_memory(err);
		/* The deepest; of several at one place the last, which hides the others. */
		if (covers(point, path, &below) &&
		    (!best.fs.len || strlen(below) <= strlen(best_below))) {
			best = line;
			best_below = below;
		}
	}
	if (!best.fs.len)
		return kx_fail(err, -ENOENT, "%s: in no file system that /proc/self/mountinfo has",
			       path);
	return keep(&best, best_below, ret, err);
}

int kx_devices_mount(const char *root, const char *path, struct kx_devices_mount *ret,
		     struct kx_err *err)
{
	_cleanup_free_ char *text = NULL, *real = NULL;
	size_t len;
	int rc;

	if (path[0] != '/')
		return kx_fail(err, -EINVAL, "%s: not an absolute path", path);
	rc = resolve(root, path, &real);
	if (rc < 0)
		return kx_fail(err, rc, "%s: %s", path, strerror(-rc));
	rc = kx_file_read(root, "proc/self/mountinfo", LIMIT, &text, &len, err);
	if (rc < 0)
		return rc;
	return search((struct kx_span){ (const uint8_t *)text, len }, real, ret, err);
}

int kx_devices_mount_disk(const char *root, const struct kx_devices_mount *mount, char **ret,
			  struct kx_err *err)
{
	char link[64];
	_cleanup_free_ char *real = NULL;
	int rc;

	if (mount->major == 0 && mount->source[0] == '/' && strcmp(mount->fs, "overlay") != 0)
		return kx_devices_find_disk(root, mount->source, ret, err);
	if (mount->major == 0)
		return kx_fail(err, -ENOTSUP, "%s, mounted at %s, is on no disk of its own",
			       mount->fs, mount->point);
	snprintf(link, sizeof(link), "sys/dev/block/%u:%u", mount->major, mount->minor);
	rc = kx_file_real(root, link, &real);
	if (rc < 0)
		return kx_fail(err, rc, "%s: no block device %u:%u", mount->point, mount->major,
			       mount->minor);
	*ret = strdup(kx_devices_base(real));
	return *ret ? 0 : kx_devices_no_memory(err);
}

/* 1: it is; 0; -ENOMEM. btrfs has no number of its own, so that its source has to do. */
static int is_on(const char *root, const struct line *line, const char *name, const char *number,
		 struct kx_err *err)
{
	_cleanup_free_ char *source = NULL, *disk = NULL;
	struct kx_err ignored;
	int rc;

	if (!kx_span_equal(line->fs, "btrfs"))
		return kx_span_equal(line->device, number);
	source = unescape(line->source);
	if (!source)
		return kx_devices_no_memory(err);
	if (strncmp(source, "/dev/", 5) != 0)
		return 0;
	if (strcmp(kx_devices_base(source), name) == 0)
		return 1;
	/* "/dev/mapper/NAME" is a link to "/dev/dm-0". */
	rc = kx_devices_find_disk(root, source, &disk, &ignored);
	return rc == -ENOMEM ? kx_devices_no_memory(err) : rc == 0 && strcmp(disk, name) == 0;
}

/** struct shown - @path: in the file system, NULL: any; @subvolume: the same of btrfs; @ret: it */
struct shown {
	const char *path, *subvolume;
	size_t root_len;
	char *ret;
};

/* Does the mount show what is wanted, and more of the file system than the one before? */
static int look_at(struct shown *s, const struct line *line, struct kx_err *err)
{
	_cleanup_free_ char *inside = unescape(line->root), *point = unescape(line->point);
	const char *path = kx_span_equal(line->fs, "btrfs") ? s->subvolume : s->path, *rest = "";
	char *found;

	if (!inside || !point)
		return kx_devices_no_memory(err);
	if (s->ret && (!path || strlen(inside) >= s->root_len))
		return 0;
	if (path && !covers(inside, path, &rest))
		return 0;
	if (asprintf(&found, "%s%s%s", rest[0] && strcmp(point, "/") == 0 ? "" : point,
		     rest[0] ? "/" : "", rest) < 0)
		return kx_devices_no_memory(err);
	free(s->ret);
	s->ret = found;
	s->root_len = strlen(inside);
	return 0;
}

static int find_mount(const char *root, const char *name, struct shown *s, struct kx_err *err)
{
	_cleanup_free_ char *folder = kx_devices_join("sys/class/block", name), *text = NULL;
	_cleanup_free_ char *number = folder ? kx_devices_text(root, folder, "dev") : NULL;
	struct kx_span rest, one;
	struct line line;
	size_t len;
	int rc;

	if (!number)
		return kx_fail(err, -ENOENT, "/dev/%s: no such block device", name);
	rc = kx_file_read(root, "proc/self/mountinfo", LIMIT, &text, &len, err);
	if (rc < 0)
		return rc;
	rest = (struct kx_span){ (const uint8_t *)text, len };
	while (rc >= 0 && kx_span_line(&rest, &one)) {
		rc = take_apart(one, &line) ? is_on(root, &line, name, number, err) : 0;
		if (rc > 0)
			rc = look_at(s, &line, err);
	}
	if (rc == 0 && !s->ret)
		rc = kx_fail(err, -ENOENT, "/dev/%s is not mounted", name);
	return rc;
}

int kx_devices_folder(const char *root, const char *name, const char *path, const char *subvolume,
		      char **ret, struct kx_err *err)
{
	_cleanup_free_ char *inside = NULL;
	struct shown s = { .path = path };
	int rc;

	subvolume += strspn(subvolume, "/");
	if (asprintf(&inside, "%s%s%s", subvolume[0] ? "/" : "", subvolume, path) < 0) {
		inside = NULL;
		return kx_devices_no_memory(err);
	}
	s.subvolume = inside;
	rc = find_mount(root, name, &s, err);
	if (rc < 0)
		free(s.ret);
	else
		*ret = s.ret;
	return rc;
}

int kx_devices_shown(const char *root, const char *name, char **ret, struct kx_err *err)
{
	struct shown s = { .path = NULL };
	int rc = find_mount(root, name, &s, err);

	if (rc < 0)
		free(s.ret);
	else
		*ret = s.ret;
	return rc;
}

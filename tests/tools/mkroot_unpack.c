/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns a machine file into a folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "tests/tools/mkroot.h"

enum { HEX_MAX = 1 << 20 };

struct unpacking {
	struct kx_span rest;
	size_t line;
	int directory;
};

static bool next_line(struct unpacking *u, struct kx_span *ret)
{
	if (!kx_span_line(&u->rest, ret))
		return false;
	u->line++;
	return true;
}

/* A copy with a NUL, for system calls. */
static char *string_of(struct kx_span s)
{
	return strndup((const char *)s.base, s.len);
}

/* Where @separator is in @s; @s.len when it is not there. */
static size_t find(struct kx_span s, const char *separator)
{
	const uint8_t *at = s.len ? memmem(s.base, s.len, separator, strlen(separator)) : NULL;

	return at ? (size_t)(at - s.base) : s.len;
}

static struct kx_span after(struct kx_span s, size_t skip)
{
	return (struct kx_span){ s.base + skip, s.len - skip };
}

/*
 * The folder that holds the last part of @path, made if need be; *@name is that part. Step by step
 * and never through a link, so that no machine file writes outside its folder.
 */
static int enter_parent(int top, char *path, char **name)
{
	int at = dup(top);

	for (char *slash; at >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
		int next;

		*slash = '\0';
		if (*path == '\0' || strcmp(path, ".") == 0 || strcmp(path, "..") == 0) {
			close(at);
			return -EINVAL;
		}
		if (mkdirat(at, path, 0777) < 0 && errno != EEXIST) {
			close(at);
			return -errno;
		}
		next = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(at);
		at = next;
	}
	*name = path;
	return at < 0 ? -errno : at;
}

static int write_file(struct unpacking *u, struct kx_span path, struct kx_span bytes)
{
	_cleanup_free_ char *copy = string_of(path);
	_cleanup_fd_ int parent = -1, fd = -1;
	char *name;

	if (!copy)
		return -ENOMEM;
	parent = enter_parent(u->directory, copy, &name);
	if (parent < 0)
		return parent;
	/* "PATH/": the folder has been made on the way. */
	if (*name == '\0')
		return 0;
	fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	return write(fd, bytes.base, bytes.len) == (ssize_t)bytes.len ? 0 : -EIO;
}

static int make_link(struct unpacking *u, struct kx_span path, struct kx_span target)
{
	_cleanup_free_ char *copy = string_of(path), *to = string_of(target);
	_cleanup_fd_ int parent = -1;
	char *name;

	if (!copy || !to)
		return -ENOMEM;
	parent = enter_parent(u->directory, copy, &name);
	if (parent < 0)
		return parent;
	return symlinkat(to, parent, name) < 0 ? -errno : 0;
}

/* "0x1f0: 00 55 aa" */
static bool hex_line(struct kx_span line, uint8_t *bytes, size_t size)
{
	size_t colon = find(line, ":");
	uint64_t at, value;

	if (colon == line.len || !kx_span_number((struct kx_span){ line.base, colon }, 16, &at))
		return false;
	line = kx_span_trim(after(line, colon + 1));
	for (; line.len > 0; at++) {
		size_t blank = find(line, " ");
		struct kx_span byte = { line.base, blank };

		if (at >= size || !kx_span_number(byte, 16, &value) || value > 0xff)
			return false;
		bytes[at] = (uint8_t)value;
		line = kx_span_trim(after(line, blank));
	}
	return true;
}

static int take_hex(struct unpacking *u, struct kx_span path, struct kx_span size_text)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	struct kx_span line;
	uint64_t size;

	if (!kx_span_number(size_text, 0, &size) || size > HEX_MAX)
		return -EINVAL;
	bytes = calloc(1, size + 1);
	if (!bytes)
		return -ENOMEM;
	while (u->rest.len > 0 && !kx_span_starts(u->rest, "== ")) {
		if (next_line(u, &line) && !hex_line(line, bytes, size))
			return -EINVAL;
	}
	return write_file(u, path, (struct kx_span){ bytes, size });
}

static int take_text(struct unpacking *u, struct kx_span path)
{
	struct kx_span text = u->rest, line;

	while (u->rest.len > 0 && !kx_span_starts(u->rest, "== "))
		next_line(u, &line);
	text.len -= u->rest.len;
	return write_file(u, path, text);
}

static int take_entry(struct unpacking *u, struct kx_span head)
{
	size_t arrow = find(head, " -> "), equals = find(head, " = "), hex = find(head, " hex ");

	/* The first of them counts: what follows is free text. */
	if (arrow < equals)
		return make_link(u, (struct kx_span){ head.base, arrow }, after(head, arrow + 4));
	if (equals < head.len) {
		/* The line's own newline belongs to the file. */
		struct kx_span value = after(head, equals + 3);

		if (value.base + value.len != u->rest.base)
			value.len++;
		return write_file(u, (struct kx_span){ head.base, equals }, value);
	}
	if (hex < head.len)
		return take_hex(u, (struct kx_span){ head.base, hex }, after(head, hex + 5));
	return take_text(u, head);
}

int mkroot_unpack(struct kx_span text, const char *directory, struct kx_err *err)
{
	_cleanup_fd_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct unpacking u = { .rest = text, .directory = fd };
	struct kx_span line;
	bool started = false;
	int rc = 0;

	if (fd < 0)
		return kx_fail(err, -errno, "%s: %s", directory, strerror(errno));
	while (rc == 0 && next_line(&u, &line)) {
		size_t at = u.line;

		if (kx_span_starts(line, "== ")) {
			started = true;
			rc = take_entry(&u, after(line, 3));
		} else if (started) {
			rc = -EINVAL;
		}
		if (rc < 0)
			kx_fail(err, rc, "line %zu: %.*s: %s", at, (int)(line.len < 80 ? line.len : 80),
				(const char *)line.base, strerror(-rc));
	}
	return rc;
}

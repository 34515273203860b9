/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks device-mapper and tells it; what tables mean, others know. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kdump/base/mapper.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"

/* Tables of some thousand pieces; more are no volume's. */
enum { ROOM_FIRST = 1 << 14, ROOM_MAX = 1 << 20 };

/* Old kernels know all that is asked here: version 4.0.0 of the calls. */
static struct dm_ioctl *new_question(size_t room)
{
	struct dm_ioctl *io = calloc(1, sizeof(*io) + room);

	if (!io)
		return NULL;
	io->version[0] = DM_VERSION_MAJOR;
	io->data_size = (uint32_t)(sizeof(*io) + room);
	io->data_start = sizeof(*io);
	return io;
}

static int ask_kernel(const struct mapper *mapper, unsigned long request, struct dm_ioctl *io)
{
	return ioctl(mapper->fd, request, io) < 0 ? -errno : 0;
}

int mapper_open(struct mapper *ret, const char *root, struct kx_err *err)
{
	_cleanup_free_ char *path = NULL;
	int fd;

	if (asprintf(&path, "%s/dev/mapper/control", strcmp(root, "/") == 0 ? "" : root) < 0) {
		path = NULL;
		return kx_fail(err, -ENOMEM, "no memory for device-mapper's tables");
	}
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return kx_fail(err, -errno, "/dev/mapper/control: %s", strerror(errno));
	*ret = (struct mapper){ fd, ask_kernel };
	return 0;
}

void mapper_close(struct mapper *mapper)
{
	if (mapper->fd >= 0)
		close(mapper->fd);
	mapper->fd = -1;
}

static int no_memory(struct kx_err *err)
{
	return kx_fail(err, -ENOMEM, "no memory for a table of device-mapper");
}

/* ---- asking ---------------------------------------------------------------------------------- */

/*
 * When tables are asked for, @next counts from the first piece's start (UAPI linux/dm-ioctl.h,
 * struct dm_target_spec), and parameters end with NUL.
 */
static int print_table(FILE *out, const struct dm_ioctl *io, struct kx_err *err)
{
	struct kx_span all = { (const uint8_t *)io, io->data_size };
	struct kx_span data = { NULL, 0 }, words = { NULL, 0 };
	uint64_t at = 0;

	if (!kx_span_slice(all, io->data_start, io->data_size - (uint64_t)io->data_start, &data))
		return kx_fail(err, -EPROTO, "device-mapper's answer is none");
	for (uint32_t i = 0; i < io->target_count; i++) {
		struct dm_target_spec spec;

		if (at > data.len || data.len - at < sizeof(spec))
			return kx_fail(err, -EPROTO, "device-mapper's answer ends too early");
		memcpy(&spec, data.base + at, sizeof(spec));
		kx_span_slice(data, at + sizeof(spec), data.len - at - sizeof(spec), &words);
		fprintf(out, "%" PRIu64 " %" PRIu64 " %.*s %.*s\n", (uint64_t)spec.sector_start,
			(uint64_t)spec.length, (int)sizeof(spec.target_type), spec.target_type,
			(int)strnlen((const char *)words.base, words.len),
			(const char *)words.base);
		if (spec.next <= at && i + 1 < io->target_count)
			return kx_fail(err, -EPROTO, "device-mapper's answer goes back");
		at = spec.next;
	}
	return 0;
}

static int check_state(const struct dm_ioctl *io, struct kx_err *err)
{
	if (io->flags & DM_SUSPEND_FLAG)
		return kx_fail(err, -EBUSY, "it is suspended; try again");
	if (!(io->flags & DM_ACTIVE_PRESENT_FLAG) || io->target_count == 0)
		return kx_fail(err, -ENODATA, "it is made, but has no table");
	if (io->flags & DM_READONLY_FLAG)
		return kx_fail(err, -EROFS, "it is read-only");
	return 0;
}

static int ask_lines(const struct mapper *mapper, dev_t number, uint32_t flags, char **ret,
		     struct kx_err *err)
{
	for (size_t room = ROOM_FIRST; room <= ROOM_MAX; room *= 2) {
		_cleanup_free_ struct dm_ioctl *io = new_question(room);
		char *text = NULL;
		FILE *out;
		size_t len;
		int rc;

		if (!io)
			return no_memory(err);
		/* As the kernel packs it (huge_encode_dev(), linux/kdev_t.h). */
		io->dev = (minor(number) & 0xff) | (major(number) << 8) |
			  ((uint64_t)(minor(number) & ~0xffu) << 12);
		io->flags = flags;
		rc = mapper->ask(mapper, DM_TABLE_STATUS, io);
		if (rc < 0)
			return kx_fail(err, rc, "its table cannot be read: %s", strerror(-rc));
		if (io->flags & DM_BUFFER_FULL_FLAG)
			continue;
		io->data_size = (uint32_t)(sizeof(*io) + room);
		rc = check_state(io, err);
		out = rc == 0 ? open_memstream(&text, &len) : NULL;
		if (rc == 0)
			rc = out ? print_table(out, io, err) : no_memory(err);
		if (out && fclose(out) != 0 && rc == 0)
			rc = no_memory(err);
		if (rc < 0)
			free(text);
		else
			*ret = text;
		return rc;
	}
	return kx_fail(err, -E2BIG, "its table has more than %d bytes", ROOM_MAX);
}

int mapper_table(const struct mapper *mapper, dev_t number, char **ret, struct kx_err *err)
{
	return ask_lines(mapper, number, DM_STATUS_TABLE_FLAG, ret, err);
}

int mapper_status(const struct mapper *mapper, dev_t number, char **ret, struct kx_err *err)
{
	return ask_lines(mapper, number, DM_NOFLUSH_FLAG, ret, err);
}

static dev_t unpack(uint64_t dev)
{
	return makedev((unsigned int)(dev >> 8) & 0xfff,
		       (unsigned int)((dev & 0xff) | ((dev >> 12) & ~UINT64_C(0xff))));
}

int mapper_find(const struct mapper *mapper, const char *uuid, dev_t *ret, bool *active,
		struct kx_err *err)
{
	_cleanup_free_ struct dm_ioctl *io = new_question(0);
	int rc;

	if (!io)
		return no_memory(err);
	snprintf(io->uuid, sizeof(io->uuid), "%s", uuid);
	rc = mapper->ask(mapper, DM_DEV_STATUS, io);
	if (rc < 0)
		return kx_fail(err, rc, "%.100s: %s", uuid, strerror(-rc));
	*ret = unpack(io->dev);
	*active = (io->flags & DM_ACTIVE_PRESENT_FLAG) && !(io->flags & DM_SUSPEND_FLAG);
	return 0;
}

/* ---- telling --------------------------------------------------------------------------------- */

int mapper_remove(const struct mapper *mapper, const char *uuid)
{
	_cleanup_free_ struct dm_ioctl *io = new_question(0);

	if (!io)
		return -ENOMEM;
	snprintf(io->uuid, sizeof(io->uuid), "%s", uuid);
	return mapper->ask(mapper, DM_DEV_REMOVE, io);
}

/* struct dm_target_msg: the sector tells which piece of the table is meant. */
int mapper_message(const struct mapper *mapper, const char *uuid, const char *message)
{
	const size_t len = sizeof(struct dm_target_msg) + strlen(message) + 1;
	_cleanup_free_ struct dm_ioctl *io = new_question(len);

	if (!io)
		return -ENOMEM;
	snprintf(io->uuid, sizeof(io->uuid), "%s", uuid);
	strcpy((char *)io + io->data_start + sizeof(struct dm_target_msg), message);
	return mapper->ask(mapper, DM_TARGET_MSG, io);
}

/* A line of a table becomes a piece of it at @at; when loaded, @next counts from its own start. */
static bool put_piece(struct dm_ioctl *io, size_t *at, struct kx_span line)
{
	struct dm_target_spec spec = { .status = 0 };
	size_t len, room = io->data_size - io->data_start;
	struct kx_span word[3], rest = line;
	uint64_t start, length;

	for (size_t i = 0; i < 3; i++) {
		const uint8_t *blank;

		rest = kx_span_trim(rest);
		blank = memchr(rest.len ? (const char *)rest.base : "", ' ', rest.len);
		if (!blank || !kx_span_slice(rest, 0, (size_t)(blank - rest.base), &word[i]) ||
		    !kx_span_slice(rest, word[i].len, rest.len - word[i].len, &rest))
			return false;
	}
	rest = kx_span_trim(rest);
	len = (sizeof(spec) + rest.len + 1 + 7) / 8 * 8;
	if (!kx_span_number(word[0], 10, &start) || !kx_span_number(word[1], 10, &length) ||
	    word[2].len >= sizeof(spec.target_type) ||
	    len > room - *at)
		return false;
	spec.sector_start = start;
	spec.length = length;
	memcpy(spec.target_type, word[2].base, word[2].len);
	spec.next = (uint32_t)len;
	memcpy((char *)io + io->data_start + *at, &spec, sizeof(spec));
	memcpy((char *)io + io->data_start + *at + sizeof(spec), rest.base, rest.len);
	*at += len;
	io->target_count++;
	return true;
}

static int load_table(const struct mapper *mapper, const char *uuid, const char *table,
		      struct kx_err *err)
{
	_cleanup_free_ struct dm_ioctl *io = NULL;
	struct kx_span rest = kx_span_of(table), line;
	/* Each piece is longer than its line by less than that. */
	size_t room = rest.len, at = 0;
	int rc;

	for (const char *c = table; *c; c++)
		room += *c == '\n' ? sizeof(struct dm_target_spec) + 8 : 0;
	if (room > ROOM_MAX)
		return kx_fail(err, -EINVAL, "its table is too long");
	io = new_question(room + sizeof(struct dm_target_spec) + 8);
	if (!io)
		return no_memory(err);
	snprintf(io->uuid, sizeof(io->uuid), "%s", uuid);
	while (kx_span_line(&rest, &line)) {
		if (!put_piece(io, &at, line))
			return kx_fail(err, -EINVAL, "\"%.*s\": no line of a table",
				       line.len > 100 ? 100 : (int)line.len,
				       (const char *)line.base);
	}
	rc = mapper->ask(mapper, DM_TABLE_LOAD, io);
	return rc < 0 ? kx_fail(err, rc, "the kernel does not take its table: %s", strerror(-rc)) : 0;
}

static int resume(const struct mapper *mapper, const char *uuid, dev_t *ret, struct kx_err *err)
{
	_cleanup_free_ struct dm_ioctl *io = new_question(0);
	int rc;

	if (!io)
		return no_memory(err);
	snprintf(io->uuid, sizeof(io->uuid), "%s", uuid);
	/* The same call suspends with DM_SUSPEND_FLAG. */
	rc = mapper->ask(mapper, DM_DEV_SUSPEND, io);
	if (rc < 0)
		return kx_fail(err, rc, "it does not begin: %s", strerror(-rc));
	*ret = unpack(io->dev);
	return 0;
}

int mapper_make(const struct mapper *mapper, const char *name, const char *uuid, const char *table,
		dev_t *ret, struct kx_err *err)
{
	_cleanup_free_ struct dm_ioctl *io = new_question(0);
	int rc;

	if (!io)
		return no_memory(err);
	if (strlen(name) >= sizeof(io->name) || strlen(uuid) >= sizeof(io->uuid) || !uuid[0])
		return kx_fail(err, -ENAMETOOLONG, "no device can have that name and UUID");
	snprintf(io->name, sizeof(io->name), "%s", name);
	snprintf(io->uuid, sizeof(io->uuid), "%s", uuid);
	rc = mapper->ask(mapper, DM_DEV_CREATE, io);
	if (rc < 0)
		return kx_fail(err, rc, "it cannot be made: %s", strerror(-rc));
	rc = load_table(mapper, uuid, table, err);
	if (rc == 0)
		rc = resume(mapper, uuid, ret, err);
	if (rc < 0)
		mapper_remove(mapper, uuid);
	return rc;
}

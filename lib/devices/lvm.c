/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Has LVM changed a logical volume? Finds what its metadata says of one, and makes a number of it;
 * what that means is LVM's.
 *
 * The form is what lvm2 writes, and what "Logical Volume Manager (LVM) format specification" of
 * libvslvm describes: a label in one of the first four sectors, which leads to areas with a ring of
 * texts, the last of which is valid.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "kx/devices.h"
#include "kx/sha256.h"
#include "kx/span.h"

enum {
	SECTOR = 512,
	LABELS = 4,
	ID = 32,	    /* of groups and volumes, without hyphens */
	TEXT_MAX = 1 << 20, /* groups with thousands of volumes have as much */
};

/** struct area - of a device: a header of a sector, and a ring of texts behind it */
struct area {
	uint64_t start, size;
};

/** struct text - where in an area, from its start, the valid text is */
struct text {
	uint64_t offset, size;
};

static int read_at(int fd, void *to, size_t len, uint64_t at)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = at > INT64_MAX - len ? 0 : pread(fd, (char *)to + done, len - done,
							     (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENODATA;
		done += (size_t)n;
	}
	return 0;
}

/* ---- where it is ----------------------------------------------------------------------------- */

/* Pairs of offset and size, until one is zeros: first of what holds data, then of metadata. */
static bool find_area(struct kx_span lists, struct area *ret)
{
	uint64_t at = 0, lists_over = 0;

	for (; kx_span_le(lists, at, 8, &ret->start) && kx_span_le(lists, at + 8, 8, &ret->size);
	     at += 16) {
		if (lists_over && ret->start)
			return true;
		if (!ret->start && lists_over++)
			return false;
	}
	return false;
}

static int read_label(int fd, struct area *ret)
{
	for (uint64_t i = 0; i < LABELS; i++) {
		uint8_t sector[SECTOR];
		const struct kx_span all = { sector, sizeof(sector) };
		struct kx_span lists = { NULL, 0 };
		uint64_t at;
		int rc = read_at(fd, sector, sizeof(sector), i * SECTOR);

		if (rc < 0)
			return rc;
		if (memcmp(sector, "LABELONE", 8) != 0 || memcmp(sector + 24, "LVM2 001", 8) != 0)
			continue;
		/* The header that the label leads to: UUID and size of the device, the lists. */
		if (!kx_span_le(all, 20, 4, &at) || at > sizeof(sector) - ID - 8)
			return -EBADMSG;
		kx_span_slice(all, at + ID + 8, sizeof(sector) - at - ID - 8, &lists);
		return find_area(lists, ret) ? 1 : 0;
	}
	return 0;
}

/* The first of its places is the valid one; its flag says that it is not used. */
static int read_header(int fd, const struct area *area, struct text *ret)
{
	uint8_t sector[SECTOR];
	const struct kx_span all = { sector, sizeof(sector) };
	uint64_t flags = 0;
	int rc = read_at(fd, sector, sizeof(sector), area->start);

	if (rc < 0)
		return rc;
	if (memcmp(sector + 4, " LVM2 x[5A%r0N*>", 16) != 0)
		return -EBADMSG;
	kx_span_le(all, 40, 8, &ret->offset);
	kx_span_le(all, 48, 8, &ret->size);
	kx_span_le(all, 60, 4, &flags);
	if (!ret->offset || (flags & 1))
		return 0;
	if (area->size <= SECTOR || ret->offset < SECTOR || ret->offset >= area->size ||
	    ret->size > area->size - SECTOR || !ret->size)
		return -EBADMSG;
	return ret->size > TEXT_MAX ? -EFBIG : 1;
}

/* What does not fit before the area's end goes on behind its header. */
static int read_text(int fd, const struct area *area, const struct text *text, char *to)
{
	uint64_t first = area->size - text->offset;
	int rc;

	first = first > text->size ? text->size : first;
	rc = read_at(fd, to, (size_t)first, area->start + text->offset);
	return rc < 0 ? rc : read_at(fd, to + first, (size_t)(text->size - first),
				     area->start + SECTOR);
}

/* ---- what it says ---------------------------------------------------------------------------- */

/* 'id = "AAAAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGGGG"' of the last 32 of "LVM-" and 64 characters. */
static bool make_id(const char *uuid, char ret[64])
{
	static const size_t hyphens[] = { 6, 10, 14, 18, 22, 26 };
	size_t len = strlen(uuid), next = 0;
	char *to = ret;

	if (len != 4 + 2 * ID || strncmp(uuid, "LVM-", 4) != 0)
		return false;
	to += sprintf(to, "id = \"");
	for (size_t i = 0; i < ID; i++) {
		if (next < sizeof(hyphens) / sizeof(hyphens[0]) && i == hyphens[next]) {
			*to++ = '-';
			next++;
		}
		*to++ = uuid[4 + ID + i];
	}
	strcpy(to, "\"");
	return true;
}

/* Behind the string or comment that begins at @at; else @at. */
static size_t skip_quoted(struct kx_span text, size_t at)
{
	if (text.base[at] == '#') {
		while (at < text.len && text.base[at] != '\n')
			at++;
	} else if (text.base[at] == '"') {
		for (at++; at < text.len && text.base[at] != '"'; at++)
			at += text.base[at] == '\\' && at + 1 < text.len;
	}
	return at;
}

/*
 * Sections inside the one that @text is behind the beginning of: the segments, and where they are.
 * Tags, flags and times, which are beside them, may change. They are moved to @to, which may be
 * where the text is. Return: their bytes; 0 the section does not end, or has none.
 */
static size_t take_sections(struct kx_span text, char *to)
{
	size_t depth = 0, len = 0;

	for (size_t at = 0; at < text.len; at++) {
		size_t begin = at;

		at = skip_quoted(text, at);
		if (at >= text.len)
			return 0;
		if (text.base[at] == '}' && at == begin && depth-- == 0)
			return len;
		depth += text.base[at] == '{' && at == begin;
		if (depth) {
			memmove(to + len, text.base + begin, at + 1 - begin);
			len += at + 1 - begin;
		}
	}
	return 0;
}

static int digest(char *text, size_t len, const char *id, char ret[KX_DEVICES_MARK])
{
	const char *at = memmem(text, len, id, strlen(id));
	uint8_t sum[KX_SHA256_SIZE];
	struct kx_span rest;
	size_t taken;

	if (!at)
		return -ENOENT;
	rest = (struct kx_span){ (const uint8_t *)at, len - (size_t)(at - text) };
	taken = take_sections(rest, text);
	if (!taken)
		return -EBADMSG;
	kx_sha256(kx_sha256_blocks_best(), text, taken, sum);
	for (size_t i = 0; i < sizeof(sum); i++)
		sprintf(ret + 2 * i, "%02x", sum[i]);
	return 1;
}

int kx_devices_lvm_mark(int fd, const char *uuid, char ret[KX_DEVICES_MARK])
{
	_cleanup_free_ char *text = NULL;
	struct text place = { 0, 0 };
	struct area area;
	char id[64];
	int rc;

	if (!make_id(uuid, id))
		return 0;
	rc = read_label(fd, &area);
	if (rc > 0)
		rc = read_header(fd, &area, &place);
	if (rc <= 0)
		return rc;
	text = malloc((size_t)place.size);
	if (!text)
		return -ENOMEM;
	rc = read_text(fd, &area, &place, text);
	return rc < 0 ? rc : digest(text, (size_t)place.size, id, ret);
}

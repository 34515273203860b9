/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects files and writes them as a cpio archive. Knows nothing of what they are for. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kx/array.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/initramfs.h"

/* Linux, Documentation/driver-api/early-userspace/buffer-format.rst: 6 + 13 numbers of 8 digits. */
enum { HEADER = 110, ALIGN = 4, BLOCK = 512 };
static const char trailer[] = "TRAILER!!!";

/** struct entry - a file, folder or link; @path and @bytes are ours */
struct entry {
	char *path;
	mode_t mode;
	uint8_t *bytes;
	size_t len;
};

/** struct entries - they grow one by one */
struct entries {
	struct entry *item;
	size_t count, room;
};

struct kx_initramfs {
	struct entries all;
};

int kx_initramfs_new(struct kx_initramfs **ret, struct kx_err *err)
{
	struct kx_initramfs *new = calloc(1, sizeof(*new));

	if (!new)
		return kx_fail(err, -ENOMEM, "no memory for an initramfs");
	*ret = new;
	return 0;
}

static void entries_done(struct entries *e)
{
	for (size_t i = 0; i < e->count; i++) {
		free(e->item[i].path);
		free(e->item[i].bytes);
	}
	free(e->item);
}

void kx_initramfs_free(struct kx_initramfs *initramfs)
{
	if (!initramfs)
		return;
	entries_done(&initramfs->all);
	free(initramfs);
}

/* ---- adding --------------------------------------------------------------------------------- */

static bool is_path(const char *path)
{
	return strlen(path) < 4096 && kx_file_stays_below(kx_span_of(path));
}

static bool is_mode(mode_t mode)
{
	return S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode);
}

/* Takes @bytes, whatever comes of it. */
static int append(struct entries *to, const char *path, size_t path_len, mode_t mode,
		  uint8_t *bytes, size_t len)
{
	_cleanup_free_ uint8_t *held = bytes;
	char *copy = strndup(path, path_len);

	if (!copy)
		return -ENOMEM;
	if (kx_array_grow(&to->item, &to->room, to->count) < 0) {
		free(copy);
		return -ENOMEM;
	}
	to->item[to->count++] = (struct entry){ copy, mode, held, len };
	held = NULL;
	return 0;
}

static int add(struct kx_initramfs *initramfs, const char *path, mode_t mode, uint8_t *bytes,
	       size_t len, struct kx_err *err)
{
	_cleanup_free_ uint8_t *held = bytes;
	int rc;

	if (!is_path(path) || strcmp(path, trailer) == 0)
		return kx_fail(err, -EINVAL, "%s: not a path for an initramfs", path);
	if (!is_mode(mode) || (S_ISDIR(mode) && len > 0))
		return kx_fail(err, -EINVAL, "%s: mode 0%o with %zu bytes", path, (unsigned int)mode,
			       len);
	if (len > UINT32_MAX)
		return kx_fail(err, -EFBIG, "%s: %zu bytes are too many for an initramfs", path, len);
	rc = append(&initramfs->all, path, strlen(path), mode, held, len);
	held = NULL;
	return rc < 0 ? kx_fail(err, rc, "%s: no memory", path) : 0;
}

int kx_initramfs_add(struct kx_initramfs *initramfs, const char *path, mode_t mode,
		     struct kx_span bytes, struct kx_err *err)
{
	uint8_t *copy = malloc(bytes.len + 1);

	if (!copy)
		return kx_fail(err, -ENOMEM, "%s: no memory for %zu bytes", path, bytes.len);
	if (bytes.len > 0)
		memcpy(copy, bytes.base, bytes.len);
	return add(initramfs, path, mode, copy, bytes.len, err);
}

/* ---- writing -------------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static const struct entry *find(const struct entries *sorted, char *path)
{
	const struct entry key = { .path = path };

	return bsearch(&key, sorted->item, sorted->count, sizeof(key), by_path);
}

/* Folders that are needed and that nobody added, as far as the sorted @all does not have them. */
static int add_parents(const struct entries *all, struct entries *to, struct kx_err *err)
{
	const char *before = "";

	for (size_t i = 0; i < all->count; before = all->item[i++].path) {
		const char *path = all->item[i].path;

		for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
			size_t len = (size_t)(slash - path);
			char *name = strndup(path, len);
			const struct entry *found = name ? find(all, name) : NULL;
			int rc = name ? 0 : -ENOMEM;

			/* All below one folder stand together: only the first needs it. */
			if (name && !found && strncmp(before, path, len + 1) != 0)
				rc = append(to, path, len, S_IFDIR | 0755, NULL, 0);
			free(name);
			if (rc < 0)
				return kx_fail(err, rc, "no memory for an initramfs");
			if (found && !S_ISDIR(found->mode))
				return kx_fail(err, -ENOTDIR, "%s: lies below what is not a folder",
					       path);
		}
	}
	return 0;
}

/* The entries with their folders in order; their bytes are those of @all, their names are not. */
static int arrange(const struct entries *all, struct entries *ret, struct kx_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < all->count && rc == 0; i++) {
		const struct entry *e = &all->item[i];

		rc = append(ret, e->path, strlen(e->path), e->mode, NULL, e->len);
		if (rc < 0)
			return kx_fail(err, rc, "no memory for an initramfs");
		ret->item[i].bytes = e->bytes;
	}
	if (ret->count > 0)
		qsort(ret->item, ret->count, sizeof(*ret->item), by_path);
	for (size_t i = 1; i < ret->count; i++) {
		if (by_path(&ret->item[i - 1], &ret->item[i]) == 0)
			return kx_fail(err, -EEXIST, "%s: twice in the initramfs", ret->item[i].path);
	}
	return 0;
}

static uint64_t aligned(uint64_t size, unsigned int to)
{
	return size + (0 - size) % to;
}

static uint64_t entry_size(const char *path, uint64_t len)
{
	return aligned(HEADER + strlen(path) + 1, ALIGN) + aligned(len, ALIGN);
}

/* @to is zeroed, and has room for it. */
static void put(struct kx_memfile *to, unsigned int inode, const char *path, const struct entry *e)
{
	const size_t name = strlen(path) + 1, len = e ? e->len : 0;
	char header[HEADER + 1];

	/* magic, inode, mode, uid, gid, links, mtime, bytes, 4 device numbers, name, checksum */
	snprintf(header, sizeof(header), "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		 inode, e ? (unsigned int)e->mode : 0, 0, 0, e && S_ISDIR(e->mode) ? 2 : 1, 0,
		 (unsigned int)len, 0, 0, 0, 0, (unsigned int)name, 0);
	memcpy(to->base + to->len, header, HEADER);
	memcpy(to->base + to->len + HEADER, path, name);
	if (len > 0)
		memcpy(to->base + to->len + aligned(HEADER + name, ALIGN), e->bytes, len);
	to->len += entry_size(path, len);
}

static int write_plain(const struct entries *e, struct kx_memfile *ret, struct kx_err *err)
{
	uint64_t size = entry_size(trailer, 0);
	int rc;

	for (size_t i = 0; i < e->count; i++)
		size += entry_size(e->item[i].path, e->item[i].len);
	size = aligned(size, BLOCK);
	if (size > UINT32_MAX)
		return kx_fail(err, -EFBIG, "an initramfs of %" PRIu64 " bytes is too large", size);
	rc = kx_memfile_init(ret, "initramfs", size, size, err);
	if (rc < 0)
		return rc;
	if (ret->room < size) {
		rc = kx_memfile_full(ret, err);
		kx_memfile_done(ret);
		return rc;
	}
	for (size_t i = 0; i < e->count; i++)
		put(ret, (unsigned int)i + 1, e->item[i].path, &e->item[i]);
	put(ret, 0, trailer, NULL);
	ret->len = size;
	return 0;
}

/* The archive of what is in order, compressed. */
static int write_packed(const struct entries *e, enum kx_pack how,
			struct kx_memfile *ret, struct kx_initramfs_size *size, struct kx_err *err)
{
	struct kx_memfile plain, packed;
	int rc = write_plain(e, &plain, err);

	if (rc < 0)
		return rc;
	size->plain = plain.len;
	if (how == KX_PACK_NONE) {
		packed = plain;
	} else {
		struct kx_span in = { plain.base, plain.len };

		rc = kx_pack(in, how, &packed, err);
		kx_memfile_done(&plain);
	}
	if (rc < 0)
		return rc;
	rc = kx_memfile_keep(&packed, packed.len, err);
	if (rc < 0) {
		kx_memfile_done(&packed);
		return rc;
	}
	kx_memfile_seal(packed.fd);
	size->packed = packed.len;
	*ret = packed;
	return 0;
}

int kx_initramfs_write(const struct kx_initramfs *initramfs, enum kx_pack how,
		       struct kx_memfile *ret, struct kx_initramfs_size *ret_size,
		       struct kx_err *err)
{
	struct entries sorted = { .count = 0 }, parents = { .count = 0 };
	struct kx_initramfs_size size = { .names = 0 };
	int rc = arrange(&initramfs->all, &sorted, err);

	if (rc == 0)
		rc = add_parents(&sorted, &parents, err);
	for (size_t i = 0; i < parents.count && rc == 0; i++) {
		rc = append(&sorted, parents.item[i].path, strlen(parents.item[i].path),
			    parents.item[i].mode, NULL, 0);
		if (rc < 0)
			kx_fail(err, rc, "no memory for an initramfs");
	}
	if (rc == 0) {
		if (sorted.count > 0)
			qsort(sorted.item, sorted.count, sizeof(*sorted.item), by_path);
		size.names = sorted.count;
		rc = write_packed(&sorted, how, ret, &size, err);
	}
	if (rc == 0 && ret_size)
		*ret_size = size;
	/* The bytes are the caller's. */
	for (size_t i = 0; i < sorted.count; i++)
		sorted.item[i].bytes = NULL;
	entries_done(&sorted);
	entries_done(&parents);
	return rc;
}

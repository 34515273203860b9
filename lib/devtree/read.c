/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the running kernel's device tree: the blob that it was given, or directories and files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/devtree/internal.h"

/* The directory as scandir() gave it, open at @fd. */
struct listing {
	int fd;
	struct dirent **name;
	int count;
};

static void listing_done(struct listing *l)
{
	for (int i = 0; i < l->count; i++)
		free(l->name[i]);
	free(l->name);
	close(l->fd);
}

static int wanted(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/*
 * The kernel lists nodes in no order that means anything. Unit addresses are hexadecimal: "cpu@a"
 * comes before "cpu@10", and the first CPU should stay the first.
 */
static int by_address(const struct dirent **a, const struct dirent **b)
{
	const char *x = (*a)->d_name, *y = (*b)->d_name;
	size_t name_x = strcspn(x, "@"), name_y = strcspn(y, "@");
	int order = strncmp(x, y, name_x < name_y ? name_x : name_y);

	if (order == 0 && name_x != name_y)
		order = name_x < name_y ? -1 : 1;
	if (order == 0 && strlen(x) != strlen(y))
		order = strlen(x) < strlen(y) ? -1 : 1;
	return order ? order : strcmp(x, y);
}

/* Takes over @fd. */
static int list(int fd, struct listing *ret)
{
	int count, rc;

	count = scandirat(fd, ".", &ret->name, wanted, by_address);
	if (count < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	ret->fd = fd;
	ret->count = count;
	return 0;
}

static int read_property(int fd, const char *name, size_t size, void *fdt)
{
	void *value;
	size_t len = 0;
	int rc;

	rc = fdt_property_placeholder(fdt, name, (int)size, &value);
	if (rc < 0)
		return rc == -FDT_ERR_NOSPACE ? -EFBIG : -EINVAL;
	while (len < size) {
		ssize_t got = read(fd, (char *)value + len, size - len);

		if (got < 0 && errno == EINTR)
			continue;
		/* A property that is shorter than its file says it is, is not a property. */
		if (got <= 0)
			return got < 0 ? -errno : -EIO;
		len += (size_t)got;
	}
	return 0;
}

/*
 * One name of a node's directory: a property when @directories is false, else a node below.
 * Return: a descriptor, its stat in *@ret; -ENOENT for what is not wanted in this round.
 */
static int open_entry(int dir, const char *name, bool directories, struct stat *ret)
{
	/* Links lead out of the tree, and nothing else may block. */
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		/* ELOOP: a link. EACCES: firmware's secrets, whose names start with "security-". */
		return errno == ELOOP || errno == EACCES ? -ENOENT : -errno;
	if (fstat(fd, ret) < 0 || (directories ? !S_ISDIR(ret->st_mode) : !S_ISREG(ret->st_mode))) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

/* libfdt compares a new property's name with all that it has, byte by byte: that takes longer. */
static int spend_name(struct kx_devtree_work *work, const void *fdt)
{
	uint64_t cost = 4 * (uint64_t)fdt_size_dt_strings(fdt);

	if (cost > work->left)
		return -EFBIG;
	work->left -= cost;
	return 0;
}

static int put_properties(const struct listing *l, struct kx_devtree_work *work, void *fdt)
{
	for (int i = 0; i < l->count; i++) {
		const char *name = l->name[i]->d_name;
		struct stat stat;
		int fd, rc;

		/* The kernel makes this one up (drivers/of/fdt.c, populate_properties()). */
		if (strcmp(name, "name") == 0)
			continue;
		fd = open_entry(l->fd, name, false, &stat);
		if (fd == -ENOENT)
			continue;
		if (fd < 0)
			return fd;
		rc = stat.st_size > KX_DEVTREE_LIMIT ? -EFBIG : spend_name(work, fdt);
		if (rc == 0)
			rc = read_property(fd, name, (size_t)stat.st_size, fdt);
		close(fd);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Takes over @fd, the directory of a node. */
static int put_node(int fd, const char *node, int depth, struct kx_devtree_work *work, void *fdt)
{
	struct listing l;
	struct stat stat;
	int rc = list(fd, &l);

	if (rc < 0)
		return rc;
	if (depth > KX_DEVTREE_DEPTH)
		rc = -EINVAL;
	else if (fdt_begin_node(fdt, node) < 0)
		rc = -EFBIG;
	if (rc == 0)
		rc = put_properties(&l, work, fdt);
	for (int i = 0; i < l.count && rc == 0; i++) {
		int child = open_entry(l.fd, l.name[i]->d_name, true, &stat);

		if (child >= 0)
			rc = put_node(child, l.name[i]->d_name, depth + 1, work, fdt);
		else if (child != -ENOENT)
			rc = child;
	}
	listing_done(&l);
	if (rc == 0 && fdt_end_node(fdt) < 0)
		rc = -EFBIG;
	return rc;
}

/* The tree below the directory @fd, which is taken over. */
static int flatten(int fd, void **ret, size_t *ret_size)
{
	enum { ROOM = KX_DEVTREE_LIMIT + KX_DEVTREE_GUARD };
	_cleanup_free_ uint8_t *fdt = calloc(1, ROOM);
	struct kx_devtree_work work = { KX_DEVTREE_WORK };
	void *fit;
	int rc;

	if (!fdt || fdt_create(fdt, KX_DEVTREE_LIMIT) < 0 || fdt_finish_reservemap(fdt) < 0) {
		close(fd);
		return -ENOMEM;
	}
	rc = put_node(fd, "", 1, &work, fdt);
	if (rc == 0 && fdt_finish(fdt) < 0)
		rc = -EFBIG;
	if (rc < 0)
		return rc;
	*ret_size = fdt_totalsize(fdt);
	fit = realloc(fdt, *ret_size + KX_DEVTREE_GUARD);
	*ret = fit ? fit : fdt;
	fdt = NULL;
	return 0;
}

static int read_directories(const char *root, const char *path, void **ret, size_t *ret_size,
			    struct kx_err *err)
{
	int fd = kx_file_open(root, path), rc;
	void *fdt = NULL;
	size_t size = 0;

	rc = fd < 0 ? fd : flatten(fd, &fdt, &size);
	if (rc < 0)
		return kx_fail(err, rc, "/%s: %s", path, strerror(-rc));
	rc = kx_devtree_check((struct kx_span){ fdt, size }, err);
	if (rc < 0) {
		free(fdt);
		return kx_context(err, rc, "/%s", path);
	}
	*ret = fdt;
	*ret_size = size;
	return 0;
}

static int read_blob(const char *root, const char *path, void **ret, size_t *ret_size,
		     struct kx_err *err)
{
	_cleanup_free_ char *blob = NULL;
	void *fdt = NULL;
	size_t len;
	int rc;

	rc = kx_file_read(root, path, KX_DEVTREE_LIMIT, &blob, &len, err);
	if (rc < 0)
		return rc;
	rc = len == 0 ? kx_fail(err, -EINVAL, "empty file") :
			kx_devtree_copy((struct kx_span){ (uint8_t *)blob, len }, &fdt, err);
	if (rc < 0)
		return kx_context(err, rc, "/%s", path);
	*ret = fdt;
	*ret_size = fdt_totalsize(fdt);
	return 0;
}

int kx_devtree_read(const char *root, void **ret, size_t *ret_size, struct kx_err *err)
{
	int rc = read_blob(root, "sys/firmware/fdt", ret, ret_size, err);

	if (kx_file_unknowable(rc))
		rc = read_directories(root, "proc/device-tree", ret, ret_size, err);
	if (kx_file_unknowable(rc))
		rc = read_directories(root, "sys/firmware/devicetree/base", ret, ret_size, err);
	if (kx_file_unknowable(rc))
		return kx_fail(err, -ENOENT, "no device tree in /sys/firmware/fdt and "
			       "/proc/device-tree");
	return rc;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices in sysfs, and those above them. What they are for, the others know. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"
#include "lib/devices/internal.h"

enum { TEXT_MAX = 1 << 16 };

/* ---- small things --------------------------------------------------------------------------- */

char *kx_devices_join(const char *a, const char *b)
{
	char *ret;

	return asprintf(&ret, "%s/%s", a, b) < 0 ? NULL : ret;
}

const char *kx_devices_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int kx_devices_no_memory(struct kx_err *err)
{
	return kx_fail(err, -ENOMEM, "no memory for what targets stand on");
}

int kx_devices_real(const char *root, const char *folder, const char *name, char **ret)
{
	_cleanup_free_ char *path = kx_devices_join(folder, name);

	return path ? kx_file_real(root, path, ret) : -ENOMEM;
}

bool kx_devices_has(const char *root, const char *folder, const char *name)
{
	_cleanup_free_ char *real = NULL;

	return kx_devices_real(root, folder, name, &real) == 0;
}

static char *read_text(const char *root, const char *folder, const char *name, size_t *len)
{
	_cleanup_free_ char *path = kx_devices_join(folder, name);
	struct kx_err err = { "" };
	char *text;

	return path && kx_file_read(root, path, TEXT_MAX, &text, len, &err) == 0 ? text : NULL;
}

static char *copy_of(struct kx_span s)
{
	return strndup(s.len ? (const char *)s.base : "", s.len);
}

char *kx_devices_text(const char *root, const char *folder, const char *name)
{
	size_t len = 0;
	_cleanup_free_ char *text = read_text(root, folder, name, &len);

	return text ? copy_of(kx_span_trim((struct kx_span){ (uint8_t *)text, len })) : NULL;
}

char *kx_devices_value(const char *root, const char *folder, const char *name, const char *key)
{
	size_t len = 0;
	_cleanup_free_ char *text = read_text(root, folder, name, &len);
	struct kx_span value;

	if (!text || !kx_span_find_line((struct kx_span){ (uint8_t *)text, len }, key, &value))
		return NULL;
	return copy_of(value);
}

int kx_devices_each(struct walk *w, const char *folder,
		    int (*each)(const char *name, void *data, struct kx_err *err), void *data)
{
	_cleanup_free_ char *real = NULL;

	/* What @each says is not there is something else. */
	if (kx_file_unknowable(kx_file_real(w->root, folder, &real)))
		return 0;
	return kx_file_each(w->root, folder, each, data, w->err);
}

/* ---- a device ------------------------------------------------------------------------------- */

static const struct kx_devices_node *find(const struct kx_devices *devices, const char *path)
{
	for (size_t i = 0; i < devices->nodes; i++) {
		if (strcmp(devices->node[i].path, path) == 0)
			return &devices->node[i];
	}
	return NULL;
}

/* The last component of what the link FOLDER/NAME says; a captured tree need not have that. */
static char *link_name(const char *root, const char *folder, const char *name)
{
	_cleanup_fd_ int fd = kx_file_open(root, folder);
	char target[PATH_MAX];
	ssize_t len = fd < 0 ? -1 : readlinkat(fd, name, target, sizeof(target) - 1);

	if (len <= 0)
		return NULL;
	target[len] = '\0';
	return strdup(kx_devices_base(target));
}

static int append(struct walk *w, const char *path)
{
	struct kx_devices *to = w->to;
	_cleanup_free_ char *driver = kx_devices_join(path, "driver");
	struct kx_devices_node new = { .path = strdup(path) };

	if (!new.path || !driver || kx_array_grow(&to->node, &to->node_room, to->nodes) < 0) {
		free(new.path);
		return kx_devices_no_memory(w->err);
	}
	new.driver = link_name(w->root, path, "driver");
	if (new.driver)
		new.module = link_name(w->root, driver, "module");
	new.modalias = kx_devices_text(w->root, path, "modalias");
	if (new.modalias && !new.modalias[0]) {
		free(new.modalias);
		new.modalias = NULL;
	}
	to->node[to->nodes++] = new;
	return 0;
}

/** struct supplying - the device whose links are looked at */
struct supplying {
	struct walk *w;
	const char *path;
};

/* "supplier:BUS:NAME" leads to a device link, whose "supplier" is the device. */
static int add_supplier(const char *name, void *data, struct kx_err *err)
{
	struct supplying *s = data;
	_cleanup_free_ char *link = NULL, *real = NULL;
	int rc;

	if (strncmp(name, "supplier:", strlen("supplier:")) != 0)
		return 0;
	if (asprintf(&link, "%s/%s/supplier", s->path, name) < 0) {
		link = NULL;
		return kx_devices_no_memory(err);
	}
	rc = kx_file_real(s->w->root, link, &real);
	if (kx_file_unknowable(rc))
		return 0;
	if (rc < 0)
		return kx_fail(err, rc, "/%s: %s", link, strerror(-rc));
	return kx_devices_up(s->w, real, NULL);
}

static int add_device(struct walk *w, const char *path)
{
	struct supplying supplying = { w, path };
	int rc;

	if (w->to->nodes == NODES_MAX)
		return kx_fail(w->err, -E2BIG, "/%s: stands on more than %d devices", path,
			       NODES_MAX);
	/* First it, so that devices that need each other end. */
	rc = append(w, path);
	return rc < 0 ? rc : kx_devices_each(w, path, add_supplier, &supplying);
}

/*
 * Those that it needs come behind it in the list, which is no harm: a driver that misses something
 * asks again when more are there (-EPROBE_DEFER).
 */
int kx_devices_up(struct walk *w, const char *path, bool *driven)
{
	static const char top[] = "sys/devices/";
	_cleanup_free_ char *part = strdup(path);
	int rc = part ? 0 : kx_devices_no_memory(w->err);

	if (rc == 0 && strncmp(path, top, strlen(top)) != 0)
		return kx_fail(w->err, -EINVAL, "/%s: is no device", path);
	if (++w->depth > DEPTH_MAX)
		return kx_fail(w->err, -ELOOP, "/%s: stands under too many others", path);
	for (size_t end = strlen(top); rc == 0 && path[end - 1];) {
		const struct kx_devices_node *node;

		end += strcspn(path + end, "/");
		part[end] = '\0';
		if (!find(w->to, part))
			rc = add_device(w, part);
		node = rc == 0 ? find(w->to, part) : NULL;
		if (node && node->driver && driven)
			*driven = true;
		part[end] = path[end];
		end++;
	}
	w->depth--;
	return rc;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads secrets, and leaves none in memory that is freed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kdump/service/resolve/secrets.h"
#include "kx/array.h"
#include "kx/cleanup.h"
#include "kx/file.h"

enum { SECRET_MAX = 1 << 20 };

static int check_secret(const char *root, const char *path, bool strict, struct kx_err *err)
{
	_cleanup_fd_ int fd = kx_file_open(root, path + (path[0] == '/'));
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return kx_fail(err, fd < 0 ? fd : -errno, "%s: %s", path,
			       strerror(fd < 0 ? -fd : errno));
	if (!S_ISREG(st.st_mode))
		return kx_fail(err, -EINVAL, "%s: it is no file", path);
	if (strict && (st.st_mode & (S_IRWXG | S_IRWXO)))
		return kx_fail(err, -EPERM, "%s: others may read it (mode %03o): chmod 600", path,
			       st.st_mode & 0777u);
	return 0;
}

/* Takes @bytes over, whatever is returned. */
static int add(const struct resolving *r, char *bytes, size_t len, const char *kind,
	       char **ret_name, struct kx_err *err)
{
	struct resolved *to = r->resolved;
	char *name = NULL;

	if (asprintf(&name, "%zu-%s", r->plan->n_targets, kind) < 0)
		name = NULL;
	if (!name || kx_array_grow(&to->secret, &to->secret_room, to->secrets) < 0 ||
	    kx_capture_set(ret_name, name) < 0) {
		explicit_bzero(bytes, len);
		free(bytes);
		free(name);
		return kx_fail(err, -ENOMEM, "no memory");
	}
	to->secret[to->secrets++] = (struct image_secret){ name, { (uint8_t *)bytes, len } };
	return 0;
}

int secret_add_bytes(const struct resolving *r, struct kx_span bytes, const char *kind,
		     char **ret_name, struct kx_err *err)
{
	char *copy = malloc(bytes.len + 1);

	if (!copy)
		return kx_fail(err, -ENOMEM, "no memory");
	memcpy(copy, bytes.base, bytes.len);
	return add(r, copy, bytes.len, kind, ret_name, err);
}

int secret_add(const struct resolving *r, const char *path, const char *kind, bool strict,
	       char **ret_name, struct kx_err *err)
{
	char *bytes = NULL;
	size_t len = 0;
	int rc = check_secret(r->root, path, strict, err);

	if (rc == 0)
		rc = kx_file_read(r->root, path + (path[0] == '/'), SECRET_MAX, &bytes, &len, err);
	return rc < 0 ? rc : add(r, bytes, len, kind, ret_name, err);
}

void secrets_done(struct resolved *resolved)
{
	for (size_t i = 0; i < resolved->secrets; i++) {
		struct image_secret *s = &resolved->secret[i];

		explicit_bzero((void *)(uintptr_t)s->bytes.base, s->bytes.len);
		free((void *)(uintptr_t)s->bytes.base);
		free((void *)(uintptr_t)s->name);
	}
	free(resolved->secret);
	resolved->secret = NULL;
	resolved->secrets = resolved->secret_room = 0;
}

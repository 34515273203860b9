/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads files that hold a number, a word or a few of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/machine/internal.h"

/* A file that a kernel does not have, or that this user may not read, leaves a fact unknown. */
int kx_machine_read_small(const char *root, const char *path, char buffer[KX_SMALL_FILE + 1],
		      struct kx_span *ret, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int rc;

	rc = kx_file_read(root, path, KX_SMALL_FILE, &text, &len, err);
	if (kx_file_unknowable(rc))
		return 0;
	if (rc < 0)
		return rc;
	memcpy(buffer, text, len);
	*ret = kx_span_trim((struct kx_span){ (uint8_t *)buffer, len });
	return 1;
}

int kx_machine_read_number(const char *root, const char *path, uint64_t *ret, struct kx_err *err)
{
	char buffer[KX_SMALL_FILE + 1];
	struct kx_span text;
	int rc;

	rc = kx_machine_read_small(root, path, buffer, &text, err);
	if (rc > 0 && !kx_span_number(text, 0, ret))
		return kx_fail(err, -EINVAL, "/%s: not a number", path);
	return rc < 0 ? rc : 0;
}

int kx_machine_read_fields(const char *root, const char *directory, const char *const *name,
			   size_t count, char (*buffer)[KX_SMALL_FILE + 1], struct kx_span *ret,
			   struct kx_err *err)
{
	char path[512];
	int rc = 1;

	for (size_t i = 0; i < count && rc > 0; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, name[i]);
		rc = kx_machine_read_small(root, path, buffer[i], &ret[i], err);
	}
	return rc;
}


/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens the files of --module. What becomes of them is the kernel's format's affair. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/modules.h"
#include "kx/cleanup.h"

static int name_file(struct modules *modules, const char *text, struct input_part *part,
		     struct kx_err *err)
{
	size_t len = strcspn(text, " \t\n");
	char *path;

	if (len == 0)
		return kx_fail(err, -EINVAL, "--module=%.160s: it begins with a blank, not with a file",
			       text);
	path = strndup(text, len);
	if (!path)
		return kx_fail(err, -ENOMEM, "no memory for modules");
	modules->path[modules->n_path++] = path;
	*part = (struct input_part){ .path = path };
	return 0;
}

int modules_open(struct modules *ret, const char *const *text, size_t count, uint64_t limit,
		 struct kx_err *err)
{
	_cleanup_free_ struct input_part *part = calloc(count ? count : 1, sizeof(*part));
	int rc = 0;

	ret->item = calloc(count ? count : 1, sizeof(*ret->item));
	ret->path = calloc(count ? count : 1, sizeof(*ret->path));
	if (!part || !ret->item || !ret->path)
		return kx_fail(err, -ENOMEM, "no memory for %zu modules", count);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = name_file(ret, text[i], &part[i], err);
	if (rc == 0)
		rc = input_open(&ret->files, part, count, limit, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct kx_span bytes = input_bytes(&ret->files, i);

		ret->item[i] = (struct kx_module){
			.at = (size_t)(bytes.base - ret->files.bytes.base),
			.len = bytes.len,
			.text = text[i],
		};
	}
	return rc;
}

void modules_close(struct modules *modules)
{
	input_done(&modules->files);
	for (size_t i = 0; i < modules->n_path; i++)
		free(modules->path[i]);
	free(modules->path);
	free(modules->item);
	*modules = (struct modules){ 0 };
}

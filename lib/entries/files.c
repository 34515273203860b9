/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels that no boot loader's file names, by their own names. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/entries/internal.h"

/** struct reading - of one folder */
struct reading {
	const char *root, *base;
	struct kx_entries *entries;
};

static const char kernel_name[] = "vmlinuz-";

/* How Debian, Fedora, Arch and SUSE call the initrd of a kernel of this version. */
static int find_initrd(const struct reading *r, struct kx_entry *e)
{
	static const char *const names[][2] = {
		{ "initrd.img-", "" }, { "initramfs-", ".img" }, { "initrd-", "" }
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		_cleanup_free_ char *path = NULL;

		if (asprintf(&path, "%s/%s%s%s", r->base, names[i][0], e->version, names[i][1]) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		if (entries_is_file(r->root, path))
			return entries_append(&e->initrd, &e->n_initrds, &e->initrd_room, path);
	}
	return 0;
}

static int each_kernel(const char *name, void *data, struct kx_err *err)
{
	const struct reading *r = data;
	struct kx_span version = kx_span_of(name);
	struct kx_entry *e;

	if (!kx_span_starts(version, kernel_name))
		return 0;
	kx_span_slice(version, sizeof(kernel_name) - 1, version.len - (sizeof(kernel_name) - 1),
		      &version);
	if (!version.len)
		return 0;
	e = entries_new(r->entries, KX_ENTRY_FILES);
	if (!e || entries_set(&e->version, version) < 0 || entries_set(&e->id, version) < 0 ||
	    asprintf(&e->kernel, "%s/%s", r->base, name) < 0 ||
	    asprintf(&e->title, "Linux %s", e->version) < 0 ||
	    entries_set(&e->where, kx_span_of(e->kernel)) < 0 || find_initrd(r, e) < 0)
		return kx_fail(err, -ENOMEM, "no memory for boot entries");
	if (!entries_is_file(r->root, e->kernel))
		entries_drop(r->entries);
	return 0;
}

int entries_files(const char *root, const char *base, struct kx_entries *entries,
		  struct kx_err *err)
{
	struct reading r = { root, base, entries };
	int rc = kx_file_each(root, base, each_kernel, &r, err);

	return kx_file_unknowable(rc) ? 0 : rc;
}

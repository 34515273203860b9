/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds and opens addons of a UKI; signatures are the boot loader's matter, and not looked at. */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/addons.h"
#include "kx/array.h"

static int open_one(struct addons *addons, char *path, const struct kx_isa *isa, uint64_t limit,
		    struct kx_err *err)
{
	const struct input_part part = { .path = path };
	struct addon *addon;
	int rc;

	if (kx_array_grow(&addons->item, &addons->room, addons->count) < 0) {
		free(path);
		return kx_fail(err, -ENOMEM, "no memory for addons");
	}
	addon = &addons->item[addons->count++];
	*addon = (struct addon){ .path = path };
	rc = input_open(&addon->file, &part, 1, limit, err);
	if (rc < 0)
		return rc;
	rc = kx_uki_addon(addon->file.bytes, isa, &addon->parts, err);
	return rc < 0 ? kx_context(err, rc, "addon %s", path) : 0;
}

static int is_addon(const struct dirent *entry)
{
	return fnmatch("*.addon.efi", entry->d_name, FNM_CASEFOLD) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int open_folder(struct addons *addons, const char *folder, const struct kx_isa *isa,
		       uint64_t limit, struct kx_err *err)
{
	struct dirent **entry;
	int count = scandir(folder, &entry, is_addon, by_name), rc = 0;

	if (count < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (count < 0)
		return kx_fail(err, -errno, "%s: %s", folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		char *path;

		if (rc == 0 && asprintf(&path, "%s/%s", folder, entry[i]->d_name) < 0)
			rc = kx_fail(err, -ENOMEM, "no memory for addons");
		else if (rc == 0)
			rc = open_one(addons, path, isa, limit, err);
		free(entry[i]);
	}
	free(entry);
	return rc;
}

int addons_open(struct addons *ret, const char *uki, const char *const *given, size_t n_given,
		const struct kx_isa *isa, uint64_t limit, struct kx_err *err)
{
	char *folder;
	int rc;

	if (asprintf(&folder, "%s.extra.d", uki) < 0)
		return kx_fail(err, -ENOMEM, "no memory for addons");
	rc = open_folder(ret, folder, isa, limit, err);
	free(folder);
	for (size_t i = 0; rc == 0 && i < n_given; i++) {
		char *path = strdup(given[i]);

		rc = path ? open_one(ret, path, isa, limit, err) :
			    kx_fail(err, -ENOMEM, "no memory for addons");
	}
	return rc;
}

/* Behind what is there, with a blank between. An empty span may have no bytes at all. */
static void put_text(FILE *out, struct kx_span text)
{
	if (!text.len)
		return;
	if (ftell(out) > 0)
		fputc(' ', out);
	fwrite(text.base, 1, text.len, out);
}

int addons_cmdline(const struct addons *addons, struct kx_span base, char **ret)
{
	size_t len = 0;
	FILE *out = open_memstream(ret, &len);

	if (!out)
		return -ENOMEM;
	put_text(out, base);
	for (size_t i = 0; i < addons->count; i++)
		put_text(out, addons->item[i].parts.cmdline);
	return fclose(out) == 0 ? 0 : -ENOMEM;
}

void addons_done(struct addons *addons)
{
	for (size_t i = 0; i < addons->count; i++) {
		input_done(&addons->item[i].file);
		free(addons->item[i].path);
	}
	free(addons->item);
	*addons = (struct addons){ 0 };
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the image of a kernel by the places where distributions keep it. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/service/machine/header.h"
#include "kdump/service/machine/kernel.h"
#include "kx/cleanup.h"
#include "kx/cmdline.h"
#include "kx/entries.h"
#include "kx/file.h"

/* Where the folders of a boot loader's partition are, as seen from the running system. */
static const char *const boot_folders[] = { "/boot", "/efi", "/boot/efi", "" };
enum { BOOT_FOLDERS = sizeof(boot_folders) / sizeof(boot_folders[0]) };

static bool is_file(const char *root, const char *path)
{
	_cleanup_fd_ int fd = kx_file_open(root, path + 1);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* ---- boot loader entries --------------------------------------------------------------------- */

/* The text that names this release; a UKI does not hold its kernel as a file. */
static bool find_entry(struct kernel *ret, const char *root, const char *release)
{
	struct kx_entries entries;
	struct kx_err ignored;
	bool found = false;
	int rc = kx_entries_read(root, NULL, &entries, &ignored);

	for (size_t i = 0; rc == 0 && !found && i < entries.count; i++) {
		const struct kx_entry *e = &entries.item[i];

		if (e->kind != KX_ENTRY_TYPE1 || e->own_options || !e->version ||
		    strcmp(e->version, release) != 0 || strlen(e->kernel) + 2 > sizeof(ret->path))
			continue;
		snprintf(ret->path, sizeof(ret->path), "/%s", e->kernel);
		found = is_file(root, ret->path);
	}
	kx_entries_done(&entries);
	return found;
}

/* ---- where it may be ------------------------------------------------------------------------- */

static bool find_named(struct kernel *ret, const char *root, const char *release)
{
	static const struct {
		const char *before, *behind;
	} place[] = {
		{ "/usr/lib/modules/", "/vmlinuz" }, { "/lib/modules/", "/vmlinuz" },
		{ "/boot/vmlinuz-", "" },	     { "/boot/vmlinux-", "" },
		{ "/boot/Image-", "" },		     { "/boot/kernel-", "" },
		{ "/usr/lib/modules/", "/Image" },
	};

	for (size_t i = 0; i < sizeof(place) / sizeof(place[0]); i++) {
		snprintf(ret->path, sizeof(ret->path), "%s%s%s", place[i].before, release,
			 place[i].behind);
		if (is_file(root, ret->path))
			return true;
	}
	return false;
}

/* "BOOT_IMAGE=(hd0,gpt2)/vmlinuz-6.1": what a partition holds is somewhere among the folders. */
static bool find_booted(struct kernel *ret, const char *root, const char *cmdline)
{
	static const char name[] = "BOOT_IMAGE=";
	struct kx_span rest = kx_span_of(cmdline), word;
	char file[2048];

	while (kx_cmdline_word(&rest, &word)) {
		size_t len = word.len;
		const char *value = (const char *)word.base;

		if (len < sizeof(name) || len >= sizeof(file) ||
		    memcmp(value, name, sizeof(name) - 1) != 0)
			continue;
		snprintf(file, sizeof(file), "%.*s", (int)(len - sizeof(name) + 1),
			 value + sizeof(name) - 1);
		value = file[0] == '(' && strchr(file, ')') ? strchr(file, ')') + 1 : file;
		for (size_t i = 0; value[0] == '/' && i < BOOT_FOLDERS; i++) {
			snprintf(ret->path, sizeof(ret->path), "%s%s", boot_folders[i], value);
			if (is_file(root, ret->path))
				return true;
		}
		return false;
	}
	return false;
}

/* ---- one that was asked for ------------------------------------------------------------------ */

/* /usr/lib/modules/RELEASE/vmlinuz, or vmlinuz-RELEASE; only if there are such modules. */
static bool release_of_path(struct kernel *ret, const char *root)
{
	const char *slash = strrchr(ret->path, '/'), *dash = strchr(slash, '-');
	static const char modules[] = "/modules/";
	const char *folder = strstr(ret->path, modules);
	char path[256];
	_cleanup_fd_ int fd = -1;

	if (folder && folder + sizeof(modules) - 1 < slash) {
		folder += sizeof(modules) - 1;
		snprintf(ret->release, sizeof(ret->release), "%.*s", (int)(slash - folder), folder);
	} else if (dash) {
		snprintf(ret->release, sizeof(ret->release), "%s", dash + 1);
	} else {
		return false;
	}
	snprintf(path, sizeof(path), "lib/modules/%s", ret->release);
	fd = kx_file_open(root, path);
	return fd >= 0 && !strchr(ret->release, '/');
}

static int find_wanted(struct kernel *ret, const char *root, const char *wanted,
		       struct kx_err *err)
{
	_cleanup_free_ char *head = NULL;
	size_t len;
	int rc;

	if (wanted[0] != '/') {
		snprintf(ret->release, sizeof(ret->release), "%s", wanted);
		if (find_named(ret, root, wanted) || find_entry(ret, root, wanted))
			return 0;
		return kx_fail(err, -ENOENT, "kernel = %s: no such kernel in /usr/lib/modules or "
			       "/boot; give its path", wanted);
	}
	snprintf(ret->path, sizeof(ret->path), "%s", wanted);
	rc = kx_file_head(root, ret->path + 1, 1 << 20, &head, &len, err);
	if (rc < 0)
		return kx_context(err, rc, "kernel");
	kernel_release_of((struct kx_span){ (const uint8_t *)head, len }, ret->release,
			  sizeof(ret->release));
	if (ret->release[0] || release_of_path(ret, root))
		return 0;
	return kx_fail(err, -EINVAL, "kernel = %s: which release is it? Call it vmlinuz-RELEASE, as "
		       "its modules are in /lib/modules/RELEASE", wanted);
}

int kernel_find(struct kernel *ret, const char *root, const char *release, const char *cmdline,
		const char *wanted, struct kx_err *err)
{
	if (wanted && wanted[0])
		return find_wanted(ret, root, wanted, err);
	snprintf(ret->release, sizeof(ret->release), "%s", release);
	if (find_named(ret, root, release) || find_entry(ret, root, release) ||
	    find_booted(ret, root, cmdline))
		return 0;
	return kx_fail(err, -ENOENT, "the image of the running kernel, %s, is neither "
		       "/usr/lib/modules/%s/vmlinuz nor in /boot (was its package removed? then reboot), "
		       "and BOOT_IMAGE= does not lead to it; name it by kernel = PATH", release, release);
}

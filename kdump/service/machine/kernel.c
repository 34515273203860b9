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
#include "kdump/service/machine/uki.h"
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

/* "TOKEN-RELEASE.efi", as kernel-install(8) calls those that do not say it themselves. */
static bool is_called(const struct kx_entry *e, const char *release)
{
	char end[256];
	int len = snprintf(end, sizeof(end), "-%s.efi", release);

	return len > 0 && (size_t)len < sizeof(end) && kx_span_ends(kx_span_of(e->id), end);
}

/* A UKI's "version" is that of its os-release, which all of a system's have. */
static bool is_entry_of(const struct kx_entry *e, const char *release, bool uki)
{
	if (e->kind == KX_ENTRY_UKI)
		return uki && e->profile == 0 &&
		       (e->uname ? strcmp(e->uname, release) == 0 : is_called(e, release));
	return e->kind == KX_ENTRY_TYPE1 && e->own_options == uki && e->version &&
	       strcmp(e->version, release) == 0;
}

/* The text that names this release; or the UKI, which may be named by one, too. */
static bool find_entry(struct kernel *ret, const char *root, const char *release, bool uki)
{
	struct kx_entries entries;
	struct kx_err ignored;
	bool found = false;
	int rc = kx_entries_read(root, NULL, &entries, &ignored);

	for (size_t i = 0; rc == 0 && !found && i < entries.count; i++) {
		const struct kx_entry *e = &entries.item[i];

		if (!is_entry_of(e, release, uki) || strlen(e->kernel) + 2 > sizeof(ret->path))
			continue;
		snprintf(ret->path, sizeof(ret->path), "/%s", e->kernel);
		/* A text may name any EFI program. */
		found = uki && e->kind == KX_ENTRY_TYPE1 ? uki_is_for(root, ret->path, release) :
							   is_file(root, ret->path);
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

/* Kernels that lie in a UKI alone, as those of Fedora's kernel-uki-virt. */
static bool find_uki(struct kernel *ret, const char *root, const char *release)
{
	static const char *const folder[] = { "/usr/lib/modules", "/lib/modules" };
	char path[512];

	for (size_t i = 0; i < sizeof(folder) / sizeof(folder[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder[i], release);
		if (uki_in_folder(root, path, release, ret->path, sizeof(ret->path)))
			return true;
	}
	return find_entry(ret, root, release, true);
}

/* ---- one that was asked for ------------------------------------------------------------------ */

static bool has_modules(const char *root, const char *release)
{
	char path[256];
	_cleanup_fd_ int fd = -1;

	snprintf(path, sizeof(path), "lib/modules/%s", release);
	fd = release[0] && !strchr(release, '/') ? kx_file_open(root, path) : -1;
	return fd >= 0;
}

/* A release may have a "+" of its own. */
static bool release_is(struct kernel *ret, const char *root, const char *text, size_t len)
{
	const char *plus = memrchr(text, '+', len);

	snprintf(ret->release, sizeof(ret->release), "%.*s", (int)len, text);
	if (has_modules(root, ret->release))
		return true;
	if (!plus)
		return false;
	snprintf(ret->release, sizeof(ret->release), "%.*s", (int)(plus - text), text);
	return has_modules(root, ret->release);
}

/*
 * vmlinuz-RELEASE, TOKEN-RELEASE.efi with a token that may have dashes, or that with the tries that
 * are left of it, "+3" or "+2-1" (UAPI.1, boot counting).
 */
static bool release_of_name(struct kernel *ret, const char *root, const char *name)
{
	const char *end = name + strlen(name);

	if (kx_span_ends(kx_span_of(name), ".efi"))
		end -= strlen(".efi");
	while ((name = memchr(name, '-', (size_t)(end - name))) != NULL) {
		name++;
		if (release_is(ret, root, name, (size_t)(end - name)))
			return true;
	}
	return false;
}

/* /usr/lib/modules/RELEASE/vmlinuz, or by its own name; only if there are such modules. */
static bool release_of_path(struct kernel *ret, const char *root)
{
	const char *slash = strrchr(ret->path, '/');
	static const char modules[] = "/modules/";
	const char *folder = strstr(ret->path, modules);

	if (!folder || folder + sizeof(modules) - 1 >= slash)
		return release_of_name(ret, root, slash + 1);
	folder += sizeof(modules) - 1;
	snprintf(ret->release, sizeof(ret->release), "%.*s", (int)(slash - folder), folder);
	return has_modules(root, ret->release);
}

static int find_wanted(struct kernel *ret, const char *root, const char *wanted,
		       struct kx_err *err)
{
	_cleanup_free_ char *head = NULL;
	struct kx_span file;
	size_t len;
	int rc;

	if (wanted[0] != '/') {
		snprintf(ret->release, sizeof(ret->release), "%s", wanted);
		if (find_named(ret, root, wanted) || find_entry(ret, root, wanted, false) ||
		    find_uki(ret, root, wanted))
			return 0;
		return kx_fail(err, -ENOENT, "kernel = %s: no such kernel in /usr/lib/modules or "
			       "/boot; give its path", wanted);
	}
	snprintf(ret->path, sizeof(ret->path), "%s", wanted);
	rc = kx_file_head(root, ret->path + 1, 1 << 20, &head, &len, err);
	if (rc < 0)
		return kx_context(err, rc, "kernel");
	file = (struct kx_span){ (const uint8_t *)head, len };
	kernel_release_of(file, ret->release, sizeof(ret->release));
	if (!ret->release[0] && kx_span_starts(file, "MZ"))
		rc = uki_release(root, ret->path, ret->release, sizeof(ret->release), err);
	if (rc < 0)
		return kx_context(err, rc, "kernel");
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
	if (find_named(ret, root, release) || find_entry(ret, root, release, false) ||
	    find_booted(ret, root, cmdline) || find_uki(ret, root, release))
		return 0;
	return kx_fail(err, -ENOENT, "the image of the running kernel, %s, is neither "
		       "/usr/lib/modules/%s/vmlinuz nor in /boot (was its package removed? then reboot), "
		       "BOOT_IMAGE= does not lead to it, and no UKI is of it; name it by kernel = PATH",
		       release, release);
}

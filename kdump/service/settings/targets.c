/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which targets can be used at all, and which there are where nobody named any. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/settings/parts.h"
#include "kx/cleanup.h"
#include "kx/file.h"

enum { MOUNTS_MAX = 1 << 20 };

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool is_device(const char *where)
{
	static const char *const ways[] = { "UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=", "/dev/" };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (starts(where, ways[i]) && where[strlen(ways[i])])
			return true;
	}
	return false;
}

static bool is_nfs(const char *where)
{
	/* An IPv6 address has colons of its own, in brackets. */
	const char *colon = where[0] == '[' ? strstr(where, "]:") : strchr(where, ':');

	if (colon && where[0] == '[')
		colon++;
	return colon && colon != where && colon[1] == '/';
}

static bool is_smb(const char *where)
{
	const char *share = starts(where, "//") ? strchr(where + 2, '/') : NULL;

	return share && share != where + 2 && share[1];
}

static bool is_host(const char *where)
{
	const char *at = strrchr(where, '@'), *host = at ? at + 1 : where;

	/* Never what ssh would take for an option. */
	return host[0] && where[0] != '-' && host[0] != '-' && !strpbrk(where, "/ ");
}

static bool is_url(const char *text)
{
	return (starts(text, "https://") && text[8]) || (starts(text, "http://") && text[7]);
}

/* What a target lacks; NULL: nothing. */
static const char *lacks(const struct target_config *t)
{
	switch (t->type) {
	case KX_CAPTURE_FILE:
		return !t->where[0] || is_device(t->where) ? NULL :
			"where = UUID=..., LABEL=..., PARTUUID=..., PARTLABEL=... or /dev/...";
	case KX_CAPTURE_RAW:
		return is_device(t->where) ? NULL : "where = PARTUUID=..., PARTLABEL=... or /dev/...";
	case KX_CAPTURE_NFS: return is_nfs(t->where) ? NULL : "where = HOST:/FOLDER";
	case KX_CAPTURE_SMB: return is_smb(t->where) ? NULL : "where = //HOST/SHARE";
	case KX_CAPTURE_SSH: return is_host(t->where) ? NULL : "where = HOST or USER@HOST";
	case KX_CAPTURE_HTTP: return is_url(t->where) ? NULL : "where = https://...";
	case KX_CAPTURE_S3:
		if (!t->bucket[0])
			return "bucket = NAME";
		return is_url(t->endpoint) || is_url(t->where) ? NULL : "endpoint = https://...";
	case KX_CAPTURE_VIRTIOFS: return t->where[0] && t->where[0] != '/' ? NULL : "where = TAG";
	case KX_CAPTURE_TYPES: break;
	}
	return "type";
}

int config_check_targets(struct service_config *config)
{
	size_t good = 0;
	int rc = 0;

	for (size_t i = 0; i < config->targets; i++) {
		struct target_config *t = &config->target[i];
		const char *what = lacks(t);

		if (!what || rc < 0) {
			config->target[good++] = *t;
			continue;
		}
		rc = config_warn(config, t->origin, "[target %s] is left out: type %s needs %s",
				 t->name, kx_capture_type_name(t->type), what);
		config_free_target(t);
	}
	config->targets = good;
	return rc;
}

/* Is @at where a vfat is mounted? Linux, Documentation/filesystems/proc.rst, 3.5 mountinfo. */
static bool is_vfat(const char *mounts, const char *at)
{
	_cleanup_free_ char *wanted = NULL, *copy = strdup(mounts);
	bool found = false;

	if (!copy || asprintf(&wanted, " %s ", at) < 0) {
		wanted = NULL;
		return false;
	}
	for (char *rest = copy, *line; (line = strsep(&rest, "\n"));) {
		const char *type = strstr(line, " - "), *point = strstr(line, wanted);

		/* The last mount covers those below it. */
		if (type && point && point < type)
			found = starts(type + 3, "vfat ");
	}
	return found;
}

static int imply(struct service_config *config, const char *name, const char *path,
		 enum kx_capture_what what)
{
	struct target_config *t;
	int rc = config_add_target(config, name, &t);

	if (rc < 0)
		return rc;
	t->implied = true;
	t->what = what;
	free(t->path);
	t->path = strdup(path);
	return t->path ? 0 : -ENOMEM;
}

int config_imply_targets(struct service_config *config, const char *root)
{
	static const char *const places[] = { "/boot/efi", "/efi" };
	_cleanup_free_ char *mounts = NULL;
	struct kx_err err = { "" };
	char path[64];
	size_t len;
	int rc = imply(config, "default", "/var/crash", KX_CAPTURE_DUMP);

	if (rc < 0 || !root || kx_file_read(root, "proc/self/mountinfo", MOUNTS_MAX, &mounts, &len, &err) < 0)
		return rc;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!is_vfat(mounts, places[i]))
			continue;
		snprintf(path, sizeof(path), "%s/kdump", places[i]);
		return imply(config, "esp", path, KX_CAPTURE_DMESG);
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the files in their order into one struct, whatever is wrong in them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "kdump/base/values.h"
#include "kdump/service/config/ini.h"
#include "kdump/service/config/read.h"
#include "kdump/service/import/whose.h"
#include "kdump/service/settings/parts.h"
#include "kx/array.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/file.h"

/* Bytes of a file; files of a folder. */
enum { FILE_MAX = 1 << 20, FILES_MAX = 256 };

/* What has file and folder. */
#define CONFIG_ABOVE "etc/kdump"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

/* A letter in three may be wrong, and then it is still that word. */
enum { NEAR = 3 };

/**
 * struct applying - a file's lines
 * @section: that began last, with @base; NULL: none, or one that means nothing
 */
struct applying {
	struct service_config *config;
	const char *file;
	const struct config_section *section;
	void *base;
	bool begun;
};

/* ---- sections ------------------------------------------------------------------------------- */

static struct config_origin here(const struct applying *a, unsigned int line)
{
	return (struct config_origin){ a->file, line };
}

/* "target NAME": the name; NULL: it is another section. */
static const char *target_name(const char *section)
{
	if (strncmp(section, "target", 6) != 0 || (section[6] && section[6] != ' '))
		return NULL;
	return section + 6 + strspn(section + 6, " ");
}

static int begin_target(struct applying *a, unsigned int line, const char *name)
{
	struct service_config *config = a->config;
	struct target_config *target;
	int rc;

	if (!name[0] || name[strspn(name, NAME_CHARACTERS)])
		return config_warn(config, here(a, line), "a target has a name of letters, digits, ., - "
				   "and _, as [target disk]; without one it is left out");
	a->section = config_target_section();
	for (size_t i = 0; i < config->targets; i++) {
		a->base = &config->target[i];
		if (strcmp(config->target[i].name, name) == 0)
			return 0;
	}
	a->section = NULL;
	if (config->targets == CONFIG_TARGETS_MAX)
		return config_warn(config, here(a, line), "more than %d targets: left out",
				   CONFIG_TARGETS_MAX);
	rc = config_add_target(config, name, &target);
	if (rc < 0)
		return rc;
	target->origin = here(a, line);
	a->section = config_target_section();
	a->base = target;
	return 0;
}

static int no_such_section(struct applying *a, unsigned int line, const char *name)
{
	/* A target's name is behind a blank. */
	const char *near = NULL, *behind = name + strcspn(name, " ");
	unsigned int least = NEAR + 1;
	bool named = false;
	char first[64];

	snprintf(first, sizeof(first), "%.*s", (int)(behind - name), name);
	for (const struct config_section *s = config_sections; s->name; s++) {
		unsigned int distance = value_distance(s->target ? first : name, s->name);

		if (distance < least) {
			least = distance;
			near = s->name;
			named = s->target;
		}
	}
	return config_warn(a->config, here(a, line), "there is no section [%s]%s%s%s%s; what is in it "
			   "means nothing", name, near ? "; [" : "", near ? near : "",
			   near && named ? behind : "", near ? "]?" : "");
}

static int begin(void *data, unsigned int line, const char *name)
{
	struct applying *a = data;

	a->section = NULL;
	a->begun = true;
	if (!name)
		return 0;
	if (target_name(name))
		return begin_target(a, line, target_name(name));
	for (const struct config_section *s = config_sections; s->name; s++) {
		if (strcmp(name, s->name) == 0) {
			a->section = s;
			a->base = (char *)a->config + s->offset;
			return 0;
		}
	}
	return no_such_section(a, line, name);
}

/* ---- keys ----------------------------------------------------------------------------------- */

/* The key of this name in any other section, and that section; NULL: there is none. */
static const char *find_elsewhere(const char *name, const struct config_section **ret)
{
	for (const struct config_section *s = config_sections; s->name; s++) {
		for (const struct config_key *key = s->keys; key->name; key++) {
			if (value_distance(key->name, name) == 0) {
				*ret = s;
				return key->name;
			}
		}
	}
	return NULL;
}

static const char *nearest(const struct config_section *section, const char *name)
{
	const char *near = NULL;
	unsigned int least = NEAR + 1;

	for (const struct config_key *key = section->keys; key->name; key++) {
		unsigned int distance = value_distance(name, key->name);

		if (distance < least && distance < strlen(name)) {
			least = distance;
			near = key->name;
		}
	}
	return near;
}

static int no_such_key(struct applying *a, unsigned int line, const char *name)
{
	const char *near = nearest(a->section, name), *there;
	const struct config_section *other;

	/* In capitals it may be meant where it is, too. */
	if (near && value_distance(near, name) == 0)
		there = NULL;
	else
		there = find_elsewhere(name, &other);
	if (there && strcmp(there, name) == 0)
		return config_warn(a->config, here(a, line), "[%s] has no key \"%.60s\"; [%s] has",
				   a->section->name, name, other->name);
	if (there)
		return config_warn(a->config, here(a, line), "[%s] has no key \"%.60s\"; [%s] has \"%s\"",
				   a->section->name, name, other->name, there);
	if (near)
		return config_warn(a->config, here(a, line), "[%s] has no key \"%.60s\"; \"%s\"?",
				   a->section->name, name, near);
	return config_warn(a->config, here(a, line), "[%s] has no key \"%.60s\"", a->section->name,
			   name);
}

static int give(struct applying *a, unsigned int line, const struct config_key *key,
		const char *text)
{
	struct config_origin *origin = (struct config_origin *)(void *)
		((char *)a->base + a->section->origin);
	const bool nothing = key->kind == CONFIG_LIST ||
			     (key->kind == CONFIG_TEXT && !key->standard[0]);
	char wanted[160];
	int rc = config_set(key, a->base, text);

	if (rc != -EINVAL) {
		origin[key - a->section->keys] = here(a, line);
		return rc;
	}
	/* What an earlier file said is no better than the default: nobody meant it to stay. */
	if (key->kind != CONFIG_LIST) {
		rc = config_set(key, a->base, key->standard);
		origin[key - a->section->keys] = (struct config_origin){ NULL, 0 };
	}
	if (rc == -ENOMEM)
		return rc;
	config_say_wanted(key, wanted, sizeof(wanted));
	return config_warn(a->config, here(a, line), "%s = %.80s: must be %s; %s%s instead",
			   key->name, text, wanted, nothing ? "nothing" : "the default ",
			   nothing ? "" :
			   key->zero && strcmp(key->standard, "0") == 0 ? key->zero : key->standard);
}

static int take(void *data, unsigned int line, const char *name, const char *text)
{
	struct applying *a = data;

	if (!a->begun)
		return config_warn(a->config, here(a, line), "\"%.60s\" stands before the first "
				   "[section] and means nothing", name);
	if (!a->section)
		return 0;
	for (const struct config_key *key = a->section->keys; key->name; key++) {
		if (strcmp(key->name, name) == 0)
			return give(a, line, key, text);
	}
	return no_such_key(a, line, name);
}

static int bad(void *data, unsigned int line, const char *why)
{
	struct applying *a = data;

	return config_warn(a->config, here(a, line), "%s; the line means nothing", why);
}

/* ---- files ---------------------------------------------------------------------------------- */

static int keep_name(struct service_config *config, const char *name, const char **ret)
{
	char *copy;

	if (kx_array_grow(&config->file, &config->files_room, config->files) < 0)
		return -ENOMEM;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	config->file[config->files++] = copy;
	*ret = copy;
	return 0;
}

/* One line for a file of which each line is wrong. */
static int is_others(struct service_config *config, const char *file, const char *whose)
{
	const char *const name = whose[0] == 'r' ? "RHEL" : whose[0] == 'd' ? "Debian" : "SUSE";

	return config_warn(config, (struct config_origin){ file, 0 }, "not read: it is a configuration "
			   "of %s's service; kdump import --from=%s --write %.120s makes one of ours of "
			   "it, and then it can go", name, whose, file);
}

static int apply(struct service_config *config, struct kx_span text, const char *name)
{
	struct applying a = { .config = config };
	struct ini ini = { .take = take, .begin = begin, .bad = bad, .data = &a };
	const char *whose = import_whose(text);
	struct kx_err err = { "" };
	int rc = keep_name(config, name, &a.file);

	if (rc == 0 && whose)
		return is_others(config, a.file, whose);
	if (rc == 0)
		rc = ini_read(text, &ini, &err);
	if (rc == -ENOTSUP)
		return config_warn(config, here(&a, 0), "not read: %s", err.text);
	return rc;
}

/* Of a whole file or folder; @path without its first slash. */
static int not_read(struct service_config *config, const char *path, const char *why)
{
	const char *kept;
	char name[512];
	int rc;

	snprintf(name, sizeof(name), "/%.500s", path);
	rc = keep_name(config, name, &kept);
	return rc < 0 ? rc : config_warn(config, (struct config_origin){ kept, 0 }, "not read: %s", why);
}

/* A way to say that a file of this name shall say nothing. */
static bool is_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* NULL: a file. Whatever else has nothing to read, or is not only read by being opened. */
static const char *no_file(const struct stat *st)
{
	switch (st->st_mode & S_IFMT) {
	case S_IFREG: return NULL;
	case S_IFDIR: return "it is a directory";
	case S_IFIFO: return "it is a FIFO";
	case S_IFSOCK: return "it is a socket";
	default: return "it is a device";
	}
}

/* Of what stands in the way of @path: the first that has to be a directory, and is none. */
static int no_folder(struct service_config *config, const char *root, const char *path)
{
	_cleanup_free_ char *part = strdup(path);
	struct stat st;

	for (char *end = part ? strchr(part, '/') : NULL; end; end = strchr(end + 1, '/')) {
		*end = '\0';
		if (kx_file_stat(root, part, &st) == 0 && !S_ISDIR(st.st_mode))
			return not_read(config, part, "it is no directory");
		*end = '/';
	}
	return part ? not_read(config, path, strerror(ENOTDIR)) : -ENOMEM;
}

/* @listed: its folder has it, so that one which cannot be found is a link that leads nowhere. */
static int read_file(struct service_config *config, const char *root, const char *path, bool listed)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err err = { "" };
	char name[512];
	size_t len;
	struct stat st;
	int rc = kx_file_stat(root, path, &st);

	if (rc == 0 && is_null(&st))
		return 0;
	if (rc == 0 && no_file(&st))
		return not_read(config, path, no_file(&st));
	if (rc == 0)
		rc = kx_file_read(root, path, FILE_MAX, &text, &len, &err);
	if (rc == -ENOMEM || (rc == -ENOENT && !listed))
		return rc == -ENOMEM ? rc : 0;
	if (rc < 0)
		return rc == -ENOTDIR ? no_folder(config, root, path) :
					not_read(config, path, strerror(-rc));
	snprintf(name, sizeof(name), "/%.500s", path);
	return apply(config, (struct kx_span){ (const uint8_t *)text, len }, name);
}

/** struct names - of a folder's files */
struct names {
	char *name[FILES_MAX];
	size_t count;
	bool more;
};

static int gather(const char *name, void *data, struct kx_err *err)
{
	struct names *names = data;

	if (!kx_span_ends(kx_span_of(name), ".conf") || name[0] == '.')
		return 0;
	if (names->count == FILES_MAX) {
		names->more = true;
		return 0;
	}
	names->name[names->count] = strdup(name);
	if (!names->name[names->count])
		return kx_fail(err, -ENOMEM, "no memory");
	names->count++;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_folder(const char *root, const char *path)
{
	struct stat st;

	return kx_file_stat(root, path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int read_folder(struct service_config *config, const char *root, const char *folder)
{
	_cleanup_free_ struct names *names = calloc(1, sizeof(*names));
	struct kx_err err = { "" };
	char path[512];
	int rc = names ? kx_file_each(root, folder, gather, names, &err) : -ENOMEM;

	if (rc == -ENOENT)
		rc = 0;
	/* That what it is in is none was told of the file beside it. */
	else if (rc == -ENOTDIR)
		rc = is_folder(root, CONFIG_ABOVE) ? not_read(config, folder, "it is no directory") : 0;
	else if (rc < 0 && rc != -ENOMEM)
		rc = not_read(config, folder, strerror(-rc));
	if (names)
		qsort(names->name, names->count, sizeof(names->name[0]), by_name);
	for (size_t i = 0; names && i < names->count; i++) {
		snprintf(path, sizeof(path), "%s/%.300s", folder, names->name[i]);
		if (rc == 0)
			rc = read_file(config, root, path, true);
		free(names->name[i]);
	}
	if (rc == 0 && names->more)
		rc = config_warn(config, (struct config_origin){ NULL, 0 },
				 "/%s has more than %d files: the others are not read", folder,
				 FILES_MAX);
	return rc;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static int start(struct service_config *ret)
{
	int rc = 0;

	*ret = (struct service_config){ .enabled = false };
	for (const struct config_section *s = config_sections; s->name && rc == 0; s++) {
		if (!s->target)
			rc = config_defaults(s, (char *)ret + s->offset);
	}
	return rc;
}

static int settle(struct service_config *config, const char *root, int rc, struct kx_err *err)
{
	if (rc == 0)
		rc = config->targets ? config_check_targets(config) :
				       config_imply_targets(config, root);
	if (rc < 0)
		return kx_fail(err, rc, "no memory");
	if (config->targets == 0)
		return kx_fail(err, -EDESTADDRREQ, "no [target] is usable; mend one, or have none "
			       "at all: then it is /var/crash");
	return 0;
}

int config_read(struct service_config *ret, const char *root, struct kx_err *err)
{
	int rc = start(ret);

	if (rc == 0)
		rc = read_file(ret, root, &KDUMP_VENDOR_FILE[1], false);
	if (rc == 0)
		rc = read_file(ret, root, CONFIG_FILE, false);
	if (rc == 0)
		rc = read_folder(ret, root, CONFIG_FOLDER);
	return settle(ret, root, rc, err);
}

int config_read_text(struct service_config *ret, struct kx_span text, const char *name,
		     struct kx_err *err)
{
	int rc = start(ret);

	if (rc == 0)
		rc = apply(ret, text, name);
	return settle(ret, NULL, rc, err);
}

void config_done(struct service_config *config)
{
	for (const struct config_section *s = config_sections; s->name; s++) {
		if (!s->target)
			config_free_section(s, (char *)config + s->offset);
	}
	for (size_t i = 0; i < config->targets; i++)
		config_free_target(&config->target[i]);
	for (size_t i = 0; i < config->files; i++)
		free(config->file[i]);
	free(config->target);
	free(config->file);
	free(config->warning);
	*config = (struct service_config){ .enabled = false };
}

void config_warning_text(const struct config_warning *w, char *to, size_t size)
{
	if (w->origin.file && w->origin.line)
		snprintf(to, size, "%s:%u: %s", w->origin.file, w->origin.line, w->text);
	else
		snprintf(to, size, "%s%s%s", w->origin.file ? w->origin.file : "",
			 w->origin.file ? ": " : "", w->text);
}

void config_say_warnings(const struct service_config *config)
{
	char text[CONFIG_WARNING_TEXT];

	for (size_t i = 0; i < config->warnings; i++) {
		config_warning_text(&config->warning[i], text, sizeof(text));
		kx_cli_say("kdump", "%s", text);
	}
}

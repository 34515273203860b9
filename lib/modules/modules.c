/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds and reads the files; what the rest of lib/modules makes of them is asked for here. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/modules/internal.h"

/* A full kernel's modules.alias has 1.3 MB. */
enum { TEXT_MAX = 64 << 20 };

int kx_modules_new(const struct kx_modules_texts *texts, struct kx_modules **ret,
		   struct kx_err *err)
{
	struct kx_modules *new = calloc(1, sizeof(*new));

	if (!new || kx_modules_index(texts, new) < 0) {
		kx_modules_free(new);
		return kx_fail(err, -ENOMEM, "no memory for what there is of modules");
	}
	new->steps = STEPS_MAX;
	*ret = new;
	return 0;
}

void kx_modules_free(struct kx_modules *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++) {
		free(m->list[i].name);
		free(m->list[i].path);
		free(m->list[i].options);
	}
	for (size_t i = 0; i < sizeof(m->held) / sizeof(m->held[0]); i++)
		free(m->held[i]);
	free(m->alias.item);
	free(m->builtin_alias.item);
	free(m->builtin.item);
	free(m->softdep.item);
	free(m->option.item);
	free(m->line);
	free(m->list);
	free(m->later);
	free(m);
}

size_t kx_modules_count(const struct kx_modules *m)
{
	return m->count;
}

const struct kx_module *kx_modules_at(const struct kx_modules *m, size_t i)
{
	return &m->list[i];
}

bool kx_modules_has(const struct kx_modules *m, struct kx_span name)
{
	const struct dep_line *line = kx_modules_line(m, name);

	return line && line->visit == VISIT_DONE;
}

bool kx_modules_needs(const struct kx_modules *m, size_t i, size_t k)
{
	const struct dep_line *line = kx_modules_line(m, kx_span_of(m->list[i].name));
	struct kx_span needs = line ? line->needs : (struct kx_span){ NULL, 0 }, word;

	while (kx_modules_word(&needs, &word)) {
		if (kx_modules_compare(kx_modules_name(word), kx_span_of(m->list[k].name)) == 0)
			return true;
	}
	return false;
}

int kx_modules_each_alias(const struct kx_modules *m,
			  int (*each)(struct kx_span alias, size_t i, void *data), void *data)
{
	int rc = 0;

	for (size_t i = 0; i < m->alias.count && rc == 0; i++) {
		const struct dep_line *line = kx_modules_line(m, m->alias.item[i].value);

		if (line && line->visit == VISIT_DONE)
			rc = each(m->alias.item[i].key, line->at, data);
	}
	return rc;
}

const char *kx_modules_folder(const struct kx_modules *m)
{
	return m->folder;
}

/* ---- modprobe.d ----------------------------------------------------------------------------- */

static const char *const config_folder[] = { "etc/modprobe.d", "run/modprobe.d",
					     "usr/local/lib/modprobe.d", "usr/lib/modprobe.d",
					     "lib/modprobe.d" };
enum { CONFIG_FOLDERS = sizeof(config_folder) / sizeof(config_folder[0]) };

/** struct joining - the texts of modprobe.d become one; @folder: the one that is looked into */
struct joining {
	const char *root;
	size_t folder;
	FILE *out;
};

/* Is there one of that name in a folder that counts more? */
static bool is_hidden(const struct joining *j, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < j->folder && !found; i++) {
		_cleanup_free_ char *path = NULL;
		_cleanup_fd_ int fd = -1;

		if (asprintf(&path, "%s/%s", config_folder[i], name) < 0)
			return false;
		fd = kx_file_open(j->root, path);
		found = fd >= 0;
	}
	return found;
}

static int join(const char *name, void *data, struct kx_err *err)
{
	struct joining *j = data;
	_cleanup_free_ char *path = NULL, *text = NULL;
	size_t len;
	int rc;

	if (!kx_span_ends(kx_span_of(name), ".conf") || is_hidden(j, name))
		return 0;
	if (asprintf(&path, "%s/%s", config_folder[j->folder], name) < 0) {
		path = NULL;
		return kx_fail(err, -ENOMEM, "no memory for modprobe.d");
	}
	rc = kx_file_read(j->root, path, TEXT_MAX, &text, &len, err);
	if (rc == -EISDIR || kx_file_unknowable(rc))
		return 0;
	if (rc < 0)
		return rc;
	/* A line goes on behind a backslash at its end. */
	for (size_t i = 0; i + 1 < len; i++) {
		if (text[i] == '\\' && text[i + 1] == '\n')
			text[i] = text[i + 1] = ' ';
	}
	fwrite(text, 1, len, j->out);
	fputc('\n', j->out);
	return 0;
}

static int read_config(const char *root, char **ret, size_t *ret_len, struct kx_err *err)
{
	struct joining j = { .root = root, .out = open_memstream(ret, ret_len) };
	int rc = 0;

	if (!j.out)
		return kx_fail(err, -ENOMEM, "no memory for modprobe.d");
	for (; j.folder < CONFIG_FOLDERS && rc == 0; j.folder++) {
		rc = kx_file_each(root, config_folder[j.folder], join, &j, err);
		if (kx_file_unknowable(rc))
			rc = 0;
	}
	if (fclose(j.out) != 0 && rc == 0)
		rc = kx_fail(err, -ENOMEM, "no memory for modprobe.d");
	return rc;
}

/* ---- /lib/modules/RELEASE ------------------------------------------------------------------- */

static bool is_release(const char *release)
{
	return release[0] && release[0] != '.' && !strchr(release, '/') && strlen(release) < 256;
}

static int find_folder(const char *root, const char *release, char *ret, size_t size,
		       struct kx_err *err)
{
	static const char *const base[] = { "lib/modules", "usr/lib/modules",
					    "run/booted-system/kernel-modules/lib/modules" };

	if (!is_release(release))
		return kx_fail(err, -EINVAL, "\"%s\" is no release of a kernel", release);
	for (size_t i = 0; i < sizeof(base) / sizeof(base[0]); i++) {
		_cleanup_free_ char *path = NULL;
		_cleanup_fd_ int fd = -1;

		snprintf(ret, size, "%s/%s", base[i], release);
		if (asprintf(&path, "%s/modules.dep", ret) < 0) {
			path = NULL;
			return kx_fail(err, -ENOMEM, "no memory for %s", ret);
		}
		fd = kx_file_open(root, path);
		if (fd >= 0)
			return 0;
	}
	return kx_fail(err, -ENOENT, "no modules of kernel %s: /lib/modules/%s/modules.dep is not "
		       "there; install its modules, or run depmod %s", release, release, release);
}

int kx_modules_open(const char *root, const char *release, struct kx_span cmdline,
		    struct kx_modules **ret, struct kx_err *err)
{
	static const char *const name[] = { "modules.dep", "modules.alias", "modules.softdep",
					    "modules.builtin", "modules.builtin.modinfo" };
	struct kx_modules_texts texts = { .cmdline = cmdline };
	struct kx_span *text[] = { &texts.dep, &texts.alias, &texts.softdep, &texts.builtin,
				   &texts.builtin_info, &texts.config };
	enum { NAMES = sizeof(name) / sizeof(name[0]) };
	char folder[320], *held[NAMES + 1] = { NULL };
	size_t len[NAMES + 1] = { 0 };
	int rc = find_folder(root, release, folder, sizeof(folder), err);

	for (size_t i = 0; i < NAMES && rc == 0; i++) {
		char path[sizeof(folder) + 32];

		snprintf(path, sizeof(path), "%s/%s", folder, name[i]);
		rc = kx_file_read(root, path, TEXT_MAX, &held[i], &len[i], err);
		if (rc == -ENOENT && i > 0)
			rc = 0;
	}
	if (rc == 0)
		rc = read_config(root, &held[NAMES], &len[NAMES], err);
	for (size_t i = 0; i <= NAMES; i++)
		*text[i] = (struct kx_span){ (const uint8_t *)held[i], len[i] };
	if (rc == 0)
		rc = kx_modules_new(&texts, ret, err);
	if (rc < 0) {
		for (size_t i = 0; i <= NAMES; i++)
			free(held[i]);
		return rc;
	}
	memcpy((*ret)->held, held, sizeof(held));
	memcpy((*ret)->folder, folder, sizeof(folder));
	return 0;
}

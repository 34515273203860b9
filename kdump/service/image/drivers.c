/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which modules an image takes, so that nothing that a target needs is without a driver. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/image/drivers.h"
#include "kx/cleanup.h"
#include "kx/file.h"

static bool is_running(const struct image_request *r)
{
	return r->running && strcmp(r->running, r->release) == 0;
}

static bool has_modules_loaded(const char *root)
{
	int fd = kx_file_open(root, "proc/modules");

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

int image_drivers_open(const struct image_request *r, struct kx_modules **ret, struct kx_err *err)
{
	const struct kx_modules_texts none = { .cmdline = { NULL, 0 } };
	int rc = kx_modules_open(r->root, r->release,
				 kx_span_of(r->cmdline ? r->cmdline : ""), ret, err);

	/* CONFIG_MODULES=n */
	if (rc == -ENOENT && is_running(r) && !has_modules_loaded(r->root))
		rc = kx_modules_new(&none, ret, err);
	return rc;
}

/** struct choosing - for one image_drivers_add() */
struct choosing {
	const struct image_request *request;
	struct kx_modules *modules;
	struct image_report *report;
	struct kx_err *err;
};

/* Onto the list; what the kernel has by itself is noted. */
static int add(struct choosing *c, const char *word, enum kx_modules_found *found)
{
	int rc;

	*found = KX_MODULES_NONE;
	rc = kx_modules_add(c->modules, kx_span_of(word), found, c->err);
	if (rc == 0 && *found == KX_MODULES_BUILTIN)
		rc = image_parts_note(&c->report->builtin, word, c->err);
	return rc;
}

/* ---- devices -------------------------------------------------------------------------------- */

static int lacks_driver(struct choosing *c, const struct kx_devices_node *node)
{
	return kx_fail(c->err, -ENODEV, "/%s: kernel %s has no driver for it: %s is neither built in "
		       "nor a module below /lib/modules/%s", node->path, c->request->release,
		       node->module ? node->module : node->driver, c->request->release);
}

static int add_node(struct choosing *c, const struct kx_devices_node *node)
{
	enum kx_modules_found found = KX_MODULES_NONE;
	int rc = 0;

	/* A device that nothing drives now is not needed either. */
	if (!node->driver)
		return 0;
	if (node->module)
		rc = add(c, node->module, &found);
	if (rc < 0 || found != KX_MODULES_NONE)
		return rc;
	if (!node->module && is_running(c->request))
		return image_parts_note(&c->report->builtin, node->driver, c->err);
	if (node->modalias)
		rc = add(c, node->modalias, &found);
	if (rc < 0 || found != KX_MODULES_NONE)
		return rc;
	/* What is built into the one is taken to be built into the other, as buses are. */
	return node->module ? lacks_driver(c, node)
			    : image_parts_note(&c->report->builtin, node->driver, c->err);
}

/* ---- what no device names ------------------------------------------------------------------- */

/* "fs-NAME": a running kernel has it in /proc/filesystems, built in or loaded. */
static bool is_built_in_fs(const struct choosing *c, const char *name)
{
	_cleanup_free_ char *text = NULL;
	struct kx_span rest, line;
	struct kx_err ignored;
	size_t len;

	if (!is_running(c->request) ||
	    kx_file_read(c->request->root, "proc/filesystems", 1 << 16, &text, &len, &ignored) < 0)
		return false;
	rest = (struct kx_span){ (const uint8_t *)text, len };
	while (kx_span_line(&rest, &line)) {
		if (kx_span_starts(line, "nodev"))
			kx_span_slice(line, 5, line.len - 5, &line);
		if (kx_span_equal(kx_span_trim(line), name))
			return true;
	}
	return false;
}

static int add_need(struct choosing *c, const struct kx_devices_need *need)
{
	const char *fs = strncmp(need->word, "fs-", 3) == 0 ? need->word + 3 : NULL;
	enum kx_modules_found found;
	int rc = add(c, need->word, &found);

	/* Before Linux 5.2 nobody listed the aliases of what is built in. */
	if (rc == 0 && found == KX_MODULES_NONE && fs)
		rc = add(c, fs, &found);
	if (rc < 0 || found != KX_MODULES_NONE)
		return rc;
	if (fs && is_built_in_fs(c, fs))
		return image_parts_note(&c->report->builtin, need->word, c->err);
	if (need->optional)
		return image_parts_note(&c->report->absent, need->word, c->err);
	return kx_fail(c->err, -ENODEV, "%s: kernel %s has no %s: it is neither built in nor a module "
		       "below /lib/modules/%s", need->why, c->request->release, need->word,
		       c->request->release);
}

int image_drivers_add(const struct image_request *request, const struct kx_devices *devices,
		      struct kx_modules *modules, struct image_report *report,
		      struct kx_err *err)
{
	struct choosing c = { request, modules, report, err };
	int rc = 0;

	for (size_t i = 0; i < devices->nodes && rc == 0; i++)
		rc = add_node(&c, &devices->node[i]);
	for (size_t i = 0; i < devices->needs && rc == 0; i++)
		rc = add_need(&c, &devices->need[i]);
	return rc;
}

static int add_words(struct choosing *c, const char *names, bool wished)
{
	_cleanup_free_ char *words = strdup(names ? names : "");
	char *save = NULL;
	int rc = 0;

	if (!words)
		return kx_fail(c->err, -ENOMEM, "no memory for what the initramfs has");
	for (char *word = strtok_r(words, " \t,", &save); word && rc == 0;
	     word = strtok_r(NULL, " \t,", &save)) {
		enum kx_modules_found found;

		rc = add(c, word, &found);
		if (rc == 0 && found == KX_MODULES_NONE)
			rc = wished ? image_parts_note(&c->report->unknown, word, c->err) :
				      kx_fail(c->err, -ENOENT, "kernel %s has no module %s",
					      c->request->release, word);
	}
	return rc;
}

int image_drivers_add_words(const struct image_request *request, struct kx_modules *modules,
			    struct image_report *report, struct kx_err *err)
{
	struct choosing c = { request, modules, report, err };
	int rc = add_words(&c, request->modules, false);

	return rc == 0 ? add_words(&c, request->extra, true) : rc;
}

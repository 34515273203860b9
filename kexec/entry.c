/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints boot entries, and makes options of one; what entries there are is lib/entries' matter. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "kexec/arch/arches.h"
#include "kexec/entry.h"
#include "kexec/json.h"
#include "kx/array.h"
#include "kx/text.h"

/* The machine that entries have to be for; NULL: one that is not known here. */
static const struct kx_isa *machine_of(const struct options *options)
{
	const struct kx_arch *arch;
	struct utsname host;

	if (!options->arch && uname(&host) < 0)
		return NULL;
	arch = kx_arch_by_name(options->arch ? options->arch : host.machine);
	return arch ? arch->isa : NULL;
}

/* --- telling --------------------------------------------------------------------------------- */

static void print_field(const char *label, const char *text)
{
	if (!text)
		return;
	printf("    %-10s ", label);
	kx_text_print(stdout, kx_span_of(text));
	putchar('\n');
}

static void print_path(const char *label, const char *path)
{
	if (!path)
		return;
	printf("    %-10s /", label);
	kx_text_print(stdout, kx_span_of(path));
	putchar('\n');
}

static void print_entry(const struct kx_entry *e, const char *chosen_by)
{
	kx_text_print(stdout, kx_span_of(e->id));
	if (chosen_by)
		printf(" (default: %s)", chosen_by);
	putchar('\n');
	print_field("title", e->title);
	print_field("version", e->version);
	print_path(e->kind == KX_ENTRY_UKI ? "image" : "kernel", e->kernel);
	for (size_t i = 0; i < e->n_initrds; i++)
		print_path("initrd", e->initrd[i]);
	print_path("devicetree", e->devicetree);
	for (size_t i = 0; i < e->n_overlays; i++)
		print_path("overlay", e->overlay[i]);
	print_field("options", e->options);
	if (e->profile)
		printf("    %-10s %u\n", "profile", e->profile);
	print_path("from", e->where);
	if (e->tries_left == 0)
		print_field("tries left", "none: it was given up");
}

#ifdef HAVE_JANSSON
static json_t *json_path(const char *path)
{
	char *with_slash = NULL;
	json_t *text;

	if (!path)
		return jansson.json_null();
	if (asprintf(&with_slash, "/%s", path) < 0)
		return NULL;
	text = json_bytes(with_slash);
	free(with_slash);
	return text;
}

static json_t *json_paths(char *const *path, size_t count)
{
	json_t *list = jansson.json_array();

	for (size_t i = 0; i < count; i++)
		jansson.json_array_append_new(list, json_path(path[i]));
	return list;
}

static json_t *json_entry(const struct kx_entry *e, bool preferred)
{
	return jansson.json_pack(
		"{s:o, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o}", "id",
		json_bytes(e->id), "kind", kx_entry_kind_name(e->kind), "default", preferred,
		"title", json_text(e->title), "version", json_text(e->version), "kernel",
		json_path(e->kernel), "initrds", json_paths(e->initrd, e->n_initrds), "devicetree",
		json_path(e->devicetree), "overlays", json_paths(e->overlay, e->n_overlays),
		"options", json_text(e->options), "profile", (int)e->profile, "from",
		json_path(e->where), "tries_left",
		e->tries_left < 0 ? jansson.json_null() : jansson.json_integer(e->tries_left));
}

static int print_json(const struct kx_entries *entries, struct kx_err *err)
{
	int rc = kx_library_load(&jansson_library, err);
	json_t *list;

	if (rc < 0)
		return kx_context(err, rc, "--json");
	list = jansson.json_array();
	for (size_t i = 0; i < entries->count; i++)
		jansson.json_array_append_new(
			list, json_entry(&entries->item[i], i == entries->preferred));
	return json_print(list, stdout, "boot entries", err);
}
#else
static int print_json(const struct kx_entries *entries, struct kx_err *err)
{
	(void)entries;
	return kx_fail(err, -ENOTSUP, "--json: this kexec was built without jansson");
}
#endif

int entry_list(const struct options *options, struct kx_err *err)
{
	struct kx_entries entries;
	int rc = kx_entries_read(options_root(options), machine_of(options), &entries, err);

	if (rc == 0 && options->json)
		rc = print_json(&entries, err);
	for (size_t i = 0; rc == 0 && !options->json && i < entries.count; i++)
		print_entry(&entries.item[i], i == entries.preferred ? entries.chosen_by : NULL);
	kx_entries_done(&entries);
	return rc;
}

/* --- choosing -------------------------------------------------------------------------------- */

/* NULL: no memory. */
__attribute__((format(printf, 2, 3)))
static const char *keep(struct entry_choice *c, const char *format, ...)
{
	va_list args;
	char *text;
	int rc;

	if (kx_array_grow(&c->text, &c->room, c->n_texts) < 0)
		return NULL;
	va_start(args, format);
	rc = vasprintf(&text, format, args);
	va_end(args);
	if (rc < 0)
		return NULL;
	c->text[c->n_texts++] = text;
	return text;
}

/* @path below the root, as it is opened; NULL: no memory. */
static const char *full_path(struct entry_choice *c, const char *root, const char *path)
{
	size_t len = strlen(root);

	return keep(c, "%s%s%s", root, len && root[len - 1] == '/' ? "" : "/", path);
}

/* @theirs before those that are in the list already. */
static int put_before(struct entry_choice *c, const char *root, char *const *theirs, size_t count,
		      const char ***list, size_t *n)
{
	const char **all = calloc(count + *n + 1, sizeof(*all));

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		all[i] = full_path(c, root, theirs[i]);
		if (!all[i]) {
			free(all);
			return -ENOMEM;
		}
	}
	for (size_t i = 0; i < *n; i++)
		all[count + i] = (*list)[i];
	free(*list);
	*list = all;
	*n += count;
	return 0;
}

static int take_entry(struct options *o, struct entry_choice *c, const struct kx_entry *e)
{
	const char *root = options_root(o);

	o->kernel = full_path(c, root, e->kernel);
	if (!o->kernel ||
	    put_before(c, root, e->initrd, e->n_initrds, &o->initrd, &o->n_initrd) < 0)
		return -ENOMEM;
	if (e->devicetree && !o->dtb) {
		o->dtb = full_path(c, root, e->devicetree);
		if (!o->dtb || put_before(c, root, e->overlay, e->n_overlays, &o->dtbo,
					  &o->n_dtbo) < 0)
			return -ENOMEM;
	}
	if (e->profile && !o->profile) {
		o->profile = keep(c, "%u", e->profile);
		if (!o->profile)
			return -ENOMEM;
	}
	/* Those of a UKI come with it, and may be those of another profile. */
	if (e->kind != KX_ENTRY_UKI)
		o->entry_cmdline = e->options;
	/* What nobody wrote a command line for is started as what runs now. */
	if (e->kind == KX_ENTRY_FILES && !o->cmdline_file)
		o->reuse_cmdline = true;
	else if (!e->own_options && !e->options)
		o->entry_cmdline = "";
	return 0;
}

int entry_choose(struct options *options, struct entry_choice *ret, struct kx_err *err)
{
	const struct kx_entry *entry;
	int rc = kx_entries_read(options_root(options), machine_of(options), &ret->entries, err);

	if (rc < 0)
		return rc;
	entry = kx_entries_find(&ret->entries, options->entry_id, err);
	if (!entry) {
		kx_advise(err, "--list-entries shows all");
		return -ENOENT;
	}
	rc = take_entry(options, ret, entry);
	return rc < 0 ? kx_fail(err, rc, "no memory for boot entry %s", entry->id) : 0;
}

void entry_done(struct entry_choice *choice)
{
	for (size_t i = 0; i < choice->n_texts; i++)
		free(choice->text[i]);
	free(choice->text);
	kx_entries_done(&choice->entries);
	*choice = (struct entry_choice){ 0 };
}

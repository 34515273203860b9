/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers a machine's boot entries, puts them in order, and finds the one that is meant. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/entries/internal.h"

/* Where the EFI system partition and the extended boot loader partition are mounted. */
static const char *const partitions[] = { "efi", "boot", "boot/efi" };
enum { PARTITIONS = sizeof(partitions) / sizeof(partitions[0]) };

/* The Boot Loader Interface's variables ("systemd: The Boot Loader Interface"). */
#define VARIABLE(name) "sys/firmware/efi/efivars/" name "-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

static struct kx_span span_of(const char *text)
{
	return kx_span_of(text ? text : "");
}

/* --- order ----------------------------------------------------------------------------------- */

/* Profiles of one UKI stay together, in their own order. */
static struct kx_span without_profile(const struct kx_entry *e)
{
	const char *at = e->kind == KX_ENTRY_UKI && e->profile ? strstr(e->id, ".efi@") : NULL;
	struct kx_span id = kx_span_of(e->id);

	if (at)
		id.len = (size_t)(at - e->id) + strlen(".efi");
	return id;
}

/* UAPI.1, Sorting: those that were given up last, those with a sort key first. */
static int compare_entries(const void *left, const void *right)
{
	const struct kx_entry *a = left, *b = right;
	int order = (a->tries_left == 0) - (b->tries_left == 0);

	if (order == 0)
		order = (b->sort_key != NULL) - (a->sort_key != NULL);
	if (order == 0 && a->sort_key)
		order = strcmp(a->sort_key, b->sort_key);
	if (order == 0 && a->sort_key)
		order = strcmp(a->machine_id ? a->machine_id : "", b->machine_id ? b->machine_id : "");
	if (order == 0 && a->sort_key)
		order = kx_version_compare(span_of(b->version), span_of(a->version));
	if (order == 0)
		order = kx_version_compare(without_profile(b), without_profile(a));
	return order != 0 ? order : (a->profile > b->profile) - (a->profile < b->profile);
}

static void sort(struct kx_entries *entries)
{
	if (entries->count > 1)
		qsort(entries->item, entries->count, sizeof(*entries->item), compare_entries);
}

/* --- the preferred one ----------------------------------------------------------------------- */

static bool same_id(const struct kx_entry *e, const char *name)
{
	size_t len = strlen(name);

	return strncmp(e->id, name, len) == 0 &&
	       (!e->id[len] || strcmp(e->id + len, ".conf") == 0 || strcmp(e->id + len, ".efi") == 0);
}

static bool prefer(struct kx_entries *entries, size_t index, const char *why)
{
	entries->preferred = index;
	entries->chosen_by = why;
	return true;
}

/* Whom a choice of systemd-boot means. */
enum whom {
	ANYBODY,
	WHO_IS_GOOD, /* not those that were given up */
};

static bool prefer_pattern(struct kx_entries *entries, const char *pattern, enum whom whom,
			   const char *why)
{
	for (size_t i = 0; i < entries->count; i++) {
		const struct kx_entry *e = &entries->item[i];

		if ((e->kind != KX_ENTRY_TYPE1 && e->kind != KX_ENTRY_UKI) ||
		    (whom == WHO_IS_GOOD && e->tries_left == 0))
			continue;
		if (same_id(e, pattern) || fnmatch(pattern, e->id, FNM_CASEFOLD) == 0)
			return prefer(entries, i, why);
	}
	return false;
}

/* Attributes of four bytes, then UTF-16: ids are ASCII. false: there is none. */
static bool read_variable(const char *root, const char *path, char **ret)
{
	_cleanup_free_ char *bytes = NULL;
	struct kx_err ignored;
	struct kx_span span;
	uint64_t unit = 0;
	size_t len, n = 0;

	if (kx_file_read(root, path, ENTRY_MAX, &bytes, &len, &ignored) < 0)
		return false;
	*ret = calloc(len / 2 + 1, 1);
	if (!*ret)
		return false;
	span = (struct kx_span){ (const uint8_t *)bytes, len };
	for (uint64_t at = 4; kx_span_le(span, at, 2, &unit) && unit; at += 2)
		(*ret)[n++] = unit < 0x80 ? (char)unit : '?';
	return n > 0;
}

/* @value is a pattern, or "@saved" for the one that was booted last. */
static bool prefer_value(const char *root, struct kx_entries *entries, const char *value,
			 enum whom whom, const char *why)
{
	_cleanup_free_ char *last = NULL;

	if (strcmp(value, "@saved") != 0)
		return prefer_pattern(entries, value, whom, why);
	return read_variable(root, VARIABLE("LoaderEntryLastBooted"), &last) &&
	       prefer_pattern(entries, last, whom, "booted last");
}

static bool prefer_variable(const char *root, struct kx_entries *entries, const char *path,
			    enum whom whom, const char *why)
{
	_cleanup_free_ char *value = NULL;

	return read_variable(root, path, &value) && prefer_value(root, entries, value, whom, why);
}

/* The last one counts. */
static bool find_setting(struct kx_span text, const char *key, struct kx_span *ret)
{
	struct kx_span line, value;
	bool found = false;

	while (kx_span_line(&text, &line)) {
		line = kx_span_trim(line);
		if (!kx_span_starts(line, key))
			continue;
		kx_span_slice(line, strlen(key), line.len - strlen(key), &value);
		if (!value.len || (value.base[0] != ' ' && value.base[0] != '\t'))
			continue;
		*ret = kx_span_trim(value);
		found = true;
	}
	return found;
}

static bool prefer_loader_conf(const char *root, struct kx_entries *entries, const char *key,
			       enum whom whom)
{
	for (size_t i = 0; i < PARTITIONS; i++) {
		_cleanup_free_ char *text = NULL, *pattern = NULL;
		struct kx_err ignored;
		struct kx_span value;
		char path[64];
		size_t len;

		snprintf(path, sizeof(path), "%s/loader/loader.conf", partitions[i]);
		if (kx_file_read(root, path, ENTRY_MAX, &text, &len, &ignored) < 0 ||
		    !find_setting((struct kx_span){ (const uint8_t *)text, len }, key, &value))
			continue;
		return entries_set(&pattern, value) == 0 &&
		       prefer_value(root, entries, pattern, whom, "loader.conf");
	}
	return false;
}

/* systemd-boot(7): for the next boot alone, what is preferred while it is good, what is set. */
static bool prefer_systemd_boot(const char *root, struct kx_entries *entries)
{
	return prefer_variable(root, entries, VARIABLE("LoaderEntryOneShot"), ANYBODY,
			       "LoaderEntryOneShot") ||
	       prefer_variable(root, entries, VARIABLE("LoaderEntryPreferred"), WHO_IS_GOOD,
			       "LoaderEntryPreferred") ||
	       prefer_loader_conf(root, entries, "preferred", WHO_IS_GOOD) ||
	       prefer_variable(root, entries, VARIABLE("LoaderEntryDefault"), ANYBODY,
			       "LoaderEntryDefault") ||
	       prefer_loader_conf(root, entries, "default", ANYBODY);
}

static bool grub_means(const struct kx_entry *e, const char *name)
{
	for (size_t i = 0; i < sizeof(e->menu) / sizeof(e->menu[0]); i++) {
		if (e->menu[i] && strcmp(e->menu[i], name) == 0)
			return true;
	}
	return same_id(e, name) || (e->title && strcmp(e->title, name) == 0);
}

static bool prefer_by_grub(struct kx_entries *entries, const char *name, const char *why,
			   enum kx_entry_kind kind)
{
	uint64_t number, seen = 0;
	bool by_number = kind == KX_ENTRY_TYPE1 && kx_span_number(kx_span_of(name), 10, &number);

	for (size_t i = 0; i < entries->count; i++) {
		const struct kx_entry *e = &entries->item[i];

		if (e->kind != kind)
			continue;
		if (by_number ? seen++ == number : grub_means(e, name))
			return prefer(entries, i, why);
	}
	return false;
}

/* GRUB: what the environment wants for the next boot, what the configuration sets, the first. */
static bool prefer_grub(struct kx_entries *entries, const struct entries_grub *grub)
{
	enum kx_entry_kind kind = grub->blscfg ? KX_ENTRY_TYPE1 : KX_ENTRY_GRUB;
	_cleanup_free_ char *next = NULL, *saved = NULL;
	struct kx_span value;

	if (!grub->there)
		return false;
	if (entries_grub_value(grub, kx_span_of("next_entry"), &value) && value.len &&
	    entries_set(&next, value) == 0 &&
	    prefer_by_grub(entries, next, "GRUB's next_entry", kind))
		return true;
	if (grub->default_is &&
	    prefer_by_grub(entries, grub->default_is, "GRUB's default", kind))
		return true;
	if (grub->blscfg && entries_grub_value(grub, kx_span_of("saved_entry"), &value) &&
	    value.len && entries_set(&saved, value) == 0 &&
	    prefer_by_grub(entries, saved, "GRUB's saved_entry", kind))
		return true;
	for (size_t i = 0; i < entries->count; i++) {
		if (entries->item[i].kind == kind)
			return prefer(entries, i, "the first in GRUB's menu");
	}
	return false;
}

static void choose(const char *root, struct kx_entries *entries, const struct entries_grub *grub)
{
	static const char info[] = VARIABLE("LoaderInfo");
	bool other_loader = entries_is_file(root, info) || !grub->there;

	entries->preferred = entries->count;
	if (!entries->count || (!other_loader && prefer_grub(entries, grub)) ||
	    prefer_systemd_boot(root, entries))
		return;
	prefer(entries, 0, "the first");
}

/* --- all of it ------------------------------------------------------------------------------- */

static int gather(const char *root, const struct kx_isa *isa, struct entries_grub *grub,
		  struct kx_entries *ret, struct kx_err *err)
{
	struct kx_entries menu = { 0 };
	int rc = entries_grub_read(root, grub, &menu, err);

	for (size_t i = 0; rc == 0 && i < PARTITIONS; i++) {
		rc = entries_type1(root, partitions[i], isa, grub->blscfg ? grub : NULL, ret,
				   err);
		if (rc == 0)
			rc = entries_ukis(root, partitions[i], ret, err);
	}
	sort(ret);
	/* Behind them, in GRUB's own order. */
	for (size_t i = 0; rc == 0 && i < menu.count; i++) {
		struct kx_entry *e = entries_new(ret, KX_ENTRY_GRUB);

		if (e) {
			*e = menu.item[i];
			menu.item[i] = (struct kx_entry){ 0 };
		} else {
			rc = kx_fail(err, -ENOMEM, "no memory for boot entries");
		}
	}
	kx_entries_done(&menu);
	if (rc == 0 && !ret->count) {
		rc = entries_files(root, "boot", ret, err);
		sort(ret);
	}
	return rc;
}

int kx_entries_read(const char *root, const struct kx_isa *isa, struct kx_entries *ret,
		    struct kx_err *err)
{
	struct entries_grub grub = { 0 };
	int rc;

	*ret = (struct kx_entries){ 0 };
	rc = gather(root, isa, &grub, ret, err);
	if (rc == 0)
		choose(root, ret, &grub);
	entries_grub_done(&grub);
	return rc;
}

static const struct kx_entry *find_title(const struct kx_entries *entries, const char *title,
					 struct kx_err *err)
{
	const struct kx_entry *found = NULL;

	for (size_t i = 0; i < entries->count; i++) {
		const struct kx_entry *e = &entries->item[i];

		if (!e->title || strcmp(e->title, title) != 0)
			continue;
		if (found) {
			kx_fail(err, -ENOTUNIQ, "\"%s\": %s and %s are called so", title, found->id,
				e->id);
			return NULL;
		}
		found = e;
	}
	if (!found)
		kx_fail(err, -ENOENT, "there is no boot entry \"%s\"", title);
	return found;
}

const struct kx_entry *kx_entries_find(const struct kx_entries *entries, const char *name,
				       struct kx_err *err)
{
	if (strcmp(name, "default") == 0) {
		if (entries->preferred < entries->count)
			return &entries->item[entries->preferred];
		kx_fail(err, -ENOENT, "there is no boot entry");
		return NULL;
	}
	for (size_t i = 0; i < entries->count; i++) {
		if (same_id(&entries->item[i], name))
			return &entries->item[i];
	}
	return find_title(entries, name, err);
}

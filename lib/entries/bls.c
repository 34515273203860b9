/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text files of the Boot Loader Specification (UAPI.1) on one partition. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/entries/internal.h"

/** struct reading - of one folder */
struct reading {
	const char *root, *base, *folder;
	const struct entries_grub *grub;
	const struct kx_isa *isa;
	struct kx_entries *entries;
};

/* "ID+LEFT-DONE.conf" is ID.conf, which may be tried LEFT times more (UAPI.1, boot counting). */
static int take_name(struct kx_entry *e, const char *name, const char *suffix)
{
	size_t len = strlen(name) - strlen(suffix);
	const char *plus = memrchr(name, '+', len), *dash;
	struct kx_span left, done = { (const uint8_t *)"0", 1 };
	uint64_t number, ignored;
	char *id;

	if (plus) {
		left = (struct kx_span){ (const uint8_t *)plus + 1,
					 len - (size_t)(plus + 1 - name) };
		dash = memchr(left.base, '-', left.len);
		if (dash) {
			kx_span_slice(left, (size_t)(dash + 1 - plus - 1),
				      left.len - (size_t)(dash + 1 - plus - 1), &done);
			left.len = (size_t)(dash - plus - 1);
		}
		if (kx_span_number(left, 10, &number) && kx_span_number(done, 10, &ignored)) {
			len = (size_t)(plus - name);
			e->tries_left = number > INT32_MAX ? INT32_MAX : (int)number;
		}
	}
	if (asprintf(&id, "%.*s%s", (int)len, name, suffix) < 0)
		return -ENOMEM;
	e->id = id;
	return 0;
}

static int take_path(const struct reading *r, struct kx_span value, char **ret)
{
	char *path;
	int rc = entries_path(r->root, r->base, value, &path);

	if (rc < 0)
		return rc;
	free(*ret);
	*ret = path;
	return 0;
}

/* Several in a line is what GRUB takes. */
static int take_paths(const struct reading *r, struct kx_span value, char ***item, size_t *count,
		      size_t *room)
{
	int rc = 0;

	while (rc == 0 && value.len) {
		const uint8_t *blank = memchr(value.base, ' ', value.len);
		struct kx_span word = { value.base, value.len };
		_cleanup_free_ char *path = NULL;

		if (blank)
			word.len = (size_t)(blank - value.base);
		rc = take_path(r, word, &path);
		if (rc == 0)
			rc = entries_append(item, count, room, path);
		kx_span_slice(value, word.len, value.len - word.len, &value);
		value = kx_span_trim(value);
	}
	return rc;
}

/* Options may stand on several lines, which are one. */
static int take_options(struct kx_entry *e, struct kx_span value)
{
	char *all;

	if (!e->options)
		return entries_set(&e->options, value);
	if (asprintf(&all, "%s %.*s", e->options, (int)value.len, (const char *)value.base) < 0)
		return -ENOMEM;
	free(e->options);
	e->options = all;
	return 0;
}

/* Which machines that is, as EFI calls them; a name that nobody knows is none that is here. */
static bool is_for(const char *architecture, const struct kx_isa *isa)
{
	static const struct {
		const char *name;
		uint16_t pe_machine;
	} known[] = {
		{ "x64", 0x8664 }, { "ia32", 0x014c },	  { "aa64", 0xaa64 },
		{ "arm", 0x01c2 }, { "riscv64", 0x5064 }, { "loongarch64", 0x6264 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcasecmp(architecture, known[i].name) == 0)
			return known[i].pe_machine == isa->pe_machine;
	}
	return false;
}

static int take_image(const struct reading *r, struct kx_entry *e, struct kx_span value)
{
	e->own_options = true;
	return take_path(r, value, &e->kernel);
}

static int take_profile(struct kx_entry *e, struct kx_span value)
{
	uint64_t number;

	if (kx_span_number(value, 10, &number) && number <= UINT16_MAX)
		e->profile = (unsigned int)number;
	return 0;
}

static int take_key(const struct reading *r, struct kx_entry *e, struct kx_span key,
		    struct kx_span value)
{
	const struct {
		const char *name;
		char **text;
	} texts[] = {
		{ "title", &e->title },		  { "version", &e->version },
		{ "sort-key", &e->sort_key },	  { "machine-id", &e->machine_id },
		{ "architecture", &e->architecture },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (kx_span_equal(key, texts[i].name))
			return entries_set(texts[i].text, value);
	}
	if (kx_span_equal(key, "linux"))
		return take_path(r, value, &e->kernel);
	if (kx_span_equal(key, "efi") || kx_span_equal(key, "uki"))
		return take_image(r, e, value);
	if (kx_span_equal(key, "profile"))
		return take_profile(e, value);
	if (kx_span_equal(key, "initrd"))
		return take_paths(r, value, &e->initrd, &e->n_initrds, &e->initrd_room);
	if (kx_span_equal(key, "devicetree"))
		return take_path(r, value, &e->devicetree);
	if (kx_span_equal(key, "devicetree-overlay"))
		return take_paths(r, value, &e->overlay, &e->n_overlays, &e->overlay_room);
	return kx_span_equal(key, "options") ? take_options(e, value) : 0;
}

static int take_line(const struct reading *r, struct kx_entry *e, struct kx_span line)
{
	_cleanup_free_ char *expanded = NULL;
	struct kx_span key = { line.base, 0 }, value;

	while (key.len < line.len && line.base[key.len] != ' ' && line.base[key.len] != '\t')
		key.len++;
	kx_span_slice(line, key.len, line.len - key.len, &value);
	value = kx_span_trim(value);
	if (!value.len || key.base[0] == '#')
		return 0;
	if (r->grub) {
		expanded = entries_grub_expand(r->grub, value);
		if (!expanded)
			return -ENOMEM;
		value = kx_span_trim(kx_span_of(expanded));
	}
	return value.len ? take_key(r, e, key, value) : 0;
}

static int take_text(const struct reading *r, struct kx_entry *e, struct kx_span text)
{
	struct kx_span line;
	int rc = 0;

	if (memchr(text.base, '\0', text.len))
		return 0;
	while (rc == 0 && kx_span_line(&text, &line)) {
		line = kx_span_trim(line);
		if (line.len)
			rc = take_line(r, e, line);
	}
	return rc;
}

int entries_begin(struct kx_entries *entries, enum kx_entry_kind kind, const char *folder,
		  const char *name, const char *suffix, struct kx_entry **ret)
{
	struct kx_entry *e = entries_new(entries, kind);

	if (!e || take_name(e, name, suffix) < 0)
		return -ENOMEM;
	if (asprintf(&e->where, "%s/%s", folder, name) < 0) {
		e->where = NULL;
		return -ENOMEM;
	}
	*ret = e;
	return 0;
}

static int each_text(const char *name, void *data, struct kx_err *err)
{
	const struct reading *r = data;
	_cleanup_free_ char *text = NULL;
	struct kx_entry *e;
	struct kx_err ignored;
	size_t len;
	int rc;

	if (!kx_span_ends(kx_span_of(name), ".conf"))
		return 0;
	rc = entries_begin(r->entries, KX_ENTRY_TYPE1, r->folder, name, ".conf", &e);
	if (rc == 0 && kx_file_read(r->root, e->where, ENTRY_MAX, &text, &len, &ignored) == 0)
		rc = take_text(r, e, (struct kx_span){ (const uint8_t *)text, len });
	if (rc < 0)
		return kx_fail(err, rc, "no memory for boot entries");
	/* For other machines, a menu line for a boot loader alone, or no sense in it. */
	if (!e->kernel || (e->architecture && r->isa && !is_for(e->architecture, r->isa)))
		entries_drop(r->entries);
	return 0;
}

int entries_type1(const char *root, const char *base, const struct kx_isa *isa,
		  const struct entries_grub *grub, struct kx_entries *entries, struct kx_err *err)
{
	struct reading r = { root, base, NULL, grub, isa, entries };
	_cleanup_free_ char *folder = NULL;
	int rc;

	if (asprintf(&folder, "%s/loader/entries", base) < 0) {
		folder = NULL;
		return kx_fail(err, -ENOMEM, "no memory for boot entries");
	}
	r.folder = folder;
	rc = kx_file_each(root, folder, each_text, &r, err);
	return kx_file_unknowable(rc) ? 0 : rc;
}

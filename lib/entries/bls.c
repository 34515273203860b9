/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of the Boot Loader Specification (UAPI.1) on one partition: text files and UKIs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/unwrap.h"
#include "lib/entries/internal.h"

/** struct reading - of one folder */
struct reading {
	const char *root, *base, *folder;
	const struct entries_grub *grub;
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
	if (kx_span_equal(key, "linux") || kx_span_equal(key, "efi") || kx_span_equal(key, "uki"))
		return take_path(r, value, &e->kernel);
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

static int begin(const struct reading *r, const char *name, const char *suffix,
		 enum kx_entry_kind kind, struct kx_entry **ret)
{
	struct kx_entry *e = entries_new(r->entries, kind);

	if (!e || take_name(e, name, suffix) < 0 ||
	    asprintf(&e->where, "%s/%s", r->folder, name) < 0)
		return -ENOMEM;
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
	rc = begin(r, name, ".conf", KX_ENTRY_TYPE1, &e);
	if (rc == 0 && kx_file_read(r->root, e->where, ENTRY_MAX, &text, &len, &ignored) == 0)
		rc = take_text(r, e, (struct kx_span){ (const uint8_t *)text, len });
	if (rc < 0)
		return kx_fail(err, rc, "no memory for boot entries");
	/* Of another kind: a menu line for a boot loader alone, or no sense in it. */
	if (!e->kernel)
		entries_drop(r->entries);
	return 0;
}

/* 0: there is no such folder. */
static int in_folder(struct reading *r, const char *below,
		     int (*each)(const char *, void *, struct kx_err *), struct kx_err *err)
{
	_cleanup_free_ char *folder = NULL;
	int rc;

	if (asprintf(&folder, "%s/%s", r->base, below) < 0) {
		folder = NULL;
		return kx_fail(err, -ENOMEM, "no memory for boot entries");
	}
	r->folder = folder;
	rc = kx_file_each(r->root, folder, each, r, err);
	return kx_file_unknowable(rc) ? 0 : rc;
}

int entries_type1(const char *root, const char *base, const struct entries_grub *grub,
		  struct kx_entries *entries, struct kx_err *err)
{
	struct reading r = { root, base, NULL, grub, entries };

	return in_folder(&r, "loader/entries", each_text, err);
}

/* UAPI.5 and UAPI.1: what a menu shows of a UKI is in its os-release. */
static int take_os_release(struct kx_entry *e, struct kx_span text)
{
	static const char *const titles[] = { "PRETTY_NAME=", "NAME=", "ID=" };
	static const char *const versions[] = { "IMAGE_VERSION=", "VERSION=", "VERSION_ID=",
						"BUILD_ID=" };
	static const char *const keys[] = { "IMAGE_ID=", "ID=" };
	const struct {
		char **to;
		const char *const *names;
		size_t count;
	} wanted[] = {
		{ &e->title, titles, 3 },
		{ &e->version, versions, 4 },
		{ &e->sort_key, keys, 2 },
	};
	struct kx_span value;

	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < wanted[i].count && !*wanted[i].to; j++) {
			if (kx_span_find_quoted(text, wanted[i].names[j], &value) && value.len &&
			    entries_set(wanted[i].to, value) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

static int look_into_uki(const struct reading *r, struct kx_entry *e)
{
	_cleanup_fd_ int fd = kx_file_open(r->root, e->where);
	struct kx_span text = { NULL, 0 }, file;
	struct stat st;
	void *map;
	int rc = 0;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return 1;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return 1;
	file = (struct kx_span){ map, (size_t)st.st_size };
	if (kx_uki_section(file, ".osrel", &text) && kx_uki_section(file, ".linux", &file))
		rc = take_os_release(e, text);
	else
		rc = 1;
	munmap(map, (size_t)st.st_size);
	return rc;
}

static int each_uki(const char *name, void *data, struct kx_err *err)
{
	const struct reading *r = data;
	struct kx_entry *e;
	int rc;

	if (!kx_span_ends(kx_span_of(name), ".efi"))
		return 0;
	rc = begin(r, name, ".efi", KX_ENTRY_UKI, &e);
	if (rc == 0)
		rc = entries_set(&e->kernel, kx_span_of(e->where));
	if (rc == 0)
		rc = look_into_uki(r, e);
	if (rc > 0)
		entries_drop(r->entries);
	return rc < 0 ? kx_fail(err, rc, "no memory for boot entries") : 0;
}

int entries_ukis(const char *root, const char *base, struct kx_entries *entries,
		 struct kx_err *err)
{
	struct reading r = { root, base, NULL, NULL, entries };

	return in_folder(&r, "EFI/Linux", each_uki, err);
}

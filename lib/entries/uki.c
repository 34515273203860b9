/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unified kernel images on one partition (UAPI.1, type 2): an entry for each of their profiles. */
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

/* What systemd-boot and bootctl take of one file; each costs a walk through the section table. */
enum { PROFILES_MAX = 256 };

/** struct reading - of one folder */
struct reading {
	const char *root, *folder;
	struct kx_entries *entries;
};

/* What a menu shows of a UKI is in its os-release (UAPI.1). */
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

/* @text becomes "TEXT<between>MORE<end>"; one that is NULL stays so. */
static int extend(char **text, const char *between, struct kx_span more, const char *end)
{
	char *all;

	if (!*text)
		return 0;
	if (asprintf(&all, "%s%s%.*s%s", *text, between, (int)more.len,
		     more.base ? (const char *)more.base : "", end) < 0)
		return -ENOMEM;
	free(*text);
	*text = all;
	return 0;
}

/*
 * Names as systemd-boot gives them: all but the first profile go by the image's id, "@" and the
 * profile's id, or its number if it has none.
 */
static int take_profile(struct kx_entry *e, struct kx_span file)
{
	struct kx_span id, title, name;
	char number[32];
	int rc;

	if (!kx_uki_profile(file, e->profile, &id, &title))
		return 0;
	snprintf(number, sizeof(number), "%u", e->profile);
	name = id.len ? id : kx_span_of(number);
	rc = e->profile ? extend(&e->id, "@", name, "") : 0;
	if (!title.len && e->profile && !id.len) {
		snprintf(number, sizeof(number), "Profile #%u", e->profile + 1);
		name = kx_span_of(number);
	}
	if (rc == 0 && (title.len || e->profile))
		rc = extend(&e->title, " (", title.len ? title : name, ")");
	return rc;
}

/* A section's beginning: in a hostile file those of all profiles may be all of the file. */
static bool text_of(struct kx_span file, const struct kx_entry *e, const char *name,
		    struct kx_span *ret)
{
	if (!kx_uki_section(file, e->profile, name, ret))
		return false;
	ret->len = strnlen((const char *)ret->base, ret->len < ENTRY_MAX ? ret->len : ENTRY_MAX);
	return true;
}

/* 1: nobody can start it, or no menu would show it. */
static int look_into(struct kx_entry *e, struct kx_span file)
{
	struct kx_span text, kernel;
	int rc;

	if (!text_of(file, e, ".osrel", &text) ||
	    !kx_uki_section(file, e->profile, ".linux", &kernel))
		return 1;
	rc = take_os_release(e, text);
	if (rc == 0)
		rc = take_profile(e, file);
	if (rc == 0 && text_of(file, e, ".cmdline", &text))
		rc = entries_set(&e->options, kx_span_trim(text));
	if (rc == 0 && text_of(file, e, ".uname", &text))
		rc = entries_set(&e->uname, kx_span_trim(text));
	return rc;
}

static int add_profile(const struct reading *r, const char *name, struct kx_span file,
		       unsigned int profile)
{
	struct kx_entry *e;
	int rc = entries_begin(r->entries, KX_ENTRY_UKI, r->folder, name, ".efi", &e);

	if (rc == 0)
		rc = entries_set(&e->kernel, kx_span_of(e->where));
	if (rc == 0) {
		e->profile = profile;
		e->own_options = true;
		rc = look_into(e, file);
	}
	if (rc > 0)
		entries_drop(r->entries);
	return rc < 0 ? rc : 0;
}

static int each_uki(const char *name, void *data, struct kx_err *err)
{
	const struct reading *r = data;
	_cleanup_free_ char *path = NULL;
	_cleanup_fd_ int fd = -1;
	struct kx_span file, id, title;
	struct stat st;
	void *map;
	int rc;

	if (!kx_span_ends(kx_span_of(name), ".efi"))
		return 0;
	if (asprintf(&path, "%s/%s", r->folder, name) < 0) {
		path = NULL;
		return kx_fail(err, -ENOMEM, "no memory for boot entries");
	}
	fd = kx_file_open(r->root, path);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return 0;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return 0;
	file = (struct kx_span){ map, (size_t)st.st_size };
	rc = add_profile(r, name, file, 0);
	for (unsigned int i = 1;
	     rc == 0 && i < PROFILES_MAX && kx_uki_profile(file, i, &id, &title); i++)
		rc = add_profile(r, name, file, i);
	munmap(map, (size_t)st.st_size);
	return rc < 0 ? kx_fail(err, rc, "no memory for boot entries") : 0;
}

int entries_ukis(const char *root, const char *base, struct kx_entries *entries,
		 struct kx_err *err)
{
	struct reading r = { root, NULL, entries };
	_cleanup_free_ char *folder = NULL;
	int rc;

	if (asprintf(&folder, "%s/EFI/Linux", base) < 0) {
		folder = NULL;
		return kx_fail(err, -ENOMEM, "no memory for boot entries");
	}
	r.folder = folder;
	rc = kx_file_each(root, folder, each_uki, &r, err);
	return kx_file_unknowable(rc) ? 0 : rc;
}

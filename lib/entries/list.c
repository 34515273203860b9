/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries in memory, and the paths of their files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kx/array.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/entries/internal.h"

struct kx_entry *entries_new(struct kx_entries *entries, enum kx_entry_kind kind)
{
	struct kx_entry *entry;

	if (kx_array_grow(&entries->item, &entries->room, entries->count) < 0)
		return NULL;
	entry = &entries->item[entries->count++];
	*entry = (struct kx_entry){ .kind = kind, .tries_left = -1 };
	return entry;
}

static void free_list(char **item, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(item[i]);
	free(item);
}

static void free_entry(struct kx_entry *e)
{
	char *const texts[] = {
		e->id,		 e->title,  e->version, e->sort_key,   e->machine_id,
		e->architecture, e->kernel, e->options, e->devicetree, e->where,
		e->uname,
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	for (size_t i = 0; i < sizeof(e->menu) / sizeof(e->menu[0]); i++)
		free(e->menu[i]);
	free_list(e->initrd, e->n_initrds);
	free_list(e->overlay, e->n_overlays);
}

void entries_drop(struct kx_entries *entries)
{
	free_entry(&entries->item[--entries->count]);
}

void kx_entries_done(struct kx_entries *entries)
{
	while (entries->count)
		entries_drop(entries);
	free(entries->item);
	*entries = (struct kx_entries){ 0 };
}

int entries_set(char **text, struct kx_span value)
{
	char *copy = strndup(value.base ? (const char *)value.base : "", value.len);

	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

int entries_append(char ***item, size_t *count, size_t *room, const char *text)
{
	char *copy = strdup(text);

	if (!copy || kx_array_grow(item, room, *count) < 0) {
		free(copy);
		return -ENOMEM;
	}
	(*item)[(*count)++] = copy;
	return 0;
}

bool entries_is_file(const char *root, const char *path)
{
	_cleanup_fd_ int fd = kx_file_open(root, path);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

int entries_path(const char *root, const char *base, struct kx_span path, char **ret)
{
	_cleanup_free_ char *below = NULL, *top = NULL;

	while (path.len && path.base[0] == '/')
		kx_span_slice(path, 1, path.len - 1, &path);
	if (asprintf(&top, "%.*s", (int)path.len, path.base ? (const char *)path.base : "") < 0)
		return -ENOMEM;
	if (asprintf(&below, "%s/%s", base, top) < 0) {
		below = NULL;
		return -ENOMEM;
	}
	if (!entries_is_file(root, below) && entries_is_file(root, top)) {
		*ret = top;
		top = NULL;
	} else {
		*ret = below;
		below = NULL;
	}
	return 0;
}

const char *kx_entry_kind_name(enum kx_entry_kind kind)
{
	static const char *const names[] = {
		[KX_ENTRY_TYPE1] = "boot loader entry",
		[KX_ENTRY_UKI] = "unified kernel image",
		[KX_ENTRY_GRUB] = "GRUB menu",
		[KX_ENTRY_FILES] = "file",
	};

	return names[kind];
}

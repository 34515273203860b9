/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of boot entries share. */
#ifndef LIB_ENTRIES_INTERNAL_H
#define LIB_ENTRIES_INTERNAL_H

#include "kx/entries.h"

/* An entry is a dozen lines; GRUB's configuration of a hundred kernels has some 200 KiB. */
enum { ENTRY_MAX = 64 << 10, GRUB_MAX = 4 << 20, ENV_MAX = 64 << 10 };

/**
 * struct entries_grub - what GRUB's files say beside their entries
 * @env: grubenv, owned; @default_is: of "set default=", owned, variables replaced; NULL: not said
 * @blscfg: it takes its menu from type 1 entries
 */
struct entries_grub {
	char *env;
	struct kx_span variables;
	char *default_is;
	bool there, blscfg;
};

/** entries_new() - one more, all empty; NULL: no memory */
struct kx_entry *entries_new(struct kx_entries *entries, enum kx_entry_kind kind);

/**
 * entries_begin() - one more for the file @folder/@name
 * @suffix: what the name ends with; counters before it are taken off the id (UAPI.1, boot counting)
 *
 * Return: 0 and *@ret, with where, id and tries_left; -ENOMEM.
 */
int entries_begin(struct kx_entries *entries, enum kx_entry_kind kind, const char *folder,
		  const char *name, const char *suffix, struct kx_entry **ret);

/** entries_drop() - the newest goes again */
void entries_drop(struct kx_entries *entries);

/** entries_set() - @text becomes a copy of @value; 0 or -ENOMEM */
int entries_set(char **text, struct kx_span value);

/** entries_append() - one more text in a list; 0 or -ENOMEM */
int entries_append(char ***item, size_t *count, size_t *room, const char *text);

/**
 * entries_path() - where is a file that a boot loader calls @path?
 * @base: folder that is the top of the boot loader's partition
 *
 * Boot loaders see a partition of their own or the root file system; the file shows which it is.
 *
 * Return: 0 and @ret, without a leading slash, for free(), also when there is no such file;
 * -ENOMEM.
 */
int entries_path(const char *root, const char *base, struct kx_span path, char **ret);

/** entries_is_file() - is there one? */
bool entries_is_file(const char *root, const char *path);

/**
 * entries_type1() - read loader/entries below @base
 * @isa: entries for other machines are passed over; NULL: none are
 * @grub: replaces variables; NULL: nobody
 */
int entries_type1(const char *root, const char *base, const struct kx_isa *isa,
		  const struct entries_grub *grub, struct kx_entries *entries, struct kx_err *err);

/** entries_ukis() - read EFI/Linux below @base */
int entries_ukis(const char *root, const char *base, struct kx_entries *entries,
		 struct kx_err *err);

/** entries_files() - kernels of the folder @base by their names */
int entries_files(const char *root, const char *base, struct kx_entries *entries,
		  struct kx_err *err);

/** entries_grub_read() - GRUB's menu and its default; @grub is for entries_grub_done() */
int entries_grub_read(const char *root, struct entries_grub *grub, struct kx_entries *entries,
		      struct kx_err *err);

/** entries_grub_value() - of a variable in its environment; false: there is none */
bool entries_grub_value(const struct entries_grub *grub, struct kx_span name, struct kx_span *ret);

/** entries_grub_expand() - @text with its variables replaced, for free(); NULL: no memory */
char *entries_grub_expand(const struct entries_grub *grub, struct kx_span text);

/** entries_grub_done() - free it */
void entries_grub_done(struct entries_grub *grub);

#endif

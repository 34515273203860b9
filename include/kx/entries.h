/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot entries: the kernels that a machine's boot loader could start, with the initrds and options
 * that it would give them, and the one that it would start by itself.
 *
 * Read are entries of the Boot Loader Specification (UAPI.1: type 1, text files; type 2, UKIs) on
 * the EFI system partition and the extended boot loader partition, the menu of GRUB's
 * configuration, and where there is nothing else /boot/vmlinuz* with their initrds.
 */
#ifndef KX_ENTRIES_H
#define KX_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>

#include "kx/error.h"
#include "kx/isa.h"
#include "kx/span.h"

/** enum kx_entry_kind - where an entry comes from */
enum kx_entry_kind {
	KX_ENTRY_TYPE1, /* loader/entries/ID.conf */
	KX_ENTRY_UKI,   /* EFI/Linux/ID.efi */
	KX_ENTRY_GRUB,  /* a menuentry of grub.cfg */
	KX_ENTRY_FILES, /* /boot/vmlinuz-VERSION */
};

/**
 * struct kx_entry - one of them; what is not known is NULL
 * @id: unlike all others': the file's name without its counters, GRUB's --id, or the version; of
 *	profiles of a UKI but the first "FILE@PROFILE", as systemd-boot calls them
 * @title: for people
 * @version, @sort_key, @machine_id, @architecture: as UAPI.1 has them
 * @kernel: path below the root, without a leading slash; of a UKI all of it
 * @initrd, @n_initrds: paths like @kernel, in order
 * @options: the command line
 * @uname: of a UKI that says it: the release of the kernel in it (UAPI.5, .uname)
 * @own_options: it is an EFI program: if it is a UKI, @options that are not said are its own; those
 *	of a UKI's entry are for people only
 * @profile: number of the UKI's profile; 0: the first, or it has none
 * @devicetree: path; @overlay, @n_overlays: paths
 * @menu: ways in which GRUB may call it: position ("1>0"), ids and titles of the menus on the way
 * @where: the file that says so
 * @tries_left: of boot counting; -1: not counted; 0: given up
 */
struct kx_entry {
	enum kx_entry_kind kind;
	char *id, *title, *version, *sort_key, *machine_id, *architecture;
	char *kernel;
	char **initrd;
	size_t n_initrds, initrd_room;
	char *options, *devicetree, *uname;
	char **overlay;
	size_t n_overlays, overlay_room;
	bool own_options;
	unsigned int profile;
	char *menu[3];
	char *where;
	int tries_left;
};

/**
 * struct kx_entries - all of them, in the order of a menu
 * @preferred: index of the one that the boot loader would start; @count: there is none
 * @chosen_by: why it is that one, for people
 */
struct kx_entries {
	struct kx_entry *item;
	size_t count, room;
	size_t preferred;
	const char *chosen_by;
};

/**
 * kx_entries_read() - all entries below @root
 * @root: "/" or a captured tree
 * @isa: the machine: entries that say that they are for another one are passed over; NULL: none are
 * @ret: for kx_entries_done(), also after a failure
 *
 * Files that make no sense are passed over. Memory and time are bounded by the bytes of the files.
 *
 * Return: 0, also when there are none; -ENOMEM; a negative errno of reading a folder.
 */
int kx_entries_read(const char *root, const struct kx_isa *isa, struct kx_entries *ret,
		    struct kx_err *err);

/**
 * kx_entries_find() - the entry that @name means
 * @name: an id, with or without ".conf" or ".efi"; "default"; a title
 *
 * Return: it, borrowed; NULL with @err: there is none, or two titles are the same.
 */
const struct kx_entry *kx_entries_find(const struct kx_entries *entries, const char *name,
				       struct kx_err *err);

/** kx_entries_done() - free what is in it; zeros are fine */
void kx_entries_done(struct kx_entries *entries);

/** kx_entry_kind_name() - for people */
const char *kx_entry_kind_name(enum kx_entry_kind kind);

/**
 * kx_version_compare() - which version is newer (UAPI.10, Version Format Specification)
 *
 * Return: less than, equal to or greater than 0, as @a is older than, equal to or newer than @b.
 */
int kx_version_compare(struct kx_span a, struct kx_span b);

#endif

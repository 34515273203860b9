/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which files of /lib/modules/RELEASE a kernel has to be given for a module or an alias, in which
 * order and with which options: by what depmod(8) wrote there as text, modprobe.d(5) and the
 * kernel's command line. No modprobe is needed, neither here nor where they are loaded.
 */
#ifndef KX_MODULES_H
#define KX_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "kx/error.h"
#include "kx/memfile.h"
#include "kx/span.h"

/**
 * struct kx_modules_texts - what the files say; a file that is not there is empty
 * @dep: modules.dep; @alias: modules.alias; @softdep: modules.softdep
 * @builtin: modules.builtin; @builtin_info: modules.builtin.modinfo (Linux 5.2), for its aliases
 * @config: the files of modprobe.d, one behind the other
 * @cmdline: the kernel's command line: its words MODULE.PARAMETER=VALUE reach what is built in; who
 *	loads a module has to pass them on
 */
struct kx_modules_texts {
	struct kx_span dep, alias, softdep, builtin, builtin_info, config, cmdline;
};

/**
 * struct kx_module - a file to load
 * @name: as the kernel has it, with "_" for "-"
 * @path: below /lib/modules/RELEASE, as "kernel/fs/ext4/ext4.ko.xz"
 * @options: "PARAMETER=VALUE ..."; empty: none
 */
struct kx_module {
	char *name, *path, *options;
};

/* struct kx_modules - the files, and the list that is made from them */
struct kx_modules;

/** enum kx_modules_found - what a name or an alias stands for */
enum kx_modules_found {
	KX_MODULES_NONE,    /* nothing that is known */
	KX_MODULES_BUILTIN, /* the kernel has it */
	KX_MODULES_LISTED,  /* files, and they are on the list */
};

/**
 * kx_modules_new() - with nothing on the list
 * @texts: borrowed; may be freed only behind kx_modules_free()
 * @ret: for kx_modules_free()
 *
 * Return: 0; -ENOMEM.
 */
int kx_modules_new(const struct kx_modules_texts *texts, struct kx_modules **ret,
		   struct kx_err *err);

/**
 * kx_modules_open() - the same from the files of a system
 * @root: see kx_file_open()
 * @release: of the kernel
 * @cmdline: see struct kx_modules_texts; borrowed
 *
 * They are looked for below lib/modules, usr/lib/modules and, as NixOS has it,
 * run/booted-system/kernel-modules/lib/modules. Of two files of one name in folders of modprobe.d
 * the one in /etc, /run, /usr/local/lib, /usr/lib, /lib counts, in this order.
 *
 * Return: 0; -ENOENT no modules.dep; -EINVAL @release is no name of a folder; -EFBIG a file is
 * larger than 64 MiB; -ENOMEM; the negative errno of reading.
 */
int kx_modules_open(const char *root, const char *release, struct kx_span cmdline,
		    struct kx_modules **ret, struct kx_err *err);

/** kx_modules_free() - release it and its list; NULL is fine */
void kx_modules_free(struct kx_modules *modules);

/**
 * kx_modules_add() - put what @word stands for on the list, if it is not there yet
 * @word: a module's name, or an alias as "fs-ext4" or a device's modalias; "-" and "_" are the same
 * @ret: may be NULL; the best of what was found
 *
 * Before a module are those that it needs, and its soft dependencies "pre"; those "post" come behind
 * it. Soft dependencies that nobody knows, or that need what they stand before, are no error.
 *
 * Return: 0; -ENOENT modules.dep has a dependency that it does not know; -ELOOP modules need each
 * other, or more than 64 stand on each other; -E2BIG too many aliases were compared with too much;
 * -ENOMEM. After a failure the list is not to be used.
 */
int kx_modules_add(struct kx_modules *modules, struct kx_span word, enum kx_modules_found *ret,
		   struct kx_err *err);

/** kx_modules_count() - files on the list */
size_t kx_modules_count(const struct kx_modules *modules);

/** kx_modules_at() - number @i of them, in the order to load them; good until one more is added */
const struct kx_module *kx_modules_at(const struct kx_modules *modules, size_t i);

/** kx_modules_has() - is the module @name on the list? */
bool kx_modules_has(const struct kx_modules *modules, struct kx_span name);

/** kx_modules_needs() - does number @i of the list need number @k before it? */
bool kx_modules_needs(const struct kx_modules *modules, size_t i, size_t k);

/**
 * kx_modules_each_alias() - call @each for every alias of what is on the list
 * @i: the module's number
 *
 * Return: 0; what @each returned if not 0, at once.
 */
int kx_modules_each_alias(const struct kx_modules *modules,
			  int (*each)(struct kx_span alias, size_t i, void *data), void *data);

/** kx_modules_folder() - where they were found below the root: "lib/modules/RELEASE"; or "" */
const char *kx_modules_folder(const struct kx_modules *modules);

/**
 * kx_modules_read() - the bytes of a module's file, unpacked if it is packed
 * @path: below @root
 *
 * What was inside is untouched: a module's signature is of all that is before it.
 *
 * Return: 0; -EFBIG more than 256 MiB; -EBADMSG, -ENOTSUP as kx_decompress(); the negative errno of
 * opening or reading; -ENOMEM.
 */
int kx_modules_read(const char *root, const char *path, struct kx_memfile *ret,
		    struct kx_err *err);

/**
 * kx_modules_info() - the section .modinfo of a module: texts "KEY=VALUE", each with a NUL behind it
 * @file: the ELF file
 * @ret: in @file; empty when it has none
 *
 * Return: 0; -EINVAL it is no ELF file, or its sections are not in it.
 */
int kx_modules_info(struct kx_span file, struct kx_span *ret, struct kx_err *err);

/** kx_modules_info_next() - cut the texts up to the next "@key=VALUE" off @info; false: no more */
bool kx_modules_info_next(struct kx_span *info, const char *key, struct kx_span *ret_value);

/**
 * kx_modules_firmware() - the file of the firmware @name
 * @release: of the kernel, which looks below /lib/firmware in updates/RELEASE, updates, RELEASE and
 *	there itself (Linux, drivers/base/firmware_loader/main.c, fw_path)
 * @ret_path: below the root, for the caller to free; it may end in .zst or .xz
 *
 * Return: 0; -ENOENT it is not there; -EINVAL @name leads out of the folder; -ENOMEM.
 */
int kx_modules_firmware(const char *root, const char *release, struct kx_span name,
			char **ret_path);

/**
 * kx_modules_match() - does @text match the alias @pattern: *, ?, [set], \c?
 * @steps: how much work may still be done; counted down
 *
 * "-" and "_" are the same, but for those in a set, as depmod has it. One pass with at most one way
 * back: its work is bounded by the product of both lengths.
 *
 * Return: false too when @steps are used up.
 */
bool kx_modules_match(struct kx_span pattern, struct kx_span text, uint64_t *steps);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of --module, for kernels that take some. */
#ifndef KEXEC_MODULES_H
#define KEXEC_MODULES_H

#include "kexec/input.h"
#include "kexec/plan/request.h"

/**
 * struct modules - zero-initialised is none
 * @files: their bytes; @item: which of them are whose, with @files.count parts
 * @path: names of the files, @n_path of them
 */
struct modules {
	struct input files;
	struct kx_module *item;
	char **path;
	size_t n_path;
};

/**
 * modules_open() - open what --module names
 * @text, @count: as the user wrote them; borrowed. The file's name ends at the first blank
 * @limit: of bytes that a pipe may deliver
 *
 * Files are taken as they are: Xen unpacks its kernels itself.
 *
 * Return: 0; -EINVAL no name; errors of input_open(). modules_close() in either case.
 */
int modules_open(struct modules *ret, const char *const *text, size_t count, uint64_t limit,
		 struct kx_err *err);

/** modules_close() - close and free them */
void modules_close(struct modules *modules);

#endif

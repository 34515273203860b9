/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs in an initramfs. */
#ifndef KDUMP_SERVICE_IMAGE_PROGRAM_H
#define KDUMP_SERVICE_IMAGE_PROGRAM_H

#include <stddef.h>

#include "kx/error.h"
#include "kx/initramfs.h"

/**
 * image_program_add() - a program without what nobody loads, which only takes memory there
 * @path: its name there, relative to /
 * @root, @from: see kx_file_open(); it may be compressed
 * @ret_len: its bytes there
 *
 * Return: 0; -ENOEXEC it is no whole ELF program, or larger than any of them; the negative errno of
 * reading it; as kx_initramfs_add().
 */
int image_program_add(struct kx_initramfs *files, const char *path, const char *root,
		      const char *from, uint64_t *ret_len, struct kx_err *err);

#endif

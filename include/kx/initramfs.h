/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes an initramfs: a cpio archive in the form "newc" (Linux,
 * Documentation/driver-api/early-userspace/buffer-format.rst), compressed so that a kernel with
 * little memory can unpack it. The same files make the same bytes: names are sorted, inodes are
 * counted, owners and times are 0.
 */
#ifndef KX_INITRAMFS_H
#define KX_INITRAMFS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kx/error.h"
#include "kx/memfile.h"
#include "kx/pack.h"
#include "kx/span.h"

/* struct kx_initramfs - the files and folders so far */
struct kx_initramfs;

/**
 * struct kx_initramfs_size - what came of it
 * @names: entries of the archive, folders and links too
 * @plain, @packed: bytes of the archive, and of what it was compressed to
 */
struct kx_initramfs_size {
	size_t names;
	uint64_t plain, packed;
};

/** kx_initramfs_new() - an empty one, for kx_initramfs_free(); 0 or -ENOMEM */
int kx_initramfs_new(struct kx_initramfs **ret, struct kx_err *err);

/** kx_initramfs_free() - release it and the bytes of its files; NULL is fine */
void kx_initramfs_free(struct kx_initramfs *initramfs);

/**
 * kx_initramfs_add() - one more file, folder or symbolic link
 * @path: relative to /, as "lib/modules/x.ko"; folders above it that nobody adds get mode 0755
 * @mode: S_IFREG, S_IFDIR or S_IFLNK, and permissions
 * @bytes: of the file, or the name that a link has; copied. Empty for a folder.
 *
 * Return: 0; -EINVAL @path is not such a path, @mode not such a mode, or a folder has bytes; -EFBIG
 * 4 GiB or more; -ENOMEM.
 */
int kx_initramfs_add(struct kx_initramfs *initramfs, const char *path, mode_t mode,
		     struct kx_span bytes, struct kx_err *err);

/**
 * kx_initramfs_write() - the archive
 * @ret: for kx_memfile_done(); sealed, its offset is 0
 * @ret_size: may be NULL
 *
 * Return: 0; -EEXIST a path was added twice; -ENOTDIR a path lies below one that is not a folder;
 * -EFBIG 4 GiB or more; what kx_pack() returns; -ENOMEM; the negative errno of making a file in
 * memory.
 */
int kx_initramfs_write(const struct kx_initramfs *initramfs, enum kx_pack how,
		       struct kx_memfile *ret, struct kx_initramfs_size *ret_size,
		       struct kx_err *err);

#endif

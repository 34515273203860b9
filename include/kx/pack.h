/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compresses whole files for a kernel with little memory to unpack. The same bytes become the same
 * bytes, as long as the library is the same.
 */
#ifndef KX_PACK_H
#define KX_PACK_H

#include <stdbool.h>

#include "kx/error.h"
#include "kx/memfile.h"
#include "kx/span.h"

/** enum kx_pack - how */
enum kx_pack {
	KX_PACK_NONE,
	KX_PACK_GZIP, /* the one that kernels with an initramfs have had for ever */
	KX_PACK_ZSTD, /* CONFIG_RD_ZSTD, Linux 5.9 */
};

/*
 * The kernel's zstd has the whole window in memory while it unpacks: the 8 MiB that high levels
 * take by themselves are lost in a crash kernel of 96 MiB. This is 512 KiB.
 */
enum { KX_PACK_WINDOW_LOG = 19 };

/** kx_pack_name() - "none", "gzip", "zstd" */
const char *kx_pack_name(enum kx_pack how);

/** kx_pack_usable() - is it in this build, and its library installed? */
bool kx_pack_usable(enum kx_pack how);

/**
 * kx_pack() - compress all of @in
 * @how: not KX_PACK_NONE
 * @ret: a new file in memory, not ended yet: see kx_memfile_keep()
 *
 * Return: 0; -ENOTSUP it is not in this build, or its library is not installed; -EFBIG about 4 GiB
 * or more; -EIO the library failed; -ENOMEM; the negative errno of making a file in memory.
 */
int kx_pack(struct kx_span in, enum kx_pack how, struct kx_memfile *ret, struct kx_err *err);

#endif

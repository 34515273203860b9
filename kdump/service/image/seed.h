/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a crash kernel's random numbers begin with. */
#ifndef KDUMP_SERVICE_IMAGE_SEED_H
#define KDUMP_SERVICE_IMAGE_SEED_H

#include "kx/error.h"
#include "kx/memfile.h"
#include "kx/pack.h"

/**
 * image_seed() - KX_CAPTURE_SEED alone: an initramfs that goes behind the one of image_build()
 * @pack: how that one is compressed
 * @ret: for kx_memfile_done()
 *
 * It is another one each time, so that it is no part of what says whether two images are the same.
 *
 * Return: 0; negative errno of getrandom(2); what kx_initramfs_*() return.
 */
int image_seed(enum kx_pack pack, struct kx_memfile *ret, struct kx_err *err);

#endif

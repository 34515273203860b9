/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a kernel can unpack its initramfs. */
#ifndef KDUMP_SERVICE_IMAGE_PACK_H
#define KDUMP_SERVICE_IMAGE_PACK_H

#include "kx/pack.h"

/** image_pack() - how the kernel @release can unpack it: by its configuration; gzip if unknown */
enum kx_pack image_pack(const char *root, const char *release);

#endif

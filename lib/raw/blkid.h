/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libblkid, as far as we call it; see kx/library.h. */
#ifndef LIB_RAW_BLKID_H
#define LIB_RAW_BLKID_H

#include "kx/library.h"

#ifdef HAVE_BLKID
#include <blkid.h>
#define KX_BLKID_CALLS(call)                                                                       \
	call(blkid_do_safeprobe) call(blkid_free_probe) call(blkid_new_probe)                      \
	call(blkid_probe_enable_partitions) call(blkid_probe_enable_superblocks)                   \
	call(blkid_probe_lookup_value) call(blkid_probe_set_device)                                \
	call(blkid_probe_set_partitions_flags) call(blkid_probe_set_superblocks_flags)
KX_LIBRARY_FACE(kx_blkid, KX_BLKID_CALLS);
#endif

#endif

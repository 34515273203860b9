/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "lib/raw/blkid.h"

#ifdef HAVE_BLKID
KX_LIBRARY(kx_blkid, KX_BLKID_CALLS, "libblkid1", "dumps on raw devices", "recommended",
	   "libblkid.so.1");
#endif

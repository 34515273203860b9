/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "lib/codec/libraries.h"

#ifdef HAVE_ZSTD
KX_LIBRARY(kx_zstd, KX_ZSTD_CALLS, "libzstd1", "zstd kernels, dump pages compressed with zstd",
	   "recommended", "libzstd.so.1");
#endif

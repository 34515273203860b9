/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "lib/codec/libraries.h"

#ifdef HAVE_ZLIB
KX_LIBRARY(kx_zlib, KX_ZLIB_CALLS, "zlib1g",
	   "gzip kernels, uImages, dump pages compressed with zlib", "recommended", "libz.so.1");
#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "lib/codec/libraries.h"

#ifdef HAVE_LIBDEFLATE
KX_LIBRARY(kx_deflate, KX_DEFLATE_CALLS, "libdeflate0",
	   "dump pages compressed with zlib, faster than zlib does it", "suggested",
	   "libdeflate.so.0");
#endif

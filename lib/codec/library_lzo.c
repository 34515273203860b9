/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "lib/codec/libraries.h"

#ifdef HAVE_LZO
KX_LIBRARY(kx_lzo, KX_LZO_CALLS, "liblzo2-2", "lzop kernels, dump pages compressed with LZO",
	   "suggested", "liblzo2.so.2");
#endif

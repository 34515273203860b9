/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "lib/codec/libraries.h"

#ifdef HAVE_LZMA
KX_LIBRARY(kx_lzma, KX_LZMA_CALLS, "liblzma5", "xz and lzma kernels", "recommended",
	   "liblzma.so.5");
#endif

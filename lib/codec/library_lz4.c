/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "lib/codec/libraries.h"

#ifdef HAVE_LZ4
KX_LIBRARY(kx_lz4, KX_LZ4_CALLS, "liblz4-1", "lz4 kernels", "suggested", "liblz4.so.1");
#endif

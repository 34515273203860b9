/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "lib/codec/libraries.h"

#ifdef HAVE_BZIP2
KX_LIBRARY(kx_bzip2, KX_BZIP2_CALLS, "libbz2-1.0", "bzip2 kernels", "suggested", "libbz2.so.1.0");
#endif

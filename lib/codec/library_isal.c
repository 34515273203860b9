/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "lib/codec/libraries.h"

#ifdef HAVE_LIBISAL
KX_LIBRARY(kx_isal, KX_ISAL_CALLS, "libisal2",
	   "dump pages compressed with zlib, fastest", "suggested", "libisal.so.2");
#endif

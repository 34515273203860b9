/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "lib/codec/libraries.h"

#ifdef HAVE_SNAPPY
KX_LIBRARY(kx_snappy, KX_SNAPPY_CALLS, "libsnappy1v5", "dump pages compressed with snappy",
	   "suggested", "libsnappy.so.1");
#endif

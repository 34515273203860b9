/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "kx/jansson.h"

#ifdef HAVE_JANSSON
KX_LIBRARY(kx_jansson, KX_JANSSON_CALLS, "libjansson4", "manifests of saved dumps", "suggested",
	   "libjansson.so.4");
#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "lib/age/sodium.h"

#ifdef HAVE_SODIUM
KX_LIBRARY(kx_sodium, KX_SODIUM_CALLS, "libsodium23", "encrypted dumps", "suggested",
	   "libsodium.so.23");
#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "lib/http/curl.h"

#ifdef HAVE_CURL
KX_LIBRARY(kx_curl, KX_CURL_CALLS, "libcurl4", "sending dumps to HTTP servers and object storage",
	   "suggested", "libcurl.so.4");
#endif

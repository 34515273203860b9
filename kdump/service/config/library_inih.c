/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own, so that programs name only the libraries that they may load. */
#include "kdump/service/config/inih.h"

#ifdef HAVE_INIH
KX_LIBRARY(inih, INIH_CALLS, "libinih1", "the service's configuration", "recommended",
	   "libinih.so.1");
#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libcurl, as far as we call it; see kx/library.h. */
#ifndef LIB_HTTP_CURL_H
#define LIB_HTTP_CURL_H

#include "kx/library.h"

#ifdef HAVE_CURL
/* Its check of types is a macro around a name that is not ours. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#define KX_CURL_CALLS(call)                                                                       \
	call(curl_easy_cleanup) call(curl_easy_getinfo) call(curl_easy_init)                      \
	call(curl_easy_perform) call(curl_easy_reset) call(curl_easy_setopt)                      \
	call(curl_easy_strerror) call(curl_global_init)                                           \
	call(curl_slist_append) call(curl_slist_free_all)
KX_LIBRARY_FACE(kx_curl, KX_CURL_CALLS);
#endif

#endif

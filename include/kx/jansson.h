/* SPDX-License-Identifier: GPL-2.0-or-later */
/* jansson, as far as manifests and what the service keeps are read with it; see kx/library.h. */
#ifndef KX_JANSSON_H
#define KX_JANSSON_H

#ifdef HAVE_JANSSON
#include <jansson.h>

#include "kx/library.h"

#define KX_JANSSON_CALLS(call)                                                                     \
	call(json_array_get) call(json_array_size) call(json_delete) call(json_integer_value)      \
	call(json_loadb) call(json_number_value) call(json_object_get) call(json_string_length)    \
	call(json_string_value)
KX_LIBRARY_FACE(kx_jansson, KX_JANSSON_CALLS);
#endif

#endif

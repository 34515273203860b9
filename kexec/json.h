/* SPDX-License-Identifier: GPL-2.0-or-later */
/* jansson, as far as plans and state are written with it; see kx/library.h. */
#ifndef KEXEC_JSON_H
#define KEXEC_JSON_H

#ifdef HAVE_JANSSON
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "kx/error.h"
#include "kx/library.h"

#define JANSSON_CALLS(call)                                                                  \
	call(json_array) call(json_array_append_new) call(json_delete)   \
		call(json_dumpf) call(json_integer) call(json_object) call(json_object_set_new) \
			call(json_pack) call(json_string) call(json_null) call(json_true)    \
				call(json_false)
KX_LIBRARY_FACE(jansson, JANSSON_CALLS);

/** json_address() - as text, since JSON numbers lose bits beyond 2^53 */
json_t *json_address(uint64_t value);

/** json_bytes() - a string, or where @bytes are not UTF-8 a list of them */
json_t *json_bytes(const char *bytes);

/** json_text() - the same; null where there is no text */
json_t *json_text(const char *text);

/**
 * json_print() - write @object and a newline, and free it
 * @object: NULL: there was no memory for it
 *
 * Return: 0; -ENOMEM; -EIO, with @what in @err.
 */
int json_print(json_t *object, FILE *out, const char *what, struct kx_err *err);
#endif

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all of kexec's JSON is made with. */
#include <errno.h>
#include <inttypes.h>

#include "kexec/json.h"

#ifdef HAVE_JANSSON
KX_LIBRARY(jansson, JANSSON_CALLS, "libjansson4", "plans and state as JSON", "suggested",
	   "libjansson.so.4");

json_t *json_address(uint64_t value)
{
	char text[2 + 16 + 1];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return jansson.json_string(text);
}

json_t *json_bytes(const char *bytes)
{
	json_t *text = jansson.json_string(bytes), *list;

	if (text)
		return text;
	list = jansson.json_array();
	for (; list && *bytes; bytes++)
		jansson.json_array_append_new(list, jansson.json_integer((unsigned char)*bytes));
	return list;
}

json_t *json_text(const char *text)
{
	return text ? json_bytes(text) : jansson.json_null();
}

int json_print(json_t *object, FILE *out, const char *what, struct kx_err *err)
{
	int rc;

	if (!object)
		return kx_fail(err, -ENOMEM, "no memory for the JSON %s", what);
	rc = jansson.json_dumpf(object, out, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	/* json_decref() is inline and calls this for the last reference, which is ours. */
	jansson.json_delete(object);
	if (rc < 0 || fputc('\n', out) == EOF)
		return kx_fail(err, -EIO, "the %s cannot be written", what);
	return 0;
}
#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The little that is read of S3's answers: the text of one element. */
#ifndef LIB_HTTP_XML_H
#define LIB_HTTP_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "kx/span.h"

/**
 * xml_text() - the text of the first element that is called @name, whatever it is in
 * @to: of @size bytes; gets a C string that can be printed: what is longer is no match
 *
 * Elements in it, comments and instructions are no text; references to characters are resolved if
 * they are of ASCII. The bytes are looked at once.
 *
 * Return: is there one? @to is untouched if there is none.
 */
bool xml_text(struct kx_span xml, const char *name, char *to, size_t size);

#endif

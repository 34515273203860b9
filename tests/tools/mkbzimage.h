/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes small bzImages for tests: a header with any values and a body that is not a program. */
#ifndef TESTS_TOOLS_MKBZIMAGE_H
#define TESTS_TOOLS_MKBZIMAGE_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct mkbzimage_field - one field of the setup header
 * @name: as Linux, Documentation/arch/x86/boot.rst has it, without the path before "/"
 * @offset, @width: where it is, in bytes
 * @value: what a modern relocatable 64-bit kernel has there
 */
struct mkbzimage_field {
	const char *name;
	uint16_t offset;
	uint8_t width;
	uint64_t value;
};

extern const struct mkbzimage_field mkbzimage_fields[];
extern const size_t mkbzimage_n_fields;

/**
 * mkbzimage() - make a kernel file out of words
 * @word, @count: FIELD=NUMBER for any field; also code=BYTES of protected-mode code (4096),
 *                tail=BYTES behind it as a signature would be (0), text=VERSION for people
 * @ret, @ret_len: the file, for the caller to free
 *
 * syssize and payload_length follow from code= unless they are given.
 *
 * Return: 0; -EINVAL for a word that is none of these; -ENOMEM.
 */
int mkbzimage(const char *const *word, size_t count, uint8_t **ret, size_t *ret_len);

#endif

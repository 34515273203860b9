/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program's output: buffered, escaped, and no error of writing is lost. */
#ifndef VMCORE_DMESG_OUT_H
#define VMCORE_DMESG_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "kx/span.h"

/**
 * struct out - where output goes
 * @escape: what could harm a terminal is written as \xNN
 * @error: negative errno of the first write that failed; nothing is written after it
 */
struct out {
	int fd;
	bool escape;
	int error;
	size_t len;
	char buffer[65536];
};

/** out_flush() - write what is buffered; Return: @out's error */
int out_flush(struct out *out);

/** out_bytes() - add @len bytes as they are */
void out_bytes(struct out *out, const void *bytes, size_t len);

/** out_text() - add a C string as it is */
void out_text(struct out *out, const char *text);

/** out_printf() - add formatted text of at most 1023 bytes */
void out_printf(struct out *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * out_escaped() - add text from the dump, as @out's escape wants it
 *
 * Valid UTF-8 and TAB stay. C0, DEL, C1 (as bytes and as UTF-8) and bytes that are not UTF-8 become
 * \xNN; so does a newline, which callers take out before.
 */
void out_escaped(struct out *out, struct kx_span text);

/** out_kmsg() - add text escaped as /dev/kmsg does: printable ASCII but for the backslash */
void out_kmsg(struct out *out, struct kx_span text);

/** out_json() - add text as a JSON string with its quotes; always valid UTF-8 */
void out_json(struct out *out, struct kx_span text);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for a descriptor: buffered, escaped, and no error of writing is lost. */
#ifndef KX_OUT_H
#define KX_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "kx/span.h"

/**
 * struct kx_out - where output goes
 * @write: called with @data instead of writing to @fd, if it is not NULL; 0 or negative errno
 * @escape: what could harm a terminal is written as \xNN
 * @error: negative errno of the first write that failed; nothing is written after it
 */
struct kx_out {
	int fd;
	int (*write)(void *data, const void *from, size_t len);
	void *data;
	bool escape;
	int error;
	size_t len;
	char buffer[65536];
};

/** kx_out_flush() - write what is buffered; Return: @out's error */
int kx_out_flush(struct kx_out *out);

/** kx_out_bytes() - add @len bytes as they are */
void kx_out_bytes(struct kx_out *out, const void *bytes, size_t len);

/** kx_out_text() - add a C string as it is */
void kx_out_text(struct kx_out *out, const char *text);

/** kx_out_printf() - add formatted text of at most 1023 bytes */
void kx_out_printf(struct kx_out *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * kx_out_escaped() - add text from the dump, as @out's escape wants it
 *
 * Valid UTF-8 and TAB stay. C0, DEL, C1 (as bytes and as UTF-8) and bytes that are not UTF-8 become
 * \xNN; so does a newline, which callers take out before.
 */
void kx_out_escaped(struct kx_out *out, struct kx_span text);

/** kx_out_kmsg() - add text escaped as /dev/kmsg does: printable ASCII but for the backslash */
void kx_out_kmsg(struct kx_out *out, struct kx_span text);

/** kx_out_json() - add text as a JSON string with its quotes; always valid UTF-8 */
void kx_out_json(struct kx_out *out, struct kx_span text);

/** kx_out_json_or_null() - the same, and null for no text */
void kx_out_json_or_null(struct kx_out *out, struct kx_span text);

/** kx_out_json_member() - add such a member to an object that has one before: ,\n  "KEY": "TEXT" */
void kx_out_json_member(struct kx_out *out, const char *key, struct kx_span text);

#endif

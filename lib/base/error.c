/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds error texts in the caller's buffer; allocates nothing and prints nothing. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kx/error.h"

/*
 * What is formatted before it is known to fit: two paths of the longest kind, and words around them
 * (Linux, include/uapi/linux/limits.h, PATH_MAX).
 */
enum { LONG_TEXT = 2 * 4096 + 512 };

/* Bytes that are left of the beginning of a text that is too long, and of a path in it. */
enum { HEAD = 160 };

static const char cut_mark[] = "[...]";

/*
 * Make @text at most @room bytes. Reasons stand at its end, and what they are about at the start:
 * it is the middle that goes.
 */
static size_t shorten(char *text, size_t room)
{
	enum { MARK = sizeof(cut_mark) - 1 };
	size_t len = strlen(text), head = room / 2 < HEAD ? room / 2 : HEAD, tail;

	if (len <= room)
		return len;
	tail = room - head - MARK;
	memcpy(text + head, cut_mark, MARK);
	memmove(text + head + MARK, text + len - tail, tail + 1);
	return room;
}

int kx_fail(struct kx_err *err, int code, const char *format, ...)
{
	char text[LONG_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	memcpy(err->text, text, shorten(text, sizeof(err->text) - 1) + 1);
	return code;
}

/* Put @text behind what @err holds, as far as it fits. */
static void append(struct kx_err *err, const char *text)
{
	size_t len = strlen(err->text), more = strlen(text), room = sizeof(err->text) - 1 - len;

	if (more > room)
		more = room;
	memcpy(err->text + len, text, more);
	err->text[len + more] = '\0';
}

int kx_context(struct kx_err *err, int code, const char *format, ...)
{
	struct kx_err reason = *err;
	char where[LONG_TEXT];
	size_t room = sizeof(err->text) - 1 - 2, len = strlen(reason.text);
	va_list args;

	va_start(args, format);
	vsnprintf(where, sizeof(where), format, args);
	va_end(args);
	/* The reason is worth more; but a long one leaves room to say where it is from. */
	len = shorten(where, len < room - HEAD ? room - len : HEAD);
	shorten(reason.text, room - len);
	memcpy(err->text, where, len + 1);
	append(err, ": ");
	append(err, reason.text);
	return code;
}

void kx_advise(struct kx_err *err, const char *format, ...)
{
	struct kx_err advice;
	va_list args;

	va_start(args, format);
	vsnprintf(advice.text, sizeof(advice.text), format, args);
	va_end(args);
	append(err, "; ");
	append(err, advice.text);
}

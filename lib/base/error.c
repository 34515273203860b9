/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds error texts in the caller's buffer; allocates nothing and prints nothing. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kx/error.h"

int kx_fail(struct kx_err *err, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
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
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
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

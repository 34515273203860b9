/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs say on stderr. */
#include <stdarg.h>

#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/text.h"

void kx_cli_message(const char *program, const char *text)
{
	fprintf(stderr, "%s: ", program);
	kx_text_print(stderr, kx_span_of(text));
	fputc('\n', stderr);
}

void kx_cli_say(const char *program, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	kx_cli_message(program, text ? text : "out of memory");
}

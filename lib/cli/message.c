/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs say on stderr. */
#include <stdarg.h>

#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/text.h"

static void print(FILE *out, const char *program, const char *text)
{
	fprintf(out, "%s: ", program);
	kx_text_print(out, kx_span_of(text));
	fputc('\n', out);
}

void kx_cli_message(const char *program, const char *text)
{
	_cleanup_free_ char *line = NULL;
	size_t len;
	FILE *out = open_memstream(&line, &len);

	if (out)
		print(out, program, text);
	/* Where there is no memory for it: in pieces. */
	if (!out || fclose(out) != 0)
		print(stderr, program, text);
	else
		fwrite(line, 1, len, stderr);
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

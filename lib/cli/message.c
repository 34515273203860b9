/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs say on stderr. */
#include "kx/cli.h"
#include "kx/text.h"

void kx_cli_message(const char *program, const char *text)
{
	fprintf(stderr, "%s: ", program);
	kx_text_print(stderr, kx_span_of(text));
	fputc('\n', stderr);
}

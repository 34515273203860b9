/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A few lines of a word and a value; a line that is not known is no matter. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/state/state.h"
#include "kdump/service/upload/mark.h"
#include "kx/cleanup.h"

static void take(struct upload_mark *mark, const char *line, size_t len)
{
	const char *blank = memchr(line, ' ', len);
	size_t word = blank ? (size_t)(blank - line) : len;
	int rest = blank ? (int)(len - word - 1) : 0;
	const char *value = line + word + 1;
	const struct kx_span key = { (const uint8_t *)line, word };

	if (kx_span_equal(key, "to"))
		snprintf(mark->to, sizeof(mark->to), "%.*s", rest, value);
	else if (kx_span_equal(key, "place"))
		snprintf(mark->place, sizeof(mark->place), "%.*s", rest, value);
	else if (kx_span_equal(key, "signature"))
		snprintf(mark->signature, sizeof(mark->signature), "%.*s", rest, value);
	else if (kx_span_equal(key, "whole"))
		mark->whole = true;
	else if (kx_span_equal(key, "crashed"))
		kx_span_number((struct kx_span){ (const uint8_t *)value, (size_t)rest }, 10,
			       &mark->crashed);
}

bool upload_mark_read(int dir, struct upload_mark *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t len;

	*ret = (struct upload_mark){ .to = "" };
	if (state_get(dir, UPLOAD_MARK, &text, NULL) < 0)
		return false;
	for (const char *line = text; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		take(ret, line, len);
	}
	return ret->to[0];
}

int upload_mark_write(int dir, const struct upload_mark *mark, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "to %s\nplace %s\nsignature %s\ncrashed %" PRIu64 "\n%s", mark->to,
		     mark->place, mark->signature, mark->crashed, mark->whole ? "whole\n" : "") < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	return state_put_text(dir, UPLOAD_MARK, text, err);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a file has that identifies us. */
#include <errno.h>
#include <string.h>

#include "kx/http.h"

/* The next line of @text, which becomes a string of its own; NULL: there is none. */
static char *next_line(char **text)
{
	char *line = *text;

	if (!line || !*line)
		return NULL;
	line = strsep(text, "\n");
	line[strcspn(line, "\r")] = '\0';
	return line[0] ? line : NULL;
}

int kx_http_secret(struct kx_http_options *o, const char *url, const char *path, char *text,
		   struct kx_err *err)
{
	const bool s3 = strncmp(url, "s3://", 5) == 0;

	if (strstr(text, "-----BEGIN ")) {
		o->cert = o->key = path;
		return 0;
	}
	if (s3 && !o->user)
		o->user = next_line(&text);
	if (o->user)
		o->password = next_line(&text);
	if (!o->user || s3)
		o->token = next_line(&text);
	if (!o->password && !o->token)
		return kx_fail(err, -EINVAL, "secret: %.100s is empty", path);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What servers of dumps answer: a text that is taken of an answer can be printed and is no longer
 * than there is room, and where we are sent to is a URL that is put together again as it was.
 */
#include <string.h>

#include "lib/http/url.h"
#include "lib/http/xml.h"
#include "tests/fuzz/fuzz.h"

static void look_at(struct kx_span xml, const char *name, size_t room)
{
	char to[512];

	memset(to, 0x7f, sizeof(to));
	if (!xml_text(xml, name, to, room)) {
		PROMISE(to[0] == 0x7f);
		return;
	}
	PROMISE(strnlen(to, sizeof(to)) < room);
	for (const char *c = to; *c; c++)
		PROMISE(*c >= ' ' && *c <= '~');
	/* There is such a tag, and what is not a reference stands behind one. */
	PROMISE(memmem(xml.base, xml.len, name, strlen(name)));
	PROMISE(strpbrk(to, "&<>\"'") || memmem(xml.base, xml.len, to, strlen(to)));
	for (size_t i = strlen(to) + 1; i < sizeof(to); i++)
		PROMISE(to[i] == 0x7f);
}

static void go_to(const char *text)
{
	char again[2 * HTTP_URL_MAX + 512];
	struct kx_err err = { "" };
	struct url url;

	if (url_parse(text, &url, &err) < 0) {
		PROMISE(err.text[0]);
		return;
	}
	PROMISE(url.host[0] && (url.path[0] == '/' || !url.path[0]));
	PROMISE(url.tls == (strncmp(text, "https://", 8) == 0));
	PROMISE(!strpbrk(url.host, "@/?#\r\n ") && !strpbrk(url.path, "?#\r\n "));
	snprintf(again, sizeof(again), "%s%s%s%s", url.base, url.path,
		 strchr(text, '?') ? "?" : "", url.query);
	PROMISE(strcmp(again, text) == 0);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct kx_span xml = { data, size };

	PROMISE(text);
	look_at(xml, "UploadId", 512);
	look_at(xml, "Code", 64);
	look_at(xml, "a", 2);
	go_to(text);
	free(text);
	return 0;
}

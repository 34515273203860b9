/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds one element's text in a document that nobody vouches for. Enough for answers that have a
 * few elements with text in them and neither attributes nor sections that we want.
 */
#include <string.h>

#include "lib/http/xml.h"

/* The end of what begins with "<" at @from, behind its ">"; 0: it has none. */
static size_t tag_end(struct kx_span xml, size_t from)
{
	const uint8_t *end = memchr(xml.base + from, '>', xml.len - from);

	return end ? (size_t)(end - xml.base) + 1 : 0;
}

/* Is the tag between "<" and ">" called @name? Attributes do not count, nor does a namespace. */
static bool is_called(struct kx_span tag, const char *name)
{
	size_t len = 0;
	const uint8_t *colon;

	while (len < tag.len && tag.base[len] != ' ' && tag.base[len] != '\t' &&
	       tag.base[len] != '\n' && tag.base[len] != '\r')
		len++;
	colon = memchr(tag.base, ':', len);
	if (colon) {
		len -= (size_t)(colon + 1 - tag.base);
		tag.base = colon + 1;
	}
	return len == strlen(name) && memcmp(tag.base, name, len) == 0;
}

/* The character that a reference stands for, and its bytes; 0: it is none that is taken. */
static size_t resolve(struct kx_span text, char *ret)
{
	static const struct {
		const char *name;
		char c;
	} known[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' },
		      { "&apos;", '\'' }, { "&#34;", '"' }, { "&#39;", '\'' } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t len = strlen(known[i].name);

		if (len <= text.len && memcmp(text.base, known[i].name, len) == 0) {
			*ret = known[i].c;
			return len;
		}
	}
	return 0;
}

static bool copy(struct kx_span text, char *to, size_t size)
{
	size_t at = 0, len = 0, step;
	char whole[1024];

	if (size > sizeof(whole))
		size = sizeof(whole);
	for (; at < text.len; at += step) {
		char c = (char)text.base[at];

		step = 1;
		if (c == '&')
			step = resolve((struct kx_span){ text.base + at, text.len - at }, &c);
		if (step == 0 || len + 1 >= size || c < ' ' || c > '~')
			return false;
		whole[len++] = c;
	}
	memcpy(to, whole, len);
	to[len] = '\0';
	return true;
}

bool xml_text(struct kx_span xml, const char *name, char *to, size_t size)
{
	size_t at = 0;

	while (at < xml.len) {
		const uint8_t *begin = memchr(xml.base + at, '<', xml.len - at);
		size_t open = begin ? (size_t)(begin - xml.base) : xml.len, end;
		struct kx_span tag, text;

		end = begin ? tag_end(xml, open) : 0;
		if (!end)
			return false;
		at = end;
		tag = (struct kx_span){ xml.base + open + 1, end - open - 2 };
		if (!is_called(tag, name))
			continue;
		begin = memchr(xml.base + end, '<', xml.len - end);
		if (!begin)
			return false;
		text = (struct kx_span){ xml.base + end, (size_t)(begin - xml.base) - end };
		return copy(text, to, size);
	}
	return false;
}

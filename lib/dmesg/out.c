/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes to a descriptor; escapes what came out of a dump. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kx/out.h"

int kx_out_flush(struct kx_out *out)
{
	size_t done = 0;

	while (done < out->len && out->error == 0) {
		ssize_t n = write(out->fd, out->buffer + done, out->len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			out->error = -errno;
	}
	out->len = 0;
	return out->error;
}

void kx_out_bytes(struct kx_out *out, const void *bytes, size_t len)
{
	const char *from = bytes;

	while (len > 0 && out->error == 0) {
		size_t part = sizeof(out->buffer) - out->len;

		if (part > len)
			part = len;
		memcpy(out->buffer + out->len, from, part);
		out->len += part;
		from += part;
		len -= part;
		if (out->len == sizeof(out->buffer))
			kx_out_flush(out);
	}
}

void kx_out_text(struct kx_out *out, const char *text)
{
	kx_out_bytes(out, text, strlen(text));
}

void kx_out_printf(struct kx_out *out, const char *format, ...)
{
	char text[1024];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n > 0)
		kx_out_bytes(out, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

/* Length of the valid UTF-8 sequence at @s (Unicode 15, table 3-7); 0 when there is none. */
static size_t utf8(const uint8_t *s, size_t len)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t need;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		need = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		need = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		need = 4;
	else
		return 0;
	if (len < need)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0;		/* overlong */
	else if (s[0] == 0xed)
		high = 0x9f;		/* surrogates */
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;		/* beyond U+10FFFF */
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++) {
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	}
	return need;
}

/* The sequence of @n bytes does something to a terminal. */
static bool is_control(const uint8_t *s, size_t n)
{
	if (n == 1)
		return s[0] < 0x20 || s[0] == 0x7f;
	return n == 2 && s[0] == 0xc2 && s[1] < 0xa0;
}

void kx_out_escaped(struct kx_out *out, struct kx_span text)
{
	size_t plain = 0;

	if (!out->escape) {
		kx_out_bytes(out, text.base, text.len);
		return;
	}
	for (size_t i = 0; i < text.len;) {
		size_t n = utf8(text.base + i, text.len - i);

		if (n > 0 && (text.base[i] == '\t' || !is_control(text.base + i, n))) {
			i += n;
			continue;
		}
		kx_out_bytes(out, text.base + plain, i - plain);
		for (n = n ? n : 1; n > 0; n--)
			kx_out_printf(out, "\\x%02x", text.base[i++]);
		plain = i;
	}
	if (plain < text.len)
		kx_out_bytes(out, text.base + plain, text.len - plain);
}

void kx_out_kmsg(struct kx_out *out, struct kx_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.base[i];

		if (c < 0x20 || c >= 0x7f || c == '\\')
			kx_out_printf(out, "\\x%02x", c);
		else
			kx_out_bytes(out, &c, 1);
	}
}

static void json_control(struct kx_out *out, const uint8_t *s, size_t n)
{
	static const char shorts[] = "\bb\ff\nn\rr\tt";
	const char *found = n == 1 && s[0] ? strchr(shorts, s[0]) : NULL;

	if (found)
		kx_out_printf(out, "\\%c", found[1]);
	else
		kx_out_printf(out, "\\u%04x", s[n - 1]);
}

void kx_out_json(struct kx_out *out, struct kx_span text)
{
	kx_out_text(out, "\"");
	for (size_t i = 0; i < text.len;) {
		const uint8_t *s = text.base + i;
		size_t n = utf8(s, text.len - i);

		if (n == 0)
			kx_out_printf(out, "\\\\x%02x", *s);
		else if (is_control(s, n))
			json_control(out, s, n);
		else if (*s == '"' || *s == '\\')
			kx_out_printf(out, "\\%c", *s);
		else
			kx_out_bytes(out, s, n);
		i += n ? n : 1;
	}
	kx_out_text(out, "\"");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes to a descriptor; escapes what came out of a dump. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kx/file.h"
#include "kx/out.h"
#include "kx/text.h"

int kx_out_flush(struct kx_out *out)
{
	if (out->error == 0 && out->write)
		out->error = out->write(out->data, out->buffer, out->len);
	else if (out->error == 0)
		out->error = kx_file_write(out->fd, out->buffer, out->len);
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

/* Most texts are nothing else. */
static bool is_ascii(uint8_t c)
{
	return c >= ' ' && c < 0x7f;
}

/* Bytes of the character at @at; *@ret_plain: it does nothing to a terminal. */
static size_t step(struct kx_span text, size_t at, bool *ret_plain)
{
	*ret_plain = true;
	if (is_ascii(text.base[at]))
		return 1;
	return kx_text_step((struct kx_span){ text.base + at, text.len - at }, ret_plain);
}

void kx_out_escaped(struct kx_out *out, struct kx_span text)
{
	size_t done = 0;

	for (size_t i = 0; out->escape && i < text.len;) {
		bool plain;
		size_t n = step(text, i, &plain);

		if (!plain)
			kx_out_bytes(out, text.base + done, i - done);
		for (size_t j = 0; !plain && j < n; j++)
			kx_out_printf(out, "\\x%02x", text.base[i + j]);
		i += n;
		done = plain ? done : i;
	}
	if (done < text.len)
		kx_out_bytes(out, text.base + done, text.len - done);
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

/* Control characters, and bytes that begin no character. */
static void json_escape(struct kx_out *out, const uint8_t *s, size_t n)
{
	static const char shorts[] = "\bb\ff\nn\rr\tt";
	const char *found = n == 1 && s[0] ? strchr(shorts, s[0]) : NULL;

	if (found)
		kx_out_printf(out, "\\%c", found[1]);
	else if (n == 1 && s[0] >= 0x80)
		kx_out_printf(out, "\\\\x%02x", s[0]);
	else
		kx_out_printf(out, "\\u%04x", s[n - 1]);
}

void kx_out_json(struct kx_out *out, struct kx_span text)
{
	size_t done = 0;

	kx_out_text(out, "\"");
	for (size_t i = 0; i < text.len;) {
		const uint8_t *s = text.base + i;
		bool quoted = *s == '"' || *s == '\\', plain;
		size_t n = step(text, i, &plain);

		if (quoted || !plain || *s == '\t') {
			kx_out_bytes(out, text.base + done, i - done);
			done = i + n;
		}
		if (quoted)
			kx_out_printf(out, "\\%c", *s);
		else if (!plain || *s == '\t')
			json_escape(out, s, n);
		i += n;
	}
	if (done < text.len)
		kx_out_bytes(out, text.base + done, text.len - done);
	kx_out_text(out, "\"");
}

void kx_out_json_or_null(struct kx_out *out, struct kx_span text)
{
	if (text.len)
		kx_out_json(out, text);
	else
		kx_out_text(out, "null");
}

void kx_out_json_member(struct kx_out *out, const char *key, struct kx_span text)
{
	kx_out_printf(out, ",\n  \"%s\": ", key);
	kx_out_json_or_null(out, text);
}

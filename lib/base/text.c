/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells harmless characters from others. The one place that escapes what is printed. */
#include <stdint.h>

#include "kx/text.h"

/* Bytes of a UTF-8 character whose first one is @c, and the least value that may need so many. */
static size_t length_of(uint8_t c, uint32_t *ret_least, uint32_t *ret_value)
{
	static const struct {
		uint8_t mask, mark;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 0 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if ((c & forms[i].mask) == forms[i].mark) {
			*ret_least = forms[i].least;
			*ret_value = c & (uint8_t)~forms[i].mask;
			return i + 1;
		}
	}
	return 0;
}

/* Bytes of the character that @s begins with, and its number; 0: it is not UTF-8. */
static size_t decode(struct kx_span s, uint32_t *ret)
{
	uint32_t least = 0, value = 0;
	size_t len = length_of(s.base[0], &least, &value);

	if (len == 0 || len > s.len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((s.base[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (s.base[i] & 0x3f);
	}
	if (value < least || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		return 0;
	*ret = value;
	return len;
}

size_t kx_text_step(struct kx_span s, bool *ret_plain)
{
	uint32_t c = 0;
	size_t len = decode(s, &c);

	*ret_plain = len > 0 && (c == '\t' || (c >= ' ' && c != 0x7f && !(c >= 0x80 && c < 0xa0)));
	return len ? len : 1;
}

void kx_text_print(FILE *out, struct kx_span text)
{
	while (text.len > 0) {
		bool plain;
		size_t len = kx_text_step(text, &plain);

		if (plain)
			fwrite(text.base, 1, len, out);
		for (size_t i = 0; !plain && i < len; i++)
			fprintf(out, "\\x%02x", text.base[i]);
		kx_span_slice(text, len, text.len - len, &text);
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers, lines and words out of bytes that we did not write. */
#include <string.h>

#include "kx/bytes.h"
#include "kx/span.h"

bool kx_span_get(struct kx_span s, uint64_t off, unsigned int width, bool big_endian,
		 uint64_t *ret)
{
	struct kx_span field;

	if (width < 1 || width > 8 || !kx_span_slice(s, off, width, &field))
		return false;
	*ret = kx_get(field.base, width, big_endian);
	return true;
}

struct kx_span kx_span_of(const char *text)
{
	return (struct kx_span){ (const uint8_t *)text, strlen(text) };
}

bool kx_span_equal(struct kx_span s, const char *text)
{
	return s.len == strlen(text) && kx_span_starts(s, text);
}

bool kx_span_starts(struct kx_span s, const char *text)
{
	size_t len = strlen(text);

	return len == 0 || (s.len >= len && memcmp(s.base, text, len) == 0);
}

bool kx_span_ends(struct kx_span s, const char *text)
{
	size_t len = strlen(text);

	return len == 0 || (s.len >= len && memcmp(s.base + s.len - len, text, len) == 0);
}

bool kx_span_line(struct kx_span *rest, struct kx_span *line)
{
	const uint8_t *newline;
	size_t len, step;

	if (rest->len == 0)
		return false;
	newline = memchr(rest->base, '\n', rest->len);
	len = newline ? (size_t)(newline - rest->base) : rest->len;
	step = newline ? len + 1 : len;
	*line = (struct kx_span){ rest->base, len };
	rest->base += step;
	rest->len -= step;
	return true;
}

bool kx_span_word(struct kx_span *rest, struct kx_span *word)
{
	size_t start = 0, end;

	while (start < rest->len && rest->base[start] == ' ')
		start++;
	for (end = start; end < rest->len && rest->base[end] != ' ';)
		end++;
	kx_span_slice(*rest, start, end - start, word);
	kx_span_slice(*rest, end, rest->len - end, rest);
	return word->len > 0;
}

bool kx_span_has_line(struct kx_span text, const char *line)
{
	struct kx_span found;

	while (kx_span_line(&text, &found)) {
		if (kx_span_equal(found, line))
			return true;
	}
	return false;
}

bool kx_span_find_line(struct kx_span text, const char *key, struct kx_span *ret)
{
	struct kx_span line;

	while (kx_span_line(&text, &line)) {
		if (!kx_span_starts(line, key))
			continue;
		kx_span_slice(line, strlen(key), line.len - strlen(key), ret);
		*ret = kx_span_trim(*ret);
		return true;
	}
	return false;
}

bool kx_span_find_quoted(struct kx_span text, const char *key, struct kx_span *ret)
{
	if (!kx_span_find_line(text, key, ret))
		return false;
	if (ret->len > 1 && (ret->base[0] == '"' || ret->base[0] == '\'') &&
	    ret->base[ret->len - 1] == ret->base[0])
		kx_span_slice(*ret, 1, ret->len - 2, ret);
	return true;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct kx_span kx_span_trim(struct kx_span s)
{
	while (s.len > 0 && is_space(s.base[0])) {
		s.base++;
		s.len--;
	}
	while (s.len > 0 && is_space(s.base[s.len - 1]))
		s.len--;
	return s;
}

/* 99 for a character that is not a digit in any base. */
static unsigned int digit_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

bool kx_span_number(struct kx_span s, int base, uint64_t *ret)
{
	bool prefixed = s.len > 2 && s.base[0] == '0' && (s.base[1] | 0x20) == 'x';
	uint64_t value = 0;

	if (prefixed && base != 10) {
		s.base += 2;
		s.len -= 2;
		base = 16;
	} else if (base == 0) {
		base = 10;
	}
	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned int digit = digit_value(s.base[i]);

		if (digit >= (unsigned int)base ||
		    __builtin_mul_overflow(value, (uint64_t)base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*ret = value;
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes that we did not write, and the only gate through which they are read. */
#ifndef KX_SPAN_H
#define KX_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct kx_span - a borrowed run of read-only bytes
 * @base: first byte; may be NULL when @len is 0
 * @len: number of bytes
 */
struct kx_span {
	const uint8_t *base;
	size_t len;
};

/**
 * kx_span_slice() - the @len bytes from offset @off
 *
 * Return: true, and *@ret is the part; false when any of it lies outside @s (*@ret is untouched).
 */
static inline bool kx_span_slice(struct kx_span s, uint64_t off, uint64_t len, struct kx_span *ret)
{
	/* Subtract, never add: off + len may wrap. */
	if (off > s.len || len > s.len - off)
		return false;
	/* NULL + 0 is undefined in C. */
	ret->base = s.base ? s.base + off : NULL;
	ret->len = (size_t)len;
	return true;
}

/**
 * kx_span_get() - the number of @width bytes (1 to 8) at offset @off
 *
 * Return: true, and *@ret is the number; false when it lies outside @s (*@ret is untouched).
 */
bool kx_span_get(struct kx_span s, uint64_t off, unsigned int width, bool big_endian,
		 uint64_t *ret);

/** kx_span_le() - kx_span_get() of a little-endian number */
static inline bool kx_span_le(struct kx_span s, uint64_t off, unsigned int width, uint64_t *ret)
{
	return kx_span_get(s, off, width, false, ret);
}

/** kx_span_be() - kx_span_get() of a big-endian number */
static inline bool kx_span_be(struct kx_span s, uint64_t off, unsigned int width, uint64_t *ret)
{
	return kx_span_get(s, off, width, true, ret);
}

/**
 * kx_span_equal() - do the bytes equal the C string @text (its NUL excluded)?
 */
bool kx_span_equal(struct kx_span s, const char *text);

/**
 * kx_span_starts() - do the bytes start with the C string @text?
 */
bool kx_span_starts(struct kx_span s, const char *text);

/** kx_span_ends() - do the bytes end with the C string @text? */
bool kx_span_ends(struct kx_span s, const char *text);

/**
 * kx_span_line() - cut the next line off @rest
 * @rest: what is left; moved behind the line and its newline
 * @line: the line without its newline
 *
 * Return: false when @rest is empty.
 */
bool kx_span_line(struct kx_span *rest, struct kx_span *line);

/**
 * kx_span_word() - cut the next word off @rest: what stands between blanks
 * @rest: what is left; moved behind the word
 *
 * Return: false when there is none; @word is empty then.
 */
bool kx_span_word(struct kx_span *rest, struct kx_span *word);

/** kx_span_has_line() - is one of the lines of @text just @line? */
bool kx_span_has_line(struct kx_span text, const char *line);

/** kx_span_find_line() - the trimmed rest of the first line of @text that starts with @key */
bool kx_span_find_line(struct kx_span text, const char *key, struct kx_span *ret);

/** kx_span_find_quoted() - the same, without the quotes that may be around it: os-release(5) */
bool kx_span_find_quoted(struct kx_span text, const char *key, struct kx_span *ret);

/**
 * kx_span_trim() - the bytes without leading and trailing white space
 */
struct kx_span kx_span_trim(struct kx_span s);

/**
 * kx_span_number() - the whole of @s as an unsigned number
 * @base: 10, 16 (with or without 0x), or 0 for "0x means hexadecimal, else decimal"
 *
 * No sign, no white space, no rest.
 *
 * Return: true, and *@ret is the number; false when @s is not a number or is beyond 64 bits.
 */
bool kx_span_number(struct kx_span s, int base, uint64_t *ret);

/** kx_span_of() - the bytes of the C string @text without its NUL */
struct kx_span kx_span_of(const char *text);

#endif

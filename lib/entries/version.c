/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares versions as UAPI.10 (Version Format Specification) says. */
#include <stdbool.h>
#include <string.h>

#include "kx/entries.h"

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* 0 at the end. */
static uint8_t first_of(struct kx_span s)
{
	return s.len ? s.base[0] : 0;
}

static void skip(struct kx_span *s, size_t len)
{
	kx_span_slice(*s, len, s->len - len, s);
}

/* What has no meaning in a version separates what has. */
static void skip_others(struct kx_span *s)
{
	while (s->len && !is_digit(s->base[0]) && !is_letter(s->base[0]) &&
	       !memchr("-.~^", s->base[0], 4))
		skip(s, 1);
}

static struct kx_span take_while(struct kx_span *s, bool (*belongs)(uint8_t))
{
	struct kx_span part = { s->base, 0 };

	while (part.len < s->len && belongs(s->base[part.len]))
		part.len++;
	skip(s, part.len);
	return part;
}

static int compare_bytes(struct kx_span a, struct kx_span b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int rc = len ? memcmp(a.base, b.base, len) : 0;

	return rc ? rc : (a.len > b.len) - (a.len < b.len);
}

/* Numbers of any length. */
static int compare_numbers(struct kx_span a, struct kx_span b)
{
	while (first_of(a) == '0')
		skip(&a, 1);
	while (first_of(b) == '0')
		skip(&b, 1);
	if (a.len != b.len)
		return a.len > b.len ? 1 : -1;
	return compare_bytes(a, b);
}

/* Of two that begin with different ones of these, or one with none: who has it is older. */
static bool decided_by(uint8_t separator, struct kx_span *a, struct kx_span *b, int *ret)
{
	bool in_a = first_of(*a) == separator, in_b = first_of(*b) == separator;

	if (in_a && in_b) {
		skip(a, 1);
		skip(b, 1);
	}
	*ret = (int)in_b - (int)in_a;
	return in_a != in_b;
}

int kx_version_compare(struct kx_span a, struct kx_span b)
{
	int order;

	for (;;) {
		skip_others(&a);
		skip_others(&b);
		if (decided_by('~', &a, &b, &order))
			return order;
		if (!a.len || !b.len)
			return (a.len > 0) - (b.len > 0);
		if (decided_by('-', &a, &b, &order) || decided_by('^', &a, &b, &order) ||
		    decided_by('.', &a, &b, &order))
			return order;
		/* No number is older than any. */
		if (is_digit(first_of(a)) != is_digit(first_of(b)))
			return is_digit(first_of(a)) ? 1 : -1;
		if (is_digit(first_of(a)))
			order = compare_numbers(take_while(&a, is_digit), take_while(&b, is_digit));
		else
			order = compare_bytes(take_while(&a, is_letter), take_while(&b, is_letter));
		if (order != 0)
			return order;
	}
}

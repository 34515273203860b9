/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of modules and patterns of aliases, compared as depmod and modprobe do. */
#include "lib/modules/internal.h"

static uint8_t plain(uint8_t c)
{
	return c == '-' ? '_' : c;
}

int kx_modules_compare(struct kx_span a, struct kx_span b)
{
	size_t len = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < len; i++) {
		if (plain(a.base[i]) != plain(b.base[i]))
			return plain(a.base[i]) < plain(b.base[i]) ? -1 : 1;
	}
	return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

/* The set that begins at @at, behind its "["; *@end is behind its "]". False: it is never closed. */
static bool set_end(struct kx_span p, size_t at, size_t *end)
{
	/* A "]" that is the first belongs to the set. */
	for (size_t i = at + 1; i < p.len; i++) {
		if (p.base[i] == ']') {
			*end = i + 1;
			return true;
		}
	}
	return false;
}

static bool in_set(struct kx_span p, size_t at, size_t end, uint8_t c)
{
	bool not = p.base[at] == '!' || p.base[at] == '^', found = false;

	for (size_t i = at + not; i < end - 1; i++) {
		if (i + 2 < end - 1 && p.base[i + 1] == '-') {
			found |= p.base[i] <= c && c <= p.base[i + 2];
			i += 2;
		} else {
			found |= p.base[i] == c;
		}
	}
	return found != not;
}

/* Does one character @c match what stands at *@at, which is no "*"? Moves *@at behind it. */
static bool match_one(struct kx_span p, size_t *at, uint8_t c)
{
	size_t i = *at, end;

	if (p.base[i] == '[' && set_end(p, i + 1, &end)) {
		*at = end;
		return in_set(p, i + 1, end, c);
	}
	if (p.base[i] == '\\' && i + 1 < p.len)
		i++;
	else if (p.base[i] == '?')
		c = p.base[i];
	*at = i + 1;
	return plain(p.base[i]) == plain(c);
}

bool kx_modules_match(struct kx_span pattern, struct kx_span text, uint64_t *steps)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0;

	for (;;) {
		size_t before = p;

		if (p < pattern.len && pattern.base[p] == '*') {
			star = ++p;
			from = t;
			continue;
		}
		if (t == text.len && p == pattern.len)
			return true;
		if (t < text.len && p < pattern.len && match_one(pattern, &p, text.base[t])) {
			t++;
		} else if (star != SIZE_MAX && from < text.len) {
			p = star;
			t = ++from;
		} else {
			return false;
		}
		/* A set costs its length. */
		before = p > before ? p - before : 1;
		if (*steps < before) {
			*steps = 0;
			return false;
		}
		*steps -= before;
	}
}

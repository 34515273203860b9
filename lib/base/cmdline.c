/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes kernel command lines apart and puts them together again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cmdline.h"

/* The kernel's isspace() also takes 0xa0; no shell or boot loader puts that between words. */
static bool is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool kx_cmdline_word(struct kx_span *rest, struct kx_span *word)
{
	bool quoted = false;
	size_t len = 0;

	while (rest->len > 0 && is_blank(rest->base[0])) {
		rest->base++;
		rest->len--;
	}
	if (rest->len == 0)
		return false;
	while (len < rest->len && (quoted || !is_blank(rest->base[len]))) {
		if (rest->base[len] == '"')
			quoted = !quoted;
		len++;
	}
	*word = (struct kx_span){ rest->base, len };
	rest->base += len;
	rest->len -= len;
	return true;
}

struct kx_span kx_cmdline_open_quote(struct kx_span line)
{
	struct kx_span word = { NULL, 0 }, last = word;
	bool open = false;

	while (kx_cmdline_word(&line, &word))
		last = word;
	for (size_t i = 0; i < last.len; i++)
		open ^= last.base[i] == '"';
	return open ? last : (struct kx_span){ NULL, 0 };
}

static bool about_a_load(struct kx_span word)
{
	return kx_span_starts(word, "BOOT_IMAGE=") || kx_span_starts(word, "initrd=") ||
	       kx_span_starts(word, "elfcorehdr=") || kx_span_starts(word, "dmcryptkeys=") ||
	       kx_span_starts(word, "kexec_jump_back_entry=");
}

static bool same_name(const uint8_t *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (a[i] != (uint8_t)b[i] && !((a[i] == '-' || a[i] == '_') &&
					       (b[i] == '-' || b[i] == '_')))
			return false;
	}
	return true;
}

static bool is_named(struct kx_span word, const char *names)
{
	const uint8_t *equals = word.len ? memchr(word.base, '=', word.len) : NULL;
	size_t len = equals ? (size_t)(equals - word.base) : word.len;

	while (names && *names) {
		size_t name = strcspn(names, ",");

		if (name == len && same_name(word.base, names, len))
			return true;
		names += name + (names[name] == ',');
	}
	return false;
}

static bool is_left(const struct kx_cmdline_leave *leave, struct kx_span word)
{
	return (leave->loading && about_a_load(word)) ||
	       (leave->crashkernel && kx_span_starts(word, "crashkernel=")) ||
	       is_named(word, leave->names);
}

static bool has_word(struct kx_span line, struct kx_span wanted)
{
	struct kx_span word;

	while (kx_cmdline_word(&line, &word)) {
		if (word.len == wanted.len && memcmp(word.base, wanted.base, word.len) == 0)
			return true;
	}
	return false;
}

/* Cut off @line what belongs to init: from a word "--" on. Return: that part, empty if none. */
static struct kx_span split_for_init(struct kx_span *line)
{
	struct kx_span rest = *line, word;

	while (kx_cmdline_word(&rest, &word)) {
		if (!kx_span_equal(word, "--"))
			continue;
		line->len = (size_t)(word.base - line->base);
		*line = kx_span_trim(*line);
		return (struct kx_span){ word.base, word.len + rest.len };
	}
	return (struct kx_span){ 0 };
}

static char *put(char *to, struct kx_span word, const char *start)
{
	if (word.len == 0)
		return to;
	if (to != start)
		*to++ = ' ';
	memcpy(to, word.base, word.len);
	return to + word.len;
}

/* The same behind a word whose quotes may be open: they would swallow @words. */
static char *put_outside_quotes(char *to, struct kx_span words, const char *start)
{
	bool quoted = false;

	for (const char *c = start; words.len > 0 && c < to; c++)
		quoted ^= *c == '"';
	if (quoted)
		*to++ = '"';
	return put(to, words, start);
}

int kx_cmdline_reuse(struct kx_span base, const char *append, const struct kx_cmdline_leave *leave,
		     char **ret)
{
	struct kx_span extra = kx_span_trim(kx_span_of(append ? append : ""));
	struct kx_span word, for_init, extra_for_init;
	char *line, *to;
	size_t room;

	base = kx_span_trim(base);
	/*
	 * Two joining blanks, two closing quotes and a NUL: words never grow, and blanks only get
	 * fewer.
	 */
	if (__builtin_add_overflow(base.len, extra.len + 5, &room))
		return -ENOMEM;
	line = to = malloc(room);
	if (!line)
		return -ENOMEM;
	for_init = split_for_init(&base);
	extra_for_init = split_for_init(&extra);
	while (kx_cmdline_word(&base, &word)) {
		if (!is_left(leave, word) && !has_word(extra, word))
			to = put(to, word, line);
	}
	to = put_outside_quotes(to, extra, line);
	to = put_outside_quotes(to, extra_for_init.len ? extra_for_init : for_init, line);
	*to = '\0';
	*ret = line;
	return 0;
}

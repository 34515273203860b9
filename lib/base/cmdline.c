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

/* ---- sets of words: lines may be long, so that each is gone through once -------------------- */

/** struct words - sorted by @compare, which takes spans; they are borrowed */
struct words {
	struct kx_span *word;
	size_t count;
	int (*compare)(const void *a, const void *b);
};

static int compare_words(const void *a, const void *b)
{
	const struct kx_span *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->len ? memcmp(x->base, y->base, x->len) : 0;
}

static uint8_t name_byte(uint8_t c)
{
	return c == '-' ? '_' : c;
}

/* For the kernel - and _ in a name are the same. */
static int compare_names(const void *a, const void *b)
{
	const struct kx_span *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	for (size_t i = 0; i < x->len; i++) {
		int differ = name_byte(x->base[i]) - name_byte(y->base[i]);

		if (differ)
			return differ;
	}
	return 0;
}

/* Parted by commas. */
static bool next_name(struct kx_span *rest, struct kx_span *name)
{
	const uint8_t *comma;

	if (rest->len == 0)
		return false;
	comma = memchr(rest->base, ',', rest->len);
	*name = (struct kx_span){ rest->base, comma ? (size_t)(comma - rest->base) : rest->len };
	rest->base += name->len + (comma ? 1 : 0);
	rest->len -= name->len + (comma ? 1 : 0);
	return true;
}

static int collect(struct kx_span from, bool (*next)(struct kx_span *, struct kx_span *),
		   int (*compare)(const void *, const void *), struct words *ret)
{
	struct kx_span rest = from, word;
	size_t count = 0;

	*ret = (struct words){ .compare = compare };
	while (next(&rest, &word))
		count++;
	if (count == 0)
		return 0;
	ret->word = calloc(count, sizeof(ret->word[0]));
	if (!ret->word)
		return -ENOMEM;
	for (rest = from; ret->count < count && next(&rest, &word); ret->count++)
		ret->word[ret->count] = word;
	qsort(ret->word, ret->count, sizeof(ret->word[0]), compare);
	return 0;
}

static bool has_word(const struct words *words, struct kx_span wanted)
{
	return words->count > 0 && bsearch(&wanted, words->word, words->count,
					   sizeof(words->word[0]), words->compare) != NULL;
}

/* ---- the next kernel's ----------------------------------------------------------------------- */

/** struct leaving - what of the running line is left out: @names, and what @extra says again */
struct leaving {
	const struct kx_cmdline_leave *what;
	struct words names, extra;
};

static void leaving_done(struct leaving *leaving)
{
	free(leaving->names.word);
	free(leaving->extra.word);
}

static int leaving_init(struct leaving *ret, const struct kx_cmdline_leave *what,
			struct kx_span extra)
{
	const struct kx_span names = kx_span_of(what->names ? what->names : "");
	int rc;

	*ret = (struct leaving){ .what = what };
	rc = collect(names, next_name, compare_names, &ret->names);
	if (rc == 0)
		rc = collect(extra, kx_cmdline_word, compare_words, &ret->extra);
	if (rc < 0)
		leaving_done(ret);
	return rc;
}

static struct kx_span name_of(struct kx_span word)
{
	const uint8_t *equals = word.len ? memchr(word.base, '=', word.len) : NULL;

	return (struct kx_span){ word.base, equals ? (size_t)(equals - word.base) : word.len };
}

static bool is_left(const struct leaving *leaving, struct kx_span word)
{
	return (leaving->what->loading && about_a_load(word)) ||
	       (leaving->what->crashkernel && kx_span_starts(word, "crashkernel=")) ||
	       has_word(&leaving->names, name_of(word)) || has_word(&leaving->extra, word);
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
	struct leaving leaving;
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
	if (leaving_init(&leaving, leave, extra) < 0) {
		free(line);
		return -ENOMEM;
	}
	while (kx_cmdline_word(&base, &word)) {
		if (!is_left(&leaving, word))
			to = put(to, word, line);
	}
	leaving_done(&leaving);
	to = put_outside_quotes(to, extra, line);
	to = put_outside_quotes(to, extra_for_init.len ? extra_for_init : for_init, line);
	*to = '\0';
	*ret = line;
	return 0;
}

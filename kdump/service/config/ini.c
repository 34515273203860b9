/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads INI texts with inih, which takes lines of at most 197 bytes and names of 49, and cuts
 * longer ones without a word. Command lines and URLs are longer, so that a line is handed over in
 * pieces, which inih takes for lines that go on with a value; those of people do not go on: a blank
 * before a key means nothing.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/config/ini.h"
#include "kdump/service/config/inih.h"
#include "kx/cleanup.h"

#ifdef HAVE_INIH

/* Names that inih keeps whole, with their NUL. */
enum { NAME_MAX_LEN = 49, VALUE_MAX_LEN = 65536 };

/* How many bytes in a row a line must not be parted at: fewer than a piece has. */
enum { RUN_MAX = 64 };

/**
 * struct reading - one text
 * @rest: lines that follow; @line: what is left of the one that is handed over; @number: its own
 * @piece: another piece of the same line is handed over
 * @key, @value: that wait until the whole value is there; @waiting: they do
 * @value_len: bytes of @value; @value_line: where they are
 */
struct reading {
	const struct ini *ini;
	struct kx_span rest, line;
	unsigned int number, value_line;
	bool piece, waiting;
	char key[NAME_MAX_LEN + 1];
	char *value;
	size_t value_len;
	int rc;
};

/* ---- lines for inih ------------------------------------------------------------------------- */

/* Bytes of the key and what stands before "=" or ":"; all of the line if there is neither. */
static size_t name_len(struct kx_span line)
{
	size_t len = 0;

	while (len < line.len && line.base[len] != '=' && line.base[len] != ':')
		len++;
	return len;
}

/* Where the line ends: before a comment, which is a blank and ";". No value begins with ";". */
static struct kx_span without_comment(struct kx_span line)
{
	size_t name = name_len(line);

	for (size_t i = 1; i < line.len; i++) {
		if (line.base[i] == ';' && (isspace(line.base[i - 1]) || i - 1 == name)) {
			line.len = i;
			break;
		}
	}
	return kx_span_trim(line);
}

static void refuse(struct reading *r, const char *why)
{
	if (r->rc == 0)
		r->rc = r->ini->bad(r->ini->data, r->number, why);
}

/* Sections are ours alone: inih would cut their names. What follows a bad line is in none. */
static void take_section(struct reading *r, struct kx_span line)
{
	char name[NAME_MAX_LEN + 1];
	struct kx_span inside;
	bool ends = kx_span_slice(line, 1, line.len - 2, &inside) && line.base[line.len - 1] == ']';

	if (ends)
		inside = kx_span_trim(inside);
	if (!ends)
		refuse(r, "a section's line must end with ], and its keys are left out");
	else if (inside.len > NAME_MAX_LEN)
		refuse(r, "the section's name is longer than 49 bytes, and its keys are left out");
	else
		snprintf(name, sizeof(name), "%.*s", (int)inside.len, (const char *)inside.base);
	if (r->rc == 0)
		r->rc = r->ini->begin(r->ini->data, r->number,
				      ends && inside.len <= NAME_MAX_LEN ? name : NULL);
}

/* Between what and what else a piece must not end: inih would take it for nothing, or a comment. */
static bool is_soft(uint8_t c)
{
	return isspace(c) || c == ';' || c == '#';
}

static size_t longest_run(struct kx_span line)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < line.len; i++) {
		run = is_soft(line.base[i]) ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

/* Is it a line to hand over? What is wrong with it is told. */
static bool is_good(struct reading *r, struct kx_span line)
{
	size_t name = name_len(line);

	if (line.len == 0 || line.base[0] == '#' || line.base[0] == ';')
		return false;
	if (memchr(line.base, '\0', line.len)) {
		refuse(r, "it has a NUL byte");
		return false;
	}
	if (line.base[0] == '[') {
		take_section(r, line);
		return false;
	}
	if (name == line.len)
		refuse(r, "neither KEY = VALUE nor [SECTION]");
	else if (name > NAME_MAX_LEN)
		refuse(r, "no key is that long");
	else if (line.len > VALUE_MAX_LEN)
		refuse(r, "it is longer than 65536 bytes");
	else if (longest_run(line) > RUN_MAX)
		refuse(r, "more than 64 blanks, ; or # follow each other in it");
	else
		return true;
	return false;
}

static void finish(struct reading *r);

/* The next line that says something becomes r->line. */
static bool next_line(struct reading *r)
{
	struct kx_span line;

	while (r->rc == 0 && kx_span_line(&r->rest, &line)) {
		finish(r);
		r->number++;
		line = without_comment(kx_span_trim(line));
		if (r->rc == 0 && is_good(r, line) && r->rc == 0) {
			r->line = line;
			r->piece = false;
			return true;
		}
	}
	return false;
}

/* How much of the line fits: parted where neither a blank nor what begins a comment is lost. */
static size_t piece_of(struct kx_span line, size_t room)
{
	size_t len = line.len < room ? line.len : room;

	while (len < line.len && (is_soft(line.base[len]) || is_soft(line.base[len - 1])))
		len--;
	return len;
}

/* inih's ini_reader, as fgets(). */
static char *give(char *to, int size, void *stream)
{
	struct reading *r = stream;
	size_t len, room = (size_t)size - 4;

	if (r->line.len == 0 && !next_line(r))
		return NULL;
	len = piece_of(r->line, room);
	snprintf(to, (size_t)size, "%s%.*s\n", r->piece ? " " : "", (int)len,
		 (const char *)r->line.base);
	r->piece = true;
	kx_span_slice(r->line, len, r->line.len - len, &r->line);
	return to;
}

/* ---- what inih makes of them ---------------------------------------------------------------- */

static void finish(struct reading *r)
{
	if (r->waiting && r->rc == 0)
		r->rc = r->ini->take(r->ini->data, r->value_line, r->key, r->value);
	r->waiting = false;
}

/* inih's ini_handler; 0 would be an error. */
static int hear(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;
	size_t len = strlen(value);

	(void)section;
	if (!r->waiting) {
		snprintf(r->key, sizeof(r->key), "%s", name);
		r->value_len = 0;
		r->value_line = r->number;
		r->waiting = true;
	}
	if (len <= VALUE_MAX_LEN - r->value_len) {
		memcpy(r->value + r->value_len, value, len + 1);
		r->value_len += len;
	}
	return 1;
}

int ini_read(struct kx_span text, const struct ini *ini, struct kx_err *err)
{
	_cleanup_free_ char *value = malloc(VALUE_MAX_LEN + 1);
	struct reading r = { .ini = ini, .rest = text, .value = value };
	int rc;

	if (!value)
		return kx_fail(err, -ENOMEM, "no memory");
	if (kx_span_starts(text, "\xef\xbb\xbf"))
		kx_span_slice(text, 3, text.len - 3, &r.rest);
	rc = kx_library_load(&inih_library, err);
	if (rc < 0)
		return rc;
	/* "-2": its own memory. What is wrong with a line was told before it saw it. */
	if (inih.ini_parse_stream(give, &r, hear, &r) == -2)
		return kx_fail(err, -ENOMEM, "no memory");
	finish(&r);
	return r.rc;
}

#else

int ini_read(struct kx_span text, const struct ini *ini, struct kx_err *err)
{
	(void)text, (void)ini;
	return kx_fail(err, -ENOTSUP, "this kdump was built without libinih");
}

#endif

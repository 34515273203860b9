/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares a dump's log, record for record, with what an independent reader found in it. Lines of
 * that: "SEQ,NANOSECONDS,CALLER,T1 fac=F lev=L fl=X b'TEXT' SUBSYSTEM=S DEVICE=D"; the text is a
 * Python bytes literal.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kx/printk.h"
#include "tests/tools/mkprb.h"

struct check {
	FILE *expected;
	uint64_t seen;
	char line[16384], text[8192];
};

static int differs(const struct check *c, const char *what)
{
	printf("record %" PRIu64 ": %s differs from: %s\n", c->seen, what, c->line);
	return -1;
}

/* The literal at @s into @to; its length, and *@end behind the quote. */
static size_t literal(const char *s, char *to, const char **end)
{
	char quote = s[1];
	size_t n = 0;

	for (s += 2; *s && *s != quote; n++) {
		char hex[3] = "";

		if (*s != '\\') {
			to[n] = *s++;
			continue;
		}
		s++;
		if (*s == 'x') {
			memcpy(hex, s + 1, 2);
			to[n] = (char)strtoul(hex, NULL, 16);
			s += 3;
			continue;
		}
		to[n] = *s == 'n' ? '\n' : *s == 't' ? '\t' : *s == 'r' ? '\r' : *s;
		s++;
	}
	*end = *s ? s + 1 : s;
	return n;
}

static bool same(struct kx_span found, const char *text, size_t len)
{
	return found.len == len && (len == 0 || memcmp(found.base, text, len) == 0);
}

static int check_record(const struct kx_printk_record *r, void *data)
{
	uint64_t seq, ns, id;
	struct check *c = data;
	unsigned int facility, level, flags;
	char subsystem[64] = "", device[64] = "", caller[16], name[16];
	const char *text, *rest;
	size_t len;

	if (!fgets(c->line, sizeof(c->line), c->expected))
		return differs(c, "one too many; nothing");
	c->seen++;
	if (sscanf(c->line, "%" SCNu64 ",%" SCNu64 ",%" SCNu64 ",%15s fac=%u lev=%u fl=%u", &seq,
		   &ns, &id, caller, &facility, &level, &flags) != 7 ||
	    !(text = strstr(c->line, " b")))
		return differs(c, "form of line");
	len = literal(text + 1, c->text, &rest);
	if ((text = strstr(rest, "SUBSYSTEM=")) != NULL)
		sscanf(text, "SUBSYSTEM=%63s", subsystem);
	if ((text = strstr(rest, "DEVICE=")) != NULL)
		sscanf(text, "DEVICE=%63s", device);
	snprintf(name, sizeof(name), "%c%u", r->caller_id >> 31 ? 'C' : 'T',
		 r->caller_id & 0x7fffffff);
	if (r->seq != seq || r->ts_nsec != ns)
		return differs(c, "number or time");
	if (r->caller_id != id || strcmp(name, caller) != 0)
		return differs(c, "caller");
	if (r->facility != facility || r->level != level || r->raw_flags != flags)
		return differs(c, "facility, level or flags");
	if (!same(r->text, c->text, len))
		return differs(c, "text");
	if (!same(r->subsystem, subsystem, strlen(subsystem)) ||
	    !same(r->device, device, strlen(device)))
		return differs(c, "subsystem or device");
	return 0;
}

int main(int argc, char **argv)
{
	static struct check check;
	struct kx_printk_stats stats;
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct kx_dump *dump;
	int rc;

	if (argc != 3 || !(check.expected = fopen(argv[2], "r")))
		return 99;
	if (kx_dump_open(&dump, (const char *const *)&argv[1], 1, &err) < 0 ||
	    kx_reader_new(dump, &reader, &err) < 0) {
		printf("%s\n", err.text);
		return 1;
	}
	rc = kx_printk_each(reader, false, check_record, &check, &stats, &err);
	kx_reader_free(reader);
	kx_dump_close(dump);
	if (rc == 0 && fgets(check.line, sizeof(check.line), check.expected))
		rc = differs(&check, "the end");
	printf("%s: %" PRIu64 " records compared%s%s\n", argv[1], check.seen, rc ? ": " : "",
	       err.text);
	return rc != 0 || check.seen == 0;
}

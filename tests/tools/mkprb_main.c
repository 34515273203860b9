/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns lines of text into the core of a machine whose kernel logged them. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/mkprb.h"

static const char usage[] =
"Usage: mkprb [OPTION]... CORE < TEXT\n"
"TEXT: PRIORITY,SECONDS.NANOSECONDS,CALLER,FLAGS[,KEY=VALUE]...;MESSAGE\n"
"  CALLER: T1 or C0; FLAGS: n newline, c continuation, p prefix, - none; or a fate: L lost,\n"
"  R reserved, C committed; KEY: sub, dev, comm, id2; MESSAGE with \\n, \\\\ and \\xNN.\n"
"  \"clear\" is a dmesg -c at that point; # starts a comment; \"repeat N\" writes N records.\n"
"  --kind=ring|records|text --word=8 --big --count-bits=8 --size-bits=14 --old-wrap --context\n"
"  --caller --release=R --crashtime=SECONDS --before=BYTES --unnoted --cut=BYTES --say=LINE\n"
"  --poke=NAME:INDEX=VALUE\n";

enum {
	KIND = 256, WORD, BIG, COUNT_BITS, SIZE_BITS, OLD_WRAP, CONTEXT, CALLER, RELEASE, CRASHTIME,
	BEFORE, UNNOTED, CUT, SAY, POKE,
};

static const struct option options[] = {
	{ "kind", required_argument, NULL, KIND }, { "word", required_argument, NULL, WORD },
	{ "big", no_argument, NULL, BIG }, { "count-bits", required_argument, NULL, COUNT_BITS },
	{ "size-bits", required_argument, NULL, SIZE_BITS },
	{ "old-wrap", no_argument, NULL, OLD_WRAP }, { "context", no_argument, NULL, CONTEXT },
	{ "caller", no_argument, NULL, CALLER }, { "release", required_argument, NULL, RELEASE },
	{ "crashtime", required_argument, NULL, CRASHTIME },
	{ "before", required_argument, NULL, BEFORE }, { "unnoted", no_argument, NULL, UNNOTED },
	{ "cut", required_argument, NULL, CUT },
	{ "say", required_argument, NULL, SAY }, { "poke", required_argument, NULL, POKE },
	{ NULL, 0, NULL, 0 },
};

struct plan {
	struct mkprb_params params;
	uint64_t cut;
	const char *say[32], *poke[32];
	int n_say, n_poke;
};

static void die(const char *what, const char *text)
{
	fprintf(stderr, "mkprb: %s: %s\n%s", what, text, usage);
	exit(99);
}

static void take_option(struct plan *plan, int id)
{
	uint64_t n = optarg ? strtoull(optarg, NULL, 0) : 0;
	struct mkprb_params *p = &plan->params;

	switch (id) {
	case KIND: p->kind = optarg[0] == 't' ? MKPRB_TEXT :
			     optarg[1] == 'e' ? MKPRB_RECORDS : MKPRB_RING; break;
	case WORD: p->word = (unsigned int)n; break;
	case BIG: p->big = true; break;
	case COUNT_BITS: p->count_bits = (unsigned int)n; break;
	case SIZE_BITS: p->size_bits = (unsigned int)n; break;
	case OLD_WRAP: p->old_wrap = true; break;
	case CONTEXT: p->context = true; break;
	case CALLER: p->caller = true; break;
	case RELEASE: p->release = optarg; break;
	case CRASHTIME: p->crashtime = n; break;
	case BEFORE: p->before = n; break;
	case UNNOTED: p->unnoted = true; break;
	case CUT: plan->cut = n; break;
	case SAY: plan->say[plan->n_say++ & 31] = optarg; break;
	case POKE: plan->poke[plan->n_poke++ & 31] = optarg; break;
	default: die("option", "?");
	}
}

static size_t unescape(char *to, const char *from)
{
	size_t n = 0;

	while (*from && n < 1023) {
		char hex[3] = "";

		if (from[0] != '\\') {
			to[n++] = *from++;
		} else if (from[1] == 'n') {
			to[n++] = '\n';
			from += 2;
		} else if (from[1] == 'x') {
			memcpy(hex, from + 2, 2);
			to[n++] = (char)strtoul(hex, NULL, 16);
			from += 4;
		} else {
			to[n++] = from[1];
			from += 2;
		}
	}
	return n;
}

static uint32_t take_caller(const char *text)
{
	return (uint32_t)strtoul(text + 1, NULL, 10) | (text[0] == 'C' ? 1U << 31 : 0);
}

static void take_flags(struct mkprb_record *r, const char *flags)
{
	for (; *flags; flags++) {
		switch (*flags) {
		case 'n': r->flags |= 2; break;
		case 'p': r->flags |= 4; break;
		case 'c': r->flags |= 8; break;
		case 'L': r->fate = MKPRB_LOST; break;
		case 'R': r->fate = MKPRB_RESERVED; break;
		case 'C': r->fate = MKPRB_COMMITTED; break;
		case '-': break;
		default: die("flag", flags);
		}
	}
}

static void take_key(struct mkprb_record *r, const char *pair)
{
	const char *value = strchr(pair, '=');

	if (!value)
		die("key", pair);
	value++;
	if (strncmp(pair, "sub=", 4) == 0)
		snprintf(r->subsystem, sizeof(r->subsystem), "%s", value);
	else if (strncmp(pair, "dev=", 4) == 0)
		snprintf(r->device, sizeof(r->device), "%s", value);
	else if (strncmp(pair, "comm=", 5) == 0)
		snprintf(r->comm, sizeof(r->comm), "%s", value);
	else if (strncmp(pair, "id2=", 4) == 0)
		r->caller_id2 = take_caller(value);
	else
		die("key", pair);
}

static void add_line(struct mkprb *m, char *line)
{
	struct mkprb_record r = { .fate = MKPRB_FINALIZED };
	char *message = strchr(line, ';'), *part, *fraction;
	unsigned long pri;

	if (!message)
		die("no ;", line);
	*message++ = '\0';
	pri = strtoul(strtok(line, ","), NULL, 10);
	r.facility = (uint8_t)(pri >> 3);
	r.level = pri & 7;
	part = strtok(NULL, ",");
	r.ts_nsec = strtoull(part, &fraction, 10) * 1000000000;
	if (*fraction == '.') {
		char digits[10] = "000000000";

		memcpy(digits, fraction + 1, strlen(fraction + 1) < 9 ? strlen(fraction + 1) : 9);
		r.ts_nsec += strtoull(digits, NULL, 10);
	}
	r.caller_id = take_caller(strtok(NULL, ","));
	take_flags(&r, strtok(NULL, ","));
	while ((part = strtok(NULL, ",")) != NULL)
		take_key(&r, part);
	r.len = unescape(r.text, message);
	if (!mkprb_add(m, &r))
		die("too long", message);
}

static void repeat(struct mkprb *m, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++) {
		struct mkprb_record r = { .ts_nsec = m->next_seq * 1000000, .level = 6, .flags = 2,
					  .caller_id = 1 };

		r.len = (size_t)snprintf(r.text, sizeof(r.text), "record %06" PRIu64 " %.*s",
					 m->next_seq, (int)(i % 27), "abcdefghijklmnopqrstuvwxyz");
		mkprb_add(m, &r);
	}
}

static void read_lines(struct mkprb *m)
{
	char line[8192];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (strcmp(line, "clear") == 0)
			mkprb_clear(m);
		else if (strncmp(line, "repeat ", 7) == 0)
			repeat(m, strtoul(line + 7, NULL, 10));
		else
			add_line(m, line);
	}
}

static void poke(struct mkprb *m, const char *text)
{
	char name[40] = "";
	const char *index = strchr(text, ':'), *value = strchr(text, '=');

	if (!value)
		die("poke", text);
	snprintf(name, sizeof(name), "%.*s", (int)((index ? index : value) - text), text);
	if (!mkprb_poke(m, name, index ? strtoull(index + 1, NULL, 0) : 0,
			strtoull(value + 1, NULL, 0)))
		die("poke", text);
}

int main(int argc, char **argv)
{
	struct plan plan = { .params = { .word = 8, .count_bits = 8, .size_bits = 14 } };
	struct mkprb *m;
	FILE *core;
	int id;

	while ((id = getopt_long(argc, argv, "", options, NULL)) != -1)
		take_option(&plan, id);
	if (optind + 1 != argc)
		die("arguments", "one CORE");
	m = mkprb_new(&plan.params);
	if (!m)
		die("memory", "none");
	read_lines(m);
	for (int i = 0; i < plan.n_poke && i < 32; i++)
		poke(m, plan.poke[i]);
	for (int i = 0; i < plan.n_say && i < 32; i++)
		mkprb_say(m, "%s", plan.say[i]);
	/* The last line, as the kernel adds it at the crash. */
	if (plan.params.crashtime)
		mkprb_say(m, "CRASHTIME=%" PRIu64, plan.params.crashtime);
	m->cut = plan.cut < m->size ? (size_t)plan.cut : m->size - MKPRB_ARRAYS;
	core = fopen(argv[optind], "w");
	if (!core || mkprb_write(m, core) < 0 || fclose(core) != 0)
		die("write", argv[optind]);
	mkprb_free(m);
	return 0;
}

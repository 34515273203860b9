/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmcore-dmesg's command line, one word a line, and each word as a time and as lists of names. */
#include <getopt.h>
#include <string.h>

#include "kx/clock.h"
#include "tests/fuzz/fuzz.h"
#include "vmcore-dmesg/lists.h"
#include "vmcore-dmesg/options.h"
#include "vmcore-dmesg/when.h"

static void try_word(const char *word)
{
	int64_t now = 1795372204000000000, when = 0, again = 0;
	struct kx_err err = { "" };
	bool absolute = false;
	char iso[64];
	uint32_t mask = 0;

	if (when_parse(word, now, &when, &absolute, &err) == 0 && when >= 0 && when < 4 * now) {
		/* What is printed is understood. */
		kx_clock_iso(when / 1000 * 1000, iso, sizeof(iso));
		PROMISE(when_parse(iso, now, &again, &absolute, &err) == 0);
		PROMISE(again == when / 1000 * 1000);
	}
	PROMISE(level_list(word, &mask, &err) < 0 || (mask != 0 && mask < 256));
	PROMISE(facility_list(word, &mask, &err) < 0 || mask != 0);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *argv[66] = { NULL }, *line = text;
	struct dmesg_options options;
	struct kx_err err = { "" };
	int argc = 1;

	PROMISE(text);
	argv[0] = text + strlen(text);
	while (line && argc < 65) {
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		argv[argc++] = line;
		try_word(line);
		line = end ? end + 1 : NULL;
	}
	/* getopt_long() starts anew. */
	optind = 0;
	if (dmesg_options_parse(&options, argc, argv, &err) == 0)
		PROMISE(options.n_files > 0 || options.help || options.version);
	else
		PROMISE(err.text[0]);
	free(text);
	return 0;
}

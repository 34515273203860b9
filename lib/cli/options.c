/* SPDX-License-Identifier: GPL-2.0-or-later */
/* getopt_long() and --help from one table. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "kx/cli.h"

static size_t count_of(const struct kx_option *table)
{
	size_t count = 0;

	while (table[count].id)
		count++;
	return count;
}

static int has_arg(const struct kx_option *o)
{
	if (!o->arg)
		return no_argument;
	return o->arg[0] == '[' ? optional_argument : required_argument;
}

/* getopt wants one colon behind an option with an argument, two where it may be left out. */
static char *add_short(char *to, const struct kx_option *o)
{
	if (o->id >= KX_OPTION_LONG || o->id == '?')
		return to;
	*to++ = (char)o->id;
	for (int n = has_arg(o); n > 0; n--)
		*to++ = ':';
	return to;
}

static const struct kx_option *option_of(const struct kx_option *table, int id)
{
	for (; table->id; table++) {
		if (table->id == id)
			return table;
	}
	return NULL;
}

/* getopt leaves in optopt what it recognised: an option that was used wrongly, or nothing. */
static int unknown_option(const struct kx_option *table, char **argv, struct kx_err *err)
{
	/* optind is behind the word that was looked at, unless that holds more short options. */
	const char *word = argv[optind - 1];
	const struct kx_option *known = option_of(table, optopt);

	if (optopt == 0)
		return kx_fail(err, -EINVAL, "option %.80s is unknown or ambiguous; --help lists all",
			       word);
	if (!known)
		return kx_fail(err, -EINVAL, "option -%c is unknown; --help lists all", optopt);
	if (!known->arg || known->arg[0] == '[')
		return kx_fail(err, -EINVAL, "option %.80s: --%s takes no argument", word,
			       known->name);
	if (!known->name)
		return kx_fail(err, -EINVAL, "option -%c needs an argument: %s", known->id,
			       known->arg);
	return kx_fail(err, -EINVAL, "option --%s needs an argument: %s", known->name, known->arg);
}

static int take_all(const struct kx_option *table, const struct option *long_options,
		    const char *short_options, int argc, char **argv, kx_option_take *take,
		    void *data, struct kx_err *err)
{
	int id, rc = 0;

	opterr = 0;
	/* From the first word on, also when another command line was taken apart before. */
	optind = 0;
	while (rc == 0 && (id = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		bool asked = id == '?' && optopt == '?' && option_of(table, '?');

		rc = id == '?' && !asked ? unknown_option(table, argv, err) :
					   take(data, id, asked ? NULL : optarg, err);
	}
	return rc;
}

int kx_cli_parse(const struct kx_option *table, int argc, char **argv, kx_option_take *take,
		 void *data, int *ret_first, struct kx_err *err)
{
	size_t count = count_of(table), n = 0;
	_cleanup_free_ struct option *long_options = calloc(count + 1, sizeof(*long_options));
	_cleanup_free_ char *short_options = calloc(count + 1, 3);
	char *s = short_options;
	int rc;

	if (!long_options || !short_options)
		return kx_fail(err, -ENOMEM, "no memory for the options");
	for (size_t i = 0; i < count; i++) {
		if (table[i].name)
			long_options[n++] = (struct option){ table[i].name, has_arg(&table[i]),
							     NULL, table[i].id };
		s = add_short(s, &table[i]);
	}
	rc = take_all(table, long_options, short_options, argc, argv, take, data, err);
	if (rc == 0)
		*ret_first = optind;
	return rc;
}

int kx_cli_guard(void)
{
	int fd;

	/* open() takes the lowest number that is free. */
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

void kx_cli_help(const struct kx_option *table, FILE *out)
{
	for (const struct kx_option *o = table; o->id; o++) {
		bool is_long = o->id >= KX_OPTION_LONG, optional = has_arg(o) == optional_argument;
		char left[40];

		if (o->head)
			fprintf(out, "\n%s:\n", o->head);
		if (!o->help)
			continue;
		snprintf(left, sizeof(left), "%s--%s%s%s", is_long ? "    " : "", o->name,
			 !o->arg ? "" : optional ? "[=" : "=",
			 !o->arg ? "" : o->arg + optional);
		if (is_long)
			fprintf(out, "  %-29s %s\n", left, o->help);
		else
			fprintf(out, "  -%c, %-25s %s\n", o->id, left, o->help);
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines and messages: one table of options makes both the parser and --help. */
#ifndef KX_CLI_H
#define KX_CLI_H

#include <stdio.h>

#include "kx/error.h"

/* Identities of options that have no short form start here, above every character. */
enum { KX_OPTION_LONG = 256 };

/**
 * struct kx_option - one line of the table; a line without @id ends it
 * @name: of the long form; NULL: only the short one
 * @id: short option's character, or from KX_OPTION_LONG on; several lines may have the same one
 * @arg: name of the argument in --help, "[NAME]" when it may be left out; NULL when there is none
 * @help: NULL hides the line (synonyms, and what is accepted without effect)
 * @head: starts a group of --help
 */
struct kx_option {
	const char *name;
	int id;
	const char *arg;
	const char *help;
	const char *head;
};

/**
 * kx_option_take - receives one option
 * @arg: NULL when it has none
 *
 * Return: 0; a negative errno with @err ends kx_cli_parse().
 */
typedef int kx_option_take(void *data, int id, const char *arg, struct kx_err *err);

/**
 * kx_cli_parse() - take the options of @argv, in any order with other words
 * @data: for @take
 * @ret_first: index of the first word that is not an option; @argv has been reordered so that all
 *	such words are behind it
 *
 * Return: 0; -EINVAL for an option that is unknown or ambiguous, lacks its argument or has one too
 * many; -ENOMEM; what @take returned.
 */
int kx_cli_parse(const struct kx_option *table, int argc, char **argv, kx_option_take *take,
		 void *data, int *ret_first, struct kx_err *err);

/**
 * kx_cli_guard() - what every program does first: /dev/null on standard descriptors that are closed
 *
 * Else the next file that is opened becomes standard output, and what is printed goes into it.
 *
 * Return: 0; a negative errno when there is no /dev/null.
 */
int kx_cli_guard(void);

/**
 * kx_cli_message() - print a line for people on stderr: @program, a colon, and @text
 *
 * Whatever files, dumps and the machine have put into @text goes through kx_text_print(). It is
 * written at once: to /dev/kmsg, which is stderr in a crash kernel, each write(2) is a line.
 */
void kx_cli_message(const char *program, const char *text);

/** kx_cli_say() - kx_cli_message() of formatted text */
void kx_cli_say(const char *program, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** kx_cli_help() - print the table's lines, group by group */
void kx_cli_help(const struct kx_option *table, FILE *out);

#endif

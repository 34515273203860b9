/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdumpctl and kdump-config: kdump by the names and words of two distributions' programs. */
#ifndef KDUMP_NAMES_H
#define KDUMP_NAMES_H

/**
 * names_verb - runs the verb argv[0] of kdump
 *
 * Return: its exit status; -1: kdump has no such verb.
 */
typedef int (*names_verb)(int argc, char **argv);

/**
 * kdumpctl_main() - kdumpctl WORD [ARGUMENT]..., as Fedora and its like have it
 *
 * --root=DIR may stand anywhere after WORD: that machine is meant, for tests.
 *
 * Return: an exit status: 0; 1: it failed; 2: no such word, or its verb is not there; status also
 * 3: not armed.
 */
int kdumpctl_main(int argc, char **argv, names_verb verb);

/**
 * kdump_config_main() - kdump-config WORD [ARGUMENT]..., as Debian and its like have it
 *
 * Return: as kdumpctl_main(), but for status, which is 0 whether armed or not: its text tells.
 */
int kdump_config_main(int argc, char **argv, names_verb verb);

#endif

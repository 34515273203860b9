/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump test: proves that a crash leaves a dump, by one. */
#ifndef KDUMP_SERVICE_TEST_TEST_H
#define KDUMP_SERVICE_TEST_TEST_H

/** test_main() - the verb, which is argv[0]; Return: the exit status */
int test_main(int argc, char **argv);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump check: would a crash now leave a dump? */
#ifndef KDUMP_SERVICE_CHECK_CHECK_H
#define KDUMP_SERVICE_CHECK_CHECK_H

/** check_main() - the verb, which is argv[0]; Return: the exit status */
int check_main(int argc, char **argv);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump status: is this machine armed, and would it work? */
#ifndef KDUMP_SERVICE_STATUS_STATUS_H
#define KDUMP_SERVICE_STATUS_STATUS_H

/** status_main() - the verb, which is argv[0]; Return: the exit status */
int status_main(int argc, char **argv);

#endif

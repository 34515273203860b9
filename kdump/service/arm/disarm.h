/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump disarm: nothing captures a crash any more. */
#ifndef KDUMP_SERVICE_ARM_DISARM_H
#define KDUMP_SERVICE_ARM_DISARM_H

/** disarm_main() - the verb, which is argv[0]; Return: the exit status */
int disarm_main(int argc, char **argv);

#endif

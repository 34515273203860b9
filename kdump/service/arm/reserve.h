/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump reserve: memory for the crash kernel, asked of the boot loader. */
#ifndef KDUMP_SERVICE_ARM_RESERVE_H
#define KDUMP_SERVICE_ARM_RESERVE_H

/** reserve_main() - the verb, which is argv[0]; Return: the exit status */
int reserve_main(int argc, char **argv);

#endif

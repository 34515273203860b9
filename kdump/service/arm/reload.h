/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump reload: an armed machine is armed again, as it is now. */
#ifndef KDUMP_SERVICE_ARM_RELOAD_H
#define KDUMP_SERVICE_ARM_RELOAD_H

/** reload_main() - the verb, which is argv[0]; Return: the exit status */
int reload_main(int argc, char **argv);

#endif

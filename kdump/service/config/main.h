/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump config: what the configuration comes to. */
#ifndef KDUMP_SERVICE_CONFIG_MAIN_H
#define KDUMP_SERVICE_CONFIG_MAIN_H

/** config_main() - the verb "config", which is argv[0]; Return: the exit status */
int config_main(int argc, char **argv);

#endif

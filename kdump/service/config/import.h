/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump import: other services' configuration becomes ours. Nothing of it is run. */
#ifndef KDUMP_SERVICE_CONFIG_IMPORT_H
#define KDUMP_SERVICE_CONFIG_IMPORT_H

/** import_main() - the verb, which is argv[0]; Return: the exit status */
int import_main(int argc, char **argv);

#endif

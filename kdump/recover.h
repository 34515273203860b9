/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump recover: a dump on a block device becomes a folder, as if it had been saved to one. */
#ifndef KDUMP_RECOVER_H
#define KDUMP_RECOVER_H

/** recover_main() - the verb, which is argv[0]; Return: the exit status */
int recover_main(int argc, char **argv);

#endif

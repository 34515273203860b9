/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump verify: is a dump what was saved? */
#ifndef KDUMP_SAVE_VERIFY_H
#define KDUMP_SAVE_VERIFY_H

/** verify_main() - the verb; argv[0] is its name. Return: the exit status */
int verify_main(int argc, char **argv);

#endif

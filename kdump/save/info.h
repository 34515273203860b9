/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump info: what a dump is, on one screen. */
#ifndef KDUMP_SAVE_INFO_H
#define KDUMP_SAVE_INFO_H

/** info_main() - the verb; argv[0] is its name. Return: the exit status */
int info_main(int argc, char **argv);

#endif

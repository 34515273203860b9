/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump split: a dump, in several files that are written at once. */
#ifndef KDUMP_SAVE_SPLIT_H
#define KDUMP_SAVE_SPLIT_H

/** split_main() - take argv apart and do it; Return: the exit status */
int split_main(int argc, char **argv);

#endif

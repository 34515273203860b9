/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump convert: a dump, in another form. */
#ifndef KDUMP_SAVE_CONVERT_H
#define KDUMP_SAVE_CONVERT_H

/** convert_main() - take argv apart and do it; Return: the exit status */
int convert_main(int argc, char **argv);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump by the name of makedumpfile. */
#ifndef KDUMP_MAKEDUMPFILE_RUN_H
#define KDUMP_MAKEDUMPFILE_RUN_H

/** mdf_main() - do what makedumpfile's command line says; Return: its exit status */
int mdf_main(int argc, char **argv);

#endif

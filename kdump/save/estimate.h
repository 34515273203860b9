/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump estimate: what a dump would take. */
#ifndef KDUMP_SAVE_ESTIMATE_H
#define KDUMP_SAVE_ESTIMATE_H

/** estimate_main() - "kdump estimate"; Return: the exit status */
int estimate_main(int argc, char **argv);

#endif

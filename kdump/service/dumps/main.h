/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump list, show, remove, prune, pin and unpin: the dumps that are kept. */
#ifndef KDUMP_SERVICE_DUMPS_MAIN_H
#define KDUMP_SERVICE_DUMPS_MAIN_H

/** dumps_main() - each of these verbs, which is argv[0]; Return: the exit status */
int dumps_main(int argc, char **argv);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump receive: the other end of kdump save to ssh://. */
#ifndef KDUMP_SAVE_RECEIVE_H
#define KDUMP_SAVE_RECEIVE_H

/** receive_main() - "kdump receive"; argv[0] is the verb; Return: the exit status */
int receive_main(int argc, char **argv);

#endif

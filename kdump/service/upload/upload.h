/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump upload: dumps of this machine go to where those of all machines are kept. */
#ifndef KDUMP_SERVICE_UPLOAD_UPLOAD_H
#define KDUMP_SERVICE_UPLOAD_UPLOAD_H

/** upload_main() - the verb, which is argv[0]; Return: the exit status */
int upload_main(int argc, char **argv);

#endif

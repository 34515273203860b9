/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump initramfs: builds the crash kernel's initramfs for people to look at. */
#ifndef KDUMP_SERVICE_ARM_INITRAMFS_H
#define KDUMP_SERVICE_ARM_INITRAMFS_H

/** initramfs_main() - the verb "initramfs", which is argv[0]; Return: the exit status */
int initramfs_main(int argc, char **argv);

#endif

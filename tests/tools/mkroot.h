/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machines as one text file each, and as the folder that `kexec --root` reads.
 *
 * A machine file has lines that start with "== ", each the start of one file of the folder:
 *
 *   == PATH            a text file: the lines that follow, up to the next "== "
 *   == PATH = LINE     a text file of one line
 *   == PATH hex SIZE   SIZE bytes, zero but for lines "OFFSET: BYTE BYTE ..." in hexadecimal
 *   == PATH -> TARGET  a symbolic link
 *   == PATH/           an empty folder
 *
 * What stands before the first of them is a comment.
 */
#ifndef TESTS_TOOLS_MKROOT_H
#define TESTS_TOOLS_MKROOT_H

#include <stdio.h>

#include "kx/error.h"
#include "kx/span.h"

/**
 * mkroot_unpack() - make the files of the machine @text below the folder @directory
 * @text: content of a machine file
 * @directory: exists; no file is made outside it
 *
 * Return: 0; -EINVAL naming the line that is wrong; the negative errno of what failed.
 */
int mkroot_unpack(struct kx_span text, const char *directory, struct kx_err *err);

/**
 * mkroot_pack() - write the folder @directory as a machine file to @out
 *
 * The same folder gives the same text: names are sorted, numbers by their value.
 *
 * Return: 0; the negative errno of what failed.
 */
int mkroot_pack(const char *directory, FILE *out, struct kx_err *err);

#endif

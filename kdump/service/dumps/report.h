/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A text on a crash that is read before anything else: in the folder of a dump, or as a mail. */
#ifndef KDUMP_SERVICE_DUMPS_REPORT_H
#define KDUMP_SERVICE_DUMPS_REPORT_H

#include <stdio.h>

#include "kx/error.h"

/**
 * report_write() - the report of @path to @out
 * @path: a folder with a log or a dump in it, a dump, or a log as text
 *
 * It goes by the log alone, and by the manifest if there is one; a dump is opened only where there
 * is no log beside it. Whatever is in these goes through kx_text_print().
 *
 * Return: 0; -ENODATA there is neither log nor dump; as source_open(), log_write(); errno of
 * reading the log; -ENOMEM. Nothing was written then.
 */
int report_write(const char *path, FILE *out, struct kx_err *err);

/** report_main() - the verb "report", which is argv[0]; Return: the exit status */
int report_main(int argc, char **argv);

#endif

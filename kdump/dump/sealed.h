/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log, as it is or encrypted. */
#ifndef KDUMP_DUMP_SEALED_H
#define KDUMP_DUMP_SEALED_H

#include "kdump/dump/log.h"
#include "kdump/dump/options.h"
#include "kx/save.h"

/** sealed_log() - is it to be encrypted? */
bool sealed_log(const struct save_options *options);

/**
 * sealed_put_log() - write it to @to, front to back
 *
 * Return: 0; 1 it could not be read, or not wholly, and @err says why: what could be is there;
 * negative errno of encrypting it.
 */
int sealed_put_log(const struct save_options *options, struct kx_save_target *to,
		   struct kx_reader *reader, struct log_facts *facts, struct kx_err *err);

#endif

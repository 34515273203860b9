/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what the service is to do: its files, over the vendor's defaults. */
#ifndef KDUMP_SERVICE_CONFIG_READ_H
#define KDUMP_SERVICE_CONFIG_READ_H

#include "kdump/service/settings/settings.h"
#include "kx/error.h"
#include "kx/span.h"

/**
 * config_read() - read what there is, below @root
 * @ret: for config_done(), whatever is returned
 *
 * No file is fine. What is wrong in one is a warning, and the default is in its place; a target
 * without what its type needs is left out, with a warning. Without any target section: the file
 * system of /var/crash, and the log alone to the EFI system partition, if there is one.
 *
 * Return: 0; -EDESTADDRREQ no target is usable, @err says what to do; -ENOMEM.
 */
int config_read(struct service_config *ret, const char *root, struct kx_err *err);

/**
 * config_read_text() - the same from one text, as if it were the file @name; nothing else is read
 *
 * Return: as config_read().
 */
int config_read_text(struct service_config *ret, struct kx_span text, const char *name,
		     struct kx_err *err);

/** config_done() - free what it owns; zero-initialised is fine */
void config_done(struct service_config *config);

/* Room for any warning with its file and line. */
enum { CONFIG_WARNING_TEXT = 900 };

/** config_warning_text() - as "FILE:LINE: text", or as much of that as is known */
void config_warning_text(const struct config_warning *warning, char *to, size_t size);

/** config_say_warnings() - print each on stderr, as "FILE:LINE: text" */
void config_say_warnings(const struct service_config *config);

#endif

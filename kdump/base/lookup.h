/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks for the addresses of a name, but not for ever. */
#ifndef KDUMP_BASE_LOOKUP_H
#define KDUMP_BASE_LOOKUP_H

#include <stddef.h>

#include "kx/error.h"

/*
 * Seconds: for one name, for all of them together, and for each that comes when these are over.
 * Each of three name servers that are gone is asked twice for 5 seconds (resolv.conf(5)), for each
 * domain that may follow the name: without a limit that has no end.
 */
enum { LOOKUP_SECONDS = 30, LOOKUP_ALL_SECONDS = 90, LOOKUP_LEAST_SECONDS = 1 };

/* Bytes of the addresses of a name, a line each. More are left out. */
enum { LOOKUP_MAX = 4096 };

/**
 * lookup_ask - who is asked, in a process of its own
 * @text: for the addresses as numbers, each with a newline
 *
 * Return: 0; -ENOENT there is no such name; -EAGAIN nobody answers; -ENOMEM, and @err says why.
 */
typedef int lookup_ask(const char *host, char text[LOOKUP_MAX], struct kx_err *err);

/** lookup_name() - the C library */
lookup_ask lookup_name;

/**
 * lookup() - ask @ask, as long as there is time
 * @spent: milliseconds that were spent for all names before; this one is added
 *
 * Return: as @ask; -EAGAIN there is no answer in time; negative errno of asking.
 */
int lookup(lookup_ask *ask, const char *host, unsigned int *spent, char text[LOOKUP_MAX],
	   struct kx_err *err);

#endif

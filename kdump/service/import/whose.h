/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose a configuration is, if it is not ours. */
#ifndef KDUMP_SERVICE_IMPORT_WHOSE_H
#define KDUMP_SERVICE_IMPORT_WHOSE_H

#include "kx/span.h"

/**
 * import_whose() - which service's configuration a text is, if it has not one line that ours has
 *
 * Return: "rhel", "debian" or "suse", as --from takes it; NULL: ours, or nobody's.
 */
const char *import_whose(struct kx_span text);

#endif

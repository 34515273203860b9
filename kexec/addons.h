/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addons of a UKI: PE files that add to its command line, initrds and device tree (UAPI.5). */
#ifndef KEXEC_ADDONS_H
#define KEXEC_ADDONS_H

#include <stddef.h>
#include <stdint.h>

#include "kexec/input.h"
#include "kx/isa.h"
#include "kx/unwrap.h"

/** struct addon - one of them, open */
struct addon {
	char *path;
	struct input file;
	struct kx_uki_addon parts;
};

/** struct addons - of one UKI, in the order in which they count; zero-initialised is empty */
struct addons {
	struct addon *item;
	size_t count, room;
};

/**
 * addons_open() - open all addons of a UKI
 * @uki: its path: what ends with ".addon.efi" in the folder UKI.extra.d counts, by name
 * @given, @n_given: paths of others, which come behind them
 * @isa: they have to be for it
 * @limit: bytes that each may have
 *
 * Return: 0; a negative errno with the path in @err. addons_done() in either case.
 */
int addons_open(struct addons *ret, const char *uki, const char *const *given, size_t n_given,
		const struct kx_isa *isa, uint64_t limit, struct kx_err *err);

/**
 * addons_cmdline() - @base with what they add to it
 * @ret: for free()
 *
 * Return: 0 or -ENOMEM.
 */
int addons_cmdline(const struct addons *addons, struct kx_span base, char **ret);

/** addons_done() - close and free; zeros are fine */
void addons_done(struct addons *addons);

#endif

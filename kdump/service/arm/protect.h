/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts an image in place of what is loaded, so that the machine is never without one for long. */
#ifndef KDUMP_SERVICE_ARM_PROTECT_H
#define KDUMP_SERVICE_ARM_PROTECT_H

#include <stdbool.h>

#include "kdump/service/state/images.h"
#include "kdump/service/state/state.h"
#include "kx/error.h"

/**
 * enum protect_result - what protects the machine afterwards
 * @PROTECT_SAME: the image was loaded already, and nothing was done
 * @PROTECT_LOADED: it is loaded now
 * @PROTECT_KEPT: it was refused; what was loaded before is, again or still
 * @PROTECT_NOTHING: it was refused, and nothing is loaded
 */
enum protect_result { PROTECT_SAME, PROTECT_LOADED, PROTECT_KEPT, PROTECT_NOTHING };

/**
 * struct protect - what is to be done
 * @state: locked
 * @kexec: path of the program; @kernel: path of the image that @parts have the bytes of, or,
 *	@within, of the UKI that they are from: then the copy is loaded that is kept of them
 * @hotplug: see struct load
 * @force: load it even if it is loaded already
 */
struct protect {
	const struct state *state;
	const char *kexec, *kernel;
	const struct image_triple *parts;
	bool within, hotplug, force;
};

/**
 * protect() - load it; the kernel drops what it has before it looks at the new one
 * @err: after PROTECT_KEPT and PROTECT_NOTHING: why the new one was refused
 *
 * All that can be known is checked before the kernel is asked. What is in /run/kdump is true at any
 * moment: STATE_LOADING is there while nobody knows what is loaded.
 *
 * Return: what protects; negative errno when it is loaded, and that could not be written down.
 */
int protect(const struct protect *job, struct kx_err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vendor boot image that goes with an Android boot image: what is for one device alone. */
#ifndef KEXEC_VENDOR_H
#define KEXEC_VENDOR_H

#include <stddef.h>
#include <stdint.h>

#include "kexec/input.h"
#include "kx/unwrap.h"

/**
 * struct vendor - an open vendor boot image; zero-initialised: there is none
 * @bootconfig, @bootconfig_len: what goes behind all initrds; owned
 */
struct vendor {
	struct input file;
	struct kx_android_vendor parts;
	uint8_t *bootconfig;
	size_t bootconfig_len;
};

/**
 * vendor_open() - open and take apart
 * @limit: bytes that it may have
 *
 * Return: 0; a negative errno with the path in @err. vendor_done() in either case.
 */
int vendor_open(struct vendor *ret, const char *path, uint64_t limit, struct kx_err *err);

/**
 * vendor_cmdline() - its command line, then @base, as Android's boot loaders hand them over
 * @ret: for free()
 *
 * Linux looks for a bootconfig where its command line says so: that word is put behind.
 *
 * Return: 0 or -ENOMEM.
 */
int vendor_cmdline(const struct vendor *vendor, struct kx_span base, char **ret);

/** vendor_done() - close and free; zeros are fine */
void vendor_done(struct vendor *vendor);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers of a crash kernel, which may have no other source of them. */
#ifndef KDUMP_CAPTURE_SYSTEM_SEED_H
#define KDUMP_CAPTURE_SYSTEM_SEED_H

/**
 * seed_take() - give the kernel KX_CAPTURE_SEED, and remove it
 *
 * From then on getrandom(2) waits for nothing, and no two crash kernels begin alike, so that TLS,
 * ssh and encryption can be had. Without such a file nothing is done; what goes wrong is said.
 */
void seed_take(void);

#endif

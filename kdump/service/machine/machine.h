/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running system tells about itself and its crash kernel. */
#ifndef KDUMP_SERVICE_MACHINE_MACHINE_H
#define KDUMP_SERVICE_MACHINE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "kx/error.h"

/**
 * struct machine - texts are empty where they are not known
 * @boot_id: of this boot; @machine_id: of this installation; @host: its name
 * @release: of the running kernel
 * @cmdline: of the running kernel; owned
 * @loaded: a crash kernel is loaded
 * @reserved: bytes set aside for it; 0: none; @reserved_known: the kernel told
 * @wanted: crashkernel= of the command line; empty: it has none
 * @updates_memory, @updates_cpus: the kernel itself keeps the crash kernel's list of memory and
 *	CPUs up to date, when memory and when CPUs come and go; @header: it can, if it is asked to
 *	(--hotplug)
 * @hardware: what such a list has been made of, where the kernel does not update it; owned
 */
struct machine {
	char boot_id[64], machine_id[64], host[256], release[128];
	char *cmdline;
	bool loaded;
	uint64_t reserved;
	bool reserved_known;
	char wanted[256];
	bool updates_memory, updates_cpus, header;
	char *hardware;
};

/**
 * machine_read() - below @root, "/" or a captured tree
 *
 * Return: 0, with @machine for machine_done(); -ENOMEM.
 */
int machine_read(struct machine *machine, const char *root, struct kx_err *err);

/** machine_done() - free what it owns; zeros are fine */
void machine_done(struct machine *machine);

/** machine_loaded() - ask again whether a crash kernel is loaded; false, too, where nobody tells */
bool machine_loaded(const char *root);

/** machine_number() - a file of one number, as below /proc/sys: is it there, and what is it? */
bool machine_number(const char *root, const char *path, uint64_t *ret);

#endif

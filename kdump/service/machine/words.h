/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the crash kernel's command line. */
#ifndef KDUMP_SERVICE_MACHINE_WORDS_H
#define KDUMP_SERVICE_MACHINE_WORDS_H

#include <stddef.h>

#include "kx/error.h"

/**
 * struct words_request - what they are made of; texts may be NULL
 * @machine: as uname(2) says it, "x86_64"
 * @running: the running kernel's command line
 * @instead: to be taken in its place; nothing of it is left out
 * @remove: names of words that are left out of @running, besides what always is, separated by
 *	blanks or commas
 * @append: words behind all others, so that they are what counts
 * @cpus: of the crash kernel
 * @boot_cpu: APIC id of the boot processor, which must not be woken by another (x86); -1: not known
 * @max: bytes that the line may have; 0: no matter
 * @xen: under Xen irqpoll makes it hang
 */
struct words_request {
	const char *machine;
	const char *running, *instead, *remove, *append;
	unsigned int cpus;
	int boot_cpu;
	size_t max;
	int xen;
};

/**
 * words_make() - one line for kexec
 * @ret: for free()
 * @ret_lost: what there was no room for, as a text for people, for free(); NULL: all is there
 *
 * Left out of the running line is what is about its root, its init, its memory and the way that it
 * was loaded; what is about consoles, firmware, buses and drivers stays. What is for init, behind
 * "--", goes. Added is what keeps a crash kernel small and alone (Linux,
 * Documentation/admin-guide/kdump/kdump.rst, Documentation/admin-guide/kernel-parameters.txt).
 *
 * Where @max is not enough the longest words of the running kernel go first, but for consoles; then
 * @append. An @instead that is too long is as if it was not given.
 *
 * Return: 0, also when what is left has more than @max; -ENOMEM.
 */
int words_make(const struct words_request *request, char **ret, char **ret_lost,
	       struct kx_err *err);

/** words_boot_cpu() - APIC id of the boot processor by /proc/cpuinfo below @root; -1: unknown */
int words_boot_cpu(const char *root);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything by which kexec changes the machine it runs on. kexec/syscall.c and kexec/links.c enter
 * the kernel; tests link a file instead that records what would have been done.
 */
#ifndef KEXEC_SYS_H
#define KEXEC_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kexec/plan/plan.h"

/** sys_root() - the folder that holds proc and sys of the machine that the other calls change */
const char *sys_root(void);

/** sys_privileged() - will the kernel let this process make the calls below? */
bool sys_privileged(void);

/**
 * sys_load() - kexec_load(2)
 * @segments, @count: what to load; none unloads
 * @flags: KEXEC_*, the architecture in the upper half
 *
 * Return: 0 or a negative errno.
 */
int sys_load(uint64_t entry, const struct kx_segment *segments, size_t count, uint64_t flags);

/**
 * sys_file_load() - kexec_file_load(2)
 * @initrd_fd: -1 for none, with KEXEC_FILE_NO_INITRAMFS in @flags
 *
 * Return: 0 or a negative errno.
 */
int sys_file_load(int kernel_fd, int initrd_fd, const char *cmdline, uint64_t flags);

/** sys_sync() - write all file systems' dirty data */
void sys_sync(void);

/**
 * sys_start() - start the loaded kernel at once
 *
 * Return: a negative errno; on success it does not return.
 */
int sys_start(void);

/**
 * sys_shutdown() - become `shutdown -r now`, whose end starts the loaded kernel
 *
 * Return: a negative errno when no shutdown program can be run.
 */
int sys_shutdown(void);

/**
 * sys_links() - names of all network interfaces
 * @ret: each name and the array itself are for the caller to free; NULL ends it
 *
 * Return: 0 or a negative errno.
 */
int sys_links(char ***ret);

/**
 * sys_link_up() - is the network interface @name up?
 *
 * Return: 1 or 0; a negative errno.
 */
int sys_link_up(const char *name);

/**
 * sys_link_set() - bring the network interface @name up or down
 *
 * Return: 0 or a negative errno.
 */
int sys_link_set(const char *name, int up);

/* What the kernel forgets of interfaces that go down: see kexec/kept.h. */
struct sys_kept;

/**
 * sys_links_keep() - remember what the kernel forgets of interfaces that go down
 * @names: of all that do, while they are up; NULL ends it
 * @ret: for sys_links_restore(), and then for sys_links_forget() to free
 *
 * Return: 0 or -ENOMEM. What cannot be found out is told by sys_links_restore().
 */
int sys_links_keep(char *const *names, struct sys_kept **ret);

/**
 * sys_links_restore() - give these interfaces, which are up again, what they have lost
 *
 * It may take some seconds: a new IPv6 address cannot be used at once.
 *
 * Return: 0; else the negative errno of the first thing that could not be found out or put back.
 */
int sys_links_restore(struct sys_kept *kept);

/** sys_links_forget() - free what sys_links_keep() returned, NULL too */
void sys_links_forget(struct sys_kept *kept);

#endif

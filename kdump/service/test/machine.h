/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a throw-away machine in QEMU, with a limit of time. */
#ifndef KDUMP_SERVICE_TEST_MACHINE_H
#define KDUMP_SERVICE_TEST_MACHINE_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "kdump/service/test/arch.h"
#include "kx/error.h"

/* What finds the machine's disk, inside. */
#define VM_SERIAL "kdump-test"

/* Names of its files; the console's is made. */
#define VM_KERNEL "kernel"
#define VM_INITRD "initrd"
#define VM_DISK	  "disk"
#define VM_LOG	  "console"

/**
 * struct vm_machine - what is run; all are borrowed
 * @arch: what it is like
 * @qemu: program; @accel: "kvm" or "tcg"
 * @folder: in which the files are
 * @words: the kernel's command line
 * @memory: bytes; @seconds: how long it may take
 */
struct vm_machine {
	const struct vm_arch *arch;
	const char *qemu, *accel, *folder, *words;
	uint64_t memory;
	unsigned int seconds;
};

/**
 * vm_machine_find() - the program for machines like this one
 * @wanted: what to take; NULL: one that is installed
 * @ret_arch: what they are like
 * @ret: its path, for free()
 *
 * Return: 0; -ENOTSUP there is no such machine for this architecture; -ENOENT it is not installed,
 * and @err names the package.
 */
int vm_machine_find(const char *wanted, const struct vm_arch **ret_arch, char **ret,
		    struct kx_err *err);

/** struct vm_line - QEMU's command; @argv ends with NULL, @memory is for one of it */
struct vm_line {
	const char *argv[40];
	char memory[32];
};

/** vm_machine_line() - what runs @machine in its folder; borrowed from it, and from @ret itself */
void vm_machine_line(const struct vm_machine *machine, struct vm_line *ret);

/**
 * vm_machine_accel() - "kvm" where this user may use it, else "tcg"
 * @wanted: one of them, or NULL
 *
 * Return: 0; -EINVAL @wanted is something else.
 */
int vm_machine_accel(const char *wanted, const char **ret, struct kx_err *err);

/** vm_machine_signals() - that whoever runs one has blocked: they end the machine, and clean up */
void vm_machine_signals(sigset_t *ret);

/**
 * vm_machine_run() - until the machine resets or switches itself off
 *
 * Return: 0; -ETIMEDOUT it did not end, and was ended; -EINTR a signal; -EIO QEMU failed, and @err
 * has what it said; negative errno of running it.
 */
int vm_machine_run(const struct vm_machine *machine, struct kx_err *err);

#endif

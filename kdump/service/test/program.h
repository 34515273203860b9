/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An installed program, with what it needs to run where nothing else is. */
#ifndef KDUMP_SERVICE_TEST_PROGRAM_H
#define KDUMP_SERVICE_TEST_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/initramfs.h"
#include "kx/span.h"

/** struct vm_needed - a library: @name that it is wanted by, and @path of the file; one buffer's */
struct vm_needed {
	struct kx_span name, path;
};

/**
 * vm_program_loader() - the dynamic loader that a program names (PT_INTERP)
 * @file: the program's bytes
 * @ret: absolute path, @size bytes; "" it is static
 *
 * Return: 0; -ENOEXEC no ELF program that makes sense; -ENAMETOOLONG.
 */
int vm_program_loader(struct kx_span file, char *ret, size_t size, struct kx_err *err);

/**
 * vm_program_needed() - cut the next library off what a loader lists
 * @rest: what LOADER --list PROGRAM prints: "NAME => PATH (ADDRESS)", or "PATH (ADDRESS)", a line
 *	each; what is neither is passed over
 *
 * Return: 1; 0 that was all; -ENOENT a library is not found.
 */
int vm_program_needed(struct kx_span *rest, struct vm_needed *ret, struct kx_err *err);

/**
 * vm_program_later() - the libraries that a program loads when it needs them
 * @file: the program's bytes, with notes of the UAPI group's "ELF dlopen metadata", version 1
 * @ret: their names, parted by ":", of @size bytes; what makes no sense, or does not fit, is left out
 */
void vm_program_later(struct kx_span file, char *ret, size_t size);

/**
 * vm_program_add() - add a program, its loader, and the libraries that it is linked with
 * @program: its path in this machine
 * @path, @folder: where it goes in the initramfs, without leading slashes, and where its libraries
 *	go, which LD_LIBRARY_PATH has to name there; its loader goes where the program wants it
 *
 * What it loads when it needs it (dlopen) is there as far as its notes name it and this machine has
 * it. All of it together may be VM_PROGRAM_MAX bytes.
 *
 * Return: 0; -ENOENT a file or a library is missing; -EFBIG; -EIO the loader failed; as
 * vm_program_loader(), program_run() and kx_initramfs_add().
 */
int vm_program_add(struct kx_initramfs *files, const char *program, const char *path,
		   const char *folder, struct kx_err *err);

enum { VM_PROGRAM_MAX = 96 << 20 };

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that read a machine's facts share; nobody else includes it. */
#ifndef LIB_MACHINE_INTERNAL_H
#define LIB_MACHINE_INTERNAL_H

#include <stdbool.h>

#include "kx/crash.h"
#include "kx/firmware.h"
#include "kx/machine.h"
#include "kx/span.h"

/* One number or a few words; more is not what the file's name says. */
enum { KX_SMALL_FILE = 4096 };

/**
 * kx_machine_read_small() - the trimmed text of a small file
 * @buffer: *@ret points into it
 *
 * Return: 1 with the text; 0 when it is unknowable; a negative errno.
 */
int kx_machine_read_small(const char *root, const char *path, char buffer[KX_SMALL_FILE + 1],
			  struct kx_span *ret, struct kx_err *err);

/**
 * kx_machine_read_number() - a file that holds one number
 *
 * Return: 0, and *@ret has changed unless the file is unknowable; a negative errno.
 */
int kx_machine_read_number(const char *root, const char *path, uint64_t *ret, struct kx_err *err);

/**
 * kx_machine_read_fields() - several small files of one directory
 * @name, @count: the files
 * @buffer, @ret: one for each
 *
 * Return: 1 with all texts; 0 when one is unknowable; a negative errno.
 */
int kx_machine_read_fields(const char *root, const char *directory, const char *const *name,
			   size_t count, char (*buffer)[KX_SMALL_FILE + 1], struct kx_span *ret,
			   struct kx_err *err);

/** kx_machine_read_screen() - fill in screen and screen_driver; 0 or a negative errno */
int kx_machine_read_screen(struct kx_machine *m, const char *root, struct kx_err *err);

/** kx_machine_read_efi() - fill in efi; 0 or a negative errno */
int kx_machine_read_efi(struct kx_machine *m, const char *root, struct kx_err *err);

/**
 * kx_kcore_read() - fill in the mappings and VMCOREINFO that /proc/kcore shows
 *
 * Return: 0; -EINVAL for anything but an ELF64 core; -ENOMEM; the negative errno of reading.
 */
int kx_kcore_read(struct kx_crash *crash, const char *root, struct kx_err *err);

/** kx_kallsyms_read() - fill in stext, which stays 0 when it is hidden; 0 or a negative errno */
int kx_kallsyms_read(struct kx_crash *crash, const char *root, struct kx_err *err);

/**
 * kx_devtree_facts() - fill in what a checked device tree says
 * @fdt: with KX_DEVTREE_GUARD zero bytes behind it
 */
void kx_devtree_facts(const void *fdt, struct kx_firmware *ret);

/**
 * kx_firmware_read_lpi() - look in the kernel's log for the tables of gicv3_lpi
 *
 * Clears gicv3_lpi when the whole log says that the kernel does not use them.
 *
 * Return: 0; a negative errno.
 */
int kx_firmware_read_lpi(struct kx_firmware *f, const char *root, struct kx_err *err);

/** kx_devtree_firmware_memory() - add kx_firmware.firmware_memory to @ret, merged; 0 or -ENOMEM */
int kx_devtree_firmware_memory(const void *fdt, struct kx_ranges *ret);

#endif

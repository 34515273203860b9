/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A note for the next kernel, where no target could take anything. */
#ifndef KDUMP_CAPTURE_SYSTEM_NOTE_H
#define KDUMP_CAPTURE_SYSTEM_NOTE_H

#include <stdint.h>

#include "kx/error.h"

/* Bytes of a note: firmware has little room, and each variable has a limit of its own. */
enum { NOTE_MAX = 1024 };

/**
 * note_leave() - where the next kernel's pstore file system shows it
 * @text: of which the first NOTE_MAX bytes are kept
 * @time: seconds since 1970
 * @ret: where it is, for people
 *
 * A program can write to /dev/pmsg0, which backends in memory have (ramoops), and to EFI variables:
 * one by the name that pstore's own have is shown as one of them (Linux,
 * drivers/firmware/efi/efi-pstore.c). Of other backends, as ACPI's ERST, none lets it.
 *
 * Return: 0; -ENOENT there is neither; negative errno.
 */
int note_leave(const char *text, uint64_t time, char ret[160], struct kx_err *err);

/**
 * note_variable() - file name of such a variable below /sys/firmware/efi/efivars
 * @number: one that is not there yet
 */
void note_variable(uint64_t time, unsigned int number, char ret[160]);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine of kdump test --vm, before it panics. */
#ifndef KDUMP_CAPTURE_VM_H
#define KDUMP_CAPTURE_VM_H

#include <stdbool.h>

/** vm_is_to_crash() - is this initramfs one of kdump test --vm? See KX_CAPTURE_VM. */
bool vm_is_to_crash(void);

/**
 * vm_crash() - as the first process: load the crash kernel that is in the initramfs, and panic
 *
 * What goes wrong is said on the console, and the machine restarts.
 */
_Noreturn void vm_crash(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an errno of the two system calls means, and what the user can do. */
#ifndef KEXEC_ADVICE_H
#define KEXEC_ADVICE_H

#include <stdbool.h>

#include "kexec/plan/plan.h"
#include "kx/error.h"
#include "kx/machine.h"

/**
 * advice_fail() - turn a refusal by the kernel into an error with advice
 * @code: negative errno of the system call
 *
 * Return: @code.
 */
int advice_fail(enum kx_syscall syscall, int code, const struct kx_machine *machine,
		   struct kx_err *err);

/** advice_about_signature() - does this errno of kexec_file_load mean a refused signature? */
bool advice_about_signature(int code);

/** advice_text() - the advice alone; never NULL */
const char *advice_text(enum kx_syscall syscall, int code);

/**
 * advice_falls_back() - after this refusal of kexec_file_load, may kexec_load be tried?
 *
 * A missing or wrong signature is no reason to stop where nothing enforces signatures: kexec_load
 * is open to root there anyway. Whether that is so has to be known.
 */
bool advice_falls_back(int code, const struct kx_machine *machine);

#endif

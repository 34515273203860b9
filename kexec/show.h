/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints plans for people and for programs. */
#ifndef KEXEC_SHOW_H
#define KEXEC_SHOW_H

#include <stdio.h>

#include "kexec/plan/plan.h"
#include "kx/error.h"

/** show_syscall() - the system call's name */
const char *show_syscall(enum kx_syscall syscall);

/** show_message() - print a line for people on stderr, whatever files and machine put into it */
void show_message(const char *text);

/** show_found() - print which file it is, and what it was found to be */
void show_found(FILE *out, const struct kx_plan *plan);

/** show_verdict() - print whether @syscall would do; @why_not: NULL when it would */
void show_verdict(FILE *out, enum kx_syscall syscall, const char *why_not);

/** show_note() - print one of a plan's notes */
void show_note(FILE *out, const char *text);

/** show_text() - print @plan as stable text, one fact a line */
void show_text(FILE *out, const struct kx_plan *plan);

/**
 * show_json() - print plans as one JSON object
 * @fallback: the plan that is tried if the kernel refuses @plan, or NULL
 *
 * Return: 0; -ENOTSUP when built without a JSON writer; -ENOMEM; -EIO.
 */
int show_json(FILE *out, const struct kx_plan *plan, const struct kx_plan *fallback,
	      struct kx_err *err);

#endif

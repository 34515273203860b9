/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel command lines: words, and what of a running kernel's line the next one shall get. */
#ifndef KX_CMDLINE_H
#define KX_CMDLINE_H

#include <stdbool.h>

#include "kx/span.h"

/**
 * kx_cmdline_word() - cut the next word off @rest
 *
 * Words end at white space outside double quotes; there are no escapes (Linux, lib/cmdline.c,
 * next_arg()). Quotes stay part of the word; one that is never closed runs to the end.
 *
 * Return: false when only white space is left.
 */
bool kx_cmdline_word(struct kx_span *rest, struct kx_span *word);

/** kx_cmdline_open_quote() - the word that a quote which is never closed begins in; empty: none */
struct kx_span kx_cmdline_open_quote(struct kx_span line);

/**
 * struct kx_cmdline_leave - what does not go on into another kernel's line
 * @loading: words that told a kernel how it was loaded: BOOT_IMAGE=, initrd=, elfcorehdr=,
 *	dmcryptkeys=, kexec_jump_back_entry=
 * @crashkernel: crashkernel=, which a crash kernel has no memory for
 * @names: parameters by name, with whatever value, separated by commas; may be NULL. "-" and "_" are
 *	the same, as for the kernel (Linux, kernel/params.c, parameq()).
 */
struct kx_cmdline_leave {
	bool loading, crashkernel;
	const char *names;
};

/**
 * kx_cmdline_reuse() - a command line made fit for the next kernel, with @append
 * @base: as content of /proc/cmdline
 * @append: may be NULL or empty; nothing of it is left out
 * @ret: the line, for the caller to free
 *
 * Left out of @base is what @leave says, and words that @append repeats to the letter, so that a
 * chain of kexecs does not grow. What follows "--" belongs to init and stays last, unchanged; if
 * @append has such words too, they replace those of @base. A quote that is left open before other
 * words is closed: it would swallow them. The line is at most 4 bytes longer than both.
 *
 * Return: 0, or -ENOMEM.
 */
int kx_cmdline_reuse(struct kx_span base, const char *append, const struct kx_cmdline_leave *leave,
		     char **ret);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of files, dumps and command lines, as they may go to a terminal. */
#ifndef KX_TEXT_H
#define KX_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "kx/span.h"

/**
 * kx_text_step() - the next character
 * @s: not empty
 * @ret_plain: it may be printed as it is: UTF-8 (RFC 3629), and not a control character (C0, C1,
 *	DEL) other than a tab
 *
 * Return: its bytes; 1 for a byte that begins no character.
 */
size_t kx_text_step(struct kx_span s, bool *ret_plain);

/**
 * kx_text_print() - print a text that anybody may have written
 *
 * Bytes that a terminal would act upon, or that would begin a line of their own, become \xHH.
 */
void kx_text_print(FILE *out, struct kx_span text);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules and programs for tests, and what archives have. */
#ifndef TESTS_UNIT_MADE_H
#define TESTS_UNIT_MADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/memfile.h"

/**
 * made_list() - what an archive has, as text: "PATH MODE INODE BYTES;" for each name
 *
 * It is held against the format on the way; what is wrong ends the test.
 */
void made_list(const struct kx_memfile *file, char *to, size_t room);

/**
 * made_module() - a module that has names of sections, @info as .modinfo, and no more
 * @info_len: at most 300
 *
 * Return: its bytes: it ends with its section headers.
 */
size_t made_module(uint8_t file[1024], bool wide, bool big, const char *info, size_t info_len);

/**
 * made_program() - a 64-bit program of nothing but headers, and @more bytes that nobody loads
 *
 * Return: its bytes, MADE_PROGRAM and @more of them, at @to.
 */
size_t made_program(uint8_t *to, size_t more);

enum { MADE_PROGRAM = 64 + 56 };

#endif

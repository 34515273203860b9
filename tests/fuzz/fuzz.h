/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share. Each of them states what its parser promises for any bytes.
 *
 * Files that kexec is given: bzimage (bzImage, vmlinux for x86_64: a plan keeps the promises of
 * tests/unit/sound_x86.h), image (Image, vmlinux for all others: sound_dt.h), unwrap (compressed
 * files, EFI zboot, uImage, FIT, Android's boot images, UKIs, their profiles and addons: what is
 * found lies in the file or in memory that is held, within the limit), elf, devtree (device trees
 * and overlays), entries (those of boot loaders), cmdline.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "kx/span.h"

/** fuzz_input() - each target's own: look at @size bytes; abort on a defect. Return: 0. */
int fuzz_input(const uint8_t *data, size_t size);

/** LLVMFuzzerTestOneInput() - libFuzzer's entry: fuzz_input(), and that it ends in time */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert(): it must not go away with NDEBUG. */
#define PROMISE(condition)                                                                        \
	do {                                                                                      \
		if (!(condition)) {                                                               \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);   \
			abort();                                                                  \
		}                                                                                 \
	} while (0)

/** fuzz_field() - cut the next field off a line whose fields are separated by "|" */
static inline struct kx_span fuzz_field(struct kx_span *line)
{
	struct kx_span field = { line->base, 0 };

	while (field.len < line->len && line->base[field.len] != '|')
		field.len++;
	line->base += field.len;
	line->len -= field.len;
	if (line->len > 0)
		kx_span_slice(*line, 1, line->len - 1, line);
	return field;
}

/** fuzz_count() - how many bytes of @s are @c? */
static inline size_t fuzz_count(struct kx_span s, uint8_t c)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += s.base[i] == c;
	return count;
}

#endif

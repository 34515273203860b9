/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flattened device trees from text, a part of the language that dtc reads and writes:
 *
 *   /dts-v1/;                        starts a tree; more than one make blobs one behind the other
 *   /memreserve/ 0x1000 0x2000;      address and size
 *   / { name@1 { ... }; };           nodes; properties before nodes
 *   empty;  p = <1 0x2>, "a\0b", [00 ff];
 *
 * No labels, references, expressions or comments: what `dtc -O dts` writes has none.
 */
#ifndef TESTS_TOOLS_MKDTB_H
#define TESTS_TOOLS_MKDTB_H

#include <stdio.h>

#include "kx/error.h"
#include "kx/span.h"

/**
 * mkdtb() - the blobs of the trees in @text
 * @ret, @ret_len: for the caller to free
 *
 * Return: 0; -EINVAL naming the line that is wrong; -ENOMEM.
 */
int mkdtb(struct kx_span text, void **ret, size_t *ret_len, struct kx_err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps of which parts are lost: what a reader would take for content must not be any. */
#ifndef KX_MEND_H
#define KX_MEND_H

#include <stdint.h>

#include "kx/error.h"
#include "kx/ranges.h"

/**
 * kx_mend_kdump() - make pages whose data is lost missing
 * @fd: a kdump-compressed file of a 64-bit machine, as kx_save() writes it, for reading and writing
 * @there: merged; bytes of the file that are not lost
 * @ret: pages that are missing now and were not before
 *
 * Pages without compression would else read as the zeros that stand for what is lost. It costs a
 * look at each descriptor that is there, whatever the file's head says.
 *
 * Return: 1 done; 0 it is no such file, or its head is lost; negative errno.
 */
int kx_mend_kdump(int fd, const struct kx_ranges *there, uint64_t *ret, struct kx_err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells about a dump and its log instead of printing it. */
#ifndef VMCORE_DMESG_INFO_H
#define VMCORE_DMESG_INFO_H

#include "kx/print.h"
#include "kx/printk.h"
#include "kx/reader.h"

/** info_print() - what --info shows, one "name: value" a line */
void info_print(struct kx_print *print, const struct kx_reader *reader,
		const struct kx_printk_stats *stats);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the kernel's log as vmcore-dmesg does. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/log.h"
#include "kx/cleanup.h"
#include "kx/print.h"
#include "kx/printk.h"

static int print_record(const struct kx_printk_record *record, void *data)
{
	struct kx_print *print = data;

	kx_print_record(print, record);
	return print->out.error;
}

int log_write(struct kx_reader *reader,
	      int (*write)(void *data, const void *from, size_t len), void *data,
	      struct kx_err *err)
{
	_cleanup_free_ struct kx_print *print = calloc(1, sizeof(*print));
	struct kx_printk_stats stats;
	int rc;

	if (!print)
		return kx_fail(err, -ENOMEM, "no memory for the log");
	print->out.write = write;
	print->out.data = data;
	print->out.escape = true;
	kx_print_begin(print);
	rc = kx_printk_each(reader, false, print_record, print, &stats, err);
	kx_print_end(print);
	if (kx_out_flush(&print->out) < 0)
		return kx_fail(err, print->out.error, "%s: %s", LOG_NAME,
			       strerror(-print->out.error));
	return rc < 0 ? kx_context(err, rc, "%s", LOG_NAME) : 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out which of the three kinds of log a dumped kernel has. */
#include <errno.h>

#include "lib/printk/internal.h"

int kx_printk_each(struct kx_reader *reader, bool recover,
		   int (*each)(const struct kx_printk_record *record, void *data), void *data,
		   struct kx_printk_stats *ret_stats, struct kx_err *err)
{
	const struct kx_dump *dump = kx_reader_dump(reader);
	struct printk_walk walk = {
		.reader = reader,
		.info = kx_dump_vmcoreinfo(dump),
		.big_endian = kx_dump_big_endian(dump),
		.word = kx_dump_long_size(dump),
		.recover = recover,
		.each = each,
		.data = data,
		.stats = ret_stats,
		.err = err,
	};
	uint64_t addr;
	int rc;

	walk.before = kx_reader_work(reader);
	*ret_stats = (struct kx_printk_stats){ .format = "none" };
	if (kx_vmcoreinfo_symbol(walk.info, "prb", &addr))
		rc = printk_prb(&walk);
	else if (kx_vmcoreinfo_symbol(walk.info, "log_first_idx", &addr))
		rc = printk_log(&walk);
	else if (kx_vmcoreinfo_symbol(walk.info, "log_buf", &addr))
		rc = printk_text(&walk);
	else if (walk.info->text.len == 0)
		return kx_fail(err, -ENODATA,
			       "the dump has no VMCOREINFO, which tells where the log is");
	else
		return kx_fail(err, -ENODATA,
			       "VMCOREINFO names no log (prb, log_first_idx or log_buf)");
	if (rc == 0 && walk.partial)
		return 1;
	return rc;
}

static int no_record(const struct kx_printk_record *record, void *data)
{
	(void)record, (void)data;
	return 0;
}

/* No log 0; one that something is missing of 1; a whole one 2. */
static unsigned int judge(struct kx_reader *reader, void *data)
{
	struct kx_printk_stats stats;
	struct kx_err ignored = { "" };
	int rc = kx_printk_each(reader, false, no_record, NULL, &stats, &ignored);

	(void)data;
	if (rc < 0 || stats.records == 0)
		return 0;
	return rc == 0 ? 2 : 1;
}

int kx_printk_locate(struct kx_dump *dump, struct kx_err *err)
{
	const struct kx_vmcoreinfo *info = kx_dump_vmcoreinfo(dump);
	int rc;

	if (kx_vmcoreinfo_names_log(info))
		return 0;
	rc = kx_dump_search(dump, judge, NULL, err);
	if (rc < 0)
		return rc;
	if (kx_dump_place(dump)->in_memory)
		return 0;
	if (info->text.len == 0)
		return kx_fail(err, -ENODATA,
			       "the dump has no VMCOREINFO, which tells where the log is, "
			       "neither in a note nor in its memory");
	return kx_fail(err, -ENODATA,
		       "VMCOREINFO names no log (prb, log_first_idx or log_buf), "
		       "and none that does is in the dump's memory");
}

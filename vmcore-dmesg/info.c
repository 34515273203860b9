/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --info: the dump, its kernel, the crash, and the state of the log. */
#include <inttypes.h>

#include "vmcore-dmesg/info.h"

static void put_line(struct kx_out *out, const char *name, const struct kx_dump *dump,
		     const char *key)
{
	struct kx_span value;

	kx_out_printf(out, "%-15s ", name);
	if (kx_vmcoreinfo_line(kx_dump_vmcoreinfo(dump), key, &value))
		kx_out_escaped(out, value);
	else
		kx_out_text(out, "unknown");
	kx_out_text(out, "\n");
}

static void put_number(struct kx_out *out, const char *name, uint64_t value)
{
	kx_out_printf(out, "%-15s %" PRIu64 "\n", name, value);
}

/* The name may be the file's, so it is escaped. */
static void put_machine(struct kx_out *out, const struct kx_dump *dump)
{
	const char *name = kx_dump_machine_name(dump);

	kx_out_printf(out, "%-15s ", "Machine:");
	kx_out_escaped(out, kx_span_of(name ? name : "machine"));
	kx_out_printf(out, " (%u), %u-bit, %s endian\n", kx_dump_machine(dump),
		      8 * kx_dump_long_size(dump), kx_dump_big_endian(dump) ? "big" : "little");
}

void info_print(struct kx_print *print, const struct kx_reader *reader,
		const struct kx_printk_stats *stats)
{
	const struct kx_dump *dump = kx_reader_dump(reader);
	const struct kx_dump_place *place = kx_dump_place(dump);
	struct kx_out *out = &print->out;
	char when[48] = "unknown";

	if (print->clock.known)
		kx_clock_iso(print->clock.now, when, sizeof(when));
	kx_out_printf(out, "%-15s %s%s\n", "Dump:", kx_dump_format(dump),
		      kx_reader_incomplete(reader) ? ", incomplete" : "");
	if (place->in_memory)
		kx_out_printf(out, "%-15s found in the dumped memory at 0x%" PRIx64
			      ", not in a note\n", "VMCOREINFO:", place->addr);
	if (place->others > 0)
		kx_out_printf(out, "%-15s %zu, of other kernels that the memory had\n",
			      "Other logs:", place->others);
	put_line(out, "Release:", dump, "OSRELEASE");
	put_line(out, "Build ID:", dump, "BUILD-ID");
	put_machine(out, dump);
	put_number(out, "CPUs:", kx_dump_cpus(dump));
	kx_out_printf(out, "%-15s %s\n", "Crash time:", when);
	kx_out_printf(out, "%-15s %s, %" PRIu64 " bytes of text", "Log:", stats->format,
		      stats->text_size);
	if (stats->descriptors)
		kx_out_printf(out, ", %" PRIu64 " descriptors", stats->descriptors);
	kx_out_text(out, "\n");
	put_number(out, "Records:", stats->records);
	if (stats->records + stats->lost > 0)
		kx_out_printf(out, "%-15s %" PRIu64 " to %" PRIu64 "\n", "Sequence:",
			      stats->first_seq, stats->last_seq);
	put_number(out, "Lost:", stats->lost);
	put_number(out, "No place:", stats->failed);
	put_number(out, "Damaged:", stats->damaged);
	put_number(out, "Uncommitted:", stats->uncommitted);
	if (stats->has_clear_seq)
		put_number(out, "Cleared before:", stats->clear_seq);
}

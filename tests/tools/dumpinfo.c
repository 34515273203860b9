/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dumpinfo: what our library sees in a dump; one line for a test to compare. */
#include <stdio.h>
#include <string.h>

#include "kx/reader.h"

/* The release as read through virtual memory, not as VMCOREINFO says. */
static void release(struct kx_reader *reader, char *to, size_t len)
{
	const struct kx_vmcoreinfo *info = kx_dump_vmcoreinfo(kx_reader_dump(reader));
	/* Where it is in kernels that do not tell. */
	uint64_t addr, offset = 4;
	struct kx_err err;

	memset(to, 0, len);
	kx_vmcoreinfo_offset(info, "uts_namespace.name", &offset);
	if (!kx_vmcoreinfo_symbol(info, "init_uts_ns", &addr) ||
	    kx_reader_virt(reader, addr + offset + 130, to, len - 1, &err) < 0)
		snprintf(to, len, "unreadable");
}

/* Whether the log's ring, and the arrays that it points to, can be read. */
static const char *ring(struct kx_reader *reader)
{
	uint64_t addr, prb, descriptors, value;
	struct kx_err err;

	if (!kx_vmcoreinfo_symbol(kx_dump_vmcoreinfo(kx_reader_dump(reader)), "prb", &addr) ||
	    kx_reader_uint(reader, addr, 8, &prb, &err) < 0 ||
	    kx_reader_uint(reader, prb + 8, 8, &descriptors, &err) < 0)
		return "unreadable";
	return kx_reader_uint(reader, descriptors, 8, &value, &err) < 0 ? "found" : "readable";
}

int main(int argc, char **argv)
{
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct kx_dump *dump;
	char text[65];

	if (argc < 2)
		return 2;
	if (kx_dump_open(&dump, (const char *const *)argv + 1, (size_t)argc - 1, &err) < 0 ||
	    kx_reader_new(dump, &reader, &err) < 0) {
		printf("%s\n", err.text);
		return 1;
	}
	release(reader, text, sizeof(text));
	printf("%s, machine %u, %u-bit %s-endian, %zu CPUs, %s, release %s, ring %s\n",
	       kx_dump_format(dump), kx_dump_machine(dump), kx_dump_long_size(dump) * 8,
	       kx_dump_big_endian(dump) ? "big" : "little", kx_dump_cpus(dump),
	       kx_reader_incomplete(reader) ? "incomplete" : "complete", text, ring(reader));
	kx_reader_free(reader);
	kx_dump_close(dump);
	return 0;
}

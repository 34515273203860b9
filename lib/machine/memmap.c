/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads entries of /sys/firmware/memmap. */
#include <errno.h>
#include <inttypes.h>

#include "kx/memmap.h"

/* Linux, arch/x86/kernel/e820.c e820_type_to_string(), and the spellings of older kernels. */
static const struct {
	const char *name;
	uint32_t type;
} type_names[] = {
	{ "System RAM", KX_E820_RAM },
	{ "Reserved", KX_E820_RESERVED },
	{ "reserved", KX_E820_RESERVED },
	{ "ACPI Tables", KX_E820_ACPI },
	{ "ACPI Non-volatile Storage", KX_E820_NVS },
	{ "Unusable memory", KX_E820_UNUSABLE },
	{ "Persistent Memory", KX_E820_PMEM },
	{ "Persistent Memory (legacy)", KX_E820_PRAM },
	{ "Soft Reserved", KX_E820_SOFT_RESERVED },
};

uint32_t kx_firmware_map_type(struct kx_span name)
{
	for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++) {
		if (kx_span_equal(name, type_names[i].name))
			return type_names[i].type;
	}
	return KX_E820_RESERVED;
}

int kx_firmware_map_add(struct kx_ranges *map, struct kx_span start, struct kx_span end,
			struct kx_span type, struct kx_err *err)
{
	uint64_t first, last;

	if (!kx_span_number(kx_span_trim(start), 0, &first))
		return kx_fail(err, -EINVAL, "start is not a number");
	if (!kx_span_number(kx_span_trim(end), 0, &last))
		return kx_fail(err, -EINVAL, "end is not a number");
	if (last < first)
		return kx_fail(err, -EINVAL, "end 0x%" PRIx64 " is before start 0x%" PRIx64, last,
			       first);
	/* The last byte of the address space cannot be said half-open; no memory is there. */
	if (last != UINT64_MAX)
		last++;
	if (kx_ranges_add(map, first, last, kx_firmware_map_type(kx_span_trim(type))) < 0)
		return kx_fail(err, -ENOMEM, "no memory for %zu ranges", map->count + 1);
	return 0;
}

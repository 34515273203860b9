/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one table of the names that kernels give to memory. */
#include <string.h>

#include "kx/label.h"

/*
 * Linux, arch/x86/kernel/e820.c e820_type_to_string(), and spellings of older kernels; for parts of
 * the kernel each architecture's setup_arch(), kernel/crash_reserve.c, drivers/dax/kmem.c and
 * drivers/virtio/virtio_mem.c. A name that ends in a blank or "(" stands for all that start so.
 */
static const struct {
	const char *name;
	struct kx_label means;
} labels[] = {
	{ "System RAM", { KX_LABEL_RAM, KX_E820_RAM } },
	{ "System RAM (", { KX_LABEL_DRIVER_RAM, 0 } },
	{ "Kernel code", { KX_LABEL_KERNEL_CODE, 0 } },
	{ "Kernel rodata", { KX_LABEL_KERNEL, 0 } },
	{ "Kernel data", { KX_LABEL_KERNEL, 0 } },
	{ "Kernel bss", { KX_LABEL_KERNEL, 0 } },
	{ "Kernel image", { KX_LABEL_KERNEL, 0 } },
	{ "Kernel ", { KX_LABEL_KERNEL_OTHER, 0 } },
	{ "Crash kernel", { KX_LABEL_CRASH_KERNEL, 0 } },
	{ "Reserved", { KX_LABEL_OTHER, KX_E820_RESERVED } },
	{ "reserved", { KX_LABEL_OTHER, KX_E820_RESERVED } },
	{ "ACPI Tables", { KX_LABEL_OTHER, KX_E820_ACPI } },
	{ "ACPI Non-volatile Storage", { KX_LABEL_OTHER, KX_E820_NVS } },
	{ "Unusable memory", { KX_LABEL_OTHER, KX_E820_UNUSABLE } },
	{ "Persistent Memory", { KX_LABEL_OTHER, KX_E820_PMEM } },
	{ "Persistent Memory (legacy)", { KX_LABEL_OTHER, KX_E820_PRAM } },
	{ "Soft Reserved", { KX_LABEL_OTHER, KX_E820_SOFT_RESERVED } },
};

static bool matches(struct kx_span name, const char *label)
{
	char last = label[strlen(label) - 1];

	return last == ' ' || last == '(' ? kx_span_starts(name, label) :
					    kx_span_equal(name, label);
}

struct kx_label kx_label_of(struct kx_span name)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (matches(name, labels[i].name))
			return labels[i].means;
	}
	return (struct kx_label){ KX_LABEL_OTHER, 0 };
}

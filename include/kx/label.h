/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel calls memory in /proc/iomem and /sys/firmware/memmap, and what that means. */
#ifndef KX_LABEL_H
#define KX_LABEL_H

#include <stdint.h>

#include "kx/span.h"

/* Types of the firmware's map: ACPI 6.5, table 15.2; Linux, arch/x86/include/asm/e820/types.h. */
enum kx_e820 {
	KX_E820_RAM = 1,
	KX_E820_RESERVED = 2,
	KX_E820_ACPI = 3,
	KX_E820_NVS = 4,
	KX_E820_UNUSABLE = 5,
	KX_E820_PMEM = 7,
	KX_E820_PRAM = 12,
};
#define KX_E820_SOFT_RESERVED 0xefffffffu

/** enum kx_label_kind - what a kexec has to know about memory of that name */
enum kx_label_kind {
	KX_LABEL_OTHER,		/* a device, or reserved for something */
	KX_LABEL_RAM,		/* "System RAM" */
	KX_LABEL_DRIVER_RAM,	/* "System RAM (kmem)", …: a driver manages it, it may go away */
	KX_LABEL_KERNEL_CODE,	/* where the running kernel's image begins */
	KX_LABEL_KERNEL,	/* another part of its image: the next kernel replaces it */
	KX_LABEL_KERNEL_OTHER,	/* "Kernel …" of a release that is not known */
	KX_LABEL_CRASH_KERNEL,	/* reserved by crashkernel= */
};

/**
 * struct kx_label - the meaning of a name
 * @e820: type that the firmware's map has for it (enum kx_e820); 0 when it is not a name there
 */
struct kx_label {
	enum kx_label_kind kind;
	uint32_t e820;
};

/** kx_label_of() - what @name means; KX_LABEL_OTHER and 0 for one that is not known */
struct kx_label kx_label_of(struct kx_span name);

#endif

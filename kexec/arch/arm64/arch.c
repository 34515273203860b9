/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64: the architecture's table. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kexec/arch/arm64/faults.h"
#include "kexec/arch/arm64/paging.h"
#include "kexec/image/flat.h"
#include "kexec/plan/purgatory.h"
#include "kx/cleanup.h"

/* Linux, Documentation/arch/arm64/booting.rst. */
static void flags_text(uint64_t flags, char *text, size_t size)
{
	static const char *const pages[] = { "pages of any size", "4 KiB pages", "16 KiB pages",
					     "64 KiB pages" };

	snprintf(text, size, "%s%s", pages[flags >> 1 & 3], flags & 1 ? ", big-endian" : "");
}

static const struct kx_image_header image_header = {
	.magic = 0x644d5241,		/* "ARM\x64" */
	.flags_text = flags_text,
};

static const struct kx_dt_boot boot = {
	.align = 2 << 20,
	.initrd_window = UINT64_C(32) << 30,
	.initrd_window_align = 1 << 30,
	.devtree_max = 2 << 20,
	.cmdline_max = 2048,		/* COMMAND_LINE_SIZE of UAPI asm/setup.h */
};

/* What purgatory reads with its caches on; the last one is purgatory itself. */
static struct kx_range *verified_ranges(const struct kx_plan *plan, struct kx_range image,
					size_t *ret_count)
{
	struct kx_range *ranges = calloc(plan->n_segments + 1, sizeof(*ranges));
	size_t count = 0;

	for (size_t i = 0; ranges && i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		if (!s->unverified && s->data.len)
			ranges[count++] = (struct kx_range){ s->addr, s->addr + s->data.len,
							     ARM64_MAP_READ };
	}
	if (!ranges)
		return NULL;
	image.type = ARM64_MAP_CODE;
	ranges[count++] = image;
	*ret_count = count;
	return ranges;
}

static size_t purgatory_room(const struct kx_plan *plan, uint64_t image_size)
{
	const struct kx_range somewhere = { 0, image_size, 0 };
	_cleanup_free_ struct kx_range *ranges = NULL;
	size_t count = 0;

	ranges = verified_ranges(plan, somewhere, &count);
	return ranges ? arm64_paging_room(ranges, count) : 0;
}

static int purgatory_fill(const struct kx_plan *plan, struct kx_range image, uint64_t at,
			  uint8_t *bytes, size_t size, struct kx_purg_params *params,
			  struct kx_err *err)
{
	_cleanup_free_ struct kx_range *ranges = NULL;
	size_t count = 0, used;
	int rc;

	ranges = verified_ranges(plan, image, &count);
	if (!ranges)
		return kx_fail(err, -ENOMEM, "no memory for purgatory's page tables");
	rc = arm64_paging_build(ranges, count, at, bytes, size, &used, err);
	/* Memory beyond 48 bits is verified all the same, with the MMU off. */
	if (rc == 0)
		params->page_table = at;
	return rc == -ERANGE ? 0 : rc;
}

static const struct kx_image *const images[] = { &kx_image_vmlinux_by_load, &kx_image_flat, NULL };

const struct kx_arch kx_arch_arm64 = {
	.isa = &kx_isa_arm64,
	.images = images,
	.takes_devtree = true,
	.reads_firmware = true,
	.dt_boot = &boot,
	.image_header = &image_header,
	.purgatory = kx_purgatory_arm64,
	.purgatory_size = &kx_purgatory_arm64_size,
	.purgatory_room = purgatory_room,
	.purgatory_fill = purgatory_fill,
	.usable = kx_plan_usable_ram,
	.faults = arm64_faults,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/iomem: usable RAM is sorted, disjoint, inside "System RAM", and clear of its children. */
#include "kx/iomem.h"
#include "tests/fuzz/fuzz.h"

static void check_ram(const struct kx_iomem *iomem, const struct kx_range *r)
{
	bool covered = false;

	for (size_t i = 0; i < iomem->count; i++) {
		const struct kx_iomem_entry *e = &iomem->entry[i];

		if (kx_span_equal(e->label, "System RAM"))
			covered |= e->start <= r->start && r->start < e->end;
		else if (i > 0 && kx_span_equal(e[-1].label, "System RAM") &&
			 e->depth > e[-1].depth && !kx_span_starts(e->label, "Kernel "))
			PROMISE(e->end <= r->start || r->end <= e->start || e->start == e->end);
	}
	PROMISE(covered);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_ranges ram = { 0 };
	struct kx_err err = { "" };
	struct kx_iomem iomem;

	if (kx_iomem_parse((struct kx_span){ data, size }, &iomem, &err) < 0)
		return 0;
	PROMISE(kx_iomem_ram(&iomem, &ram) == 0);
	for (size_t i = 0; i < ram.count; i++) {
		PROMISE(ram.item[i].start < ram.item[i].end);
		PROMISE(i == 0 || ram.item[i - 1].end < ram.item[i].start);
		check_ram(&iomem, &ram.item[i]);
	}
	kx_ranges_done(&ram);
	kx_iomem_done(&iomem);
	return 0;
}

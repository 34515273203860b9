/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides which memory of a machine segments may be placed in. */
#include <errno.h>

#include "kexec/plan/plan.h"
#include "kx/machine.h"

int kx_plan_usable_ram(const struct kx_machine *m, struct kx_ranges *ret, struct kx_err *err)
{
	if (kx_iomem_hidden(&m->iomem))
		return kx_fail(err, -ENODATA,
			       "/proc/iomem shows no addresses; run as root, or give --root=DIR");
	if (kx_iomem_ram(&m->iomem, ret) < 0)
		return kx_fail(err, -ENOMEM, "no memory for the list of usable memory");
	return 0;
}

int kx_plan_usable_crash(const struct kx_machine *m, struct kx_ranges *ret, struct kx_err *err)
{
	const struct kx_ranges *regions = &m->crash.regions;
	const struct kx_range *highest = &regions->item[regions->count - 1];

	if (kx_ranges_add(ret, highest->start, highest->end, 0) < 0)
		return kx_fail(err, -ENOMEM, "no memory for the list of usable memory");
	return 0;
}

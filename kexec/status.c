/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers -S and --print-ckr-size. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "kexec/status.h"
#include "kx/machine.h"

int status_loaded(const struct options *options, struct kx_err *err)
{
	bool crash = options->panic || options->mode == MODE_LOAD_AND_SHUTDOWN;

	return kx_machine_loaded(options_root(options), crash, err);
}

int status_crash_size(const struct options *options, struct kx_err *err)
{
	struct kx_ranges regions = { 0 };
	struct kx_machine machine;
	uint64_t size = 0;
	int rc;

	rc = kx_machine_read_iomem(&machine, options_root(options), err);
	if (rc == 0 && kx_iomem_hidden(&machine.iomem))
		rc = kx_fail(err, -EACCES, "/proc/iomem shows no addresses; run as root");
	if (rc == 0 && kx_crash_regions(&machine.iomem, &regions) < 0)
		rc = kx_fail(err, -ENOMEM, "no memory for the memory map");
	if (regions.count > 0)
		size = regions.item[regions.count - 1].end - regions.item[regions.count - 1].start;
	if (rc == 0)
		printf("%" PRIu64 "\n", size);
	kx_ranges_done(&regions);
	kx_machine_done(&machine);
	return rc;
}

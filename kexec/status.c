/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers -S and --print-ckr-size. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "kexec/status.h"
#include "kexec/sys.h"
#include "kx/machine.h"

static const char *root_of(const struct kx_options *options)
{
	return options->root ? options->root : kx_sys_root();
}

int kx_status(const struct kx_options *options, struct kx_err *err)
{
	bool crash = options->panic || options->mode == KX_MODE_LOAD_AND_SHUTDOWN;

	return kx_machine_loaded(root_of(options), crash, err);
}

int kx_status_crash_size(const struct kx_options *options, struct kx_err *err)
{
	struct kx_machine machine;
	uint64_t size = 0;
	int rc;

	rc = kx_machine_read(&machine, root_of(options), err);
	if (rc == 0 && kx_iomem_hidden(&machine.iomem))
		rc = kx_fail(err, -EACCES, "/proc/iomem shows no addresses; run as root");
	/* Regions are in ascending order: the last one is the highest. */
	for (size_t i = 0; rc == 0 && i < machine.iomem.count; i++) {
		const struct kx_iomem_entry *e = &machine.iomem.entry[i];

		if (kx_span_equal(e->label, "Crash kernel"))
			size = e->end - e->start;
	}
	if (rc == 0)
		printf("%" PRIu64 "\n", size);
	kx_machine_done(&machine);
	return rc;
}

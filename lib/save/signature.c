/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a device holds that is not ours, by libblkid. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/device.h"
#include "lib/save/blkid.h"

#ifdef HAVE_BLKID
static void free_probe(blkid_probe *probe)
{
	if (*probe)
		kx_blkid.blkid_free_probe(*probe);
}

/* Also one whose own sum is wrong: somebody may want to mend it. */
static int probe_all(blkid_probe probe, int fd)
{
	enum { FLAGS = BLKID_SUBLKS_TYPE | BLKID_SUBLKS_BADCSUM };

	if (kx_blkid.blkid_probe_set_device(probe, fd, 0, 0) != 0 ||
	    kx_blkid.blkid_probe_enable_superblocks(probe, 1) != 0 ||
	    kx_blkid.blkid_probe_set_superblocks_flags(probe, FLAGS) != 0 ||
	    kx_blkid.blkid_probe_enable_partitions(probe, 1) != 0)
		return -1;
	return kx_blkid.blkid_do_safeprobe(probe);
}

int kx_device_signature(int fd, char ret[64], struct kx_err *err)
{
	enum { FOUND = 0, NOTHING = 1, SEVERAL = -2 };
	_cleanup_(free_probe) blkid_probe probe = NULL;
	const char *name = NULL;
	int rc = kx_library_load(&kx_blkid_library, err);

	if (rc < 0)
		return rc;
	probe = kx_blkid.blkid_new_probe();
	if (!probe)
		return kx_fail(err, -ENOMEM, "no memory to look for file systems");
	rc = probe_all(probe, fd);
	if (rc == NOTHING)
		return 0;
	if (rc != FOUND && rc != SEVERAL)
		return kx_fail(err, -EIO, "it cannot be looked at for file systems");
	if (rc == SEVERAL)
		name = "several signatures";
	else if (kx_blkid.blkid_probe_lookup_value(probe, "TYPE", &name, NULL) != 0 &&
		 kx_blkid.blkid_probe_lookup_value(probe, "PTTYPE", &name, NULL) != 0)
		name = "something unknown";
	snprintf(ret, 64, "%s", name);
	return 1;
}
#else
int kx_device_signature(int fd, char ret[64], struct kx_err *err)
{
	(void)fd, (void)ret;
	return kx_fail(err, -ENOTSUP, "this build has no libblkid (configure --with-blkid)");
}
#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a device holds that is not ours, by libblkid. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/device.h"
#include "lib/raw/blkid.h"

#ifdef HAVE_BLKID
static void free_probe(blkid_probe *probe)
{
	if (*probe)
		kx_blkid.blkid_free_probe(*probe);
}

/* blkid_do_safeprobe(3) */
enum { FOUND = 0, NOTHING = 1, SEVERAL = -2 };

static int cannot_look(struct kx_err *err)
{
	return kx_fail(err, -EIO, "it cannot be looked at for file systems");
}

/* @superblocks, @partitions: what to look for; @ret is for free_probe(), also after a failure. */
static int new_probe(int fd, int superblocks, int partitions, blkid_probe *ret, struct kx_err *err)
{
	int rc = kx_library_load(&kx_blkid_library, err);

	if (rc < 0)
		return rc;
	*ret = kx_blkid.blkid_new_probe();
	if (!*ret)
		return kx_fail(err, -ENOMEM, "no memory to look for file systems");
	if (kx_blkid.blkid_probe_set_device(*ret, fd, 0, 0) != 0 ||
	    kx_blkid.blkid_probe_enable_superblocks(*ret, 1) != 0 ||
	    kx_blkid.blkid_probe_set_superblocks_flags(*ret, superblocks) != 0 ||
	    kx_blkid.blkid_probe_enable_partitions(*ret, 1) != 0 ||
	    kx_blkid.blkid_probe_set_partitions_flags(*ret, partitions) != 0)
		return cannot_look(err);
	return 0;
}

int kx_device_signature(int fd, char ret[64], struct kx_err *err)
{
	/* Also one whose own sum is wrong: somebody may want to mend it. */
	enum { FLAGS = BLKID_SUBLKS_TYPE | BLKID_SUBLKS_BADCSUM };
	_cleanup_(free_probe) blkid_probe probe = NULL;
	const char *name = NULL;
	int found, rc = new_probe(fd, FLAGS, 0, &probe, err);

	if (rc < 0)
		return rc;
	found = kx_blkid.blkid_do_safeprobe(probe);
	if (found == NOTHING)
		return 0;
	if (found != FOUND && found != SEVERAL)
		return cannot_look(err);
	if (found == SEVERAL)
		name = "several signatures";
	else if (kx_blkid.blkid_probe_lookup_value(probe, "TYPE", &name, NULL) != 0 &&
		 kx_blkid.blkid_probe_lookup_value(probe, "PTTYPE", &name, NULL) != 0)
		name = "something unknown";
	snprintf(ret, 64, "%s", name);
	return 1;
}

static void take_name(blkid_probe probe, const char *key, char *to, size_t room)
{
	const char *value;

	if (kx_blkid.blkid_probe_lookup_value(probe, key, &value, NULL) == 0)
		snprintf(to, room, "%s", value);
}

int kx_device_names(int fd, struct kx_device_names *ret, struct kx_err *err)
{
	enum { FLAGS = BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL };
	_cleanup_(free_probe) blkid_probe probe = NULL;
	int found, rc = new_probe(fd, FLAGS, BLKID_PARTS_ENTRY_DETAILS, &probe, err);

	if (rc < 0)
		return rc;
	found = kx_blkid.blkid_do_safeprobe(probe);
	if (found == NOTHING)
		return 0;
	if (found != FOUND)
		return cannot_look(err);
	*ret = (struct kx_device_names){ .uuid = "" };
	take_name(probe, "UUID", ret->uuid, sizeof(ret->uuid));
	take_name(probe, "LABEL", ret->label, sizeof(ret->label));
	take_name(probe, "TYPE", ret->type, sizeof(ret->type));
	take_name(probe, "UUID_SUB", ret->part, sizeof(ret->part));
	take_name(probe, "PART_ENTRY_UUID", ret->partuuid, sizeof(ret->partuuid));
	return 1;
}
#else
int kx_device_names(int fd, struct kx_device_names *ret, struct kx_err *err)
{
	(void)fd, (void)ret;
	return kx_fail(err, -ENOTSUP, "this build has no libblkid (configure --with-blkid)");
}

int kx_device_signature(int fd, char ret[64], struct kx_err *err)
{
	(void)fd, (void)ret;
	return kx_fail(err, -ENOTSUP, "this build has no libblkid (configure --with-blkid)");
}
#endif

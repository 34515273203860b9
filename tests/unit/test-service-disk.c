/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks of targets where nobody has udev: what the devices themselves say. */
#include <stdlib.h>

#include "kdump/service/machine/disk.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

static const char machine[] =
	"== sys/devices/d/block/vda/size = 16384\n"
	"== sys/devices/d/block/vda/dev = 254:0\n"
	"== sys/devices/d/block/vdb/size = 16384\n"
	"== sys/devices/d/block/vdb/dev = 254:16\n"
	"== sys/devices/d/block/cciss!c0d0/size = 16384\n"
	"== sys/devices/d/block/vdc/size = 16384\n"
	"== sys/devices/d/block/vdc/dev = 254:32\n"
	"== sys/class/block/vda -> ../../devices/d/block/vda\n"
	"== sys/class/block/vdc -> ../../devices/d/block/vdc\n"
	"== run/udev/data/b254:32 = E:ID_FS_LABEL_ENC=of-udev\n"
	"== sys/class/block/vdb -> ../../devices/d/block/vdb\n"
	"== sys/class/block/cciss!c0d0 -> ../../devices/d/block/cciss!c0d0\n"
	"== sys/class/block/gone -> ../../devices/d/block/gone\n"
	"== dev/cciss/x = x\n"
	"== sys/devices/d/block/vdb/vdb1/size = 16\n"
	"== sys/devices/d/block/vdb/vdb1/uevent\nDEVTYPE=partition\nPARTNAME=crash dumps\n"
	"PARTUUID=00000000-0000-4000-8000-000000000009\n"
	"== sys/devices/d/block/vdb/vdb2/size = 16\n"
	"== sys/devices/d/block/vdb/vdb2/dev = 254:18\n"
	"== sys/devices/d/block/vdb/vdb2/uevent\nPARTNAME=D!mpe\n"
	"== sys/class/block/vdb1 -> ../../devices/d/block/vdb/vdb1\n"
	"== sys/class/block/vdb2 -> ../../devices/d/block/vdb/vdb2\n"
	"== run/udev/data/b254:18 = E:ID_PART_ENTRY_NAME=Däm\\x20pe\n"
	"== run/udev/data/b254:16\nE:ID_FS_TYPE=xfs\nE:ID_FS_UUID=of-udev\n";

static struct folder root;

/* A file system of ext2 on @name, as mke2fs makes it. */
static void make_fs(const char *name, const char *label, const char *uuid)
{
	char command[300];

	snprintf(command, sizeof(command),
		 "truncate -s 8M %s/dev/%s && /sbin/mke2fs -qF -L '%s' -U %s %s/dev/%s", root.path,
		 name, label, uuid, root.path, name);
	if (system(command) != 0)
		skip();
}

static int make(void **state)
{
	(void)state;
	root = folder_of(machine);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	folder_remove(&root);
	return 0;
}

static int find(const char *where, char **name, struct kx_err *err)
{
	*name = NULL;
	return disk_find(root.path, where, name, err);
}

static void assert_found(const char *where, const char *expected)
{
	struct kx_err err = { "" };
	char *name;

	if (find(where, &name, &err) < 0)
		fail_msg("%s: %s", where, err.text);
	assert_string_equal(name, expected);
	free(name);
}

TEST(a_device_says_what_it_is)
{
	struct kx_devices_id id;
	struct kx_err err = { "" };

	make_fs("vda", "a b", "00000000-0000-4000-8000-000000000001");
	assert_int_equal(disk_id(root.path, "vda", &id, &err), 0);
	if (!id.uuid)
		skip(); /* a build without libblkid */
	assert_string_equal(id.uuid, "00000000-0000-4000-8000-000000000001");
	assert_string_equal(id.fs, "ext2");
	assert_string_equal(id.label, "a b");
	assert_int_equal(id.size, 16384 * 512);
	kx_devices_id_done(&id);
	assert_found("UUID=00000000-0000-4000-8000-000000000001", "vda");
	assert_found("LABEL=a b", "vda");
	make_fs("cciss/c0d0", "other", "00000000-0000-4000-8000-000000000002");
	assert_found("LABEL=other", "cciss!c0d0");
}

TEST(udev_is_asked_first)
{
	struct kx_devices_id id;
	struct kx_err err = { "" };

	make_fs("vdb", "b", "00000000-0000-4000-8000-000000000003");
	assert_int_equal(disk_id(root.path, "vdb", &id, &err), 0);
	assert_string_equal(id.uuid, "of-udev");
	assert_string_equal(id.fs, "xfs");
	kx_devices_id_done(&id);
	assert_found("UUID=of-udev", "vdb");
	make_fs("vdc", "c", "00000000-0000-4000-8000-000000000005");
	assert_int_equal(disk_id(root.path, "vdc", &id, &err), 0);
	assert_string_equal(id.label, "of-udev");
	kx_devices_id_done(&id);
}

TEST(a_partition_is_known_by_its_names_without_udev)
{
	assert_found("PARTLABEL=crash dumps", "vdb1");
	assert_found("PARTUUID=00000000-0000-4000-8000-000000000009", "vdb1");
	assert_found("PARTLABEL=Däm pe", "vdb2");
}

TEST(what_is_not_there_or_twice_is_refused)
{
	struct kx_err err = { "" };
	char *name;

	assert_int_equal(find("UUID=none", &name, &err), -ENOENT);
	assert_says(&err, "UUID=none");
	assert_int_equal(find("/dev/none", &name, &err), -ENOENT);
	assert_int_equal(find("none", &name, &err), -EINVAL);
	assert_int_equal(disk_id(root.path, "none", &(struct kx_devices_id){ .fs = NULL }, &err),
			 -ENOENT);
	make_fs("vda", "twice", "00000000-0000-4000-8000-000000000004");
	make_fs("cciss/c0d0", "twice", "00000000-0000-4000-8000-000000000004");
	if (find("LABEL=twice", &name, &err) == -ENOENT)
		skip(); /* a build without libblkid */
	assert_int_equal(find("LABEL=twice", &name, &err), -EEXIST);
	assert_null(name);
	assert_says(&err, "a copy of the other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_says_what_it_is),
		cmocka_unit_test(udev_is_asked_first),
		cmocka_unit_test(a_partition_is_known_by_its_names_without_udev),
		cmocka_unit_test(what_is_not_there_or_twice_is_refused),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}

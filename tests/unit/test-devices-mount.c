/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In which file system a path is, on which disk, and by what that is known again. */
#include "kx/devices.h"
#include "kx/file.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

static const char machine[] =
	"== proc/self/mountinfo\n"
	"22 1 0:20 / /proc rw - proc proc rw\n"
	"30 1 0:40 /@var /var rw master:2 unbindable - btrfs /dev/vda3 rw,subvol=/@var\n"
	"1 1 254:2 / / rw,noatime shared:1 - ext4 /dev/root rw,errors=remount-ro\n"
	"31 1 0:41 / /tmp rw - tmpfs tmpfs rw\n"
	"32 1 254:1 / /mnt/a\\040b rw - vfat /dev/vda1 rw\n"
	"33 1 254:9 / /mnt/c rw - ext4 /dev/old rw\n"
	"34 1 254:2 /sub /mnt/c ro - ext4 /dev/vda2 rw\n"
	"35 1 0:42 / /net rw - nfs4 server:/x rw\n"
	"36 1 254:2 / /nul rw - \\000 none rw\n"
	"broken\n36 1 254:2\n37 1 254:2 / / rw no dash\n"
	"== var/crash/x = 1\n"
	"== tmp/x = 1\n"
	"== link -> var/crash\n"
	"== up -> ../../../..\n"
	"== sys/devices/d/block/vda/size = 4096\n"
	"== sys/devices/d/block/vda/device/wwid = naa.5\n"
	"== sys/devices/d/block/vda/serial\n\n"
	"== sys/devices/d/block/vda/device/serial = S1\n"
	"== sys/devices/d/block/vda/vda2/partition = 2\n"
	"== sys/devices/d/block/vda/vda2/size = 2048\n"
	"== sys/devices/d/block/vda/vda2/dev = 254:2\n"
	"== sys/devices/d/block/vda/vda3/size = 8\n"
	"== sys/devices/d/block/vda/vda3/uevent\nPARTN=3\nPARTUUID=ab-03\n"
	"== sys/class/block/vda2 -> ../../devices/d/block/vda/vda2\n"
	"== sys/class/block/vda3 -> ../../devices/d/block/vda/vda3\n"
	"== sys/class/block/cciss!c0d0 -> ../../devices/d/block/vda\n"
	"== sys/dev/block/254:2 -> ../../devices/d/block/vda/vda2\n"
	"== dev/vda2 = x\n"
	"== dev/vda3 = x\n"
	"== dev/tty = x\n"
	"== dev/cciss/c0d0 = x\n"
	"== dev/disk/by-uuid/12-ab -> ../../vda2\n"
	"== dev/disk/by-label/a\\x20b -> ../../vda3\n"
	"== dev/disk/by-partuuid/out -> ../../../etc/x\n"
	"== etc/x = 1\n"
	"== run/udev/data/b254:2\n"
	"S:disk/by-uuid/12-ab\nE:ID_FS_TYPE=ext4\nE:ID_FS_UUID=12-ab\nE:ID_FS_LABEL_ENC=a\\x20b\n"
	"E:ID_PART_ENTRY_UUID=ab-02\n";

static struct folder root;

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

/* "FS SOURCE ROOT POINT BELOW", and the disk. */
static void assert_mount(const char *path, const char *expected, const char *disk)
{
	struct kx_devices_mount m;
	struct kx_err err = { "" };
	char said[512], *name = NULL;
	int rc;

	if (kx_devices_mount(root.path, path, &m, &err) < 0)
		fail_msg("%s: %s", path, err.text);
	snprintf(said, sizeof(said), "%s %s %s %s %s", m.fs, m.source, m.root, m.point, m.below);
	assert_string_equal(said, expected);
	rc = kx_devices_mount_disk(root.path, &m, &name, &err);
	if (disk)
		assert_string_equal(rc == 0 ? name : err.text, disk);
	else
		assert_int_equal(rc, -ENOTSUP);
	free(name);
	kx_devices_mount_done(&m);
}

TEST(a_path_is_in_the_deepest_mount_above_it)
{
	assert_mount("/", "ext4 /dev/root / / ", "vda2");
	assert_mount("/etc", "ext4 /dev/root / / etc", "vda2");
	assert_mount("/var/crash", "btrfs /dev/vda3 /@var /var crash", "vda3");
	assert_mount("/var/new/one//", "btrfs /dev/vda3 /@var /var new/one//", "vda3");
	assert_mount("/variable", "ext4 /dev/root / / variable", "vda2");
	assert_mount("/mnt/a b/c", "vfat /dev/vda1 / /mnt/a b c", "/mnt/a b: no block device 254:1");
	assert_mount("/mnt/c/d", "ext4 /dev/vda2 /sub /mnt/c d", "vda2");
	assert_mount("/tmp/x", "tmpfs tmpfs / /tmp x", NULL);
	/* No text can have a NUL. */
	assert_mount("/nul/x", "\\000 none / /nul x", "vda2");
	assert_mount("/net/x", "nfs4 server:/x / /net x", NULL);
}

TEST(links_are_followed_and_stay_below_the_root)
{
	assert_mount("/link/a", "btrfs /dev/vda3 /@var /var crash/a", "vda3");
	assert_mount("/up/etc", "ext4 /dev/root / / etc", "vda2");
}

TEST(what_is_nowhere_is_refused)
{
	struct folder empty = folder_of("== proc/self/mountinfo\n22 1 0:20 / /proc rw - proc proc rw\n");
	struct kx_devices_mount m;
	struct kx_err err = { "" };

	assert_int_equal(kx_devices_mount(root.path, "var", &m, &err), -EINVAL);
	assert_int_equal(kx_devices_mount(empty.path, "/var", &m, &err), -ENOENT);
	assert_says(&err, "/var: in no file system");
	folder_remove(&empty);
}

static const char mounted_text[] =
	"== proc/self/mountinfo\n"
	"22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro\n"
	"25 22 254:2 /a /srv rw - xfs /dev/vda2 rw\n"
	"23 22 254:2 / /var/my\\040crash rw - xfs /dev/vda2 rw\n"
	"24 22 0:40 /@home /home rw shared:2 master:1 - btrfs /dev/vdb rw,subvol=/@home\n"
	"26 22 0:21 / /tmp rw - tmpfs tmpfs rw\n"
	"27 22 253:0 / /lv rw - ext4 /dev/mapper/vg-a rw\n"
	"29 22 0:41 /@ /pool rw - btrfs /dev/mapper/vg-b rw\n"
	"28 22 254:9\n"
	"== sys/class/block/vda1/dev = 254:1\n== sys/class/block/vda2/dev = 254:2\n"
	"== sys/class/block/vdb/dev = 254:16\n== sys/class/block/vdc/dev = 254:9\n"
	"== sys/class/block/dm-0/dev = 253:0\n== sys/class/block/dm-1/dev = 253:1\n"
	"== dev/mapper/vg-b -> ../dm-1\n== dev/dm-1 = x\n";

/* @folder: in the running system; NULL: nowhere */
static void expect_folder(const struct folder *in, const char *disk, const char *path,
			  const char *subvolume, const char *folder)
{
	struct kx_err err = { "" };
	char *found = NULL;

	assert_int_equal(kx_devices_folder(in->path, disk, path, subvolume, &found, &err),
			 folder ? 0 : -ENOENT);
	if (folder)
		assert_string_equal(found, folder);
	free(found);
}

TEST(folders_are_where_what_is_mounted_shows_them)
{
	struct folder other = folder_of(mounted_text);

	expect_folder(&other, "vda1", "/var/crash", "", "/var/crash");
	expect_folder(&other, "vda1", "/var/crash", "any", "/var/crash");
	expect_folder(&other, "vda2", "/b", "", "/var/my crash/b");
	expect_folder(&other, "vda2", "/a/b", "", "/var/my crash/a/b");
	expect_folder(&other, "dm-0", "/", "", "/lv");
	/* Of btrfs a mount shows a subvolume; what is in no such one is not here. */
	expect_folder(&other, "vdb", "/crash", "@home", "/home/crash");
	expect_folder(&other, "vdb", "/@home/crash", "", "/home/crash");
	expect_folder(&other, "vdb", "/crash", "/@home", "/home/crash");
	expect_folder(&other, "vdb", "/", "@home", "/home");
	expect_folder(&other, "vdb", "/crash", "", NULL);
	expect_folder(&other, "vdb", "/crash", "@homes", NULL);
	expect_folder(&other, "dm-1", "/@/x", "", "/pool/x");
	expect_folder(&other, "vdc", "/", "", NULL);
	expect_folder(&other, "vdz", "/", "", NULL);
	folder_remove(&other);
}

TEST(the_path_of_a_mount_may_be_long)
{
	struct folder other;
	char point[800], text[1000];

	snprintf(point, sizeof(point), "/%0700d", 0);
	snprintf(text, sizeof(text), "== proc/self/mountinfo\n22 1 254:1 / %s rw - xfs /dev/vda1 rw\n"
		 "== sys/class/block/vda1/dev = 254:1\n", point);
	other = folder_of(text);
	expect_folder(&other, "vda1", "/", "", point);
	folder_remove(&other);
}

static void assert_disk(const char *where, const char *name)
{
	struct kx_err err = { "" };
	char *found = NULL;

	if (kx_devices_find_disk(root.path, where, &found, &err) < 0)
		fail_msg("%s: %s", where, err.text);
	assert_string_equal(found, name);
	free(found);
}

static void assert_no_disk(const char *where, int code)
{
	struct kx_err err = { "" };
	char *found = NULL;

	assert_int_equal(kx_devices_find_disk(root.path, where, &found, &err), code);
	assert_says(&err, where);
}

TEST(disks_are_found_by_what_they_are_called)
{
	assert_disk("/dev/vda2", "vda2");
	assert_disk("UUID=12-ab", "vda2");
	assert_disk("LABEL=a b", "vda3");
	assert_disk("/dev/cciss/c0d0", "cciss!c0d0");
	assert_disk("/dev/disk/by-uuid/12-ab", "vda2");
	assert_no_disk("UUID=../../../etc/x", -ENOENT);
	assert_no_disk("PARTUUID=out", -EINVAL);
	assert_no_disk("PARTUUID=none", -ENOENT);
	assert_no_disk("/dev/tty", -ENOENT);
	assert_no_disk("UUID=", -EINVAL);
	assert_no_disk("vda2", -EINVAL);
}

TEST(a_disk_is_known_again)
{
	struct kx_devices_id id;
	struct kx_err err = { "" };

	assert_int_equal(kx_devices_id(root.path, "vda2", &id, &err), 0);
	assert_string_equal(id.fs, "ext4");
	assert_string_equal(id.uuid, "12-ab");
	assert_string_equal(id.label, "a b");
	assert_string_equal(id.partuuid, "ab-02");
	assert_string_equal(id.serial, "S1");
	assert_string_equal(id.wwid, "naa.5");
	assert_int_equal(id.size, 2048 * 512);
	kx_devices_id_done(&id);
	assert_int_equal(kx_devices_id(root.path, "vda3", &id, &err), 0);
	assert_null(id.uuid);
	assert_string_equal(id.partuuid, "ab-03");
	kx_devices_id_done(&id);
	assert_int_equal(kx_devices_id(root.path, "vda9", &id, &err), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_in_the_deepest_mount_above_it),
		cmocka_unit_test(links_are_followed_and_stay_below_the_root),
		cmocka_unit_test(what_is_nowhere_is_refused),
		cmocka_unit_test(folders_are_where_what_is_mounted_shows_them),
		cmocka_unit_test(the_path_of_a_mount_may_be_long),
		cmocka_unit_test(disks_are_found_by_what_they_are_called),
		cmocka_unit_test(a_disk_is_known_again),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}

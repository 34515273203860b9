/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LVM's volumes and arrays: what arming takes of them, and what a crash kernel makes of that. Real
 * ones are in tests/qemu/scenarios/volumes.sh.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kdump/capture/target/volumes.h"
#include "kdump/service/resolve/volumes.h"
#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

/* ---- arming ---------------------------------------------------------------------------------- */

#define DISK(name, number, uuid, part) \
	"== sys/devices/d/block/" name "/size = 16384\n" \
	"== sys/devices/d/block/" name "/dev = " number "\n" \
	"== sys/class/block/" name " -> ../../devices/d/block/" name "\n" \
	"== sys/dev/block/" number " -> ../../devices/d/block/" name "\n" \
	"== run/udev/data/b" number "\nE:ID_FS_UUID=" uuid "\nE:ID_FS_UUID_SUB=" part "\n"
#define MADE(name, number) \
	"== sys/class/block/" name " -> ../../devices/virtual/block/" name "\n" \
	"== sys/dev/block/" number " -> ../../devices/virtual/block/" name "\n" \
	"== sys/devices/virtual/block/" name "/dev = " number "\n" \
	"== sys/devices/virtual/block/" name "/size = 8192\n"
#define MEMBER(array, name, state, slot) \
	"== sys/devices/virtual/block/" array "/md/dev-" name "/state = " state "\n" \
	"== sys/devices/virtual/block/" array "/md/dev-" name "/slot = " slot "\n" \
	"== sys/devices/virtual/block/" array "/slaves/" name " -> x\n"

static const char disks[] = "== sys/devices/d/driver -> ../../bus/b/drivers/x\n" DISK("sda", "8:0", "aa", "a1") DISK("sdb", "8:16", "aa", "b1")
	DISK("sdc", "8:32", "cc", "c1");
static const char mirror[] = MADE("md0", "9:0")
	"== run/udev/data/b9:0 = E:ID_FS_UUID=pv\n"
	"== sys/devices/virtual/block/md0/md/level = raid1\n"
	"== sys/devices/virtual/block/md0/md/metadata_version = 1.2\n"
	"== sys/devices/virtual/block/md0/md/raid_disks = 2\n"
	MEMBER("md0", "sda", "in_sync", "0") MEMBER("md0", "sdb", "in_sync,write_mostly", "1")
	MEMBER("md0", "sdc", "spare", "none");

/** struct arming - a machine, and a target on it */
struct arming {
	struct folder root;
	struct resolved resolved;
	struct kx_capture_plan plan;
	struct resolving r;
};

static void arm_begin(struct arming *a, const char *one, const char *two)
{
	char *text;

	assert_true(asprintf(&text, "%s%s", one, two) > 0);
	*a = (struct arming){ .root = folder_of(text) };
	free(text);
	kx_capture_init(&a->plan);
	a->r = (struct resolving){ .root = a->root.path, .plan = &a->plan,
				   .resolved = &a->resolved };
	a->r.to = kx_capture_add_target(&a->plan, "here");
	assert_non_null(a->r.to);
}

static void arm_end(struct arming *a)
{
	kx_capture_done(&a->plan);
	folder_remove(&a->root);
}

static void assert_not_taken(const char *machine, const char *disk, int code, const char *says)
{
	struct kx_err err = { "" };
	struct arming a;

	arm_begin(&a, disks, machine);
	assert_int_equal(volumes_take(&a.r, disk, &err), code);
	assert_says(&err, says);
	arm_end(&a);
}

TEST(a_table_names_disks_instead_of_numbers)
{
	struct kx_capture_volume *volume;
	struct kx_err err = { "" };
	struct arming a;

	arm_begin(&a, disks, "");
	volume = kx_capture_add_volume(&a.plan, "dm-0");
	if (volumes_take_table(&a.r, volume, "0 8 linear 8:0 2048\n8 8 striped 2 128 8:16 7 8:0 9\n",
			       &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(volume->segment.count, 2);
	assert_string_equal(volume->segment.item[0], "0 8 linear @sda 2048");
	assert_string_equal(volume->segment.item[1], "8 8 striped 2 128 @sdb 7 @sda 9");
	assert_int_equal(a.plan.n_disks, 2);
	assert_string_equal(a.plan.disk[0].name, "sda");
	assert_string_equal(a.plan.disk[0].device.item[0], "uuid=aa");
	assert_string_equal(a.plan.disk[0].device.item[1], "part=a1");
	assert_string_equal(a.plan.disk[0].device.item[2], "size=8388608");
	arm_end(&a);
}

TEST(tables_that_live_are_refused_by_name)
{
	static const char *const tables[] = { "0 8 thin 8:0 1", "0 8 crypt aes-xts-plain64 0 8:0 1",
					      "0 8 snapshot 8:0 8:16 P 8",
					      "0 8 linear 8:0 1\n8 8 error" };
	struct kx_capture_volume *volume;
	struct kx_err err = { "" };
	struct arming a;

	arm_begin(&a, disks, "");
	volume = kx_capture_add_volume(&a.plan, "dm-0");
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		assert_int_equal(volumes_take_table(&a.r, volume, tables[i], &err), -ENOTSUP);
		assert_says(&err, "of device-mapper, which a crash kernel cannot set up");
	}
	assert_int_equal(volumes_take_table(&a.r, volume, "0 8 mirror core 1 8:0 0", &err), -ENOTSUP);
	assert_says(&err, "old kind, which a crash kernel cannot set up; lvconvert --type raid1");
	assert_true(volumes_take_table(&a.r, volume, "0 8 linear 8:99 1", &err) < 0);
	assert_says(&err, "8:99");
	arm_end(&a);
}

TEST(who_may_not_read_tables_is_told)
{
	assert_not_taken(MADE("dm-0", "253:0")
			 "== sys/devices/virtual/block/dm-0/dm/uuid = LVM-x\n"
			 "== sys/devices/virtual/block/dm-0/dm/name = vg-var\n"
			 "== sys/devices/virtual/block/dm-0/slaves/sda -> x\n",
			 "dm-0", -ENOENT, "vg-var, dm-0: /dev/mapper/control");
}

TEST(an_array_is_taken_with_the_members_that_work)
{
	_cleanup_free_ char *words = NULL;
	struct kx_err err = { "" };
	struct arming a;

	arm_begin(&a, disks, mirror);
	if (volumes_take(&a.r, "md0", &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(a.plan.n_volumes, 1);
	assert_int_equal(a.plan.volume[0].kind, KX_CAPTURE_MD);
	assert_string_equal(a.plan.volume[0].metadata, "1.2");
	assert_int_equal(a.plan.volume[0].least, 1);
	assert_int_equal(a.plan.volume[0].member.count, 2);
	assert_string_equal(a.plan.volume[0].member.item[1], "sdb");
	assert_int_equal(a.r.to->volume.count, 1);
	assert_int_equal(volumes_tell(&a.plan, a.r.to, &words), 0);
	assert_string_equal(words, "md0 (RAID) on sda, sdb");
	arm_end(&a);
}

TEST(what_volumes_are_on_is_told_in_words)
{
	_cleanup_free_ char *words = NULL;
	struct kx_capture_volume *volume;
	struct kx_err err = { "" };
	struct arming a;

	arm_begin(&a, disks, mirror);
	assert_int_equal(volumes_tell(&a.plan, a.r.to, &words), -ENOENT);
	assert_int_equal(volumes_take(&a.r, "md0", &err), 0);
	volume = kx_capture_add_volume(&a.plan, "dm-0");
	assert_int_equal(kx_capture_set(&volume->label, "vg-var"), 0);
	assert_int_equal(kx_capture_append(&a.r.to->volume, "dm-0"), 0);
	assert_int_equal(volumes_take_table(&a.r, volume, "0 8 linear 9:0 1", &err), 0);
	assert_int_equal(volumes_tell(&a.plan, a.r.to, &words), 0);
	assert_string_equal(words, "vg-var (LVM) on md0 (RAID) on sda, sdb");
	arm_end(&a);
}

TEST(arrays_that_nobody_could_put_together_are_refused)
{
	static const char level[] = "== sys/devices/virtual/block/md1/md/level = raid0\n"
				    "== sys/devices/virtual/block/md1/md/metadata_version = 0.90\n"
				    "== sys/devices/virtual/block/md1/md/raid_disks = 2\n";
	static const char one[] = MADE("md1", "9:1") MEMBER("md1", "sda", "in_sync", "0");
	static const char two[] = MEMBER("md1", "sdd", "in_sync", "1");
	/* As sda, and no more is known of either. */
	static const char twin[] = DISK("sdd", "8:48", "aa", "a1");
	char text[4096];

	snprintf(text, sizeof(text), "%s%s", level, one);
	assert_not_taken(text, "md1", -ENODEV, "md1: 1 of its devices are there");
	snprintf(text, sizeof(text), "%s%s%s%s", level, one, two, twin);
	assert_not_taken(text, "md1", -ENOTSUP, "sda and sdd have nothing by which they are told apart");
	snprintf(text, sizeof(text), "%s%s", one,
		 "== sys/devices/virtual/block/md1/md/level = faulty\n");
	assert_not_taken(text, "md1", -ENOTSUP, "md1 is a RAID array of level faulty");
	snprintf(text, sizeof(text), "%s%s", one,
		 "== sys/devices/virtual/block/md1/md/level = raid1\n"
		 "== sys/devices/virtual/block/md1/md/metadata_version = none\n");
	assert_not_taken(text, "md1", -ENOTSUP, "without superblocks");
}

/* What is told of the mirror when so many of its members are lost; "" nothing. */
static void assert_worse(const char *degraded, const char *expected)
{
	_cleanup_free_ char *words = NULL;
	struct kx_err err = { "" };
	struct arming a;
	char text[4096];

	snprintf(text, sizeof(text), "%s== sys/devices/virtual/block/md0/md/degraded = %s\n", mirror,
		 degraded);
	arm_begin(&a, disks, text);
	assert_int_equal(volumes_take(&a.r, "md0", &err), 0);
	assert_int_equal(volumes_worse(a.root.path, &a.plan, a.r.to, &words),
			 expected[0] ? 0 : -ENOENT);
	assert_string_equal(words ? words : "", expected);
	arm_end(&a);
}

TEST(a_mirror_that_lost_a_half_is_told)
{
	assert_worse("0", "");
	assert_worse("1", "1 of 2 members of md0 are missing or not up to date");
	assert_worse("x", "");
}

/* Of an array of three, of which sda and sdb are there: how many are enough? */
static uint64_t least_of(const char *level, const char *number)
{
	struct kx_err err = { "" };
	struct arming a;
	uint64_t least;
	char text[4096];

	snprintf(text, sizeof(text), MADE("md1", "9:1") MEMBER("md1", "sda", "in_sync", "0")
		 MEMBER("md1", "sdb", "in_sync", "1")
		 "== sys/devices/virtual/block/md1/md/level = %s\n"
		 "== sys/devices/virtual/block/md1/md/layout = 258\n"
		 "== sys/devices/virtual/block/md1/md/metadata_version = 1.2\n"
		 "== sys/devices/virtual/block/md1/md/raid_disks = %s\n", level, number);
	arm_begin(&a, disks, text);
	if (volumes_take(&a.r, "md1", &err) < 0)
		fail_msg("%s", err.text);
	least = a.plan.volume[0].least;
	arm_end(&a);
	return least;
}

TEST(arrays_are_written_to_with_as_many_members_as_they_need)
{
	assert_int_equal(least_of("raid1", "2"), 1);
	assert_int_equal(least_of("raid0", "2"), 2);
	assert_int_equal(least_of("raid10", "2"), 1);
	assert_int_equal(least_of("raid10", "3"), 2);
	assert_int_equal(least_of("raid4", "3"), 2);
	assert_int_equal(least_of("raid5", "3"), 2);
	assert_int_equal(least_of("raid6", "4"), 2);
	/* It may have lost more than any two, as long as it works now. */
	assert_int_equal(least_of("raid10", "4"), 2);
}

TEST(arrays_whose_members_do_not_say_all_are_refused)
{
	static const struct {
		const char *file, *says;
	} kinds[] = { { "md/bitmap/location = file", "mdadm --grow --bitmap=internal" },
		      { "md/bitmap/metadata = clustered", "cluster" },
		      { "md/consistency_policy = journal", "a journal" } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char text[4096];

		snprintf(text, sizeof(text), "%s== sys/devices/virtual/block/md0/%s\n", mirror,
			 kinds[i].file);
		assert_not_taken(text, "md0", -ENOTSUP, kinds[i].says);
	}
	assert_not_taken(MADE("md1", "9:1") MEMBER("md1", "sda", "in_sync", "0")
			 "== sys/devices/virtual/block/md1/md/level = raid5\n"
			 "== sys/devices/virtual/block/md1/md/metadata_version = 1.2\n"
			 "== sys/devices/virtual/block/md1/md/raid_disks = 4 (3)\n",
			 "md1", -ENOTSUP, "changes now");
}

/* ---- LVM's mirrors --------------------------------------------------------------------------- */

/* A mirror as LVM makes it: dm-0 to dm-3 are its parts, on sda and sdc; nothing reads tables. */
static void add_mirror(struct arming *a)
{
	static const char *const parts[] = { "0 1 linear 8:0 1", "0 8 linear 8:0 2",
					     "0 1 linear 8:32 1", "0 8 linear 8:32 2" };
	struct kx_capture_volume *volume;
	struct kx_err err = { "" };

	for (size_t i = 0; i < 4; i++) {
		char name[8];

		snprintf(name, sizeof(name), "dm-%zu", i);
		volume = kx_capture_add_volume(&a->plan, name);
		assert_int_equal(kx_capture_append(&a->r.to->volume, "%s", name), 0);
		assert_int_equal(volumes_take_table(&a->r, volume, parts[i], &err), 0);
	}
	volume = kx_capture_add_volume(&a->plan, "dm-4");
	assert_int_equal(kx_capture_set(&volume->label, "vg-var"), 0);
	assert_int_equal(kx_capture_append(&a->r.to->volume, "dm-4"), 0);
	if (volumes_take_table(&a->r, volume, "0 8 raid raid1 3 0 region_size 2048 2 253:0 253:1 "
			       "253:2 253:3", &err) < 0)
		fail_msg("%s", err.text);
	kx_devices_done(&a->resolved.devices);
}

#define PART(name, number) MADE(name, number) \
	"== sys/devices/virtual/block/" name "/dm/uuid = LVM-part-" name "\n" \
	"== run/udev/data/b" number " = E:ID_FS_UUID=same\n"

static const char mirrored[] = PART("dm-0", "253:0") PART("dm-1", "253:1") PART("dm-2", "253:2")
	PART("dm-3", "253:3");

TEST(a_mirror_is_made_of_its_parts)
{
	_cleanup_free_ char *words = NULL;
	const struct kx_capture_volume *top;
	const struct kx_capture_disk *part;
	struct arming a;

	arm_begin(&a, disks, mirrored);
	add_mirror(&a);
	top = kx_capture_find_volume(&a.plan, "dm-4");
	assert_int_equal(top->least, 1);
	assert_string_equal(top->segment.item[0], "0 8 raid raid1 3 0 region_size 2048 2 @dm-0 @dm-1 "
			    "@dm-2 @dm-3");
	/* Both halves of a mirror have the same on them. */
	part = kx_capture_find_disk(&a.plan, "dm-1");
	assert_string_equal(part->device.item[0], "wwid=LVM-part-dm-1");
	assert_int_equal(volumes_tell(&a.plan, a.r.to, &words), 0);
	assert_string_equal(words, "vg-var (LVM's RAID) on sda, sdc");
	arm_end(&a);
}

TEST(a_mirror_stands_on_its_parts_disks)
{
	const struct kx_capture_volume *top;
	struct arming a;

	arm_begin(&a, disks, mirrored);
	add_mirror(&a);
	top = kx_capture_find_volume(&a.plan, "dm-4");
	assert_true(kx_capture_stands_on(&a.plan, top, "sda"));
	assert_true(kx_capture_stands_on(&a.plan, top, "dm-1"));
	assert_false(kx_capture_stands_on(&a.plan, top, "sdb"));
	assert_false(kx_capture_stands_on(&a.plan, top, "dm"));
	assert_false(kx_capture_names(top, "sda"));
	assert_true(kx_capture_is_part(&a.plan, a.r.to, "dm-3"));
	assert_false(kx_capture_is_part(&a.plan, a.r.to, "dm-4"));
	assert_false(kx_capture_is_part(&a.plan, a.r.to, "sda"));
	/* Whatever a plan says: it ends, and leaves nothing out. */
	assert_int_equal(kx_capture_append(&a.plan.volume[0].segment, "0 8 linear @dm-4 1"), 0);
	assert_true(kx_capture_stands_on(&a.plan, top, "sdb"));
	arm_end(&a);
}

TEST(a_mirror_has_one_line)
{
	static const char *const tables[] = {
		"0 8 raid raid1 1 0 1 253:0 253:1\n8 8 linear 8:0 9\n",
		"0 8 linear 8:0 9\n8 8 raid raid1 1 0 1 253:0 253:1\n",
	};

	for (size_t i = 0; i < 2; i++) {
		struct kx_err err = { "" };
		struct arming a;

		arm_begin(&a, disks, mirrored);
		assert_int_equal(volumes_take_table(&a.r, kx_capture_add_volume(&a.plan, "dm-4"),
						    tables[i], &err), -ENOTSUP);
		assert_says(&err, "a part of it is mirrored and another is not");
		kx_devices_done(&a.resolved.devices);
		arm_end(&a);
	}
}

/* ---- LVM's metadata -------------------------------------------------------------------------- */

#define LV "LVM-gggggggggggggggggggggggggggggggg"
#define GROUP(tags, extent) \
	"kx {\nlogical_volumes {\nother {\nid = \"zbcdef-ghij-klmn-opqr-stuv-wxyz-ABCDEF\"\n" \
	"segment1 {\nstripes = [\"pv0\", 0]\n}\n}\n" \
	"crash {\nid = \"abcdef-ghij-klmn-opqr-stuv-wxyz-ABCDEF\"\ntags = [" tags "]\n" \
	"segment1 {\ntype = \"striped\"\nstripes = [\"pv0\", " extent "]\n}\n}\n}\n}\n"

/* A physical volume with @text in its metadata, the first byte of it at @offset of an area. */
static int volume_with(const char *text, uint64_t offset, uint64_t area)
{
	enum { AREA = 4096, SIZE = 8192 };
	static uint8_t device[AREA + SIZE];
	int fd = memfd_create("pv", 0);
	uint8_t *label = device + 1024;

	assert_true(fd >= 0);
	memset(device, 0, sizeof(device));
	memcpy(label, "LABELONE", 8);
	kx_put(label + 20, 4, 32, false);
	memcpy(label + 24, "LVM2 001", 8);
	/* One area of data, the list's end, one of metadata. */
	kx_put(label + 72, 8, 1 << 20, false);
	kx_put(label + 104, 8, area, false);
	kx_put(label + 112, 8, SIZE, false);
	memcpy(device + AREA + 4, " LVM2 x[5A%r0N*>", 16);
	kx_put(device + AREA + 40, 8, offset, false);
	kx_put(device + AREA + 48, 8, strlen(text), false);
	for (size_t i = 0; text[i]; i++)
		device[AREA + 512 + (offset - 512 + i) % (SIZE - 512)] = (uint8_t)text[i];
	assert_true(write(fd, device, sizeof(device)) == sizeof(device));
	return fd;
}

static const char lv[] = LV "abcdefghijklmnopqrstuvwxyzABCDEF";

static int mark_of(const char *text, uint64_t offset, uint64_t area, char mark[KX_DEVICES_MARK])
{
	int fd = volume_with(text, offset, area);
	int rc = kx_devices_lvm_mark(fd, lv, mark);

	close(fd);
	return rc;
}

TEST(a_mark_is_another_when_a_volume_is_elsewhere)
{
	char first[KX_DEVICES_MARK], mark[KX_DEVICES_MARK];

	assert_int_equal(mark_of(GROUP("", "10"), 512, 4096, first), 1);
	assert_int_equal(strlen(first), 64);
	/* Behind the end of its area it goes on at the beginning. */
	assert_int_equal(mark_of(GROUP("", "10"), 8100, 4096, mark), 1);
	assert_string_equal(mark, first);
	/* Neither tags are where it is, nor what strings and comments have. */
	assert_int_equal(mark_of(GROUP("\"a}{\\\"}\" # }{\n", "10"), 512, 4096, mark), 1);
	assert_string_equal(mark, first);
	assert_int_equal(mark_of(GROUP("", "11"), 512, 4096, mark), 1);
	assert_string_not_equal(mark, first);
}

TEST(metadata_that_is_none_has_no_mark)
{
	static const char gone[] = "kx {\nlogical_volumes {\n}\n}\n";
	static const char cut[] = "id = \"abcdef-ghij-klmn-opqr-stuv-wxyz-ABCDEF\"\nsegment1 {\n";
	char mark[KX_DEVICES_MARK] = "";

	assert_int_equal(mark_of(gone, 512, 4096, mark), -ENOENT);
	assert_int_equal(mark_of(cut, 512, 4096, mark), -EBADMSG);
	assert_int_equal(mark_of("", 512, 4096, mark), -EBADMSG);
	assert_int_equal(mark_of(GROUP("", "10"), 8192, 4096, mark), -EBADMSG);
	assert_int_equal(mark_of(GROUP("", "10"), 512, 0, mark), 0);
	assert_int_equal(mark_of(GROUP("", "10"), 512, 1024, mark), -EBADMSG);
	assert_int_equal(mark_of(GROUP("", "10"), 512, 1 << 20, mark), -ENODATA);
	assert_int_equal(mark_of(GROUP("", "10"), 512, UINT64_MAX, mark), -ENODATA);
	assert_int_equal(kx_devices_lvm_mark(-1, "CRYPT-LUKS2-1", mark), 0);
	assert_string_equal(mark, "");
}

/* ---- capturing ------------------------------------------------------------------------------- */

/* "a" has the volume where it was, "b" elsewhere, "c" no more; "-" is no physical volume. */
static int open_kind(size_t i, void *data)
{
	const char *kinds = data;

	switch (kinds[i]) {
	case 'a':
		return volume_with(GROUP("", "10"), 512, 4096);
	case 'b':
		return volume_with(GROUP("", "11"), 512, 4096);
	case 'c':
		return volume_with("kx {\nlogical_volumes {\n}\n}\n", 512, 4096);
	default:
		return kinds[i] == '-' ? memfd_create("nothing", 0) : -EIO;
	}
}

TEST(a_volume_that_lvm_has_changed_is_not_made)
{
	static const struct {
		const char *disks;
		int code;
	} cases[] = { { "a", 0 },	 { "aa", 0 },	    { "-a", 0 },      { "xa", 0 },
		      { "b", -ESTALE },	 { "ab", -ESTALE }, { "c", -ESTALE }, { "ac", -ESTALE },
		      { "-", -ESTALE },	 { "x", -ESTALE },  { "", -ESTALE } };
	char mark[KX_DEVICES_MARK], uuid[80];
	struct kx_capture_volume volume = { .uuid = uuid, .mark = mark };
	struct kx_err err = { "" };

	snprintf(uuid, sizeof(uuid), "%s", lv);
	assert_int_equal(mark_of(GROUP("", "10"), 512, 4096, mark), 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char kinds[8];

		snprintf(kinds, sizeof(kinds), "%s", cases[i].disks);
		if (volumes_unchanged(&volume, open_kind, kinds, strlen(kinds), &err) !=
		    cases[i].code)
			fail_msg("\"%s\" is taken for something else", cases[i].disks);
	}
	volume.mark = NULL;
	assert_int_equal(volumes_unchanged(&volume, open_kind, (char[]){ "b" }, 1, &err), 0);
}

static int number(const char *name, void *data, dev_t *ret, struct kx_err *err)
{
	(void)data;
	if (strcmp(name, "gone") == 0)
		return kx_fail(err, -ENODEV, "gone");
	*ret = makedev(254, strcmp(name, "sda") == 0 ? 300 : 16);
	if (strcmp(name, "lost") == 0)
		*ret = 0;
	return 0;
}

TEST(numbers_are_put_in_place_of_names)
{
	struct kx_capture_plan plan;
	struct kx_capture_volume *volume;
	_cleanup_free_ char *text = NULL;
	struct kx_err err = { "" };

	kx_capture_init(&plan);
	volume = kx_capture_add_volume(&plan, "dm-0");
	assert_int_equal(volumes_table(volume, number, NULL, &text, &err), -EINVAL);
	assert_int_equal(kx_capture_append(&volume->segment, "0 8 linear @sda 2048"), 0);
	assert_int_equal(kx_capture_append(&volume->segment, "8 8 striped 2 8 @sdb 1 @sda 2"), 0);
	assert_int_equal(volumes_table(volume, number, NULL, &text, &err), 0);
	assert_string_equal(text, "0 8 linear 254:300 2048\n8 8 striped 2 8 254:16 1 254:300 2\n");
	free(text);
	volume = kx_capture_add_volume(&plan, "dm-1");
	assert_int_equal(kx_capture_append(&volume->segment, "0 8 raid raid1 1 0 2 @sda @sdb @lost "
					   "@lost"), 0);
	assert_int_equal(volumes_table(volume, number, NULL, &text, &err), 0);
	assert_string_equal(text, "0 8 raid raid1 1 0 2 254:300 254:16 - -\n");
	assert_int_equal(kx_capture_append(&volume->segment, "16 8 linear @gone 1"), 0);
	assert_int_equal(volumes_table(volume, number, NULL, &text, &err), -ENODEV);
	kx_capture_done(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_names_disks_instead_of_numbers),
		cmocka_unit_test(tables_that_live_are_refused_by_name),
		cmocka_unit_test(who_may_not_read_tables_is_told),
		cmocka_unit_test(an_array_is_taken_with_the_members_that_work),
		cmocka_unit_test(what_volumes_are_on_is_told_in_words),
		cmocka_unit_test(arrays_that_nobody_could_put_together_are_refused),
		cmocka_unit_test(a_mirror_that_lost_a_half_is_told),
		cmocka_unit_test(arrays_are_written_to_with_as_many_members_as_they_need),
		cmocka_unit_test(arrays_whose_members_do_not_say_all_are_refused),
		cmocka_unit_test(a_mirror_is_made_of_its_parts),
		cmocka_unit_test(a_mirror_stands_on_its_parts_disks),
		cmocka_unit_test(a_mirror_has_one_line),
		cmocka_unit_test(a_mark_is_another_when_a_volume_is_elsewhere),
		cmocka_unit_test(metadata_that_is_none_has_no_mark),
		cmocka_unit_test(a_volume_that_lvm_has_changed_is_not_made),
		cmocka_unit_test(numbers_are_put_in_place_of_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

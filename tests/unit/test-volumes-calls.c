/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What device-mapper and Linux's RAID are asked and told. The kernel's part is played here; real
 * ones are in tests/qemu/scenarios/volumes.sh.
 */
#include <errno.h>
#include <linux/major.h>
#include <linux/raid/md_u.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "kdump/base/mapper.h"
#include "kdump/capture/target/volumes_md.h"
#include "kx/cleanup.h"
#include "tests/unit/kxtest.h"

/* ---- device-mapper's calls ------------------------------------------------------------------- */

/*
 * What the kernel knows of one device: its table as pieces, and what was called. @fails: the call
 * that does not work; @cut: bytes of the answer that are said to be there, less than there are;
 * @message: that it was sent; @how: it is asked how it is, not for its table.
 */
static struct {
	uint8_t piece[65536];
	size_t len;
	uint32_t count, flags;
	char calls[256];
	unsigned long fails;
	uint32_t cut;
	uint64_t dev;
	char message[64];
	bool how;
} kernel;

static void give_table(struct dm_ioctl *io)
{
	struct dm_ioctl was = *io;

	io->flags = kernel.flags;
	io->target_count = kernel.count;
	if (sizeof(*io) + kernel.len > was.data_size) {
		io->flags |= DM_BUFFER_FULL_FLAG;
		return;
	}
	memcpy((char *)io + sizeof(*io), kernel.piece, kernel.len);
	if (kernel.cut)
		io->data_start = was.data_size - kernel.cut;
}

static int ask(const struct mapper *mapper, unsigned long request, struct dm_ioctl *io)
{
	static const struct {
		unsigned long request;
		const char *name;
	} names[] = { { DM_DEV_CREATE, "create" },   { DM_TABLE_LOAD, "load" },
		      { DM_DEV_SUSPEND, "resume" },  { DM_DEV_REMOVE, "remove" },
		      { DM_TABLE_STATUS, "table" },  { DM_DEV_STATUS, "status" },
		      { DM_TARGET_MSG, "message" } };

	(void)mapper;
	assert_int_equal(io->version[0], DM_VERSION_MAJOR);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].request == request)
			sprintf(kernel.calls + strlen(kernel.calls), "%s ", names[i].name);
	}
	if (request == kernel.fails)
		return -EINVAL;
	if (request == DM_TARGET_MSG)
		strcpy(kernel.message, (char *)io + io->data_start + sizeof(struct dm_target_msg));
	if (request == DM_TABLE_STATUS) {
		assert_int_equal(!(io->flags & DM_STATUS_TABLE_FLAG), kernel.how);
		assert_int_equal(io->dev, kernel.dev);
		give_table(io);
	}
	if (request == DM_TABLE_LOAD) {
		kernel.len = io->data_size - io->data_start;
		kernel.count = io->target_count;
		memcpy(kernel.piece, (char *)io + io->data_start, kernel.len);
	}
	if (request == DM_DEV_SUSPEND) {
		assert_false(io->flags & DM_SUSPEND_FLAG);
		io->dev = kernel.dev;
	}
	return 0;
}

static const struct mapper mapper = { .fd = -1, .ask = ask };

/* Device 253:300, with what its number looks like in the calls. */
static void begin(void)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.flags = DM_ACTIVE_PRESENT_FLAG;
	kernel.dev = (300 & 0xff) | 253 << 8 | (300 & ~0xff) << 12;
}

static void add_piece(uint64_t start, const char *type, const char *words)
{
	struct dm_target_spec spec = { .sector_start = start, .length = 8 };

	memcpy(spec.target_type, type, strlen(type));
	spec.next = (uint32_t)(kernel.len + sizeof(spec) + (strlen(words) + 8) / 8 * 8);
	memcpy(kernel.piece + kernel.len, &spec, sizeof(spec));
	strcpy((char *)kernel.piece + kernel.len + sizeof(spec), words);
	kernel.len = spec.next;
	kernel.count++;
}

static void assert_no_table(int code)
{
	struct kx_err err = { "" };
	char *text = NULL;

	assert_int_equal(mapper_table(&mapper, makedev(253, 300), &text, &err), code);
	assert_true(err.text[0]);
}

TEST(a_table_is_read_as_lines)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err err = { "" };

	begin();
	add_piece(0, "linear", "8:1 2048");
	add_piece(8, "striped", "2 128 8:1 4096 8:17 2048");
	assert_int_equal(mapper_table(&mapper, makedev(253, 300), &text, &err), 0);
	assert_string_equal(text, "0 8 linear 8:1 2048\n8 8 striped 2 128 8:1 4096 8:17 2048\n");
	assert_string_equal(kernel.calls, "table ");
}

TEST(how_a_device_is_and_what_it_is_told)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err err = { "" };

	begin();
	kernel.how = true;
	add_piece(0, "raid", "raid1 2 AD 2048/2048 idle 0 0 -");
	assert_int_equal(mapper_status(&mapper, makedev(253, 300), &text, &err), 0);
	assert_string_equal(text, "0 8 raid raid1 2 AD 2048/2048 idle 0 0 -\n");
	assert_int_equal(mapper_message(&mapper, "LVM-x", "frozen"), 0);
	assert_string_equal(kernel.message, "frozen");
	kernel.fails = DM_TARGET_MSG;
	assert_int_equal(mapper_message(&mapper, "LVM-x", "frozen"), -EINVAL);
}

TEST(a_long_table_is_asked_for_again)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err err = { "" };
	size_t lines = 0;

	begin();
	for (uint64_t i = 0; i < 1000; i++)
		add_piece(8 * i, "linear", "8:1 2048");
	assert_int_equal(mapper_table(&mapper, makedev(253, 300), &text, &err), 0);
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 1000);
	assert_string_equal(kernel.calls, "table table table ");
}

TEST(what_is_no_table_is_refused)
{
	begin();
	assert_no_table(-ENODATA);
	add_piece(0, "linear", "8:1 2048");
	kernel.flags |= DM_SUSPEND_FLAG;
	assert_no_table(-EBUSY);
	kernel.flags = DM_ACTIVE_PRESENT_FLAG | DM_READONLY_FLAG;
	assert_no_table(-EROFS);
	kernel.flags = DM_ACTIVE_PRESENT_FLAG;
	kernel.fails = DM_TABLE_STATUS;
	assert_no_table(-EINVAL);
	kernel.fails = 0;
	/* Answers that end before they end, and one that goes round. */
	kernel.cut = 8;
	assert_no_table(-EPROTO);
	kernel.cut = 0;
	kernel.count = 2;
	((struct dm_target_spec *)kernel.piece)->next = 0;
	assert_no_table(-EPROTO);
	((struct dm_target_spec *)kernel.piece)->next = UINT32_MAX;
	assert_no_table(-EPROTO);
}

TEST(a_device_is_made_with_its_table)
{
	const char table[] = "0 8 linear 8:1 2048\n8 8 linear 8:17 9\n";
	struct dm_target_spec spec;
	struct kx_err err = { "" };
	dev_t dev = 0;

	begin();
	assert_int_equal(mapper_make(&mapper, "vg-var", "LVM-x", table, &dev, &err), 0);
	assert_string_equal(kernel.calls, "create load resume ");
	assert_int_equal(dev, makedev(253, 300));
	assert_int_equal(kernel.count, 2);
	memcpy(&spec, kernel.piece, sizeof(spec));
	assert_string_equal(spec.target_type, "linear");
	assert_string_equal((char *)kernel.piece + sizeof(spec), "8:1 2048");
	assert_true(spec.next % 8 == 0);
	/* When loaded, from its own start. */
	memcpy(&spec, kernel.piece + spec.next, sizeof(spec));
	assert_int_equal(spec.sector_start, 8);
}

static void assert_not_made(const char *table, unsigned long fails, const char *calls)
{
	struct kx_err err = { "" };
	dev_t dev = 0;

	begin();
	kernel.fails = fails;
	assert_true(mapper_make(&mapper, "vg-var", "LVM-x", table, &dev, &err) < 0);
	assert_true(err.text[0]);
	assert_string_equal(kernel.calls, calls);
}

TEST(nothing_is_left_of_a_device_that_cannot_be_made)
{
	const char good[] = "0 8 linear 8:1 2048\n";

	assert_not_made(good, DM_DEV_CREATE, "create ");
	assert_not_made(good, DM_TABLE_LOAD, "create load remove ");
	assert_not_made(good, DM_DEV_SUSPEND, "create load resume remove ");
	assert_not_made("0 8 linear\n", 0, "create remove ");
	assert_not_made("0 x linear 8:1 1\n", 0, "create remove ");
	assert_not_made("\n", 0, "create remove ");
	assert_not_made("0 8 aTypeWhoseNameIsTooLong 8:1 1\n", 0, "create remove ");
}

/* ---- md's calls ------------------------------------------------------------------------------ */

/*
 * What the kernel makes of an array: @fails is the call that does not work, with @code; @gone is
 * the minor number of a device that is not taken; @active of its members are up to date.
 */
static struct {
	unsigned long fails;
	int code, gone, active;
	char calls[256];
	mdu_array_info_t info;
} md;

static int ask_md(const struct md_calls *calls, unsigned long request, void *data)
{
	static const struct {
		unsigned long request;
		const char *name;
	} names[] = { { SET_ARRAY_INFO, "set" }, { ADD_NEW_DISK, "add" }, { RUN_ARRAY, "run" },
		      { GET_ARRAY_INFO, "get" }, { STOP_ARRAY, "stop" } };

	assert_int_equal(calls->fd, 7);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].request == request)
			sprintf(md.calls + strlen(md.calls), "%s ", names[i].name);
	}
	if (request == ADD_NEW_DISK) {
		assert_int_equal(((mdu_disk_info_t *)data)->major, 8);
		if (((mdu_disk_info_t *)data)->minor == md.gone)
			return -ENXIO;
	}
	if (request == md.fails)
		return md.code;
	if (request == SET_ARRAY_INFO)
		md.info = *(mdu_array_info_t *)data;
	if (request == GET_ARRAY_INFO)
		*(mdu_array_info_t *)data =
			(mdu_array_info_t){ .raid_disks = 2, .active_disks = md.active };
	return 0;
}

/* An array of sda and sdb, of which @least have to be there. */
static int start_array(uint64_t least, unsigned int *runs, struct kx_err *err)
{
	static const struct md_calls calls = { 7, ask_md };
	const dev_t dev[] = { makedev(8, 0), makedev(8, 16) };
	char *members[] = { (char[]){ "sda" }, (char[]){ "sdb" } };
	char name[] = "md0", version[] = "1.2";
	const struct kx_capture_volume volume = {
		.name = name, .metadata = version, .least = least, .member = { members, 2, 2 },
	};
	unsigned int whole = 0;
	int rc = md_start(&calls, &volume, dev, 2, runs, &whole, err);

	if (rc == 0)
		assert_int_equal(whole, 2);
	return rc;
}

static void begin_md(unsigned long fails, int code, int gone, int active)
{
	memset(&md, 0, sizeof(md));
	md.fails = fails;
	md.code = code;
	md.gone = gone;
	md.active = active;
}

TEST(an_array_is_told_and_begins)
{
	struct kx_err err = { "" };
	unsigned int runs = 0;

	begin_md(0, 0, -1, 2);
	assert_int_equal(start_array(1, &runs, &err), 0);
	assert_string_equal(md.calls, "set add add run get ");
	assert_int_equal(runs, 2);
	assert_int_equal(md.info.major_version, 1);
	assert_int_equal(md.info.minor_version, 2);
	assert_int_equal(md.info.raid_disks, 0);
}

TEST(a_mirror_begins_without_members_that_are_no_use)
{
	struct kx_err err = { "" };
	unsigned int runs = 0;

	/* It went away after it was found. */
	begin_md(0, 0, 16, 1);
	assert_int_equal(start_array(1, &runs, &err), 0);
	assert_string_equal(md.calls, "set add add run get ");
	assert_int_equal(runs, 1);
	/* The kernel takes it, but others have counted more events. */
	begin_md(0, 0, -1, 1);
	assert_int_equal(start_array(1, &runs, &err), 0);
	assert_int_equal(runs, 1);
}

TEST(nothing_is_left_of_an_array_that_does_not_begin)
{
	static const struct {
		unsigned long fails;
		uint64_t least;
		int code, gone;
		const char *calls, *says;
	} cases[] = {
		{ SET_ARRAY_INFO, 1, -EBUSY, -1, "set stop ", "superblocks of that version" },
		{ 0, 2, -ENXIO, 16, "set add add stop ", "one of its devices" },
		{ RUN_ARRAY, 1, -EINVAL, -1, "set add add run stop ", "does not take the array" },
		{ RUN_ARRAY, 1, -EIO, 16, "set add add run stop ", "with 1 of 2 members: Input/output "
		  "error; if parity" },
		{ GET_ARRAY_INFO, 1, -ENODEV, -1, "set add add run get stop ", "whether it runs" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kx_err err = { "" };
		unsigned int runs = 7;

		begin_md(cases[i].fails, cases[i].code, cases[i].gone, 2);
		assert_int_equal(start_array(cases[i].least, &runs, &err), cases[i].code);
		assert_string_equal(md.calls, cases[i].calls);
		assert_says(&err, cases[i].says);
		assert_int_equal(runs, 7);
	}
}

TEST(an_array_that_runs_is_left_as_it_is)
{
	static const struct md_calls calls = { 7, ask_md };

	begin_md(0, 0, -1, 2);
	assert_true(md_is_running(&calls));
	assert_string_equal(md.calls, "get ");
	/* Whoever began was killed before it ran. */
	begin_md(GET_ARRAY_INFO, -ENODEV, -1, 0);
	assert_false(md_is_running(&calls));
	assert_string_equal(md.calls, "get stop ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_read_as_lines),
		cmocka_unit_test(how_a_device_is_and_what_it_is_told),
		cmocka_unit_test(a_long_table_is_asked_for_again),
		cmocka_unit_test(what_is_no_table_is_refused),
		cmocka_unit_test(a_device_is_made_with_its_table),
		cmocka_unit_test(nothing_is_left_of_a_device_that_cannot_be_made),
		cmocka_unit_test(an_array_is_told_and_begins),
		cmocka_unit_test(a_mirror_begins_without_members_that_are_no_use),
		cmocka_unit_test(nothing_is_left_of_an_array_that_does_not_begin),
		cmocka_unit_test(an_array_that_runs_is_left_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A dump on a device, whenever the power is cut: what can be recovered is a dump, and true. */
#include <inttypes.h>
#include <unistd.h>

#include "kx/save.h"
#include "tests/unit/disk.h"
#include "tests/unit/dumping.h"

enum { PAGE = 1024, COUNT = 3000 };

static void fill(uint8_t *page, uint64_t pfn)
{
	uint32_t seed = (uint32_t)pfn * 2654435761u + 1;

	for (size_t i = 0; i < PAGE; i++)
		page[i] = (uint8_t)noise(&seed);
}

static struct kx_reader *source(void)
{
	struct kx_reader *ret;
	struct mkelf model;
	uint8_t page[PAGE];

	mkelf_init(&model);
	mkelf_info(&model, "PAGESIZE=%d", PAGE);
	mkelf_load(&model, 0, 0);
	for (uint64_t pfn = 0; pfn < COUNT; pfn++) {
		fill(page, pfn);
		mkelf_bytes(&model.load[0].data, page, PAGE);
	}
	ret = open_written(&model);
	mkelf_done(&model);
	return ret;
}

/* Each takes longer than it may between two flushes. */
static bool tell(void *data, const struct kx_save_progress *progress)
{
	(void)data, (void)progress;
	usleep(1100);
	return true;
}

/* Save until the power goes, and a head says whether it came to that. */
static void save(struct kx_reader *from, struct disk *disk)
{
	const struct kx_save_options options = { .list_limit = 1 << 16,
						 .interval = 1,
						 .tell = tell };
	struct kx_device_writer *writer = begin(disk, 0, 1);
	struct kx_save_result result;
	struct kx_err err = { "" };
	int rc = kx_save(from->dump, kx_device_target(writer, KX_DEVICE_DUMP), &options, &result,
			 &err);

	if (rc != 0)
		fail_msg("%s%s", err.text, result.incomplete);
	end(writer, true);
}

/* Pages of the recovered dump, all of them right. */
static uint64_t count_right(const struct files *files, bool whole)
{
	struct memory_file file = memory_file();
	uint8_t page[PAGE], expected[PAGE];
	struct kx_err err = { "" };
	struct kx_reader *reader;
	uint64_t count = 0;
	bool incomplete;

	mkelf_put(file.fd, files->data[KX_DEVICE_DUMP], files->size[KX_DEVICE_DUMP], 0);
	reader = open_path(file.path);
	incomplete = kx_dump_incomplete(reader->dump);
	for (uint64_t pfn = 0; pfn < COUNT; pfn++) {
		if (kx_reader_phys(reader, pfn * PAGE, page, PAGE, &err) < 0)
			continue;
		fill(expected, pfn);
		if (memcmp(page, expected, PAGE) != 0)
			fail_msg("page %" PRIu64 " is wrong", pfn);
		count++;
	}
	/* The dump itself is whole a little before the device says so. */
	assert_false(whole && incomplete);
	assert_true(incomplete || count == COUNT);
	close_reader(reader);
	close(file.fd);
	return count;
}

TEST(what_is_recovered_is_a_dump_and_true)
{
	struct kx_reader *from = source();
	uint64_t most = 0, writes = UINT64_MAX;
	int parts = 0;

	for (uint64_t cut = 0; cut <= writes; cut++) {
		struct kx_device_head head;
		struct kx_err err = { "" };
		struct files files;
		struct disk disk;
		uint64_t count = 0;

		disk_init(&disk, DISK);
		disk.cut = cut;
		save(from, &disk);
		writes = disk.writes;
		disk_cut(&disk, (uint32_t)cut);
		if (kx_device_find(&disk.io, &head, &err) > 0) {
			assert_int_equal(recover(&disk, &files).damaged, 0);
			/* Its head is the last of what is in front of its pages. */
			if (memcmp(files.data[KX_DEVICE_DUMP], "KDUMP   ", 8) == 0)
				count = count_right(&files, head.state == KX_DEVICE_WHOLE);
			files_done(&files);
		}
		parts += count > 0 && count < COUNT;
		most = count > most ? count : most;
		disk_done(&disk);
	}
	assert_int_equal(most, COUNT);
	assert_true(parts > 3);
	close_reader(from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_recovered_is_a_dump_and_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

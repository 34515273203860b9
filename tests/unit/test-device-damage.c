/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that are damaged, were written by others, or are none: what is wrong is told. */
#include <unistd.h>

#include "kx/bytes.h"
#include "kx/sha256.h"
#include "tests/unit/disk.h"
#include "tests/unit/dumping.h"

TEST(either_head_is_enough)
{
	struct kx_device_head head;
	struct kx_err err = { "" };
	struct disk disk;

	for (int lost = 1; lost <= 3; lost++) {
		disk_init(&disk, DISK);
		free(write_all(&disk, 1, true));
		if (lost & 1)
			disk.cached[100] ^= 1;
		if (lost & 2)
			disk.cached[DISK - 1] ^= 1;
		assert_int_equal(kx_device_find(&disk.io, &head, &err), lost < 3);
		if (lost < 3)
			assert_int_equal(head.state, KX_DEVICE_WHOLE);
		disk_done(&disk);
	}
}

/* A byte in the middle, and one in a chunk's header; a block that cannot be read. */
TEST(damage_is_told_and_the_rest_recovered)
{
	for (int way = 0; way < 4; way++) {
		struct kx_device_report whole, report;
		uint64_t at = 2 * MIB, lost = 0;
		struct files files;
		struct disk disk;
		uint8_t *data;

		disk_init(&disk, DISK);
		data = write_all(&disk, 1, true);
		whole = recover(&disk, &files);
		files_done(&files);
		/* A chunk in the middle. */
		while (memcmp(disk.cached + at, CHUNK_MAGIC, 8) != 0)
			at += BLOCK;
		if (way < 2)
			disk.cached[at + (way ? 70 : 16)] ^= 1;
		else
			disk.bad = at / BLOCK + (way == 2);
		report = recover(&disk, &files);
		assert_true(report.damaged > 0 && report.damaged <= MIB);
		assert_int_equal(report.damaged_at, at);
		assert_int_equal(report.chunks, whole.chunks - 1);
		/* A lost header is known by the next one. */
		assert_int_equal(report.missing, way == 0 || way == 3);
		assert_int_equal(files.size[KX_DEVICE_DUMP], DATA);
		for (size_t i = 0; i < DATA; i++) {
			lost += files.data[KX_DEVICE_DUMP][i] != data[i];
			assert_true(files.data[KX_DEVICE_DUMP][i] == data[i] ||
				    !files.data[KX_DEVICE_DUMP][i]);
		}
		assert_true(lost > 0 && lost <= MIB);
		files_done(&files);
		free(data);
		disk_done(&disk);
	}
}

/* Sizes that a chunk cannot have, sealed by somebody who knows how. */
TEST(chunks_of_impossible_sizes_are_damage)
{
	static const uint32_t size[] = { 0, CHUNK_HEADER - 1, CHUNK + 1, 3 * CHUNK, UINT32_MAX };

	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		struct kx_device_report report;
		struct files files;
		struct disk disk;
		uint8_t *chunk;

		disk_init(&disk, DISK);
		free(write_all(&disk, 1, true));
		chunk = disk.cached + MIB;
		kx_put_le(chunk + CHUNK_SIZE, 4, size[i]);
		device_sum(chunk, CHUNK_HEADER_SUM, chunk + CHUNK_HEADER_SUM, CHUNK_SUM_SIZE);
		report = recover(&disk, &files);
		assert_int_equal(report.damaged_at, MIB);
		assert_int_equal(report.missing, 1);
		files_done(&files);
		disk_done(&disk);
	}
}

TEST(a_device_that_was_cut_gives_what_it_has)
{
	struct kx_device_report report;
	struct files files;
	struct disk disk;

	disk_init(&disk, DISK);
	free(write_all(&disk, 1, true));
	disk.io.size = 3 * MIB;
	report = recover(&disk, &files);
	assert_int_equal(report.damaged_at, report.bytes + MIB);
	assert_true(report.damaged > 2 * MIB);
	assert_true(files.size[KX_DEVICE_DUMP] > MIB / 2);
	files_done(&files);
	disk_done(&disk);
}

/* ---- what others have written ---------------------------------------------------------------- */

static void seal(uint8_t *block)
{
	kx_sha256(kx_sha256_blocks_portable, block, HEAD_SUM, block + HEAD_SUM);
}

TEST(heads_that_contradict_themselves_are_none)
{
	static const struct {
		size_t at;
		unsigned int width;
		uint64_t value;
		int rc;
	} change[] = {
		{ HEAD_STATE, 4, 0, 0 },	  { HEAD_STATE, 4, 4, 0 },
		{ HEAD_RECOVERED, 4, 2, 0 },	  { HEAD_FIRST, 8, 1, 0 },
		{ HEAD_FIRST, 8, DISK, 0 },	  { HEAD_FIRST, 8, UINT64_MAX - 4095, 0 },
		{ HEAD_CHUNKS, 8, DISK, 0 },	  { HEAD_CHUNKS, 8, UINT64_MAX, 0 },
		{ HEAD_SIZE, 8, 0, 0 },		  { HEAD_SIZE, 8, 2 * MIB - 1, 0 },
		{ HEAD_VERSION, 4, 2, -ENOTSUP }, { HEAD_SIZE, 8, UINT64_MAX, 1 },
		{ HEAD_TIME, 8, UINT64_MAX, 1 },
	};
	struct kx_device_head head;
	struct kx_err err = { "" };
	struct disk disk;

	disk_init(&disk, DISK);
	for (size_t i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
		free(write_all(&disk, 1, true));
		memset(disk.cached + DISK - BLOCK, 0, BLOCK);
		kx_put_le(disk.cached + change[i].at, change[i].width, change[i].value);
		seal(disk.cached);
		if (kx_device_find(&disk.io, &head, &err) != change[i].rc)
			fail_msg("change %zu", i);
	}
	disk_done(&disk);
}

TEST(ends_that_cannot_be_read_are_told)
{
	struct kx_device_head head;
	struct kx_err err = { "" };
	struct disk disk;

	disk_init(&disk, DISK);
	disk.io.size = 2 * BLOCK - 1;
	assert_int_equal(kx_device_find(&disk.io, &head, &err), 0);
	disk.io.size = 2 * BLOCK;
	disk.bad = 0;
	assert_int_equal(kx_device_find(&disk.io, &head, &err), 0);
	disk_done(&disk);
}

/* Swap space, as mkswap writes it: Linux, include/linux/swap.h, union swap_header. */
TEST(what_libblkid_knows_is_named)
{
	struct memory_file file = memory_file();
	uint8_t page[4096] = { 0 };
	struct kx_err err = { "" };
	char name[64] = "";
	int rc;

	assert_int_equal(ftruncate(file.fd, 4 * MIB), 0);
	rc = kx_device_signature(file.fd, name, &err);
	if (rc == -ENOTSUP) {
		assert_says(&err, "libblkid");
		close(file.fd);
		return;
	}
	assert_int_equal(rc, 0);
	kx_put_le(page + 1024, 4, 1);
	kx_put_le(page + 1028, 4, 1023);
	memcpy(page + 4086, "SWAPSPACE2", 10);
	assert_int_equal(pwrite(file.fd, page, sizeof(page), 0), sizeof(page));
	assert_int_equal(kx_device_signature(file.fd, name, &err), 1);
	assert_string_equal(name, "swap");
	close(file.fd);
}

/* The same by a descriptor, and there nothing but files and devices. */
TEST(a_copy_of_a_device_does_as_well)
{
	struct memory_file file = memory_file();
	struct kx_device_fd by_fd;
	struct kx_err err = { "" };
	struct files files;
	struct disk disk;
	int pipes[2];
	uint8_t *data;

	assert_int_equal(ftruncate(file.fd, DISK), 0);
	assert_int_equal(kx_device_fd_init(&by_fd, file.fd, &err), 0);
	assert_int_equal(by_fd.io.size, DISK);
	disk_init(&disk, DISK);
	data = write_all((struct disk *)&by_fd, 1, true);
	assert_int_equal(recover((struct disk *)&by_fd, &files).damaged, 0);
	assert_memory_equal(files.data[KX_DEVICE_DUMP], data, DATA);
	assert_true(by_fd.io.read(&by_fd.io, data, 10, DISK - 5) < 0);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(kx_device_fd_init(&by_fd, pipes[0], &err), -ENOTBLK);
	close(pipes[0]);
	close(pipes[1]);
	files_done(&files);
	free(data);
	disk_done(&disk);
	close(file.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(either_head_is_enough),
		cmocka_unit_test(damage_is_told_and_the_rest_recovered),
		cmocka_unit_test(chunks_of_impossible_sizes_are_damage),
		cmocka_unit_test(a_device_that_was_cut_gives_what_it_has),
		cmocka_unit_test(heads_that_contradict_themselves_are_none),
		cmocka_unit_test(ends_that_cannot_be_read_are_told),
		cmocka_unit_test(what_libblkid_knows_is_named),
		cmocka_unit_test(a_copy_of_a_device_does_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

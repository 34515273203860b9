/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps on devices: what was written comes back, what does not fit is refused, and whenever the
 * power is cut, there is what was synced.
 */
#include <inttypes.h>

#include "tests/unit/disk.h"

TEST(what_was_written_comes_back)
{
	for (int whole = 0; whole < 2; whole++) {
		struct kx_device_report report;
		struct kx_device_head head;
		struct files files;
		struct disk disk;
		uint8_t *data;

		disk_init(&disk, DISK + 512 * (uint64_t)whole);
		data = write_all(&disk, 1, whole);
		head = find(&disk);
		assert_int_equal(head.state, whole ? KX_DEVICE_WHOLE : KX_DEVICE_INCOMPLETE);
		assert_int_equal(head.time, 1764181006);
		report = recover(&disk, &files);
		assert_int_equal(report.damaged, 0);
		assert_int_equal(report.missing, 0);
		assert_int_equal(report.bytes, head.chunks);
		assert_int_equal(files.size[KX_DEVICE_DUMP], DATA);
		assert_memory_equal(files.data[KX_DEVICE_DUMP], data, DATA);
		assert_int_equal(files.size[KX_DEVICE_LOG], 5);
		assert_memory_equal(files.data[KX_DEVICE_LOG], "oops\n", 5);
		assert_int_equal(files.size[KX_DEVICE_MANIFEST], 2);
		assert_memory_equal(files.data[KX_DEVICE_MANIFEST], "{}", 2);
		files_done(&files);
		free(data);
		disk_done(&disk);
	}
}

/* No mark of what was there before stays at either end. */
TEST(both_ends_are_wiped)
{
	struct disk disk;

	disk_init(&disk, DISK);
	free(write_all(&disk, 1, true));
	for (size_t i = BLOCK; i < MIB; i++) {
		assert_int_equal(disk.base[i], 0);
		assert_int_equal(disk.base[DISK - MIB + i - BLOCK], 0);
	}
	disk_done(&disk);
}

/* ---- the power is cut ------------------------------------------------------------------------ */

enum { OPS = 900, AREA = 64 * KIB, OP_MAX = 4000 };

/** struct op - a write to the dump; what all of them make of zeros is their number's image */
struct op {
	uint64_t off;
	size_t len;
	uint8_t byte;
};

static struct op op_of(uint32_t *seed)
{
	struct op op = { .len = 1 + noise(seed) % OP_MAX };

	op.off = noise(seed) % (AREA - op.len);
	op.byte = (uint8_t)(1 + noise(seed) % 255);
	return op;
}

/* Write until the power goes; Return: operations that were synced before. */
static int write_until_cut(struct disk *disk, uint32_t seed)
{
	struct kx_device_writer *writer = begin(disk, 0, seed);
	uint8_t bytes[OP_MAX];
	int synced = 0;

	for (int i = 0; i < OPS; i++) {
		struct op op = op_of(&seed);

		memset(bytes, op.byte, op.len);
		assert_int_equal(put(writer, KX_DEVICE_DUMP, bytes, op.len, op.off), 0);
		if (i % 37 == 36) {
			assert_int_equal(sync_part(writer, KX_DEVICE_DUMP), 0);
			if (disk->writes <= disk->cut)
				synced = i + 1;
		}
	}
	kx_device_free(writer);
	return synced;
}

/* Is it what some number of operations make, not fewer than were synced, the last one in part? */
static bool is_prefix(const uint8_t *found, uint32_t seed, int synced)
{
	static uint8_t image[AREA];
	size_t part;

	memset(image, 0, AREA);
	for (int i = 0; i <= OPS; i++) {
		struct op op = op_of(&seed);

		if (i >= synced && memcmp(image, found, AREA) == 0)
			return true;
		for (part = op.len; part > 0 && found[op.off + part - 1] != op.byte; part--)
			;
		memset(image + op.off, op.byte, part);
		if (i >= synced && memcmp(image, found, AREA) == 0)
			return true;
		memset(image + op.off, op.byte, op.len);
	}
	return false;
}

TEST(what_was_synced_outlives_the_power)
{
	struct disk disk;
	int most = 0;

	disk_init(&disk, DISK);
	/* Also over what an earlier save has left. */
	for (uint32_t cut = 0; cut < 100; cut++) {
		struct kx_device_report report;
		struct kx_device_head head;
		struct kx_err err = { "" };
		struct files files;
		int synced, rc;

		disk.cut = cut;
		synced = write_until_cut(&disk, cut + 1);
		disk_cut(&disk, cut + 1);
		most = synced > most ? synced : most;
		rc = kx_device_find(&disk.io, &head, &err);
		/* Before its head is there, there is nothing. */
		if (rc == 0 || head.id != cut + 1) {
			assert_int_equal(synced, 0);
			continue;
		}
		assert_int_equal(head.state, KX_DEVICE_WRITING);
		report = recover(&disk, &files);
		assert_int_equal(report.damaged, 0);
		assert_int_equal(report.missing, 0);
		if (!is_prefix(files.data[KX_DEVICE_DUMP], cut + 1, synced))
			fail_msg("cut after %u writes: not what %d operations or more made", cut,
				 synced);
		files_done(&files);
	}
	assert_true(most > OPS / 2);
	disk_done(&disk);
}

/* What is found when the block at @off is lost. */
static struct kx_device_head find_without(struct disk *disk, uint64_t off)
{
	uint8_t keep = disk->cached[off];
	struct kx_device_head head;

	disk->cached[off] = (uint8_t)~keep;
	head = find(disk);
	disk->cached[off] = keep;
	return head;
}

/* The newer one is believed, and the other one is no older than the sync before. */
TEST(heads_take_turns)
{
	struct kx_device_writer *writer;
	struct disk disk;

	disk_init(&disk, DISK);
	writer = begin(&disk, 0, 1);
	for (uint64_t i = 0; i < 6; i++) {
		struct kx_device_head front, back, both;

		assert_int_equal(put(writer, KX_DEVICE_LOG, "line\n", 5, 5 * i), 0);
		assert_int_equal(sync_part(writer, KX_DEVICE_LOG), 0);
		both = find(&disk);
		front = find_without(&disk, DISK - BLOCK);
		back = find_without(&disk, 0);
		assert_int_equal(both.chunks, BLOCK * (i + 1));
		assert_int_equal(both.sequence, i + 2);
		assert_int_equal(front.sequence + back.sequence, 2 * both.sequence - 1);
	}
	kx_device_free(writer);
	disk_done(&disk);
}

/* The same chunks at the same places, but of the dump before. */
TEST(an_earlier_dump_is_not_taken_for_this_one)
{
	struct kx_device_writer *writer;
	uint8_t *bytes = malloc(MIB);
	struct files files;
	struct disk disk;

	disk_init(&disk, DISK);
	for (int id = 1; id <= 2; id++) {
		writer = begin(&disk, 0, (uint64_t)id);
		memset(bytes, id, MIB);
		for (int i = 0; i < (id == 1 ? 8 : 3); i++) {
			assert_int_equal(put(writer, KX_DEVICE_DUMP, bytes, 900000,
					     (uint64_t)i * 900000),
					 0);
			assert_int_equal(sync_part(writer, KX_DEVICE_DUMP), 0);
		}
		kx_device_free(writer);
	}
	assert_int_equal(recover(&disk, &files).damaged, 0);
	assert_int_equal(files.size[KX_DEVICE_DUMP], 3 * 900000);
	for (size_t i = 0; i < 3 * 900000; i++)
		assert_int_equal(files.data[KX_DEVICE_DUMP][i], 2);
	files_done(&files);
	free(bytes);
	disk_done(&disk);
}

/* Its head says less than there is, and once recovered it is all there still. */
TEST(what_was_recovered_can_be_recovered_again)
{
	struct kx_device_report report, again;
	struct kx_device_head head;
	struct kx_err err = { "" };
	struct files files;
	struct disk disk;

	disk_init(&disk, DISK);
	disk.cut = 38;
	do {
		disk.writes = 0;
		disk.cut++;
		write_until_cut(&disk, (uint32_t)disk.cut);
		head = find(&disk);
		report = recover(&disk, &files);
		files_done(&files);
	} while (report.bytes == head.chunks && disk.cut < 90);
	assert_true(report.bytes > head.chunks);
	disk.cut = UINT64_MAX;
	assert_int_equal(kx_device_mark(&disk.io, &head, &err), 0);
	disk_cut(&disk, 1);
	head = find(&disk);
	assert_true(head.recovered);
	assert_int_equal(head.state, KX_DEVICE_WRITING);
	again = recover(&disk, &files);
	assert_int_equal(again.bytes, report.bytes);
	assert_int_equal(again.damaged, 0);
	files_done(&files);
	disk_done(&disk);
}

/* ---- room ------------------------------------------------------------------------------------ */

TEST(a_device_that_is_too_small_is_not_touched)
{
	static const uint64_t size[] = {
		0, 511, 4096, 1 * MIB, 2 * MIB, 3 * MIB, 3 * MIB + 900 * KIB
	};
	struct kx_device_writer *writer;
	struct kx_err err = { "" };
	struct disk disk;

	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		disk_init(&disk, 4 * MIB);
		disk.io.size = size[i];
		assert_int_equal(kx_device_begin(&disk.io, 2 * MIB, 1, 0, &writer, &err), -ENOSPC);
		assert_says(&err, "log and head");
		assert_int_equal(disk.writes, 0);
		disk_done(&disk);
	}
	disk_init(&disk, DATA);
	writer = begin(&disk, 2 * MIB, 1);
	kx_device_free(writer);
	assert_int_equal(kx_device_begin(&disk.io, UINT64_MAX, 1, 0, &writer, &err), -ENOSPC);
	disk_done(&disk);
}

/* What was reserved has room to the end, and so have the manifest and what says so. */
TEST(a_full_device_still_takes_what_was_reserved)
{
	enum { RESERVED = MIB };
	uint8_t *bytes = calloc(1, MIB);
	struct kx_save_target *dump;
	struct kx_device_writer *writer;
	struct kx_device_head head;
	uint64_t off = RESERVED;
	struct files files;
	struct disk disk;

	disk_init(&disk, 8 * MIB);
	writer = begin(&disk, 0, 1);
	dump = kx_device_target(writer, KX_DEVICE_DUMP);
	assert_int_equal(dump->reserve(dump, 6 * MIB), -ENOSPC);
	assert_int_equal(dump->reserve(dump, UINT64_MAX), -ENOSPC);
	assert_int_equal(dump->reserve(dump, RESERVED), 0);
	while (put(writer, KX_DEVICE_DUMP, bytes, 50000, off) == 0)
		off += 50000;
	assert_true(off > 4 * MIB && off < 6 * MIB);
	assert_int_equal(put(writer, KX_DEVICE_DUMP, bytes, 50000, off), -ENOSPC);
	/* As descriptors come: synced each time. */
	memset(bytes, 'd', MIB);
	for (uint64_t at = 0; at < RESERVED; at += 64 * KIB) {
		assert_int_equal(sync_part(writer, KX_DEVICE_DUMP), 0);
		assert_int_equal(put(writer, KX_DEVICE_DUMP, bytes, 64 * KIB, at), 0);
		assert_int_equal(put(writer, KX_DEVICE_DUMP, bytes, 464, 0), 0);
	}
	assert_int_equal(put(writer, KX_DEVICE_MANIFEST, bytes, 100 * KIB, 0), 0);
	end(writer, false);
	head = find(&disk);
	assert_int_equal(head.state, KX_DEVICE_INCOMPLETE);
	assert_int_equal(recover(&disk, &files).damaged, 0);
	assert_int_equal(files.size[KX_DEVICE_DUMP], off);
	assert_memory_equal(files.data[KX_DEVICE_DUMP], bytes, RESERVED);
	assert_int_equal(files.size[KX_DEVICE_MANIFEST], 100 * KIB);
	files_done(&files);
	free(bytes);
	disk_done(&disk);
}

/* As much as it says, in pieces as a save writes them, with what comes last. */
TEST(there_is_as_much_room_as_it_says)
{
	enum { PIECE = 512 * KIB, HEAD = 4096 };
	uint8_t *bytes = calloc(1, PIECE);

	for (uint64_t size = 3; size < 40; size += 3) {
		struct kx_device_writer *writer;
		struct kx_save_target *dump;
		uint64_t room = 0, after = 0;
		struct disk disk;

		disk_init(&disk, size * MIB);
		writer = begin(&disk, 0, 1);
		dump = kx_device_target(writer, KX_DEVICE_DUMP);
		assert_int_equal(dump->room(dump, &room), 0);
		assert_true(room < size * MIB && room + 3 * MIB > size * MIB);
		for (uint64_t off = 0, len; off < room; off += len) {
			len = room - off < PIECE ? room - off : PIECE;
			assert_int_equal(put(writer, KX_DEVICE_DUMP, bytes, (size_t)len, off), 0);
		}
		assert_int_equal(put(writer, KX_DEVICE_MANIFEST, bytes, 100 * KIB, 0), 0);
		assert_int_equal(dump->room(dump, &after), 0);
		assert_true(after < MIB);
		end(writer, true);
		disk_done(&disk);
	}
	free(bytes);
}

/* Nothing is ever written beyond the room for chunks, whatever still comes. */
TEST(what_does_not_fit_is_refused)
{
	uint8_t bytes[1000] = { 0 };
	struct kx_device_writer *writer;
	struct files files;
	struct disk disk;
	uint64_t off = 0;

	disk_init(&disk, 4 * MIB);
	writer = begin(&disk, 0, 1);
	while (put(writer, KX_DEVICE_LOG, bytes, sizeof(bytes), off) == 0) {
		off += sizeof(bytes);
		assert_int_equal(sync_part(writer, KX_DEVICE_LOG), 0);
	}
	assert_int_equal(kx_device_resize(writer, KX_DEVICE_LOG, 0), -ENOSPC);
	end(writer, false);
	assert_int_equal(recover(&disk, &files).damaged, 0);
	assert_int_equal(files.size[KX_DEVICE_LOG], off);
	files_done(&files);
	disk_done(&disk);
}

TEST(a_failed_write_is_told)
{
	struct kx_device_writer *writer;
	struct kx_err err = { "" };
	struct disk disk;

	disk_init(&disk, DISK);
	disk.bad = 0;
	assert_int_equal(kx_device_begin(&disk.io, 0, 1, 0, &writer, &err), -EIO);
	disk.bad = MIB / BLOCK;
	writer = begin(&disk, 0, 1);
	assert_int_equal(put(writer, KX_DEVICE_LOG, "x", 1, 0), 0);
	assert_int_equal(sync_part(writer, KX_DEVICE_LOG), -EIO);
	assert_int_equal(kx_device_end(writer, true, &err), -EIO);
	kx_device_free(writer);
	assert_int_equal(find(&disk).state, KX_DEVICE_WRITING);
	disk_done(&disk);
}

/* ---- read again before it is called whole ---------------------------------------------------- */

/* A dump whose head is written again at last, as that of a whole one is; @cut: as the disk's. */
static struct kx_device_writer *write_to_check(struct disk *disk, uint64_t cut)
{
	static uint8_t head[2 * BLOCK], pages[3 * MIB];
	struct kx_device_writer *writer;

	disk_init(disk, DISK);
	writer = begin(disk, 0, 1);
	memset(head, 0x11, sizeof(head));
	memset(pages, 0x22, sizeof(pages));
	assert_int_equal(put(writer, KX_DEVICE_LOG, "oops\n", 5, 0), 0);
	assert_int_equal(put(writer, KX_DEVICE_DUMP, head, sizeof(head), 0), 0);
	assert_int_equal(put(writer, KX_DEVICE_DUMP, pages, sizeof(pages), BLOCK), 0);
	assert_int_equal(sync_part(writer, KX_DEVICE_DUMP), 0);
	disk->cut = cut;
	memset(head, 0x33, sizeof(head));
	assert_int_equal(put(writer, KX_DEVICE_DUMP, head, sizeof(head), 0), 0);
	assert_int_equal(sync_part(writer, KX_DEVICE_DUMP), 0);
	return writer;
}

/* Where the last chunk begins: that has the head. */
static uint64_t top_of(const struct disk *disk)
{
	uint64_t at = DISK - 2 * MIB;

	while (at > MIB && memcmp(disk->base + at, CHUNK_MAGIC, 8) != 0)
		at -= BLOCK;
	return at;
}

/* With byte @at, or that of the chunk with the head, being another one; @says: NULL: nothing is */
static int check_changed(uint64_t at, bool in_top, const char *says)
{
	struct kx_err err = { "" };
	struct disk disk;
	struct kx_device_writer *writer = write_to_check(&disk, UINT64_MAX);
	char text[sizeof(err.text)];
	uint64_t top = top_of(&disk);
	int rc;

	assert_true(top > 4 * MIB);
	disk.changed = at + (in_top ? top : 0);
	rc = kx_device_check(writer, &err);
	snprintf(text, sizeof(text), "what is on the disk is not what was written, %s %" PRIu64,
		 says ? says : "", says && strstr(says, "behind") ? top : disk.changed);
	if (rc < 0)
		assert_string_equal(err.text, text);
	kx_device_free(writer);
	disk_done(&disk);
	return rc;
}

TEST(what_is_on_it_is_what_was_written)
{
	static const char at[] = "at byte", behind[] = "in the 8272 bytes behind byte";
	const int front = check_changed(16, false, at);

	/* The pages of a dump are not read again. */
	assert_int_equal(check_changed(MIB + 100, false, NULL), 0);
	/* Of its heads one was written last. */
	assert_true(front == 0 || front == -EIO);
	assert_int_equal(front + check_changed(DISK - BLOCK + 16, false, at), -EIO);
	assert_int_equal(front + check_changed(DISK - 1, false, at), -EIO);
	assert_int_equal(check_changed(0, true, at), -EIO);
	assert_int_equal(check_changed(CHUNK_HEADER - 1, true, at), -EIO);
	assert_int_equal(check_changed(CHUNK_HEADER, true, behind), -EIO);
	assert_int_equal(check_changed(8271, true, behind), -EIO);
	assert_int_equal(check_changed(8272, true, NULL), 0);
}

/* A disk that says it has what it has not, whatever that is. */
TEST(what_a_disk_loses_is_noticed)
{
	struct disk disk;
	struct kx_err err;

	for (uint64_t lost = 0; lost < 4; lost++) {
		struct kx_device_writer *writer = write_to_check(&disk, UINT64_MAX);
		const uint64_t writes = disk.writes;

		kx_device_free(writer);
		disk_done(&disk);
		writer = write_to_check(&disk, writes - lost);
		assert_int_equal(kx_device_check(writer, &err), -EIO);
		kx_device_free(writer);
		disk_done(&disk);
	}
}

TEST(what_cannot_be_read_again_is_told)
{
	struct disk disk;
	struct kx_err err = { "" };
	struct kx_device_writer *writer = write_to_check(&disk, UINT64_MAX);

	disk.bad = top_of(&disk) / BLOCK;
	assert_int_equal(kx_device_check(writer, &err), -EIO);
	assert_says(&err, "cannot be read again");
	kx_device_free(writer);
	disk_done(&disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_comes_back),
		cmocka_unit_test(both_ends_are_wiped),
		cmocka_unit_test(what_was_synced_outlives_the_power),
		cmocka_unit_test(heads_take_turns),
		cmocka_unit_test(an_earlier_dump_is_not_taken_for_this_one),
		cmocka_unit_test(what_was_recovered_can_be_recovered_again),
		cmocka_unit_test(a_device_that_is_too_small_is_not_touched),
		cmocka_unit_test(a_full_device_still_takes_what_was_reserved),
		cmocka_unit_test(there_is_as_much_room_as_it_says),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(a_failed_write_is_told),
		cmocka_unit_test(what_is_on_it_is_what_was_written),
		cmocka_unit_test(what_a_disk_loses_is_noticed),
		cmocka_unit_test(what_cannot_be_read_again_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in the file is true at any moment: when writing fails, when power fails, when somebody
 * stops it, when pages cannot be read.
 */
#include <inttypes.h>
#include <signal.h>
#include <sys/resource.h>

#include "kx/bytes.h"
#include "kx/save.h"
#include "tests/unit/dumping.h"

/* More pages than descriptors are written at a time. */
enum { PAGE = 1024, COUNT = 17000 };

/* Noise in most, zeros in each fifth. */
static void fill(uint8_t *page, uint64_t pfn)
{
	uint32_t noise = (uint32_t)pfn * 2654435761u + 1;

	memset(page, 0, PAGE);
	for (size_t i = 0; i < PAGE && pfn % 5; i++) {
		noise = noise * 1664525 + 1013904223;
		page[i] = (uint8_t)(noise >> 24);
	}
}

static struct kx_reader *source(void)
{
	struct mkelf_buffer *memory;
	struct kx_reader *ret;
	struct mkelf model;
	uint8_t page[PAGE];

	mkelf_init(&model);
	model.cpus = 1;
	mkelf_info(&model, "PAGESIZE=%d", PAGE);
	memory = &mkelf_load(&model, 0, 0)->data;
	for (uint64_t pfn = 0; pfn < COUNT; pfn++) {
		fill(page, pfn);
		mkelf_bytes(memory, page, PAGE);
	}
	ret = open_written(&model);
	mkelf_done(&model);
	return ret;
}

/* Every page that is there is right; how many there are, of each @step'th. */
static uint64_t count_right(struct kx_reader *reader, uint64_t step)
{
	uint8_t page[PAGE], expected[PAGE];
	struct kx_err err = { "" };
	uint64_t count = 0;

	for (uint64_t pfn = 0; pfn < COUNT; pfn += step) {
		if (kx_reader_phys(reader, pfn * PAGE, page, PAGE, &err) < 0)
			continue;
		fill(expected, pfn);
		if (memcmp(page, expected, PAGE) != 0)
			fail_msg("page %" PRIu64 " is wrong", pfn);
		count++;
	}
	return count;
}

/* ---- a target that keeps a journal, and fails ------------------------------------------------ */

/* A write, or, without bytes, a sync. */
struct step {
	uint8_t *bytes;
	size_t len;
	uint64_t off;
};

/* @fails: number of the step that fails, from 1; @front: of the first sync */
struct journal {
	struct kx_save_target target;
	int fd;
	bool keep;
	size_t steps, fails, front;
	struct step step[200];
};

static int next_step(struct journal *j, const void *from, size_t len, uint64_t off)
{
	if (++j->steps == j->fails)
		return -ENOSPC;
	if (!j->keep)
		return 0;
	assert_true(j->steps < 200);
	j->step[j->steps] = (struct step){ .len = len, .off = off };
	if (len) {
		j->step[j->steps].bytes = malloc(len);
		memcpy(j->step[j->steps].bytes, from, len);
	}
	return 0;
}

static int journal_write(struct kx_save_target *target, const void *from, size_t len,
			 uint64_t off)
{
	struct journal *j = (struct journal *)target;
	int rc = next_step(j, from, len, off);

	if (rc == 0)
		mkelf_put(j->fd, from, len, off);
	return rc;
}

static int journal_sync(struct kx_save_target *target)
{
	struct journal *j = (struct journal *)target;
	int rc = next_step(j, NULL, 0, 0);

	/* Up to the first one there is no dump. */
	if (!j->front)
		j->front = j->steps;
	return rc;
}

static const enum kx_save_format formats[] = { KX_SAVE_KDUMP, KX_SAVE_ELF };
enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

static int save(struct kx_reader *from, enum kx_save_format format, struct journal *j,
		struct kx_save_result *result, struct kx_err *err)
{
	const struct kx_save_options options = { .format = format, .level = KX_LEVEL_ZERO,
						 .list_limit = 1 << 20, .jobs = 2 };

	j->target = (struct kx_save_target){ .write = journal_write, .sync = journal_sync };
	return kx_save(from->dump, &j->target, &options, result, err);
}

static void fail_each_step(struct kx_reader *from, enum kx_save_format format)
{
	size_t steps = SIZE_MAX, front = 0;
	bool some = false;

	for (size_t fails = 0; fails <= steps; fails++) {
		struct memory_file file = memory_file();
		struct journal j = { .fd = file.fd, .fails = fails };
		struct kx_save_result result;
		struct kx_err err = { "" };
		struct kx_reader *saved;
		uint64_t count;
		int rc = save(from, format, &j, &result, &err);

		if (fails == 0) {
			steps = j.steps;
			front = j.front;
			assert_int_equal(result.zero, (COUNT + 4) / 5);
		}
		if (fails && fails <= front) {
			assert_int_equal(rc, -ENOSPC);
			close(file.fd);
			continue;
		}
		assert_int_equal(rc, fails != 0);
		if (fails)
			assert_string_equal(result.incomplete, "writing: No space left on device");
		saved = open_path(file.path);
		/* The last step syncs a file that is whole. */
		assert_int_equal(kx_dump_incomplete(saved->dump), fails && fails < steps);
		count = count_right(saved, 1);
		assert_int_equal(count, result.written);
		some |= count > 0 && count < COUNT;
		if (fails == 0 || fails == steps)
			assert_int_equal(count, COUNT);
		close_reader(saved);
		close(file.fd);
	}
	/* Some were saved of what failed in between. */
	assert_true(some);
}

TEST(a_step_that_fails_leaves_a_dump_of_what_was_written)
{
	struct kx_reader *from = source();

	for (size_t i = 0; i < FORMATS; i++)
		fail_each_step(from, formats[i]);
	close_reader(from);
}

/* Power fails after a step, of which, since the last sync, the disk has seen only this one. */
static void fail_power(const struct memory_file *file, const struct step *step)
{
	uint8_t *old = calloc(1, step->len);
	const char *path = file->path;
	struct kx_err err = { "" };
	struct kx_reader *reader;
	uint64_t count;

	assert_true(pread(file->fd, old, step->len, (off_t)step->off) >= 0);
	mkelf_put(file->fd, step->bytes, step->len, step->off);
	if (open_files(&path, 1, &reader, &err) == 0) {
		count = count_right(reader, 7);
		if (!kx_dump_incomplete(reader->dump))
			assert_int_equal(count, (COUNT + 6) / 7);
		close_reader(reader);
	}
	mkelf_put(file->fd, old, step->len, step->off);
	free(old);
}

static void fail_all_power(struct kx_reader *from, enum kx_save_format format)
{
	struct memory_file file = memory_file(), disk = memory_file();
	struct journal *j = calloc(1, sizeof(*j));
	struct kx_save_result result;
	struct kx_err err = { "" };
	size_t synced = 1, syncs = 0;

	j->fd = file.fd;
	j->keep = true;
	assert_int_equal(save(from, format, j, &result, &err), 0);
	for (size_t i = 1; i <= j->steps; i++) {
		const struct step *step = &j->step[i];

		if (step->bytes) {
			fail_power(&disk, step);
			continue;
		}
		syncs++;
		for (; synced < i; synced++) {
			step = &j->step[synced];
			if (step->bytes)
				mkelf_put(disk.fd, step->bytes, step->len, step->off);
			free(step->bytes);
		}
	}
	/* The last step of all is one. */
	assert_null(j->step[j->steps].bytes);
	assert_true(syncs >= 4);
	free(j);
	close(file.fd);
	close(disk.fd);
}

TEST(what_the_disk_has_is_true_whenever_power_fails)
{
	struct kx_reader *from = source();

	for (size_t i = 0; i < FORMATS; i++)
		fail_all_power(from, formats[i]);
	close_reader(from);
}

/* ---- somebody stops it ----------------------------------------------------------------------- */

struct teller {
	enum kx_save_phase stops_in;
	uint64_t stops_at;
	bool stopped;
	uint64_t done[2], calls[2];
};

static bool tell(void *data, const struct kx_save_progress *now)
{
	struct teller *t = data;

	assert_false(t->stopped);
	assert_true(now->done > t->done[now->phase] && now->done <= COUNT);
	t->done[now->phase] = now->done;
	t->calls[now->phase]++;
	/* How much there is to classify is not known; what was classified is there to be copied. */
	if (now->phase == KX_SAVE_COPY) {
		assert_int_equal(t->done[KX_SAVE_CLASSIFY], COUNT);
		assert_int_equal(now->total, COUNT);
		assert_true(now->bytes > 0);
	} else {
		assert_true(now->total == 0 && now->bytes == 0 && t->done[KX_SAVE_COPY] == 0);
	}
	t->stopped = now->phase == t->stops_in && now->done >= t->stops_at;
	return !t->stopped;
}

TEST(who_is_told_is_told_all_and_may_stop_it)
{
	static const struct {
		enum kx_save_phase phase;
		uint64_t at;
		int rc;
	} stop[] = { { KX_SAVE_COPY, COUNT + 1, 0 }, { KX_SAVE_COPY, 1, 1 },
		     { KX_SAVE_COPY, COUNT, 1 }, { KX_SAVE_CLASSIFY, 1, -EINTR } };
	struct kx_reader *from = source();

	for (size_t i = 0; i < sizeof(stop) / sizeof(stop[0]); i++) {
		struct teller t = { .stops_in = stop[i].phase, .stops_at = stop[i].at };
		const struct kx_save_options options = { .list_limit = 1 << 20, .tell = tell,
							 .data = &t, .jobs = 3 };
		struct memory_file file = memory_file();
		struct kx_save_result result;
		struct kx_err err = { "" };
		struct kx_save_file target;

		kx_save_file_init(&target, file.fd);
		assert_int_equal(kx_save(from->dump, &target.target, &options, &result, &err),
				 stop[i].rc);
		if (stop[i].rc < 0) {
			assert_int_equal(lseek(file.fd, 0, SEEK_END), 0);
		} else {
			assert_int_equal(result.written, t.done[KX_SAVE_COPY]);
			assert_true(t.calls[KX_SAVE_CLASSIFY] > 1);
			assert_string_equal(result.incomplete, stop[i].rc ? "stopped" : "");
		}
		close(file.fd);
	}
	close_reader(from);
}

/* ---- threads --------------------------------------------------------------------------------- */

/* Fewer chunks than threads: those that get none end, too. */
TEST(threads_that_have_nothing_to_do_end)
{
	struct kx_reader *from = source();

	for (unsigned int jobs = 1; jobs <= 64; jobs += 63) {
		const struct kx_save_options options = { .level = KX_LEVEL_ZERO, .jobs = jobs,
							 .list_limit = 1 << 20 };
		struct memory_file file = memory_file();
		struct kx_save_result result;
		struct kx_err err = { "" };
		struct kx_reader *saved;
		struct kx_save_file target;

		kx_save_file_init(&target, file.fd);
		assert_int_equal(kx_save(from->dump, &target.target, &options, &result, &err), 0);
		assert_int_equal(result.written, COUNT);
		saved = open_path(file.path);
		assert_int_equal(count_right(saved, 1), COUNT);
		close_reader(saved);
		close(file.fd);
	}
	close_reader(from);
}

/* ---- what cannot be -------------------------------------------------------------------------- */

/* The ranges of @result are those that cannot be read of @count pages; as many as there may be. */
static void assert_lost_ranges(struct kx_reader *from, const struct kx_save_result *result,
			       uint64_t count)
{
	size_t ranges = 0;
	uint8_t page[PAGE];
	struct kx_err err = { "" };
	bool lost = false;

	for (uint64_t pfn = 0; pfn <= count; pfn++) {
		bool before = lost;

		lost = pfn < count && kx_reader_phys(from, pfn * PAGE, page, PAGE, &err) < 0;
		if (ranges < KX_SAVE_LOST_MAX && lost && !before)
			assert_int_equal(result->lost_range[ranges].first, pfn);
		if (ranges < KX_SAVE_LOST_MAX && before && !lost)
			assert_int_equal(result->lost_range[ranges++].last, pfn - 1);
	}
	assert_int_equal(result->lost_ranges, ranges);
	assert_true(ranges > 0);
}

/* More of them than are remembered: every third page's descriptor says nonsense. */
TEST(lost_ranges_are_bounded)
{
	enum { PAGES = 1000, SUB_BLOCKS = 432, BITMAP_BLOCKS = 436, DESCRIPTOR = 24 };
	const struct mkelf_kdump how = { .version = 6, .codec = 0, .block_size = PAGE };
	const struct kx_save_options options = { .list_limit = 1 << 20, .jobs = 2 };
	struct memory_file file = memory_file(), to = memory_file();
	uint8_t page[PAGE], head[PAGE], nonsense[4] = { 0xff, 0xff, 0xff, 0xff };
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_save_file target;
	struct kx_reader *from;
	struct mkelf model;
	uint64_t at;

	mkelf_init(&model);
	mkelf_info(&model, "PAGESIZE=%d", PAGE);
	mkelf_load(&model, 0, 0);
	for (uint64_t pfn = 0; pfn < PAGES; pfn++) {
		fill(page, pfn);
		mkelf_bytes(&model.load[0].data, page, PAGE);
	}
	assert_true(mkelf_kdump(&model, &how, file.fd));
	assert_int_equal(pread(file.fd, head, sizeof(head), 0), sizeof(head));
	at = 1 + kx_get(head + SUB_BLOCKS, 4, false) + kx_get(head + BITMAP_BLOCKS, 4, false);
	for (uint64_t pfn = 0; pfn < PAGES; pfn += 3)
		mkelf_put(file.fd, nonsense, sizeof(nonsense), at * PAGE + pfn * DESCRIPTOR + 8);
	from = open_path(file.path);
	kx_save_file_init(&target, to.fd);
	assert_int_equal(kx_save(from->dump, &target.target, &options, &result, &err), 1);
	assert_int_equal(result.lost, (PAGES + 2) / 3);
	assert_int_equal(result.lost_ranges, KX_SAVE_LOST_MAX);
	assert_lost_ranges(from, &result, PAGES);
	close_reader(from);
	close(file.fd);
	close(to.fd);
	mkelf_done(&model);
}

/* Of 1000 pages only @readable can be read: these are saved. */
static void save_readable(struct kx_reader *from, enum kx_save_format format, uint64_t readable)
{
	const struct kx_save_options options = { .format = format, .list_limit = 1 << 20,
						 .jobs = 2 };
	struct memory_file to = memory_file();
	uint8_t page[PAGE], expected[PAGE];
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_save_file target;
	struct kx_reader *saved;

	kx_save_file_init(&target, to.fd);
	assert_int_equal(kx_save(from->dump, &target.target, &options, &result, &err), 1);
	assert_int_equal(result.kept, 1000);
	assert_int_equal(result.written, readable);
	assert_int_equal(result.lost, 1000 - readable);
	assert_non_null(strstr(result.incomplete, " pages could not be read"));
	assert_lost_ranges(from, &result, 1000);
	saved = open_path(to.path);
	assert_true(kx_dump_incomplete(saved->dump));
	for (uint64_t pfn = 0; pfn < 1000; pfn++) {
		int rc = kx_reader_phys(from, pfn * PAGE, expected, PAGE, &err);

		assert_int_equal(kx_reader_phys(saved, pfn * PAGE, page, PAGE, &err) == 0,
				 rc == 0);
		if (rc == 0)
			assert_memory_equal(page, expected, PAGE);
	}
	close_reader(saved);
	close(to.fd);
}

TEST(pages_that_cannot_be_read_are_counted_and_left_out)
{
	const struct mkelf_kdump how = { .version = 6, .codec = KX_PAGE_CODEC_ZLIB,
					 .block_size = PAGE };
	struct memory_file file = memory_file();
	uint8_t page[PAGE], damage[3000];
	struct kx_err err = { "" };
	struct kx_reader *from;
	struct mkelf model;
	uint64_t readable = 0;

	if (!mkelf_has_codec(how.codec) || !kx_page_codec_usable(how.codec)) {
		close(file.fd);
		skip();
	}
	mkelf_init(&model);
	mkelf_info(&model, "PAGESIZE=%d", PAGE);
	mkelf_load(&model, 0, 0);
	for (uint64_t pfn = 0; pfn < 1000; pfn++) {
		fill(page, pfn);
		/* So that it shrinks. */
		memset(page + 300, 7, PAGE - 300);
		mkelf_bytes(&model.load[0].data, page, PAGE);
	}
	assert_true(mkelf_kdump(&model, &how, file.fd));
	memset(damage, 0xff, sizeof(damage));
	mkelf_put(file.fd, damage, sizeof(damage), (uint64_t)lseek(file.fd, 0, SEEK_END) - 9000);
	from = open_path(file.path);
	for (uint64_t pfn = 0; pfn < 1000; pfn++)
		readable += kx_reader_phys(from, pfn * PAGE, page, PAGE, &err) == 0;
	assert_true(readable > 950 && readable < 1000);

	for (size_t i = 0; i < FORMATS; i++)
		save_readable(from, formats[i], readable);
	close_reader(from);
	close(file.fd);
	mkelf_done(&model);
}

TEST(room_for_what_is_around_pages_is_taken_first)
{
	const struct kx_save_options options = { .list_limit = 1 << 20 };
	struct memory_file file = memory_file();
	struct kx_reader *from = source();
	struct rlimit before, limit;
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_save_file target;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = COUNT * 24;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	kx_save_file_init(&target, file.fd);
	assert_int_equal(kx_save(from->dump, &target.target, &options, &result, &err),
			 -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_says(&err, "no room for the head of the dump");
	close_reader(from);
	close(file.fd);
}

TEST(what_cannot_be_met_is_refused)
{
	struct kx_save_options options = { .list_limit = 1 << 20, .level = KX_LEVEL_MAX + 1 };
	struct journal j = { .fd = -1,
			     .target = { .write = journal_write, .sync = journal_sync } };
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_reader *from = source();
	struct mkelf model;

	assert_int_equal(kx_save(from->dump, &j.target, &options, &result, &err), -EINVAL);
	assert_says(&err, "dump level 32, at most 31");
	options.level = 0;
	/* No codec's number. */
	options.codec = 0x40;
	assert_int_equal(kx_save(from->dump, &j.target, &options, &result, &err), -ENOTSUP);
	close_reader(from);

	/* Pages of arm64 have 4, 16 or 64 KiB. */
	mkelf_init(&model);
	model.machine = 183;
	mkelf_bytes(&mkelf_load(&model, 0, 0)->data, NULL, 4096);
	from = open_written(&model);
	options.codec = 0;
	assert_int_equal(kx_save(from->dump, &j.target, &options, &result, &err), -ENODATA);
	assert_says(&err, "does not say its page size");
	assert_int_equal(j.steps, 0);
	close_reader(from);
	mkelf_done(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_that_fails_leaves_a_dump_of_what_was_written),
		cmocka_unit_test(what_the_disk_has_is_true_whenever_power_fails),
		cmocka_unit_test(who_is_told_is_told_all_and_may_stop_it),
		cmocka_unit_test(lost_ranges_are_bounded),
		cmocka_unit_test(threads_that_have_nothing_to_do_end),
		cmocka_unit_test(pages_that_cannot_be_read_are_counted_and_left_out),
		cmocka_unit_test(room_for_what_is_around_pages_is_taken_first),
		cmocka_unit_test(what_cannot_be_met_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

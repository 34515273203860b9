/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every container that is read is written in every format and comes back from it: the same memory,
 * the same notes, the same machine.
 */
#include <elf.h>
#include <inttypes.h>

#include "kx/save.h"
#include "tests/unit/dumping.h"

enum { PAGE = 4096, COUNT = 40, GAP_AT = 10, GAP_END = 15 };

static const struct machine {
	unsigned int width;
	bool big;
	uint16_t elf;
	const char *uts;
	bool packed;
} machines[] = {
	{ 8, false, EM_X86_64, "x86_64", false }, { 8, true, EM_PPC64, "ppc64", false },
	{ 4, false, EM_386, "i686", true },	  { 4, false, EM_ARM, "armv7l", false },
	{ 4, true, EM_PPC, "ppc", false },
};

enum { MACHINES = sizeof(machines) / sizeof(machines[0]) };

/* Text, noise and zeros, in two pieces. */
static void model_of(const struct machine *machine, struct mkelf *model)
{
	struct mkelf_load *load;
	uint8_t page[PAGE];

	mkelf_init(model);
	model->width = machine->width;
	model->big_endian = machine->big;
	model->machine = machine->elf;
	model->packed = machine->packed;
	snprintf(model->uts_machine, sizeof(model->uts_machine), "%s", machine->uts);
	model->cpus = 3;
	mkelf_info(model, "OSRELEASE=" RELEASE);
	mkelf_info(model, "PAGESIZE=%d", PAGE);
	load = mkelf_load(model, 0, 0);
	for (uint64_t pfn = 0; pfn < COUNT; pfn++) {
		uint32_t noise = (uint32_t)pfn + 1;

		if (pfn == GAP_AT) {
			pfn = GAP_END;
			load = mkelf_load(model, 0, pfn * PAGE);
		}
		for (size_t i = 0; i < PAGE; i++) {
			noise = noise * 1664525 + 1013904223;
			page[i] = pfn % 3 == 0 ? 0 : (uint8_t)(pfn % 3 == 1 ? pfn : noise >> 24);
		}
		mkelf_bytes(&load->data, page, PAGE);
	}
}

static void assert_same_memory(struct kx_reader *a, struct kx_reader *b)
{
	struct kx_run one = { 0 }, other = { 0 };
	uint8_t page[PAGE], again[PAGE];
	struct kx_err err = { "" };

	for (uint64_t pfn = 0; pfn < COUNT + 5; pfn++) {
		int rc = kx_reader_phys(a, pfn * PAGE, page, PAGE, &err);

		assert_int_equal(rc == 0, pfn < COUNT && (pfn < GAP_AT || pfn >= GAP_END));
		assert_int_equal(kx_reader_phys(b, pfn * PAGE, again, PAGE, &err), rc);
		if (rc == 0)
			assert_memory_equal(again, page, PAGE);
	}
	/* Both end where memory does. */
	while (kx_reader_next(a, one.end, &one, &err) > 0)
		;
	while (kx_reader_next(b, other.end, &other, &err) > 0)
		;
	assert_int_equal(one.end, other.end);
}

static void assert_same_facts(const struct kx_dump *a, const struct kx_dump *b, bool notes)
{
	struct kx_span info = kx_dump_vmcoreinfo(a)->text, again = kx_dump_vmcoreinfo(b)->text;

	assert_int_equal(kx_dump_machine(b), kx_dump_machine(a));
	assert_int_equal(kx_dump_big_endian(b), kx_dump_big_endian(a));
	assert_int_equal(kx_dump_long_size(b), kx_dump_long_size(a));
	assert_int_equal(again.len, info.len);
	assert_memory_equal(again.base, info.base, info.len);
	assert_false(kx_dump_incomplete(b));
	if (notes)
		assert_int_equal(kx_dump_cpus(b), kx_dump_cpus(a));
}

static struct kx_reader *convert(struct kx_reader *from, enum kx_save_format format, bool flat)
{
	const struct kx_save_options options = { .format = format, .list_limit = 1 << 20 };
	struct memory_file file = memory_file();
	struct kx_save_result result;
	struct kx_save_file target;
	struct kx_save_stream stream;
	struct kx_save_flat pipe;
	struct kx_err err = { "" };
	struct kx_reader *ret;
	int rc;

	kx_save_file_init(&target, file.fd);
	kx_save_stream_init(&stream, file.fd);
	kx_save_flat_init(&pipe, &stream.target);
	rc = kx_save(from->dump, flat ? &pipe.target : &target.target, &options, &result, &err);
	if (rc != 0)
		fail_msg("%s", err.text);
	if (flat)
		assert_int_equal(kx_save_flat_end(&pipe), 0);
	ret = open_path(file.path);
	close(file.fd);
	return ret;
}

/* To each format and on to each. */
static void there_and_back(struct kx_reader *from, bool notes)
{
	for (unsigned int way = 0; way < 8; way++) {
		struct kx_reader *there = convert(from, way & 1 ? KX_SAVE_ELF : KX_SAVE_KDUMP,
						  way & 4);
		struct kx_reader *back = convert(there, way & 2 ? KX_SAVE_ELF : KX_SAVE_KDUMP,
						 false);

		assert_same_memory(from, there);
		assert_same_facts(from->dump, there->dump, notes);
		assert_same_memory(from, back);
		assert_same_facts(from->dump, back->dump, notes);
		close_reader(there);
		close_reader(back);
	}
}

TEST(elf_files_come_back)
{
	for (size_t i = 0; i < MACHINES; i++) {
		struct memory_file file = memory_file(), flat = memory_file();
		struct kx_reader *from;
		struct mkelf model;

		model_of(&machines[i], &model);
		mkelf_write(&model, file.fd);
		from = open_path(file.path);
		there_and_back(from, true);
		close_reader(from);
		mkelf_flatten(file.fd, flat.fd, 777, true);
		from = open_path(flat.path);
		there_and_back(from, true);
		close_reader(from);
		close(file.fd);
		close(flat.fd);
		mkelf_done(&model);
	}
}

TEST(kdump_compressed_files_come_back)
{
	static const uint32_t codec[] = { 0, KX_PAGE_CODEC_ZLIB, KX_PAGE_CODEC_LZO,
					  KX_PAGE_CODEC_SNAPPY, KX_PAGE_CODEC_ZSTD };

	for (size_t i = 0; i < MACHINES * 4 * 5; i++) {
		/* Before version 3 there is no VMCOREINFO, before 4 there are no notes. */
		const struct mkelf_kdump how = { .version = 3 + (int)(i % 4),
						 .codec = codec[i / 4 % 5], .block_size = PAGE };
		struct memory_file file = memory_file();
		struct kx_reader *from;
		struct mkelf model;

		model_of(&machines[i / 20], &model);
		if (kx_page_codec_usable(how.codec) && mkelf_kdump(&model, &how, file.fd)) {
			from = open_path(file.path);
			there_and_back(from, how.version >= 4);
			close_reader(from);
		}
		close(file.fd);
		mkelf_done(&model);
	}
}

/* As makedumpfile --split writes them. */
TEST(parts_become_one)
{
	enum { PARTS = 3 };

	for (size_t i = 0; i < MACHINES; i++) {
		struct memory_file file[PARTS];
		const char *path[PARTS];
		struct kx_err err = { "" };
		struct kx_reader *from;
		struct mkelf model;

		model_of(&machines[i], &model);
		for (size_t k = 0; k < PARTS; k++) {
			const struct mkelf_kdump how = {
				.version = 6, .block_size = PAGE, .split = true,
				.start_pfn = COUNT * k / PARTS, .end_pfn = COUNT * (k + 1) / PARTS,
			};

			file[k] = memory_file();
			path[k] = file[k].path;
			assert_true(mkelf_kdump(&model, &how, file[k].fd));
		}
		assert_int_equal(open_files(path, PARTS, &from, &err), 0);
		there_and_back(from, true);
		close_reader(from);
		for (size_t k = 0; k < PARTS; k++)
			close(file[k].fd);
		mkelf_done(&model);
	}
}

/* @from as @count files, opened together; the last one first. */
static struct kx_reader *split(struct kx_reader *from, size_t count,
			       const struct kx_save_options *options)
{
	struct memory_file file[2 * COUNT];
	struct kx_save_file target[2 * COUNT];
	struct kx_save_target *targets[2 * COUNT];
	const char *path[2 * COUNT];
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_reader *ret;

	for (size_t i = 0; i < count; i++) {
		file[i] = memory_file();
		path[count - 1 - i] = file[i].path;
		kx_save_file_init(&target[i], file[i].fd);
		targets[i] = &target[i].target;
	}
	if (kx_save_split(from->dump, targets, count, options, &result, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(result.written, COUNT - (GAP_END - GAP_AT));
	assert_int_equal(result.zero > 0, options->level & KX_LEVEL_ZERO);
	if (open_files(path, count, &ret, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < count; i++)
		close(file[i].fd);
	return ret;
}

TEST(one_becomes_parts)
{
	/* Also more parts than there are pages. */
	static const size_t count[] = { 2, 3, 7, COUNT - (GAP_END - GAP_AT), 2 * COUNT };

	for (size_t i = 0; i < MACHINES * 5; i++) {
		const struct kx_save_options options = {
			.level = i % 2, .codec = i % 3 ? 0 : KX_PAGE_CODEC_ZLIB, .jobs = 3,
			.valuable_first = i % 4 == 1, .list_limit = 1 << 20,
		};
		struct kx_reader *from, *parts;
		struct mkelf model;

		if (!kx_page_codec_usable(options.codec))
			continue;
		model_of(&machines[i / 5], &model);
		from = open_written(&model);
		parts = split(from, count[i % 5], &options);
		assert_same_memory(from, parts);
		assert_same_facts(from->dump, parts->dump, true);
		there_and_back(parts, true);
		close_reader(parts);
		close_reader(from);
		mkelf_done(&model);
	}
}

/* Whoever is told is told of all parts together, and stops all of them. */
static bool tell(void *data, const struct kx_save_progress *now)
{
	uint64_t *done = data;

	if (now->phase != KX_SAVE_COPY)
		return true;
	assert_int_equal(now->total, COUNT - (GAP_END - GAP_AT));
	assert_true(now->done > *done && now->done <= now->total);
	*done = now->done;
	return *done < 20;
}

TEST(parts_are_one_to_who_is_told)
{
	struct memory_file file[2] = { memory_file(), memory_file() };
	struct kx_save_file target[2];
	struct kx_save_target *targets[2] = { &target[0].target, &target[1].target };
	const char *path[] = { file[0].path, file[1].path };
	uint64_t done = 0;
	const struct kx_save_options options = { .list_limit = 1 << 20, .tell = tell,
						 .data = &done };
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_reader *from, *parts;
	struct mkelf model;

	model_of(&machines[0], &model);
	from = open_written(&model);
	for (size_t i = 0; i < 2; i++)
		kx_save_file_init(&target[i], file[i].fd);
	assert_int_equal(kx_save_split(from->dump, targets, 2, &options, &result, &err), 1);
	assert_non_null(strstr(result.incomplete, ": stopped"));
	assert_int_equal(result.written, done);
	assert_int_equal(open_files(path, 2, &parts, &err), 0);
	assert_true(kx_dump_incomplete(parts->dump));
	close_reader(parts);
	close_reader(from);
	for (size_t i = 0; i < 2; i++)
		close(file[i].fd);
	mkelf_done(&model);
}

TEST(only_kdump_compressed_dumps_have_parts)
{
	const struct kx_save_options options = { .format = KX_SAVE_ELF, .list_limit = 1 << 20 };
	struct kx_save_target *targets[2] = { NULL, NULL };
	struct kx_save_file target;
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_reader *from;
	struct mkelf model;

	kx_save_file_init(&target, -1);
	targets[0] = targets[1] = &target.target;
	model_of(&machines[0], &model);
	from = open_written(&model);
	assert_int_equal(kx_save_split(from->dump, targets, 2, &options, &result, &err), -EINVAL);
	assert_says(&err, "2 parts of a dump, which is ELF");
	close_reader(from);
	mkelf_done(&model);
}

TEST(a_dump_of_nothing_is_none)
{
	const struct mkelf_kdump how = { .version = 6, .block_size = PAGE };
	static const uint8_t none[PAGE];
	struct memory_file file = memory_file();
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_reader *from;
	struct mkelf model;

	/* Memory that the dump does not have: no bit is set in either bitmap. */
	model_of(&machines[0], &model);
	assert_true(mkelf_kdump(&model, &how, file.fd));
	mkelf_put(file.fd, none, PAGE, 2 * PAGE);
	mkelf_put(file.fd, none, PAGE, 3 * PAGE);
	from = open_path(file.path);
	for (unsigned int i = 0; i < 2; i++) {
		const struct kx_save_options options = {
			.format = i ? KX_SAVE_ELF : KX_SAVE_KDUMP, .list_limit = 1 << 20,
		};
		struct memory_file to = memory_file();
		struct kx_save_file target;

		kx_save_file_init(&target, to.fd);
		assert_int_equal(kx_save(from->dump, &target.target, &options, &result, &err),
				 -ENODATA);
		assert_says(&err, "no page that is to be saved");
		assert_int_equal(lseek(to.fd, 0, SEEK_END), 0);
		close(to.fd);
	}
	close_reader(from);
	close(file.fd);
	mkelf_done(&model);
}

/* What a file says of its level is said on, with what is left out now. */
TEST(levels_add_up)
{
	static const unsigned int level[] = { 16, 1, 0 };
	struct kx_reader *from;
	struct mkelf model;

	model_of(&machines[0], &model);
	from = open_written(&model);
	for (size_t i = 0; i < sizeof(level) / sizeof(level[0]); i++) {
		const struct kx_save_options options = { .level = level[i],
							 .list_limit = 1 << 20 };
		struct memory_file file = memory_file();
		uint32_t before = kx_dump_level(from->dump);
		struct kx_save_result result;
		struct kx_save_file target;
		struct kx_err err = { "" };

		kx_save_file_init(&target, file.fd);
		assert_int_equal(kx_save(from->dump, &target.target, &options, &result, &err), 0);
		close_reader(from);
		from = open_path(file.path);
		close(file.fd);
		assert_int_equal(kx_dump_level(from->dump), before | level[i]);
	}
	assert_int_equal(kx_dump_level(from->dump), 17);
	close_reader(from);
	mkelf_done(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elf_files_come_back),
		cmocka_unit_test(kdump_compressed_files_come_back),
		cmocka_unit_test(parts_become_one),
		cmocka_unit_test(one_becomes_parts),
		cmocka_unit_test(parts_are_one_to_who_is_told),
		cmocka_unit_test(only_kdump_compressed_dumps_have_parts),
		cmocka_unit_test(a_dump_of_nothing_is_none),
		cmocka_unit_test(levels_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

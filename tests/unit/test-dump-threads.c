/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several threads read the same dump, each through a reader of its own, and read what is in it. */
#include <inttypes.h>
#include <pthread.h>

#include "kx/page_codec.h"
#include "tests/unit/dumping.h"

enum { THREADS = 4, LOADS = 20, READS = 300, LOAD_SIZE = 5 * 4096 + 100 };

/* Memory in 20 places 1 GiB apart: the bitmap of stored pages is counted in many steps. */
static void model_machine(struct mkelf *model)
{
	model_kernel(model);
	for (uint64_t i = 1; i <= LOADS; i++) {
		struct mkelf_load *load = mkelf_load(model, 0, i * GIB);
		uint64_t z = i;

		for (size_t j = 0; j < LOAD_SIZE / 4; j++) {
			z = z * 6364136223846793005 + 1442695040888963407;
			mkelf_number(&load->data, false, 4, z >> 60 ? j : z >> 32);
		}
	}
}

struct worker {
	pthread_t thread;
	pthread_barrier_t *start;
	const struct mkelf *model;
	struct kx_reader *reader;
	uint64_t seed;
	char wrong[300]; /* what the first wrong read was; asserting is for the main thread */
};

static void read_somewhere(struct worker *w)
{
	static const char release[] = RELEASE;
	const struct mkelf_load *load;
	uint8_t bytes[3 * 4096];
	struct kx_err err = { "" };
	uint64_t off, len;
	int rc;

	w->seed = w->seed * 6364136223846793005 + 1442695040888963407;
	load = &w->model->load[(w->seed >> 33) % w->model->count];
	off = (w->seed >> 20) % load->data.len;
	len = load->data.len - off < sizeof(bytes) ? load->data.len - off : sizeof(bytes);
	rc = kx_reader_phys(w->reader, load->paddr + off, bytes, len, &err);
	if (rc < 0 || memcmp(bytes, load->data.base + off, len) != 0)
		snprintf(w->wrong, sizeof(w->wrong), "0x%" PRIx64 ": %d %.200s", load->paddr + off,
			 rc, err.text);
	rc = kx_reader_virt(w->reader, IMAGE_VIRT + 0x1000 + 130, bytes, sizeof(release), &err);
	if (rc < 0 || memcmp(bytes, release, sizeof(release)) != 0)
		snprintf(w->wrong, sizeof(w->wrong), "release: %d %.200s", rc, err.text);
}

static void *work(void *data)
{
	struct worker *w = data;

	pthread_barrier_wait(w->start);
	for (int i = 0; i < READS && !w->wrong[0]; i++)
		read_somewhere(w);
	return NULL;
}

static void check_threads(const char *const *path, size_t count, const struct mkelf *model)
{
	static struct worker workers[THREADS];
	struct kx_err err = { "" };
	pthread_barrier_t start;
	struct kx_dump *dump;

	if (kx_dump_open(&dump, path, count, &err) < 0)
		fail_msg("%s", err.text);
	pthread_barrier_init(&start, NULL, THREADS);
	for (uint64_t i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .start = &start, .model = model, .seed = i };
		assert_int_equal(kx_reader_new(dump, &workers[i].reader, &err), 0);
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		if (workers[i].wrong[0])
			fail_msg("thread %zu: %s", i, workers[i].wrong);
		assert_false(kx_reader_incomplete(workers[i].reader));
		kx_reader_free(workers[i].reader);
	}
	pthread_barrier_destroy(&start);
	kx_dump_close(dump);
}

TEST(threads_share_an_elf_dump)
{
	struct memory_file file = memory_file();
	const char *path = file.path;
	struct mkelf model;

	model_machine(&model);
	mkelf_write(&model, file.fd);
	check_threads(&path, 1, &model);
	close(file.fd);
	mkelf_done(&model);
}

TEST(threads_share_kdump_compressed_dumps_of_every_codec)
{
	static const uint32_t codec[] = { KX_PAGE_CODEC_NONE, KX_PAGE_CODEC_ZLIB, KX_PAGE_CODEC_LZO,
					  KX_PAGE_CODEC_SNAPPY, KX_PAGE_CODEC_ZSTD };
	struct mkelf model;

	model_machine(&model);
	for (size_t i = 0; i < sizeof(codec) / sizeof(codec[0]); i++) {
		struct mkelf_kdump how = { .version = 6, .block_size = 4096, .codec = codec[i] };
		struct memory_file file = memory_file();
		const char *path = file.path;

		if (mkelf_kdump(&model, &how, file.fd))
			check_threads(&path, 1, &model);
		close(file.fd);
	}
	mkelf_done(&model);
}

TEST(threads_share_the_parts_of_a_dump)
{
	const uint64_t bound[] = { 0, 0x1002, UINT64_C(2) * GIB / 4096 + 1,
				   UINT64_C(30) * GIB / 4096 };
	struct memory_file file[3];
	const char *path[3];
	struct mkelf model;

	model_machine(&model);
	for (size_t i = 0; i < 3; i++) {
		struct mkelf_kdump how = { .version = 6, .block_size = 4096, .max_pfn = bound[3] };

		how.split = true;
		how.start_pfn = bound[i];
		how.end_pfn = bound[i + 1];
		file[i] = memory_file();
		assert_true(mkelf_kdump(&model, &how, file[i].fd));
		path[i] = file[i].path;
	}
	check_threads(path, 3, &model);
	for (size_t i = 0; i < 3; i++)
		close(file[i].fd);
	mkelf_done(&model);
}

TEST(threads_share_a_flattened_dump)
{
	struct memory_file plain = memory_file(), flat = memory_file();
	struct mkelf_kdump how = { .version = 6, .block_size = 4096 };
	const char *path = flat.path;
	struct mkelf model;

	model_machine(&model);
	assert_true(mkelf_kdump(&model, &how, plain.fd));
	mkelf_flatten(plain.fd, flat.fd, 65536, true);
	check_threads(&path, 1, &model);
	close(plain.fd);
	close(flat.fd);
	mkelf_done(&model);
}

/* What fills a pipe: as many bytes as there are, whoever reads them. */
struct feeder {
	int from, to;
};

static void *feed(void *data)
{
	const struct feeder *feeder = data;
	char bytes[65536];
	off_t off = 0;
	ssize_t got;

	while ((got = pread(feeder->from, bytes, sizeof(bytes), off)) > 0 &&
	       write(feeder->to, bytes, (size_t)got) == got)
		off += got;
	close(feeder->to);
	return NULL;
}

TEST(threads_share_what_comes_through_a_pipe)
{
	struct memory_file plain = memory_file();
	struct feeder feeder = { .from = plain.fd };
	const char *path;
	struct mkelf model;
	pthread_t thread;
	char name[64];
	int end[2];

	model_machine(&model);
	mkelf_write(&model, plain.fd);
	assert_int_equal(pipe(end), 0);
	feeder.to = end[1];
	snprintf(name, sizeof(name), "/proc/self/fd/%d", end[0]);
	path = name;
	assert_int_equal(pthread_create(&thread, NULL, feed, &feeder), 0);
	check_threads(&path, 1, &model);
	/* What nobody wanted is still in the pipe. */
	while (read(end[0], name, sizeof(name)) > 0)
		;
	pthread_join(thread, NULL);
	close(end[0]);
	close(plain.fd);
	mkelf_done(&model);
}

TEST(what_a_reader_finds_out_is_its_own)
{
	struct mkelf_kdump how = { .version = 6, .block_size = 4096 };
	struct memory_file file = memory_file();
	struct kx_reader *unlucky, *other;
	struct kx_err err = { "" };
	struct mkelf model;
	uint8_t byte;

	model_kernel(&model);
	assert_true(mkelf_kdump(&model, &how, file.fd));
	/* The end of the last page, which nothing reads while the dump is opened. */
	assert_int_equal(ftruncate(file.fd, lseek(file.fd, 0, SEEK_END) - 5), 0);
	unlucky = open_path(file.path);
	assert_int_equal(kx_reader_new(unlucky->dump, &other, &err), 0);
	assert_int_equal(kx_reader_phys(unlucky, IMAGE_PHYS + 0x7000, &byte, 1, &err), -EFAULT);
	assert_int_equal(kx_reader_phys(other, IMAGE_PHYS, &byte, 1, &err), 0);
	assert_true(kx_reader_incomplete(unlucky));
	assert_false(kx_reader_incomplete(other));
	assert_false(kx_dump_incomplete(unlucky->dump));
	assert_false(kx_reader_lacks_codec(unlucky));
	kx_reader_free(other);
	close_reader(unlucky);
	close(file.fd);
	mkelf_done(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_share_an_elf_dump),
		cmocka_unit_test(threads_share_kdump_compressed_dumps_of_every_codec),
		cmocka_unit_test(threads_share_the_parts_of_a_dump),
		cmocka_unit_test(threads_share_a_flattened_dump),
		cmocka_unit_test(threads_share_what_comes_through_a_pipe),
		cmocka_unit_test(what_a_reader_finds_out_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

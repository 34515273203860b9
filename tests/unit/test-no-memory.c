/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever memory is refused, and then whatever comes after it: -ENOMEM and a reason, or it was not
 * needed; never a crash. Nothing that was granted is kept, and no file is left open, in success and
 * in failure. The linker puts the functions here in place of those of libc, for us and not for
 * other libraries.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kx/page_codec.h"
#include "kx/printk.h"
#include "kx/unwrap.h"
#include "tests/tools/mkprb.h"
#include "tests/tools/mkwrap.h"
#include "tests/unit/boards.h"
#include "tests/unit/dumping.h"
#include "tests/unit/sound_dt.h"

/* Requests that are still granted; below 0: all are. */
static long granted = -1;
/* Is only one refused, and was any? */
static bool once, refused;

static bool refuses(void)
{
	if (granted != 0) {
		granted -= granted > 0;
		return false;
	}
	refused = true;
	if (once)
		granted = -1;
	errno = ENOMEM;
	return true;
}

/* What was granted and not given back. */
static void *live[1 << 16];
static size_t n_live;

static void forget(const void *bytes)
{
	size_t i = n_live;

	while (i > 0 && live[i - 1] != bytes)
		i--;
	/* Others' memory, as scandir()'s, is not among them. */
	if (bytes && i > 0)
		live[i - 1] = live[--n_live];
}

static void *remember(void *bytes)
{
	assert_true(n_live < sizeof(live) / sizeof(live[0]));
	if (bytes)
		live[n_live++] = bytes;
	return bytes;
}

static void *replace(void *old, void *bytes)
{
	if (bytes)
		forget(old);
	return remember(bytes);
}

#define WRAPPED(type, name, parameters, granted) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type __wrap_##name parameters \
	{ \
		return refuses() ? NULL : granted; \
	}

WRAPPED(void *, malloc, (size_t size), remember(__real_malloc(size)))
WRAPPED(void *, calloc, (size_t n, size_t size), remember(__real_calloc(n, size)))
WRAPPED(void *, realloc, (void *old, size_t size), replace(old, __real_realloc(old, size)))
WRAPPED(void *, reallocarray, (void *old, size_t n, size_t size),
	replace(old, __real_reallocarray(old, n, size)))
WRAPPED(char *, strdup, (const char *text), remember(__real_strdup(text)))
WRAPPED(char *, strndup, (const char *text, size_t len), remember(__real_strndup(text, len)))

void __real_free(void *bytes);
void __wrap_free(void *bytes);

void __wrap_free(void *bytes)
{
	forget(bytes);
	__real_free(bytes);
}

int __real_vasprintf(char **ret, const char *format, va_list args);
int __wrap_vasprintf(char **ret, const char *format, va_list args);
int __wrap_asprintf(char **ret, const char *format, ...) __attribute__((format(printf, 2, 3)));

int __wrap_vasprintf(char **ret, const char *format, va_list args)
{
	int len = refuses() ? -1 : __real_vasprintf(ret, format, args);

	if (len >= 0)
		remember(*ret);
	return len;
}

int __wrap_asprintf(char **ret, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = __wrap_vasprintf(ret, format, args);
	va_end(args);
	return len;
}

static size_t open_files_count(void)
{
	size_t count = 0;

	for (int fd = 0; fd < 64; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/*
 * What needs memory; 0, or a negative errno with the reason. Where there is another way, or a fact
 * that may be missing, it goes on.
 */
typedef int needy(const void *data, struct kx_err *err);

static void assert_survives(const char *what, needy *run, const void *data)
{
	struct kx_err unused = { "" };
	size_t kept, files;

	/* Libraries that are loaded for this stay. */
	assert_int_equal(run(data, &unused), 0);
	kept = n_live;
	files = open_files_count();
	for (int i = 0; i < 2; i++) {
		long n = 0;

		do {
			struct kx_err err = { "" };
			int rc;

			once = i == 0;
			refused = false;
			granted = n++;
			rc = run(data, &err);
			granted = -1;
			if (rc < 0 && (!refused || rc != -ENOMEM || !err.text[0]))
				fail_msg("%s, request %ld: %d: \"%s\"", what, n, rc, err.text);
			if (n_live != kept || open_files_count() != files)
				fail_msg("%s, request %ld: %zu pieces of memory and %zu files are "
					 "kept, not %zu and %zu: \"%s\"", what, n, n_live,
					 open_files_count(), kept, files, err.text);
		} while (refused);
	}
}

/* ---- machines and plans --------------------------------------------------------------------- */

struct facts {
	const char *path;
	bool firmware;
};

static int read_machine(const void *data, struct kx_err *err)
{
	const struct facts *facts = data;
	struct kx_machine machine;
	int rc = kx_machine_read(&machine, facts->path, err);

	if (rc == 0 && facts->firmware)
		rc = kx_machine_read_firmware(&machine, err);
	if (rc == 0 && facts->firmware)
		rc = kx_machine_read_crash(&machine, err);
	if (rc == 0 && facts->firmware)
		rc = kx_machine_read_dump(&machine, err);
	kx_machine_done(&machine);
	return rc;
}

TEST(machines_are_read)
{
	for (const struct board_arch *arch = board_arches; arch->name; arch++) {
		struct folder folder = folder_of_machine(arch->name, arch->machine[0]);
		struct facts facts = { folder.path, arch->kind->devicetree };

		assert_survives(arch->name, read_machine, &facts);
		folder_remove(&folder);
	}
}

struct job {
	const struct board *board;
	struct kx_request req;
};

static int plan(const void *data, struct kx_err *err)
{
	const struct job *job = data;
	struct kx_plan plan;
	int rc = plan_view_run(job->board->arch->name, &job->req, &plan, err);

	if (rc == 0)
		rc = kx_plan_seal(&plan, err);
	kx_plan_done(&plan);
	return rc;
}

static void assert_plans_survive(void)
{
	static const uint8_t initrd[10000];

	for (size_t i = 0; i < n_boards; i++) {
		struct kx_span kernel = kernel_of(boards[i].arch->name);
		struct job job = { &boards[i], board_request(&boards[i], kernel) };

		job.req.files.initrd = (struct kx_span){ initrd, sizeof(initrd) };
		assert_survives(boards[i].name, plan, &job);
		job.req.crash = boards[i].machine.crash.regions.count > 0;
		if (job.req.crash)
			assert_survives(boards[i].name, plan, &job);
		kernel_drop(kernel);
	}
}

TEST(plans_are_made)
{
	boards_setup_x86(NULL);
	assert_plans_survive();
	boards_teardown(NULL);
	boards_setup_dt(NULL);
	assert_plans_survive();
	boards_teardown(NULL);
}

/* ---- wrapped kernels ------------------------------------------------------------------------ */

static int unwrap(const void *data, struct kx_err *err)
{
	const struct mkelf_buffer *file = data;
	struct kx_unwrapped u;
	int rc = kx_unwrap((struct kx_span){ file->base, file->len }, &kx_isa_arm64, MIB, &u, err);

	if (rc == 0)
		kx_unwrapped_done(&u);
	return rc;
}

TEST(kernels_are_unwrapped)
{
	static const char *const words[][5] = {
		{ "text=Image Image Image", "gzip", "uimage" },
		{ "text=Image Image Image", "gzip", ".cmdline=quiet", "android=2" },
		{ "text=Image Image Image", "zstd", "xz" },
		{ "text=Image Image Image", "lz4", "bzip2" }, { "text=Image Image Image", "lzop" },
		{ "text=Image Image Image", "lz4-legacy" }, { "text=Image Image Image", "lzma" },
		{ "text=Image Image Image", "zboot" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct mkelf_buffer file = { 0 };
		size_t count = 0;

		while (words[i][count])
			count++;
		if (mkwrap(&file, words[i], count) == 0)
			assert_survives(words[i][1], unwrap, &file);
		free(file.base);
	}
}

/* ---- dumps ---------------------------------------------------------------------------------- */

static int read_dump(const void *data, struct kx_err *err)
{
	const char *path = data, expected[16] = RELEASE;
	struct kx_reader *reader;
	struct kx_dump *dump;
	uint8_t bytes[16];
	struct kx_run run;
	uint64_t addr;
	int rc = kx_dump_open(&dump, &path, 1, err);

	if (rc < 0)
		return rc;
	rc = kx_reader_new(dump, &reader, err);
	if (rc == 0) {
		rc = kx_reader_phys(reader, IMAGE_PHYS, bytes, sizeof(bytes), err);
		if (rc == 0 &&
		    kx_vmcoreinfo_symbol(kx_dump_vmcoreinfo(dump), "init_uts_ns", &addr))
			rc = kx_reader_virt(reader, addr + 130, bytes, sizeof(bytes), err);
		if (rc == 0 && kx_reader_next(reader, 0, &run, err) < 0)
			rc = -EIO;
		if (rc == 0)
			assert_memory_equal(bytes, expected, sizeof(bytes));
		kx_reader_free(reader);
	}
	kx_dump_close(dump);
	return rc;
}

TEST(dumps_are_opened)
{
	struct mkelf_kdump how = { .version = 6, .block_size = 4096, .codec = 1 };
	struct memory_file plain = memory_file(), flat = memory_file();
	struct mkelf model;

	model_kernel(&model);
	mkelf_write(&model, plain.fd);
	assert_survives("ELF", read_dump, plain.path);
	mkelf_flatten(plain.fd, flat.fd, 1000, true);
	assert_survives("flattened ELF", read_dump, flat.path);
	if (mkelf_kdump(&model, &how, plain.fd))
		assert_survives("kdump-compressed", read_dump, plain.path);
	close(plain.fd);
	close(flat.fd);
	mkelf_done(&model);
}

static int no_record(const struct kx_printk_record *record, void *data)
{
	(void)record, (void)data;
	return 0;
}

static int read_log(const void *data, struct kx_err *err)
{
	const char *path = data;
	struct kx_printk_stats stats;
	struct kx_reader *reader;
	struct kx_dump *dump;
	int rc = kx_dump_open(&dump, &path, 1, err);

	if (rc < 0)
		return rc;
	rc = kx_reader_new(dump, &reader, err);
	if (rc == 0) {
		rc = kx_printk_each(reader, true, no_record, NULL, &stats, err);
		kx_reader_free(reader);
	}
	kx_dump_close(dump);
	return rc;
}

TEST(logs_are_read)
{
	for (enum mkprb_kind kind = MKPRB_RING; kind <= MKPRB_TEXT; kind++) {
		struct mkprb_params p = { .kind = kind, .word = 8, .count_bits = 4,
					  .size_bits = 12 };
		struct mkprb_record r = { .len = 8, .text = "xxxxxxxx" };
		struct memory_file file = memory_file();
		FILE *stream = fdopen(dup(file.fd), "w+");
		struct mkprb *m = mkprb_new(&p);

		assert_true(m && stream && mkprb_add(m, &r));
		assert_int_equal(mkprb_write(m, stream), 0);
		fclose(stream);
		assert_survives("log", read_log, file.path);
		mkprb_free(m);
		close(file.fd);
	}
}

static int squeeze(const void *data, struct kx_err *err)
{
	struct kx_page_squeezer *squeezer;
	int rc = kx_page_squeezer_new(*(const uint32_t *)data, 0, 4096, &squeezer, err);

	if (rc == 0)
		kx_page_squeezer_free(squeezer);
	return rc;
}

TEST(pages_are_compressed)
{
	static const uint32_t codec[] = { KX_PAGE_CODEC_NONE, KX_PAGE_CODEC_ZLIB, KX_PAGE_CODEC_LZO,
					  KX_PAGE_CODEC_SNAPPY, KX_PAGE_CODEC_ZSTD };

	for (size_t i = 0; i < sizeof(codec) / sizeof(codec[0]); i++) {
		if (kx_page_codec_usable(codec[i]))
			assert_survives(kx_page_codec_name(codec[i]), squeeze, &codec[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machines_are_read),
		cmocka_unit_test(plans_are_made),
		cmocka_unit_test(kernels_are_unwrapped),
		cmocka_unit_test(dumps_are_opened),
		cmocka_unit_test(logs_are_read),
		cmocka_unit_test(pages_are_compressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

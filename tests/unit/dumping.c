/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps for unit tests; see dumping.h. */
#include <inttypes.h>
#include <sys/mman.h>

#include "tests/unit/dumping.h"

/* In the image: init_uts_ns, the text "image", and page tables. */
enum { UTS = 0x1000, TEXT = 0x1800, TABLES = 0x2000, IMAGE_SIZE = 0x8000 };

struct memory_file memory_file(void)
{
	struct memory_file file = { .fd = memfd_create("test", MFD_CLOEXEC) };

	assert_true(file.fd >= 0);
	snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.fd);
	return file;
}

int open_files(const char *const *path, size_t count, struct kx_reader **ret, struct kx_err *err)
{
	struct kx_dump *dump;
	int rc = kx_dump_open(&dump, path, count, err);

	if (rc == 0)
		assert_int_equal(kx_reader_new(dump, ret, err), 0);
	return rc;
}

struct kx_reader *open_path(const char *path)
{
	struct kx_err err = { "" };
	struct kx_reader *reader;

	if (open_files(&path, 1, &reader, &err) < 0)
		fail_msg("%s", err.text);
	return reader;
}

void close_reader(struct kx_reader *reader)
{
	struct kx_dump *dump = reader->dump;

	kx_reader_free(reader);
	kx_dump_close(dump);
}

struct kx_reader *open_written(const struct mkelf *dump)
{
	struct memory_file file = memory_file();
	struct kx_reader *ret;

	mkelf_write(dump, file.fd);
	ret = open_path(file.path);
	close(file.fd);
	return ret;
}

void assert_release(struct kx_reader *reader)
{
	char text[sizeof(RELEASE)] = "";
	struct kx_err err = { "" };
	uint64_t addr;

	assert_true(kx_vmcoreinfo_symbol(kx_dump_vmcoreinfo(reader->dump), "init_uts_ns", &addr));
	if (kx_reader_virt(reader, addr + 130, text, sizeof(text), &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(text, RELEASE);
}

static void entry(struct mkelf_load *load, size_t table, uint64_t index, uint64_t value)
{
	mkelf_set(&load->data, TABLES + table * 4096 + index * 8, false, 8, value);
}

/*
 * Tables 0 to 3: top, third level of the image, its second level with 2 MiB pages, third level of
 * the direct map with 1 GiB pages.
 */
static void put_tables(struct mkelf_load *load)
{
	uint64_t phys = IMAGE_PHYS + TABLES;

	entry(load, 0, IMAGE_VIRT >> 39 & 511, (phys + 0x1000) | 0x63);
	entry(load, 1, IMAGE_VIRT >> 30 & 511, (phys + 0x2000) | 0x63);
	entry(load, 2, IMAGE_VIRT >> 21 & 511, IMAGE_PHYS | 0xe3);
	entry(load, 0, DIRECT >> 39 & 511, (phys + 0x3000) | 0x63);
	entry(load, 3, DIRECT >> 30 & 511, 0 | 0xe3);
}

void model_kernel(struct mkelf *dump)
{
	struct mkelf_load *load;

	mkelf_init(dump);
	dump->cpus = 2;
	mkelf_info(dump, "OSRELEASE=" RELEASE);
	mkelf_info(dump, "PAGESIZE=4096");
	mkelf_info(dump, "SYMBOL(init_uts_ns)=%" PRIx64, IMAGE_VIRT + UTS);
	mkelf_info(dump, "OFFSET(uts_namespace.name)=0");
	mkelf_info(dump, "SYMBOL(init_top_pgt)=%" PRIx64, IMAGE_VIRT + TABLES);
	mkelf_info(dump, "NUMBER(phys_base)=%" PRId64, (IMAGE_PHYS - 0x1000000));
	mkelf_info(dump, "NUMBER(pgtable_l5_enabled)=0");
	mkelf_info(dump, "KERNELOFFSET=1000");
	load = mkelf_load(dump, IMAGE_VIRT, IMAGE_PHYS);
	mkelf_bytes(&load->data, NULL, IMAGE_SIZE);
	memcpy(load->data.base + UTS + 130, RELEASE, sizeof(RELEASE));
	memcpy(load->data.base + TEXT, "image", 5);
	put_tables(load);
	load = mkelf_load(dump, DIRECT + 16 * MIB, 16 * MIB);
	mkelf_bytes(&load->data, "direct", 6);
	mkelf_bytes(&load->data, NULL, 0x3000);
}

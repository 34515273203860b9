/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fill DISK FILE-ON-DISK FILE-IN-TMPFS: memory of every kind, each page of which says what it is.
 * Afterwards it says "filled" and keeps it all until the machine panics. It runs in the test machine.
 * An empty FILE-ON-DISK: there is none.
 *
 * A page is words of 64 bits: MAGIC, the kind, its number among those of that kind, and words that
 * are made of these. Which page frames they are, as the kernel says in pagemap and kpageflags, is
 * in pages of the kind INDEX: MAGIC, kind, number, count, entries of kind, private bit and frame.
 * tests/tools/kinds.py reads them in the dump.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAGIC UINT64_C(0x4b58545255544831)

enum kind {
	ANON = 1, THP, HUGETLB, TMPFS, FILE_READ, FILE_WRITTEN, DISK_READ, DISK_WRITTEN, PIPE,
	FREED, INDEX, ZERO, HUGETLB_SHARED,
};

enum { SMALL = 512, HUGE_PAGES = 2, FREED_PAGES = 4096 };
/* The disk's file system is not that large. */
enum { BEHIND_FILES = 128 << 20 };
enum { KPF_THP = 22, KPF_PRIVATE = 35, ENTRY_KIND = 56, ENTRY_PRIVATE = 55 };

static size_t page;
static uint64_t *index_pages;
static size_t indexed;
static int pagemap, pageflags;
/* Not at the start of a page: what lies here must not look like one of those pages. */
static uint8_t *source;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void check(bool good, const char *what)
{
	if (!good)
		die(what);
}

static void make(void *to, enum kind kind, uint64_t number)
{
	uint64_t *word = to;

	word[0] = MAGIC;
	word[1] = kind;
	word[2] = number;
	for (size_t i = 3; i < page / 8; i++)
		word[i] = (number + 1) * UINT64_C(0x9e3779b97f4a7c15) + i * kind;
}

static void *map(int fd, off_t off, size_t len, int protection, int flags)
{
	void *at = mmap(NULL, len, protection, flags, fd, off);

	check(at != MAP_FAILED, "mmap");
	return at;
}

static void *anonymous(size_t len)
{
	return map(-1, 0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
}

static uint64_t flags_of(uint64_t frame)
{
	uint64_t flags;

	check(pread(pageflags, &flags, 8, (off_t)(frame * 8)) == 8, "kpageflags");
	return flags;
}

static uint64_t frame_of(const uint8_t *at)
{
	uint64_t entry;

	check(pread(pagemap, &entry, 8, (off_t)((uintptr_t)at / page * 8)) == 8, "pagemap");
	entry = entry >> 63 ? entry & ((UINT64_C(1) << 55) - 1) : 0;
	if (!entry) {
		fprintf(stderr, "a page has no frame\n");
		exit(1);
	}
	return entry;
}

/* An entry for each page of a mapping: once it was read it has its frame. */
static void note(const uint8_t *at, size_t count, enum kind kind)
{
	size_t room = page / 8 - 4;

	for (size_t i = 0; i < count; i++, indexed++) {
		uint64_t *to = index_pages + indexed / room * (page / 8), frame;

		(void)*(const volatile uint8_t *)(at + i * page);
		frame = frame_of(at + i * page);
		to[0] = MAGIC;
		to[1] = INDEX;
		to[2] = indexed / room;
		to[3] = indexed % room + 1;
		to[4 + indexed % room] = (uint64_t)kind << ENTRY_KIND | frame |
					 (flags_of(frame) >> KPF_PRIVATE & 1) << ENTRY_PRIVATE;
	}
}

static uint8_t *fill(uint8_t *at, size_t count, enum kind kind)
{
	for (size_t i = 0; i < count; i++)
		make(at + i * page, kind, i);
	note(at, count, kind);
	return at;
}

/* Size of a huge page; 0: the kernel has none. */
static size_t huge_size(void)
{
	FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "r");
	size_t size = 0;

	if (file) {
		if (fscanf(file, "%zu", &size) != 1)
			size = 0;
		fclose(file);
	}
	return size;
}

static void fill_thp(size_t huge)
{
	uint8_t *at = anonymous((HUGE_PAGES + 1) * huge);

	at = (uint8_t *)(((uintptr_t)at + huge - 1) / huge * huge);
	check(madvise(at, HUGE_PAGES * huge, MADV_HUGEPAGE) == 0, "MADV_HUGEPAGE");
	fill(at, HUGE_PAGES * huge / page, THP);
	for (size_t i = 0; i < HUGE_PAGES * huge / page; i++)
		check(flags_of(frame_of(at + i * page)) >> KPF_THP & 1, "a huge page is none");
}

/* A process's own have anonymous mappings besides; an inode's have nothing but their type. */
static void fill_hugetlb(size_t huge, int shared, enum kind kind)
{
	uint8_t *at = map(-1, 0, HUGE_PAGES * huge, PROT_READ | PROT_WRITE,
			  shared | MAP_ANONYMOUS | MAP_HUGETLB);

	fill(at, HUGE_PAGES * huge / page, kind);
}

static int open_at(const char *path, int flags, off_t off)
{
	int fd = open(path, flags, 0600);

	check(fd >= 0 && lseek(fd, off, SEEK_SET) == off, path);
	return fd;
}

static void write_pages(int fd, size_t count, enum kind kind)
{
	for (size_t i = 0; i < count; i++) {
		make(source, kind, i);
		check(write(fd, source, page) == (ssize_t)page, "write");
	}
}

static void read_pages(int fd, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(read(fd, source, page) == (ssize_t)page, "read");
}

/* Pages that came into the cache by reading: what is read was written past the cache. */
static void fill_by_reading(const char *path, off_t off, enum kind kind)
{
	int fd = open_at(path, O_RDWR | O_CREAT | O_DIRECT, off);

	write_pages(fd, SMALL, kind);
	check(fsync(fd) == 0, "fsync");
	fd = open_at(path, O_RDONLY, off);
	read_pages(fd, SMALL);
	note(map(fd, off, SMALL * page, PROT_READ, MAP_SHARED), SMALL, kind);
}

static void fill_by_writing(const char *path, off_t off, enum kind kind)
{
	int fd = open_at(path, O_RDWR | O_CREAT, off);
	uint8_t *at;

	write_pages(fd, SMALL, kind);
	check(fsync(fd) == 0, "fsync");
	at = map(fd, off, SMALL * page, PROT_READ, MAP_SHARED);
	note(at, SMALL, kind);
	/* Some pages of the cache are mapped, others are not. */
	munmap(at, SMALL / 2 * page);
}

static void fill_pipe(void)
{
	int fd[2], size;

	check(pipe(fd) == 0, "pipe");
	size = fcntl(fd[1], F_SETPIPE_SZ, 1 << 20);
	check(size > 0 && fcntl(fd[1], F_SETFL, O_NONBLOCK) == 0, "F_SETPIPE_SZ");
	write_pages(fd[1], (size_t)size / page, PIPE);
}

static void fill_zeros(void)
{
	uint8_t *at = anonymous(SMALL * page);

	memset(at, 0, SMALL * page);
	note(at, SMALL, ZERO);
}

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	check(sched_setaffinity(0, sizeof(set), &set) == 0, "sched_setaffinity");
}

int main(int argc, char **argv)
{
	char name[4096];
	size_t huge = huge_size();
	uint8_t *freed;

	if (argc != 4)
		return 2;
	page = (size_t)sysconf(_SC_PAGESIZE);
	pagemap = open("/proc/self/pagemap", O_RDONLY);
	pageflags = open("/proc/kpageflags", O_RDONLY);
	check(pagemap >= 0 && pageflags >= 0, "pagemap");
	/* Taken offline afterwards: all that this processor keeps of freed and of new pages goes
	 * where it belongs. */
	stay_on(1);
	index_pages = anonymous(64 * page);
	source = (uint8_t *)anonymous(3 * page) + 512;
	/* The largest first: nothing has to be moved for them. */
	if (huge) {
		fill_hugetlb(huge, MAP_PRIVATE, HUGETLB);
		fill_hugetlb(huge, MAP_SHARED, HUGETLB_SHARED);
		fill_thp(huge);
	}
	freed = fill(anonymous(FREED_PAGES * page), FREED_PAGES, FREED);
	fill(anonymous(SMALL * page), SMALL, ANON);
	fill_zeros();
	fill_by_writing(argv[3], 0, TMPFS);
	if (argv[2][0]) {
		snprintf(name, sizeof(name), "%s.read", argv[2]);
		fill_by_reading(name, 0, FILE_READ);
		fill_by_writing(argv[2], 0, FILE_WRITTEN);
	}
	fill_by_reading(argv[1], BEHIND_FILES, DISK_READ);
	fill_by_writing(argv[1], 2 * BEHIND_FILES, DISK_WRITTEN);
	fill_pipe();
	munmap(freed, FREED_PAGES * page);
	printf("filled %zu\n", indexed);
	fflush(stdout);
	for (;;)
		pause();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saves a small dump to a real target by the program that captures, reads it again and removes it.
 * The dump is one of a made-up machine: headers, a note, and pages that do not compress well.
 */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/program.h"
#include "kdump/service/check/write.h"
#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "kx/elf.h"
#include "kx/file.h"

enum { PAGE = 4096, MEMORY = 16 << 20, HEADERS = 4096, START = 16 << 20 };

/* For 16 MiB. */
enum { VERB_SECONDS = 240 };

/* A note as ELF has it: name and text padded to 4 bytes. */
static size_t put_note(uint8_t *to, const char *text)
{
	static const char name[] = "VMCOREINFO";
	size_t len = strlen(text);

	kx_put(to, 4, sizeof(name), false);
	kx_put(to + 4, 4, len, false);
	kx_put(to + 8, 4, 0, false);
	memcpy(to + 12, name, sizeof(name));
	memcpy(to + 24, text, len);
	return 24 + (len + 3) / 4 * 4;
}

static void put_headers(uint8_t *to)
{
	struct kx_elf elf = { .type = ET_CORE, .machine = EM_X86_64, .phnum = 2 };
	struct kx_elf_segment note = { .type = PT_NOTE }, memory = { .type = PT_LOAD };
	char text[256];

	kx_elf_class(&elf, true);
	elf.phoff = elf.header_size;
	snprintf(text, sizeof(text), "OSRELEASE=kdump-check\nPAGESIZE=%d\nCRASHTIME=%" PRIu64 "\n",
		 PAGE, (uint64_t)time(NULL));
	note.offset = elf.phoff + 2 * elf.segment_size;
	note.filesz = put_note(to + note.offset, text);
	memory.offset = HEADERS;
	memory.paddr = memory.vaddr = START;
	memory.filesz = memory.memsz = MEMORY;
	memory.flags = PF_R | PF_W | PF_X;
	kx_elf_put_header(&elf, to);
	kx_elf_put_segment(&elf, &note, to + elf.phoff);
	kx_elf_put_segment(&elf, &memory, to + elf.phoff + elf.segment_size);
}

/* Half of each page is noise, by a generator that is the same each time (Marsaglia's xorshift). */
int check_write_dump(struct kx_err *err)
{
	int fd = memfd_create("kdump-check", 0), rc = 0;
	uint64_t noise = 88172645463325252u, page[PAGE / 8] = { 0 };
	uint8_t headers[HEADERS] = { 0 };

	if (fd < 0)
		return kx_fail(err, -errno, "memfd_create: %s", strerror(errno));
	put_headers(headers);
	rc = kx_file_write(fd, headers, sizeof(headers));
	for (size_t i = 0; rc == 0 && i < MEMORY / PAGE; i++) {
		for (size_t k = 0; k < PAGE / 16; k++) {
			noise ^= noise << 13;
			noise ^= noise >> 7;
			noise ^= noise << 17;
			page[k] = noise;
		}
		rc = kx_file_write(fd, page, sizeof(page));
	}
	if (rc == 0)
		return fd;
	close(fd);
	return kx_fail(err, rc, "no memory for a small dump: %s", strerror(-rc));
}

/* kdump VERB ARGUMENT...: this program itself, since it is what captures. */
int check_write_verb(char *const *argv, struct kx_err *err)
{
	char text[2048];
	int status = 0, rc = program_run("/proc/self/exe", argv, VERB_SECONDS, &status, text, sizeof(text), err);

	if (rc < 0 || status == 0)
		return rc;
	text[strcspn(text, "\n")] = '\0';
	return kx_fail(err, -EIO, "kdump %s: %s", argv[1],
		       strncmp(text, "kdump: ", 7) == 0 ? text + 7 : text);
}

int check_write_verify(const char *folder, struct kx_err *err)
{
	char program[] = "kdump", verify[] = "verify", none[] = "--progress=none";
	_cleanup_free_ char *dump = NULL, *manifest = NULL;
	char *argv[] = { program, verify, none, NULL, NULL, NULL };

	if (asprintf(&dump, "%s/vmcore", folder) < 0) {
		dump = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	if (asprintf(&manifest, "%s/manifest.json", folder) < 0) {
		manifest = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	argv[3] = dump;
	argv[4] = manifest;
	return check_write_verb(argv, err);
}

static int save_and_verify(const char *folder, int dump, const char *compress, struct kx_err *err)
{
	char program[] = "kdump", save[] = "save", none[] = "--progress=none", source[64];
	_cleanup_free_ char *to = NULL, *codec = NULL, *option = NULL;
	char *argv[] = { program, save, none, NULL, NULL, source, NULL, NULL };
	int rc;

	snprintf(source, sizeof(source), "/proc/%d/fd/%d", getpid(), dump);
	if (asprintf(&to, "%s/vmcore", folder) < 0 ||
	    asprintf(&option, "--manifest=%s/manifest.json", folder) < 0 ||
	    asprintf(&codec, "--compress=%s", compress) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	argv[3] = option;
	argv[4] = codec;
	argv[6] = to;
	rc = check_write_verb(argv, err);
	return rc < 0 ? rc : check_write_verify(folder, err);
}

int check_write_remove(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		bool own = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;

		if (!own && unlinkat(dirfd(dir), entry->d_name, 0) < 0 && rc == 0)
			rc = -errno;
	}
	closedir(dir);
	return rmdir(folder) < 0 && rc == 0 ? -errno : rc;
}

/* What of it is not there before the first dump, as saving does. */
static void make_folders(const char *folder)
{
	_cleanup_free_ char *path = strdup(folder);

	for (char *end = path ? strchr(path + 1, '/') : NULL; end; end = strchr(end + 1, '/')) {
		*end = '\0';
		mkdir(path, 0700);
		*end = '/';
	}
	mkdir(folder, 0700);
}

void check_write(const struct checking *c, const char *target, const char *folder)
{
	const char *compress = c->made->plan.compress ? c->made->plan.compress : "zstd";
	_cleanup_free_ char *own = NULL;
	struct kx_err err = { "" };
	_cleanup_fd_ int dump = check_write_dump(&err);
	int rc = dump < 0 ? dump : 0;

	if (rc == 0 && asprintf(&own, "%s/.kdump-check-dump", folder) < 0)
		rc = kx_fail(&err, -ENOMEM, "no memory");
	if (rc == 0) {
		check_write_remove(own);
		make_folders(folder);
		if (mkdir(own, 0700) < 0)
			rc = kx_fail(&err, -errno, "%s: %s", own, strerror(errno));
	}
	if (rc == 0)
		rc = save_and_verify(own, dump, compress, &err);
	if (own)
		check_write_remove(own);
	findings_add(c->findings, rc < 0 ? FINDING_FAULT : FINDING_GOOD, "dump", target, "%s",
		     rc < 0 ? err.text : "a dump of 16 MiB was written, read again and removed");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which libraries a program is linked with says its own dynamic loader, by rules of its own
 * (ld.so(8), --list): caches, run paths, processors. Nothing here searches for them.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kdump/base/program.h"
#include "kdump/service/test/program.h"
#include "kx/cleanup.h"
#include "kx/elf.h"
#include "kx/file.h"

/* Bytes of the names of libraries that are loaded later: kexec has seven of them. */
enum { LATER_SIZE = 1024, NOTE_DLOPEN = 0x407c0c0a };

enum { PATH_SIZE = 4096, LIST_SIZE = 1 << 16, LIST_SECONDS = 60 };

/* ---- what they say --------------------------------------------------------------------------- */

static int take_path(struct kx_span text, char *ret, size_t size, struct kx_err *err)
{
	if (text.len == 0 || text.base[0] != '/' || text.base[text.len - 1] != '\0' ||
	    memchr(text.base, '\0', text.len) != &text.base[text.len - 1])
		return kx_fail(err, -ENOEXEC, "the path of its dynamic loader makes no sense");
	if (text.len > size)
		return kx_fail(err, -ENAMETOOLONG, "the path of its dynamic loader has %zu bytes",
			       text.len);
	memcpy(ret, text.base, text.len);
	return 0;
}

int vm_program_loader(struct kx_span file, char *ret, size_t size, struct kx_err *err)
{
	struct kx_elf_segment segment;
	struct kx_span table, text;
	struct kx_elf elf;

	if (kx_elf_open(file, &elf, &table, err) < 0)
		return kx_context(err, -ENOEXEC, "no program");
	for (uint64_t i = 0; kx_elf_segment(&elf, table, i, &segment); i++) {
		if (segment.type != PT_INTERP)
			continue;
		if (!kx_span_slice(file, segment.offset, segment.filesz, &text))
			return kx_fail(err, -ENOEXEC, "it is cut off");
		return take_path(text, ret, size, err);
	}
	ret[0] = '\0';
	return 0;
}

/* Where @word begins in @text, or @text.len. */
static size_t find(struct kx_span text, const char *word)
{
	const uint8_t *at = memmem(text.base, text.len, word, strlen(word));

	return at ? (size_t)(at - text.base) : text.len;
}

static struct kx_span base_name(struct kx_span path)
{
	const uint8_t *slash = memrchr(path.base, '/', path.len);

	size_t at = slash ? (size_t)(slash + 1 - path.base) : 0;

	return (struct kx_span){ path.base + at, path.len - at };
}

int vm_program_needed(struct kx_span *rest, struct vm_needed *ret, struct kx_err *err)
{
	static const char is[] = " => ", address[] = " (0x";
	const size_t arrow = sizeof(is) - 1;
	struct kx_span line, name, path;

	while (kx_span_line(rest, &line)) {
		line = kx_span_trim(line);
		kx_span_slice(line, 0, find(line, address), &line);
		kx_span_slice(line, 0, find(line, is), &name);
		path = line;
		if (name.len < line.len)
			kx_span_slice(line, name.len + arrow, line.len - name.len - arrow,
				      &path);
		name = base_name(name);
		if (kx_span_equal(path, "not found"))
			return kx_fail(err, -ENOENT, "%.*s: its loader does not find it",
				       name.len > 100 ? 100 : (int)name.len,
				       (const char *)name.base);
		if (path.len < 2 || path.base[0] != '/' || name.len == 0)
			continue;
		*ret = (struct vm_needed){ name, path };
		return 1;
	}
	return 0;
}

/* ---- what is loaded later -------------------------------------------------------------------- */

/* As it may stand in LD_PRELOAD, and in one folder. */
static bool is_name(struct kx_span name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";

	for (size_t i = 0; i < name.len; i++) {
		if (!memchr(good, name.base[i], sizeof(good) - 1))
			return false;
	}
	return name.len > 0;
}

static void add_name(struct kx_span name, char *ret, size_t size)
{
	const size_t len = strlen(ret);

	if (is_name(name) && name.len + 1 < size - len)
		snprintf(ret + len, size - len, "%s%.*s", len ? ":" : "", (int)name.len,
			 (const char *)name.base);
}

/* Of JSON the list that is looked for: ..."soname":["libz.so.1","libz.so"]... */
static void take_names(struct kx_span text, char *ret, size_t size)
{
	static const char key[] = "\"soname\":[";
	size_t at;

	while ((at = find(text, key)) < text.len) {
		struct kx_span list = { NULL, 0 }, name = { NULL, 0 };

		kx_span_slice(text, at + sizeof(key) - 1, text.len - at - (sizeof(key) - 1), &text);
		kx_span_slice(text, 0, find(text, "]"), &list);
		while ((at = find(list, "\"")) < list.len) {
			kx_span_slice(list, at + 1, list.len - at - 1, &list);
			at = find(list, "\"");
			if (at == list.len)
				break;
			kx_span_slice(list, 0, at, &name);
			kx_span_slice(list, at + 1, list.len - at - 1, &list);
			add_name(name, ret, size);
		}
	}
}

void vm_program_later(struct kx_span file, char *ret, size_t size)
{
	struct kx_elf_segment segment;
	struct kx_span table, notes;
	struct kx_elf_note note;
	struct kx_err ignored;
	struct kx_elf elf;

	ret[0] = '\0';
	if (kx_elf_open(file, &elf, &table, &ignored) < 0)
		return;
	for (uint64_t i = 0; kx_elf_segment(&elf, table, i, &segment); i++) {
		if (segment.type != PT_NOTE ||
		    !kx_span_slice(file, segment.offset, segment.filesz, &notes))
			continue;
		while (kx_elf_note(&notes, elf.big_endian, &note)) {
			if (note.type == NOTE_DLOPEN && note.name.len == 4 &&
			    kx_span_starts(note.name, "FDO"))
				take_names(note.desc, ret, size);
		}
	}
}

/* ---- their files ----------------------------------------------------------------------------- */

/* @room: bytes that there may still be; @ret: the bytes, for free(), or NULL */
static int add_file(struct kx_initramfs *files, const char *from, const char *to, size_t *room,
		    char **ret, size_t *ret_len, struct kx_err *err)
{
	_cleanup_free_ char *bytes = NULL;
	size_t len;
	int rc = kx_file_read(NULL, from, *room, &bytes, &len, err);

	if (rc == 0)
		rc = kx_initramfs_add(files, to, S_IFREG | 0755,
				      (struct kx_span){ (const uint8_t *)bytes, len }, err);
	if (rc < 0)
		return rc;
	*room -= len;
	if (ret) {
		*ret = bytes;
		*ret_len = len;
		bytes = NULL;
	}
	return 0;
}

static int add_library(struct kx_initramfs *files, const struct vm_needed *needed,
		       const char *folder, size_t *room, struct kx_err *err)
{
	_cleanup_free_ char *from = NULL, *to = NULL;

	if (asprintf(&from, "%.*s", (int)needed->path.len, (const char *)needed->path.base) < 0)
		from = NULL;
	if (asprintf(&to, "%s/%.*s", folder, (int)needed->name.len,
		     (const char *)needed->name.base) < 0)
		to = NULL;
	if (!from || !to)
		return kx_fail(err, -ENOMEM, "no memory");
	return add_file(files, from, to, room, NULL, NULL, err);
}

/*
 * The loader lists what is preloaded, with all that needs, and passes over what is not there
 * (ld.so(8), LD_PRELOAD); what is preloaded here for other reasons stays so.
 */
static int list_libraries(const char *loader, char *const *argv, const char *later, int *status,
			  char *text, struct kx_err *err)
{
	static const char name[] = "LD_PRELOAD";
	const char *old = getenv(name);
	_cleanup_free_ char *before = old ? strdup(old) : NULL, *all = NULL;
	int rc;

	if ((old && !before) ||
	    asprintf(&all, "%s%s%s", old ? old : "", old && later[0] ? ":" : "", later) < 0) {
		all = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	if (later[0] && setenv(name, all, 1) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	rc = program_run(loader, argv, LIST_SECONDS, status, text, LIST_SIZE, err);
	if (before)
		setenv(name, before, 1);
	else
		unsetenv(name);
	return rc;
}

static int add_libraries(struct kx_initramfs *files, const char *loader, const char *program,
			 const char *later, const char *folder, size_t *room, struct kx_err *err)
{
	_cleanup_free_ char *own = strdup(loader), *what = strdup(program);
	_cleanup_free_ char *text = malloc(LIST_SIZE);
	static char list[] = "--list";
	struct vm_needed needed;
	struct kx_span rest;
	int status, rc;

	if (!text || !own || !what)
		return kx_fail(err, -ENOMEM, "no memory");
	rc = list_libraries(loader, (char *const[]){ own, list, what, NULL }, later, &status, text,
			    err);
	if (rc < 0)
		return rc;
	rest = kx_span_of(text);
	if (rest.len == LIST_SIZE - 1)
		return kx_fail(err, -EFBIG, "%.160s: lists more than %d bytes", loader, LIST_SIZE);
	while ((rc = vm_program_needed(&rest, &needed, err)) > 0) {
		/* It is where the program wants it. */
		if (kx_span_equal(needed.path, loader))
			continue;
		rc = add_library(files, &needed, folder, room, err);
		if (rc < 0)
			return rc;
	}
	text[strcspn(text, "\n")] = '\0';
	return rc == 0 && status ? kx_fail(err, -EIO, "%.60s --list: status %d: %.140s", loader, status,
					   text) : rc;
}

int vm_program_add(struct kx_initramfs *files, const char *program, const char *path,
		   const char *folder, struct kx_err *err)
{
	_cleanup_free_ char *bytes = NULL;
	size_t len, room = VM_PROGRAM_MAX;
	char loader[PATH_SIZE], later[LATER_SIZE];
	int rc = add_file(files, program, path, &room, &bytes, &len, err);

	if (rc < 0)
		return rc;
	rc = vm_program_loader((struct kx_span){ (const uint8_t *)bytes, len }, loader,
			       sizeof(loader), err);
	if (rc == 0 && loader[0])
		rc = add_file(files, loader, loader + strspn(loader, "/"), &room, NULL, NULL, err);
	vm_program_later((struct kx_span){ (const uint8_t *)bytes, len }, later, sizeof(later));
	if (rc == 0 && loader[0])
		rc = add_libraries(files, loader, program, later, folder, &room, err);
	return rc < 0 ? kx_context(err, rc, "%.120s", program) : 0;
}

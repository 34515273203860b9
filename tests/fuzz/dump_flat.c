/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flattened format against the plainest way to undo it: write record after record. The bytes
 * are records whose numbers are small: one byte offset / 8, one byte size / 8, then the content.
 * What reads such a file and what makes it an ordinary one must both find the same.
 */
#include "kx/save.h"
#include "lib/dump/internal.h"
#include "tests/fuzz/dumping.h"
#include "tests/tools/mkelf.h"

enum { PLAIN_MAX = 4096 + 256 };

static size_t put_records(struct mkelf_buffer *flat, uint8_t *plain, const uint8_t *data,
			  size_t size)
{
	size_t end = 0;

	while (size >= 3) {
		size_t off = (size_t)data[0] * 8 + data[1] % 8, len = data[1] / 8 + 1U;

		data += 2;
		size -= 2;
		len = len < size ? len : size;
		mkelf_number(flat, true, 8, off);
		mkelf_number(flat, true, 8, len);
		mkelf_bytes(flat, data, len);
		memcpy(plain + off, data, len);
		end = off + len > end ? off + len : end;
		data += len;
		size -= len;
	}
	return end;
}

/** struct counted - a file that no more may be written to than @left bytes */
struct counted {
	struct kx_save_file file;
	struct kx_save_target target;
	size_t left;
};

static int counted_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct counted *c = (struct counted *)((char *)target - offsetof(struct counted, target));

	PROMISE(len <= c->left);
	c->left -= len;
	return c->file.target.write(&c->file.target, from, len, off);
}

static int counted_sync(struct kx_save_target *target)
{
	(void)target;
	return 0;
}

/* Whatever a stream says, no more comes of it than it has; nothing is written before its header. */
static int unflatten(int from, size_t len, int to)
{
	struct counted c = { .target = { .write = counted_write, .sync = counted_sync },
			     .left = len > 4096 ? len - 4096 : 0 };
	struct kx_err err = { "" };
	int rc;

	PROMISE(lseek(from, 0, SEEK_SET) == 0);
	kx_save_file_init(&c.file, to);
	rc = kx_save_unflatten(from, &c.target, &err);
	PROMISE(rc >= 0 || err.text[0]);
	return rc;
}

static void unflatten_bytes(const struct mkelf_buffer *flat)
{
	char path[64];
	int from = fuzz_file(flat->base, flat->len, path), to = memfd_create("plain", 0);

	PROMISE(to >= 0);
	unflatten(from, flat->len, to);
	close(to);
	close(from);
}

static void unflatten_records(int from, size_t len, const uint8_t *plain, size_t end)
{
	static uint8_t found[PLAIN_MAX];
	int to = memfd_create("plain", 0);

	PROMISE(to >= 0);
	PROMISE(unflatten(from, len, to) == 0);
	PROMISE(pread(to, found, sizeof(found), 0) == (ssize_t)end);
	PROMISE(memcmp(found, plain, end) == 0);
	close(to);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	static uint8_t plain[PLAIN_MAX], found[PLAIN_MAX];
	struct mkelf_buffer flat = { 0 };
	struct kx_source source;
	struct kx_err err = { "" };
	char path[64];
	size_t end;
	int fd, rc;

	memset(plain, 0, sizeof(plain));
	mkelf_bytes(&flat, "makedumpfile\0\0\0\0", 16);
	mkelf_number(&flat, true, 8, 1);
	mkelf_number(&flat, true, 8, 1);
	mkelf_bytes(&flat, NULL, 4096 - flat.len);
	/* Half of them as they are: nothing is promised then but an end. */
	if (size > 0 && data[0] & 1) {
		mkelf_bytes(&flat, data + 1, size - 1);
		fuzz_dump(flat.base, flat.len);
		unflatten_bytes(&flat);
		free(flat.base);
		return 0;
	}
	end = size > 1 ? put_records(&flat, plain, data + 1, size - 1) : 0;
	mkelf_number(&flat, true, 8, UINT64_MAX);
	mkelf_number(&flat, true, 8, UINT64_MAX);
	fd = fuzz_file(flat.base, flat.len, path);
	rc = kx_source_open(&source, path, &err);
	PROMISE((rc == 0) == (end > 0));
	unflatten_records(fd, flat.len, plain, end);
	if (rc == 0) {
		PROMISE(kx_source_size(&source) == end);
		PROMISE(kx_source_read(&source, 0, found, end, &err) == 0);
		PROMISE(memcmp(found, plain, end) == 0);
		PROMISE(kx_source_read(&source, end / 2, found, end - end / 2, &err) == 0);
		PROMISE(memcmp(found, plain + end / 2, end - end / 2) == 0);
		PROMISE(kx_source_read(&source, 0, found, end + 1, &err) < 0);
		kx_source_done(&source);
	}
	close(fd);
	free(flat.base);
	return 0;
}

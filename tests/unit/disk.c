/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device in memory, with a cache that loses what it likes; files that are recovered from it. */
#include "tests/unit/disk.h"

static int disk_read(struct kx_device_io *io, void *to, size_t len, uint64_t off)
{
	struct disk *disk = (struct disk *)io;

	assert_true(off <= io->size && len <= io->size - off);
	if (disk->bad >= off / BLOCK && disk->bad < (off + len + BLOCK - 1) / BLOCK)
		return -EIO;
	memcpy(to, disk->cached + off, len);
	return 0;
}

static int disk_write(struct kx_device_io *io, const void *from, size_t len, uint64_t off)
{
	struct disk *disk = (struct disk *)io;

	assert_true(off <= io->size && len <= io->size - off);
	assert_true(off % BLOCK == 0 && len % BLOCK == 0 && (uintptr_t)from % BLOCK == 0);
	assert_true(len > 0 && len <= CHUNK);
	if (disk->bad >= off / BLOCK && disk->bad < (off + len) / BLOCK)
		return -EIO;
	if (disk->writes++ >= disk->cut)
		return 0;
	memcpy(disk->cached + off, from, len);
	for (size_t i = 0; i < len / BLOCK; i++)
		disk->dirty[off / BLOCK + i] = true;
	return 0;
}

static int disk_sync(struct kx_device_io *io)
{
	struct disk *disk = (struct disk *)io;

	if (disk->writes++ >= disk->cut)
		return 0;
	memcpy(disk->base, disk->cached, io->size);
	memset(disk->dirty, 0, io->size / BLOCK);
	return 0;
}

/* What is on it, whatever was said of that. */
static int disk_reread(struct kx_device_io *io, void *to, size_t len, uint64_t off)
{
	struct disk *disk = (struct disk *)io;
	int rc = disk_read(io, to, len, off);

	assert_true(off % BLOCK == 0 && len % BLOCK == 0 && (uintptr_t)to % BLOCK == 0);
	if (rc < 0)
		return rc;
	memcpy(to, disk->base + off, len);
	if (disk->changed >= off && disk->changed < off + len)
		((uint8_t *)to)[disk->changed - off] ^= 1;
	return 0;
}

void disk_init(struct disk *disk, uint64_t size)
{
	*disk = (struct disk){ { size, disk_read, disk_write, disk_sync, disk_reread },
			       .base = malloc(size),
			       .cached = malloc(size),
			       .dirty = calloc(size / BLOCK + 1, 1),
			       .cut = UINT64_MAX,
			       .bad = UINT64_MAX,
			       .changed = UINT64_MAX };
	assert_true(disk->base && disk->cached && disk->dirty);
	memset(disk->base, 0xa5, size);
	memset(disk->cached, 0xa5, size);
}

void disk_done(struct disk *disk)
{
	free(disk->base);
	free(disk->cached);
	free(disk->dirty);
}

uint32_t noise(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

void disk_cut(struct disk *disk, uint32_t seed)
{
	for (size_t i = 0; i < disk->io.size / BLOCK; i++) {
		if (disk->dirty[i] && noise(&seed) % 2)
			memcpy(disk->base + i * BLOCK, disk->cached + i * BLOCK, BLOCK);
	}
	memcpy(disk->cached, disk->base, disk->io.size);
	memset(disk->dirty, 0, disk->io.size / BLOCK);
	disk->writes = 0;
	disk->cut = UINT64_MAX;
}

static int files_write(struct kx_device_sink *sink, enum kx_device_part part, const void *from,
		       size_t len, uint64_t off)
{
	struct files *files = (struct files *)sink;

	assert_true(part < KX_DEVICE_PARTS);
	assert_true(off <= FILE_MAX && len <= FILE_MAX - off);
	memcpy(files->data[part] + off, from, len);
	if (off + len > files->size[part])
		files->size[part] = off + len;
	return 0;
}

static int files_resize(struct kx_device_sink *sink, enum kx_device_part part, uint64_t size)
{
	struct files *files = (struct files *)sink;

	assert_true(size <= FILE_MAX);
	memset(files->data[part] + size, 0, FILE_MAX - size);
	files->size[part] = size;
	return 0;
}

static void files_init(struct files *files)
{
	*files = (struct files){ { files_write, files_resize }, .size = { 0 } };
	for (int i = 0; i < KX_DEVICE_PARTS; i++) {
		files->data[i] = calloc(1, FILE_MAX);
		assert_non_null(files->data[i]);
	}
}

void files_done(struct files *files)
{
	for (int i = 0; i < KX_DEVICE_PARTS; i++)
		free(files->data[i]);
}

struct kx_device_writer *begin(struct disk *disk, uint64_t need, uint64_t id)
{
	struct kx_device_writer *writer = NULL;
	struct kx_err err = { "" };

	if (kx_device_begin(&disk->io, need, id, 1764181006, &writer, &err) < 0)
		fail_msg("%s", err.text);
	return writer;
}

struct kx_device_head find(struct disk *disk)
{
	struct kx_device_head head;
	struct kx_err err = { "" };

	assert_int_equal(kx_device_find(&disk->io, &head, &err), 1);
	return head;
}

struct kx_device_report recover(struct disk *disk, struct files *files)
{
	struct kx_device_head head = find(disk);
	struct kx_device_report report;
	struct kx_err err = { "" };

	files_init(files);
	assert_int_equal(kx_device_recover(&disk->io, &head, &files->sink, &report, &err), 0);
	return report;
}

int put(struct kx_device_writer *writer, enum kx_device_part part, const void *from, size_t len,
	uint64_t off)
{
	struct kx_save_target *target = kx_device_target(writer, part);

	return target->write(target, from, len, off);
}

int sync_part(struct kx_device_writer *writer, enum kx_device_part part)
{
	struct kx_save_target *target = kx_device_target(writer, part);

	return target->sync(target);
}

void end(struct kx_device_writer *writer, bool whole)
{
	struct kx_err err = { "" };

	if (kx_device_end(writer, whole, &err) < 0)
		fail_msg("%s", err.text);
	kx_device_free(writer);
}

uint8_t *write_all(struct disk *disk, uint64_t id, bool whole)
{
	static const size_t piece[] = { 1, 4096, 70000, 3, 1 << 20, 24, 333333 };
	struct kx_device_writer *writer = begin(disk, 0, id);
	uint8_t *data = malloc(DATA);
	uint32_t seed = (uint32_t)id;
	size_t n = 0, len;

	for (size_t i = 0; i < DATA; i++)
		data[i] = (uint8_t)noise(&seed);
	assert_int_equal(put(writer, KX_DEVICE_LOG, "oops\n", 5, 0), 0);
	assert_int_equal(put(writer, KX_DEVICE_MANIFEST, "{ begun }", 9, 0), 0);
	assert_int_equal(sync_part(writer, KX_DEVICE_LOG), 0);
	for (size_t at = 0; at < DATA; at += len) {
		len = piece[n++ % 7];
		len = len < DATA - at ? len : DATA - at;
		assert_int_equal(put(writer, KX_DEVICE_DUMP, data + at, len, at), 0);
		if (n % 16 == 0)
			assert_int_equal(sync_part(writer, KX_DEVICE_DUMP), 0);
	}
	assert_int_equal(put(writer, KX_DEVICE_DUMP, "", 0, 7 * MIB), 0);
	assert_int_equal(kx_device_resize(writer, KX_DEVICE_MANIFEST, 0), 0);
	assert_int_equal(put(writer, KX_DEVICE_MANIFEST, "{}", 2, 0), 0);
	end(writer, whole);
	return data;
}

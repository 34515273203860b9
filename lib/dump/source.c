/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses how a file is read: as it is, or as the file that flattened records make. */
#include "lib/dump/source.h"

int kx_source_open(struct kx_source *ret, const char *path, struct kx_err *err)
{
	int rc;

	*ret = (struct kx_source){ .flattened = false };
	rc = kx_dump_file_open(&ret->file, path, err);
	if (rc == 0 && kx_flat_probe(&ret->file)) {
		ret->flattened = true;
		rc = kx_flat_open(&ret->flat, &ret->file, err);
	}
	if (rc < 0)
		kx_source_done(ret);
	return rc;
}

void kx_source_done(struct kx_source *source)
{
	kx_flat_done(&source->flat);
	kx_dump_file_done(&source->file);
}

uint64_t kx_source_size(struct kx_source *source)
{
	return source->flattened ? source->flat.size : kx_dump_file_size(&source->file);
}

int kx_source_read(struct kx_source *source, uint64_t off, void *to, size_t len, struct kx_err *err)
{
	if (source->flattened)
		return kx_flat_read(&source->flat, &source->file, off, to, len, err);
	return kx_dump_file_read(&source->file, off, to, len, err);
}

uint64_t kx_source_pieces(const struct kx_source *source)
{
	return atomic_load_explicit(&source->flat.pieces, memory_order_relaxed);
}

uint64_t kx_source_skip_hole(const struct kx_source *source, uint64_t off)
{
	if (source->flattened)
		return kx_flat_skip_hole(&source->flat, &source->file, off);
	return kx_dump_file_skip_hole(&source->file, off);
}

uint64_t kx_source_skip_data(const struct kx_source *source, uint64_t off)
{
	if (source->flattened)
		return kx_flat_skip_data(&source->flat, off);
	return kx_dump_file_skip_data(&source->file, off);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Manifests: whatever is accepted has numbers that fit together, and is the same when it is written
 * and read again.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kx/manifest.h"
#include "tests/fuzz/fuzz.h"

static void look_at(const struct kx_manifest *m)
{
	PROMISE(m->level_asked <= KX_LEVEL_MAX && m->level <= KX_LEVEL_MAX);
	PROMISE((m->page_size & (m->page_size - 1)) == 0 && m->page_size <= 256 << 10);
	PROMISE(m->sums <= KX_SUMS_MAX && m->lost_ranges <= KX_SAVE_LOST_MAX);
	PROMISE(m->recipients <= KX_MANIFEST_RECIPIENTS);
	PROMISE(m->seconds >= 0 && m->phase[KX_SAVE_COPY] >= 0);
	for (size_t c = 0; c < KX_PAGE_CLASSES; c++)
		PROMISE(m->page_size == 0 || m->pages[c] <= UINT64_MAX / m->page_size);
	for (size_t i = 0; i < m->lost_ranges; i++)
		PROMISE(m->lost_range[i].first <= m->lost_range[i].last);
	if (m->chunk == 0)
		return;
	PROMISE(m->chunk == kx_sums_chunk_for(m->size));
	PROMISE(m->sums == (m->size + m->chunk - 1) / m->chunk);
}

/* As bytes of JSON, for free(). */
static uint8_t *write_it(const struct kx_manifest *m, size_t *ret_len)
{
	int fd = memfd_create("manifest", MFD_CLOEXEC);
	uint8_t *bytes;

	PROMISE(fd >= 0 && kx_manifest_write(m, fd) == 0);
	*ret_len = (size_t)lseek(fd, 0, SEEK_END);
	bytes = malloc(*ret_len);
	PROMISE(bytes && pread(fd, bytes, *ret_len, 0) == (ssize_t)*ret_len);
	close(fd);
	return bytes;
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_manifest m, again;
	struct kx_err err = { "" };
	uint8_t *once, *twice;
	size_t len, more;

	if (kx_manifest_parse((struct kx_span){ data, size }, &m, &err) < 0) {
		PROMISE(err.text[0]);
		return 0;
	}
	look_at(&m);
	once = write_it(&m, &len);
	PROMISE(len <= KX_MANIFEST_MAX);
	PROMISE(kx_manifest_parse((struct kx_span){ once, len }, &again, &err) == 0);
	twice = write_it(&again, &more);
	PROMISE(more == len && memcmp(once, twice, len) == 0);
	kx_manifest_done(&m);
	kx_manifest_done(&again);
	free(once);
	free(twice);
	return 0;
}

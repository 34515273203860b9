/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readers: made, freed, and what they found out. */
#include <errno.h>
#include <stdlib.h>

#include "lib/dump/internal.h"

static int memory_read(void *data, uint64_t addr, void *to, size_t len, struct kx_err *err)
{
	return kx_reader_phys(data, addr, to, len, err);
}

int kx_reader_new(struct kx_dump *dump, struct kx_reader **ret, struct kx_err *err)
{
	struct kx_reader *reader = calloc(1, sizeof(*reader));
	int rc = 0;

	if (!reader)
		return kx_fail(err, -ENOMEM, "no memory");
	reader->dump = dump;
	reader->virt = dump->virt;
	reader->virt.memory = (struct kx_virt_memory){ memory_read, reader };
	if (dump->format->reader_open)
		rc = dump->format->reader_open(reader, err);
	if (rc < 0) {
		kx_reader_free(reader);
		return rc;
	}
	*ret = reader;
	return 0;
}

void kx_reader_free(struct kx_reader *reader)
{
	if (!reader)
		return;
	if (reader->dump->format->reader_close)
		reader->dump->format->reader_close(reader);
	for (size_t i = 0; i < KX_CACHE_PAGES; i++)
		free(reader->cache[i].bytes);
	free(reader);
}

const struct kx_dump *kx_reader_dump(const struct kx_reader *reader)
{
	return reader->dump;
}

bool kx_reader_incomplete(const struct kx_reader *reader)
{
	return reader->incomplete || kx_dump_incomplete(reader->dump);
}

bool kx_reader_lacks_codec(const struct kx_reader *reader)
{
	return reader->lacks_codec;
}

uint64_t kx_reader_work(const struct kx_reader *reader)
{
	return reader->work;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ACPI's root pointer (ACPI 6.5, 5.2.5.3). Linux shows all tables but the two that it leads to, so
 * that it cannot be made again out of /sys: it is read from where it lies.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kx/file.h"
#include "kx/machine.h"

/* What an older one has is summed up in the first checksum, all of it in the second. */
enum { OLD_SIZE = KX_RSDP_OLD_SIZE, REVISION = 15, LENGTH = 20 };

static bool sums_up(struct kx_span bytes)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < bytes.len; i++)
		sum = (uint8_t)(sum + bytes.base[i]);
	return sum == 0;
}

size_t kx_machine_rsdp_size(struct kx_span bytes)
{
	uint64_t revision = 0, len = 0;
	struct kx_span part;

	if (!kx_span_starts(bytes, "RSD PTR ") || !kx_span_slice(bytes, 0, OLD_SIZE, &part) ||
	    !sums_up(part))
		return 0;
	kx_span_le(bytes, REVISION, 1, &revision);
	if (revision < 2)
		return OLD_SIZE;
	kx_span_le(bytes, LENGTH, 4, &len);
	return len == KX_RSDP_SIZE && kx_span_slice(bytes, 0, len, &part) && sums_up(part) ?
		       KX_RSDP_SIZE :
		       0;
}

int kx_machine_read_rsdp(struct kx_machine *m, uint64_t address, struct kx_err *err)
{
	struct kx_span bytes = { m->rsdp, sizeof(m->rsdp) };
	ssize_t got;
	int fd;

	if (address == 0 || address > INT64_MAX)
		return 0;
	fd = kx_file_open(m->root, "dev/mem");
	if (kx_file_unknowable(fd))
		return 0;
	if (fd < 0)
		return kx_fail(err, fd, "/dev/mem: %s", strerror(-fd));
	got = pread(fd, m->rsdp, sizeof(m->rsdp), (off_t)address);
	close(fd);
	/* Kernels keep more or less of it from everybody: that is no reason not to load. */
	m->rsdp_size = got == (ssize_t)sizeof(m->rsdp) ? kx_machine_rsdp_size(bytes) : 0;
	return 0;
}

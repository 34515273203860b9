/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws what a crash kernel's random numbers begin with; see the header. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "kdump/service/image/seed.h"
#include "kx/capture.h"
#include "kx/initramfs.h"

int image_seed(enum kx_pack pack, struct kx_memfile *ret, struct kx_err *err)
{
	uint8_t seed[KX_CAPTURE_SEED_BYTES];
	struct kx_initramfs *files = NULL;
	int rc;

	if (getrandom(seed, sizeof(seed), 0) != sizeof(seed))
		return kx_fail(err, -errno, "getrandom: %s", strerror(errno));
	rc = kx_initramfs_new(&files, err);
	if (rc == 0)
		rc = kx_initramfs_add(files, &KX_CAPTURE_SEED[1], S_IFREG | 0600,
				      (struct kx_span){ seed, sizeof(seed) }, err);
	if (rc == 0)
		rc = kx_initramfs_write(files, pack, ret, NULL, err);
	kx_initramfs_free(files);
	return rc;
}

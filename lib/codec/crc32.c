/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checksum of uImages and of chunks of saved dumps, by zlib. */
#include <errno.h>

#include "kx/codec.h"
#include "lib/codec/libraries.h"

#ifdef HAVE_ZLIB
int kx_crc32(uint32_t *crc, struct kx_span s, struct kx_err *err)
{
	int rc = kx_library_load(&kx_zlib_library, err);

	if (rc == 0)
		*crc = (uint32_t)kx_zlib.crc32_z(*crc, s.base, s.len);
	return rc;
}
#else
int kx_crc32(uint32_t *crc, struct kx_span s, struct kx_err *err)
{
	(void)crc, (void)s;
	return kx_fail(err, -ENOTSUP, "this build has no zlib (configure --with-zlib)");
}
#endif

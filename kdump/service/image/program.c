/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts programs into an initramfs; see the header. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "kdump/service/image/program.h"
#include "kx/cleanup.h"
#include "kx/elf.h"
#include "kx/memfile.h"
#include "kx/modules.h"

/* /init has about 2 MB, more with debug information; what has more than this is no program. */
enum { PROGRAM_MAX = 64 << 20 };

int image_program_add(struct kx_initramfs *files, const char *path, const char *root,
		      const char *from, uint64_t *ret_len, struct kx_err *err)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	struct kx_memfile file;
	size_t len = 0;
	int rc;

	rc = kx_modules_read(root, from + strspn(from, "/"), &file, err);
	if (rc < 0)
		return rc;
	if (file.len > PROGRAM_MAX)
		rc = kx_fail(err, -ENOEXEC, "%zu bytes are more than a program has", file.len);
	else
		rc = kx_elf_strip((struct kx_span){ file.base, file.len }, &bytes, &len, err);
	kx_memfile_done(&file);
	if (rc < 0)
		return kx_context(err, rc == -EINVAL ? -ENOEXEC : rc, "%s", from);
	rc = kx_initramfs_add(files, path, S_IFREG | 0755, (struct kx_span){ bytes, len }, err);
	if (rc == 0)
		*ret_len = len;
	return rc;
}

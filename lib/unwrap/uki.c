/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unified kernel images (UAPI.5): a PE program with kernel, initrd and command line as sections. */
#include <errno.h>
#include <string.h>

#include "lib/unwrap/internal.h"

/* A line for people that a NUL, a newline or padding may end. */
static struct kx_span text_of(struct kx_span s)
{
	if (s.len > 0)
		s.len = strnlen((const char *)s.base, s.len);
	return kx_span_trim(s);
}

/* A few systems' images hold paths on the EFI system partition where others hold the files. */
static bool is_path(struct kx_span s)
{
	enum { PATH_LIMIT = 1024 };

	return s.len > 1 && s.len < PATH_LIMIT && (s.base[0] == '\\' || s.base[0] == '/') &&
	       !memchr(s.base, '\0', s.len - 1);
}

int kx_uki_kernel(const struct kx_pe *pe, struct kx_span file, struct kx_span *ret,
		  struct kx_err *err)
{
	struct kx_span kernel = { NULL, 0 }, path = { NULL, 0 };
	int rc;

	rc = kx_pe_section(pe, file, ".linux", &kernel, err);
	if (rc == 0)
		rc = kx_pe_section(pe, file, ".kernelp", &path, err);
	if (rc < 0)
		return rc;
	if (is_path(kernel))
		path = kernel;
	if (path.len == 0 || (kernel.len > 0 && !is_path(kernel))) {
		*ret = kernel;
		return 0;
	}
	path = text_of(path);
	return kx_fail(err, -ENOTSUP,
		       "the image names its kernel by path instead of holding it; give %.*s on the EFI "
		       "system partition, and its initrd",
		       path.len < 200 ? (int)path.len : 200, (const char *)path.base);
}

int kx_uki_parts(const struct kx_pe *pe, struct kx_span file, struct kx_unwrapped *u,
		 struct kx_err *err)
{
	const struct {
		const char *name;
		struct kx_span *part;
	} parts[] = {
		{ ".initrd", &u->initrd }, { ".ucode", &u->ucode }, { ".cmdline", &u->cmdline },
		{ ".dtb", &u->dtb },	   { ".uname", &u->uname },
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == 0; i++)
		rc = kx_pe_section(pe, file, parts[i].name, parts[i].part, err);
	if (rc < 0)
		return rc;
	u->cmdline = text_of(u->cmdline);
	u->uname = text_of(u->uname);
	return 0;
}

bool kx_uki_section(struct kx_span file, const char *name, struct kx_span *ret)
{
	struct kx_span found = { NULL, 0 };
	struct kx_err ignored;
	struct kx_pe pe;

	if (!kx_pe_parse(file, &pe) || kx_pe_section(&pe, file, name, &found, &ignored) < 0 ||
	    !found.len)
		return false;
	*ret = found;
	return true;
}

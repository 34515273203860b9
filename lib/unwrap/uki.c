/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unified kernel images (UAPI.5): a PE program with kernel, initrd and command line as sections. */
#include <string.h>

#include "lib/unwrap/internal.h"

/* A line for people that a NUL, a newline or padding may end. */
static struct kx_span text_of(struct kx_span s)
{
	if (s.len > 0)
		s.len = strnlen((const char *)s.base, s.len);
	return kx_span_trim(s);
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens vendor boot images; what is in them lib/unwrap knows. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kexec/vendor.h"

int vendor_open(struct vendor *ret, const char *path, uint64_t limit, struct kx_err *err)
{
	const struct input_part part = { .path = path };
	int rc;

	rc = input_open(&ret->file, &part, 1, limit, err);
	if (rc < 0)
		return rc;
	rc = kx_android_vendor(ret->file.bytes, &ret->parts, err);
	if (rc == 0 && ret->parts.bootconfig.len &&
	    kx_bootconfig_make(ret->parts.bootconfig, &ret->bootconfig, &ret->bootconfig_len) < 0)
		rc = kx_fail(err, -ENOMEM, "no memory for its bootconfig");
	return rc < 0 ? kx_context(err, rc, "--vendor-boot=%.160s", path) : 0;
}

int vendor_cmdline(const struct vendor *vendor, struct kx_span base, char **ret)
{
	struct kx_span own = vendor->parts.cmdline;
	const char *blank = own.len && base.len ? " " : "";
	const char *word = !vendor->bootconfig_len ? "" : own.len || base.len ? " bootconfig" :
									       "bootconfig";
	int rc = asprintf(ret, "%.*s%s%.*s%s", (int)own.len,
			  own.base ? (const char *)own.base : "", blank, (int)base.len,
			  base.base ? (const char *)base.base : "", word);

	return rc < 0 ? -ENOMEM : 0;
}

void vendor_done(struct vendor *vendor)
{
	input_done(&vendor->file);
	free(vendor->bootconfig);
	*vendor = (struct vendor){ .bootconfig = NULL };
}

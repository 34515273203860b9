/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of targets. */
#include "kdump/capture/target/target.h"

static const struct capture_kind *const kinds[] = {
	&capture_kind_file,
	&capture_kind_raw,
	&capture_kind_virtiofs,
	&capture_kind_nfs,
	&capture_kind_smb,
	&capture_kind_ssh,
	&capture_kind_http,
	&capture_kind_s3,
};

const struct capture_kind *capture_kind_find(enum kx_capture_type type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i]->type == type)
			return kinds[i];
	}
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds "Linux version RELEASE (" in a kernel's image. */
#include <string.h>

#include "kx/banner.h"

static const char start[] = "Linux version ";
enum { START_LEN = sizeof(start) - 1 };

/* @bytes follow the start. */
static size_t release_len(struct kx_span bytes)
{
	size_t len = 0;

	if (bytes.len == 0 || bytes.base[0] < '0' || bytes.base[0] > '9')
		return 0;
	while (len < bytes.len && len <= KX_BANNER_RELEASE_MAX && bytes.base[len] > ' ' &&
	       bytes.base[len] < 0x7f)
		len++;
	return len < bytes.len && len <= KX_BANNER_RELEASE_MAX && bytes.base[len] == ' ' ? len : 0;
}

bool kx_banner_release(struct kx_span image, struct kx_span *ret)
{
	const uint8_t *found;

	while (image.len > START_LEN &&
	       (found = memmem(image.base, image.len, start, START_LEN)) != NULL) {
		size_t before = (size_t)(found - image.base) + START_LEN, len;

		image.base += before;
		image.len -= before;
		len = release_len(image);
		if (len) {
			*ret = (struct kx_span){ image.base, len };
			return true;
		}
	}
	return false;
}

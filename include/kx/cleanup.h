/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables that release what they hold when they go out of scope. */
#ifndef KX_CLEANUP_H
#define KX_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void kx_cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void kx_cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _cleanup_free_ _cleanup_(kx_cleanup_free)
#define _cleanup_fd_ _cleanup_(kx_cleanup_fd)

#endif

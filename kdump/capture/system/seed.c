/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By random(4): RNDADDENTROPY counts what it is given, as writing to /dev/random does not. */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kdump/capture/system/seed.h"
#include "kdump/capture/system/trace.h"
#include "kx/capture.h"
#include "kx/cleanup.h"
#include "kx/file.h"

/** union pool - what the kernel takes, with its bytes */
union pool {
	struct rand_pool_info info;
	uint8_t room[sizeof(struct rand_pool_info) + KX_CAPTURE_SEED_BYTES];
};

void seed_take(void)
{
	_cleanup_fd_ int seed = open(KX_CAPTURE_SEED, O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int pool = -1;
	union pool given = { .info = { .entropy_count = KX_CAPTURE_SEED_BYTES * 8,
				       .buf_size = KX_CAPTURE_SEED_BYTES } };
	ssize_t got;

	if (seed < 0)
		return;
	got = kx_file_read_some(seed, given.info.buf, KX_CAPTURE_SEED_BYTES);
	pool = open("/dev/random", O_RDWR | O_CLOEXEC);
	if (got != KX_CAPTURE_SEED_BYTES)
		capture_trace("the seed for random numbers is cut");
	else if (pool < 0 || ioctl(pool, RNDADDENTROPY, &given.info) < 0)
		capture_trace("/dev/random: %s", strerror(errno));
	else
		capture_trace("random numbers have their seed");
	explicit_bzero(&given, sizeof(given));
	unlink(KX_CAPTURE_SEED);
}

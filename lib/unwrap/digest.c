/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The digests that FIT images carry. CRC-32 and SHA-256 are ours; for others the kernel is asked,
 * which has them anyway (Linux, Documentation/crypto/userspace-if.rst, "AF_ALG").
 */
#include <errno.h>
#include <linux/if_alg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "kx/sha256.h"
#include "lib/unwrap/internal.h"

static int send_all(int fd, struct kx_span data)
{
	/* More in one call is cut by the kernel. */
	enum { CHUNK = 1 << 20 };

	for (size_t at = 0; at < data.len;) {
		size_t len = data.len - at < CHUNK ? data.len - at : CHUNK;
		ssize_t sent = send(fd, data.base + at, len, MSG_MORE | MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return sent < 0 ? -errno : -EIO;
		at += (size_t)sent;
	}
	return 0;
}

static int ask_kernel(const char *algorithm, struct kx_span data, uint8_t *to, size_t len)
{
	struct sockaddr_alg address = { .salg_family = AF_ALG, .salg_type = "hash" };
	_cleanup_fd_ int algorithms = -1;
	_cleanup_fd_ int work = -1;
	ssize_t got;
	int rc;

	strncpy((char *)address.salg_name, algorithm, sizeof(address.salg_name) - 1);
	algorithms = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (algorithms < 0 ||
	    bind(algorithms, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	work = accept4(algorithms, NULL, NULL, SOCK_CLOEXEC);
	if (work < 0)
		return -errno;
	rc = send_all(work, data);
	if (rc < 0)
		return rc;
	got = recv(work, to, len, 0);
	return got == (ssize_t)len ? 0 : got < 0 ? -errno : -EIO;
}

static int crc32(struct kx_span data, uint8_t *to, struct kx_err *err)
{
	uint32_t sum = 0;
	int rc = kx_crc32(&sum, data, err);

	if (rc == 0)
		kx_put(to, 4, sum, true);
	return rc;
}

int kx_fit_digest(const char *algorithm, struct kx_span data, uint8_t to[KX_FIT_DIGEST_MAX],
		  size_t *ret_len, struct kx_err *err)
{
	static const struct {
		const char *name;
		size_t len;
	} known[] = {
		{ "crc32", 4 },		       { "md5", 16 },	 { "sha1", 20 },
		{ "sha256", KX_SHA256_SIZE }, { "sha384", 48 }, { "sha512", 64 },
	};
	size_t i = 0, count = sizeof(known) / sizeof(known[0]);
	int rc = 0;

	while (i < count && strcmp(known[i].name, algorithm) != 0)
		i++;
	if (i == count)
		return kx_fail(err, -ENOTSUP, "the algorithm is not known here");
	*ret_len = known[i].len;
	if (strcmp(algorithm, "crc32") == 0)
		return crc32(data, to, err);
	if (strcmp(algorithm, "sha256") == 0)
		kx_sha256(kx_sha256_blocks_best(), data.base, data.len, to);
	else
		rc = ask_kernel(algorithm, data, to, known[i].len);
	return rc < 0 ? kx_fail(err, -ENOTSUP,
				"the running kernel does not compute it (%s): modprobe algif_hash",
				strerror(-rc)) :
			0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A name server that is gone must not keep what has other targets from being armed. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kdump/base/child.h"
#include "kdump/base/clock.h"
#include "kdump/base/lookup.h"
#include "kx/file.h"

int lookup_name(const char *host, char text[LOOKUP_MAX], struct kx_err *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct addrinfo *found;
	const int error = getaddrinfo(host, NULL, &hints, &found);
	size_t len = 0;

	text[0] = '\0';
	if (error)
		return kx_fail(err, error == EAI_AGAIN	? -EAGAIN :
				    error == EAI_MEMORY ? -ENOMEM :
							  -ENOENT,
			       "%s: %s", host,
			       error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
	for (const struct addrinfo *i = found; i; i = i->ai_next) {
		char address[INET6_ADDRSTRLEN];

		if (getnameinfo(i->ai_addr, i->ai_addrlen, address, sizeof(address), NULL, 0,
				NI_NUMERICHOST) == 0 && !strchr(address, '%') &&
		    len + sizeof(address) + 1 < LOOKUP_MAX)
			len += (size_t)sprintf(text + len, "%s\n", address);
	}
	freeaddrinfo(found);
	return 0;
}

/* In the child, which ends with what it found as a number of ours. */
_Noreturn static void child(lookup_ask *ask, const char *host, int fd)
{
	static char text[LOOKUP_MAX];
	struct kx_err err = { "" };
	int rc = ask(host, text, &err);
	const char *say = rc < 0 ? err.text : text;

	kx_file_write(fd, say, strlen(say));
	child_end(rc);
}

/* Milliseconds for the next name. */
static unsigned int patience(unsigned int spent)
{
	const unsigned int all = LOOKUP_ALL_SECONDS * 1000, one = LOOKUP_SECONDS * 1000,
			   least = LOOKUP_LEAST_SECONDS * 1000;
	const unsigned int left = spent < all ? all - spent : 0;

	return left < least ? least : left < one ? left : one;
}

int lookup(lookup_ask *ask, const char *host, unsigned int *spent, char text[LOOKUP_MAX],
	   struct kx_err *err)
{
	const unsigned int ms = patience(*spent);
	const uint64_t begun = clock_ms();
	int ends[2], rc, status = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return kx_fail(err, -errno, "%s: pipe: %s", host, strerror(errno));
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(ask, host, ends[1]);
	close(ends[1]);
	rc = pid < 0 ? -errno : child_listen(pid, ends[0], ms, text, LOOKUP_MAX, &status);
	close(ends[0]);
	*spent += (unsigned int)(clock_ms() - begun);
	if (rc == -ETIMEDOUT)
		return kx_fail(err, -EAGAIN, "%s: no name server answers within %u s", host, ms / 1000);
	if (rc < 0)
		return kx_fail(err, rc, "%s: %s", host, strerror(-rc));
	rc = child_result(status);
	return rc == 0 ? 0 : kx_fail(err, rc, "%s", text[0] ? text : "asking for a name failed");
}

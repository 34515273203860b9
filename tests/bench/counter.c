/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's own counter, for tests/bench/handover: it goes on from one kernel to the next.
 *
 * Usage: counter                   writes "counter: COUNT HZ" into the kernel's log, which adds the time
 *        counter COMMAND [ARG]...  runs it; prints "TICKS HZ USER-US KERNEL-US STATUS"
 * HZ is 0 where a program cannot know it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include MACHINE_H	/* tests/bench/machines/ARCH.h */

static long long micros(struct timeval tv)
{
	return tv.tv_sec * 1000000LL + tv.tv_usec;
}

/* Between the reading and the time that the kernel takes lie some thousand instructions at most. */
static int mark(void)
{
	const int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	char text[64];
	size_t len;

	snprintf(text, sizeof(text), "<5>counter: %" PRIu64 " %" PRIu64 "\n", count(), frequency());
	len = strlen(text);
	return log >= 0 && write(log, text, len) == (ssize_t)len ? 0 : 99;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	uint64_t start, end;
	int status = 0;
	pid_t child;

	if (argc < 2)
		return mark();
	start = count();
	child = fork();
	if (child == 0) {
		execv(argv[1], argv + 1);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) < 0)
		return 99;
	end = count();
	printf("%" PRIu64 " %" PRIu64 " %lld %lld %d\n", end - start, frequency(),
	       micros(usage.ru_utime), micros(usage.ru_stime),
	       WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return 0;
}

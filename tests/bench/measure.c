/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs one command and says what it cost. It refuses to, unless its own kexec and reboot system
 * calls are intercepted: the command is going to make them in earnest.
 *
 * Usage: measure FILE COMMAND [ARGUMENT]...
 * Appends to FILE: CPU seconds, wall seconds, peak KiB of anonymous and shared memory, peak KiB of
 * everything resident.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BROKEN = 99, POLL_US = 1000 };

/*
 * Each of these is refused by a kernel before it does anything, for its unknown flags or its wrong
 * magic number. Success means that somebody else answered.
 */
static int intercepted(void)
{
	const long unknown = 0x7000;

#ifdef SYS_kexec_file_load
	if (syscall(SYS_kexec_file_load, -1L, -1L, 0L, NULL, unknown) != 0)
		return 0;
#endif
	return syscall(SYS_kexec_load, 0L, 0L, NULL, unknown) == 0 &&
	       syscall(SYS_reboot, 0L, 0L, 0L, NULL) == 0;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double seconds(struct timeval tv)
{
	return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

/* What a copy of a file's bytes costs: private pages, or those of a file in memory. */
static long copied_kib(pid_t pid)
{
	char path[64], line[256];
	long total = 0, value;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	status = fopen(path, "re");
	while (status && fgets(line, sizeof(line), status)) {
		if (sscanf(line, "RssAnon: %ld kB", &value) == 1 ||
		    sscanf(line, "RssShmem: %ld kB", &value) == 1)
			total += value;
	}
	if (status)
		fclose(status);
	return total;
}

static pid_t start(char **command)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (intercepted())
		execvp(command[0], command);
	fprintf(stderr, "measure: %s\n",
		errno == ENOENT ? "no such command" : "system calls are not intercepted");
	_exit(BROKEN);
}

int main(int argc, char **argv)
{
	struct rusage usage;
	long copied = 0;
	double began;
	FILE *out;
	int status;
	pid_t pid;

	if (argc < 3 || !intercepted()) {
		fprintf(stderr, "measure: %s\n",
			argc < 3 ? "FILE COMMAND..." : "system calls are not intercepted");
		return BROKEN;
	}
	began = now();
	pid = start(argv + 2);
	if (pid < 0)
		return BROKEN;
	while (wait4(pid, &status, WNOHANG, &usage) == 0) {
		long kib = copied_kib(pid);

		copied = kib > copied ? kib : copied;
		usleep(POLL_US);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return WIFEXITED(status) ? WEXITSTATUS(status) : BROKEN;
	out = fopen(argv[1], "ae");
	if (!out)
		return BROKEN;
	fprintf(out, "%.4f %.4f %ld %ld\n", seconds(usage.ru_utime) + seconds(usage.ru_stime),
		now() - began, copied, usage.ru_maxrss);
	return fclose(out) == 0 ? 0 : BROKEN;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Workers that are processes. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kdump/capture/system/supervise.h"

struct capture_shared *capture_shared_new(void)
{
	void *memory = mmap(NULL, sizeof(struct capture_shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void capture_shared_free(struct capture_shared *shared)
{
	if (shared)
		munmap(shared, sizeof(*shared));
}

int capture_fork(struct capture_process *process, int (*run)(void *data), void *data)
{
	int pid;

	/* What is in there would be written twice. */
	fflush(NULL);
	*process = (struct capture_process){ 0 };
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		sigset_t none;
		int status;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		/* Of a terminal's signals none is for it, nor is its parent's. */
		setsid();
		status = run(data);
		fflush(NULL);
		_exit(status);
	}
	process->pid = process->group = pid;
	return 0;
}

uint64_t capture_process_now(void *process)
{
	struct timespec now;

	(void)process;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Also of those whose parents have ended, which are the first process's then. */
static bool reap(struct capture_process *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(getpid() == 1 ? -1 : p->pid, &status, WNOHANG)) > 0) {
		if (pid != p->pid)
			continue;
		p->pid = 0;
		p->status = status;
		return true;
	}
	return false;
}

bool capture_process_wait(void *process, uint64_t ms)
{
	struct timespec time = { .tv_sec = (time_t)(ms / 1000),
				 .tv_nsec = (long)(ms % 1000) * 1000000 };
	struct capture_process *p = process;
	sigset_t child;

	if (reap(p))
		return true;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigtimedwait(&child, NULL, &time);
	return reap(p);
}

void capture_process_kill(void *process)
{
	const struct capture_process *p = process;

	if (p->pid > 0)
		kill(p->pid, SIGKILL);
}

/* Is somebody left? The first process has to reap those whose parents have ended. */
static bool has_group(struct capture_process *p)
{
	if (getpid() == 1)
		reap(p);
	return kill(-p->group, 0) == 0;
}

void capture_process_clear(struct capture_process *p)
{
	enum { LOOKS = 100 };
	static const struct timespec pause = { .tv_nsec = 20000000 };

	if (p->group <= 0)
		return;
	kill(-p->group, SIGTERM);
	for (int i = 0; i < LOOKS && has_group(p); i++)
		nanosleep(&pause, NULL);
	kill(-p->group, SIGKILL);
	p->group = 0;
}

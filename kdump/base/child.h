/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Listens to a child process, but not for ever. */
#ifndef KDUMP_BASE_CHILD_H
#define KDUMP_BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * child_listen() - take what a child says until it ends; whoever it leaves behind may have the pipe
 * @fd: of the pipe that it writes to
 * @ms: how long that may take, and it is killed then; 0: as long as it likes
 * @text: what it said, cut to @size with a NUL
 * @ret_status: as of waitpid(2)
 *
 * Return: 0; -ETIMEDOUT; negative errno of waiting.
 */
int child_listen(pid_t child, int fd, unsigned int ms, char *text, size_t size, int *ret_status);

/**
 * child_kill() - kill it, and wait a second for its end
 *
 * Return: false: it hangs in the kernel, as one does that waits for a disk, and is left to itself.
 */
bool child_kill(pid_t child);

/** child_end() - in a child, at once: with 0 or a negative errno; what is none of those is -EIO */
_Noreturn void child_end(int result);

/** child_result() - what child_end() was given, of a status of waitpid(2); -EIO: it was killed */
int child_result(int status);

#endif

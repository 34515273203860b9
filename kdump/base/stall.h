/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does what may take hours, unless nothing moves any more. */
#ifndef KDUMP_BASE_STALL_H
#define KDUMP_BASE_STALL_H

/**
 * stall_run() - have @job called with both words in a process of its own
 * @seconds: for which it may read and write nothing, as the kernel counts that; where the kernel
 *	does not count it is waited for as long as it takes
 *
 * Return: what @job returned, 0 to 255; -ETIMEDOUT it was ended; -EIO it died; negative errno of
 * making the process.
 */
int stall_run(int (*job)(const char *first, const char *second), const char *first,
	      const char *second, unsigned int seconds);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the crash kernel has to say, which all goes through its own log: so it is in order. */
#ifndef KDUMP_CAPTURE_SYSTEM_TRACE_H
#define KDUMP_CAPTURE_SYSTEM_TRACE_H

/** capture_trace_open() - from now on lines go to the kernel's log; else they go to stderr */
void capture_trace_open(void);

/**
 * capture_trace_stderr() - what this process prints on standard error goes there, too
 *
 * Line by line: each write is a record of that log.
 */
void capture_trace_stderr(void);

/** capture_trace() - a line for the kernel's log, so for the console and kexec-dmesg.log, too */
void capture_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** capture_trace_write() - all of the kernel's log to @fd; 0 or negative errno. @data is unused. */
int capture_trace_write(void *data, int fd);

#endif

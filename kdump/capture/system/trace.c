/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines for /dev/kmsg (Linux, Documentation/ABI/testing/dev-kmsg), and its log as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

#include "kdump/capture/system/trace.h"
#include "kx/cleanup.h"
#include "kx/file.h"

/* One process has it, or all its children: that is what it stands for. */
static int kmsg = -1;

/* A record has about 1000 bytes of text; its line must not become two. */
enum { LINE = 900 };

void capture_trace_open(void)
{
	_cleanup_fd_ int limit = open("/proc/sys/kernel/printk_devkmsg", O_WRONLY | O_CLOEXEC);

	/* Else only ten lines in five seconds get through. */
	if (limit >= 0)
		kx_file_write(limit, "on\n", 3);
	kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
}

void capture_trace_stderr(void)
{
	static char line[LINE];

	if (kmsg < 0)
		return;
	dup2(kmsg, STDERR_FILENO);
	setvbuf(stderr, line, _IOLBF, sizeof(line));
}

void capture_trace(const char *format, ...)
{
	/* Warnings: what is less is not seen on a console that is "quiet". */
	char line[LINE] = "<4>kdump: ";
	size_t begin = strlen(line), len;
	va_list args;

	va_start(args, format);
	vsnprintf(line + begin, sizeof(line) - begin - 1, format, args);
	va_end(args);
	len = strlen(line);
	for (size_t i = begin; i < len; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	}
	line[len++] = '\n';
	if (kmsg < 0)
		kx_file_write(STDERR_FILENO, line + 3, len - 3);
	else
		kx_file_write(kmsg, line, len);
}

int capture_trace_write(void *data, int fd)
{
	enum { READ_ALL = 3, SIZE_BUFFER = 10, SIZE_MAX_KEPT = 1 << 20 };
	_cleanup_free_ char *text = NULL;
	int size = klogctl(SIZE_BUFFER, NULL, 0);

	(void)data;
	if (size < 0)
		return -errno;
	size = size > SIZE_MAX_KEPT ? SIZE_MAX_KEPT : size;
	text = malloc((size_t)size + 1);
	if (!text)
		return -ENOMEM;
	size = klogctl(READ_ALL, text, size);
	return size < 0 ? -errno : kx_file_write(fd, text, (size_t)size);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into kexec inside a test machine: moves the first segment of what kexec_load(2) is
 * given to 1 MiB, where no crash kernel may be: the kernel refuses what kexec has found right.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct segment {		/* UAPI linux/kexec.h: struct kexec_segment */
	const void *buf;
	size_t bufsz;
	const void *mem;
	size_t memsz;
};

typedef long (*syscall_fn)(long number, ...);

long syscall(long number, ...)
{
	syscall_fn next = (syscall_fn)dlsym(RTLD_NEXT, "syscall");
	struct segment copy[16];
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_kexec_load && a[1] > 0 && a[1] <= 16) {
		memcpy(copy, (const void *)a[2], (size_t)a[1] * sizeof(*copy));
		copy[0].mem = (const void *)0x100000;
		a[2] = (long)copy;
	}
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

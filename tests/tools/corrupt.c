/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into kexec inside a test machine: flips one byte of what kexec_load(2) is given, after
 * the digests were computed, so that purgatory has something to find.
 *
 * KX_CORRUPT=INDEX:OFFSET      that byte of segment INDEX
 * KX_CORRUPT=cpio:TEXT         the first byte of TEXT in a segment that starts as a cpio archive
 * KX_CORRUPT=other:TEXT        the same in one that does not
 *
 * The segment's buffer is replaced by a copy; the caller's memory stays as it is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
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

static void give_up(const char *why)
{
	fprintf(stderr, "corrupt: %s\n", why);
	_exit(99);
}

static int is_cpio(const struct segment *s)
{
	return s->bufsz > 6 && memcmp(s->buf, "070701", 6) == 0;
}

/* Where the byte is: returns the segment's index, and the offset in *ret_offset. */
static size_t find_byte(const char *what, const struct segment *s, size_t n, size_t *ret_offset)
{
	const char *text = strchr(what, ':');
	int cpio = strncmp(what, "cpio:", 5) == 0;
	size_t i;

	if (!text)
		give_up("KX_CORRUPT has no ':'");
	text++;
	if (!cpio && strncmp(what, "other:", 6) != 0) {
		if (sscanf(what, "%zu:%zu", &i, ret_offset) != 2)
			give_up("KX_CORRUPT is none of INDEX:OFFSET, cpio:TEXT, other:TEXT");
		if (i >= n || *ret_offset >= s[i].bufsz)
			give_up("there is no such byte");
		return i;
	}
	for (i = 0; i < n; i++) {
		const char *hit = memmem(s[i].buf, s[i].bufsz, text, strlen(text));

		if (hit && is_cpio(&s[i]) == cpio) {
			*ret_offset = (size_t)(hit - (const char *)s[i].buf);
			return i;
		}
	}
	give_up("no segment holds that text");
	return 0;
}

static void flip(struct segment *s, size_t offset)
{
	unsigned char *copy = malloc(s->bufsz);

	if (!copy)
		give_up("out of memory");
	memcpy(copy, s->buf, s->bufsz);
	copy[offset] ^= 0x20;
	s->buf = copy;
}

long syscall(long number, ...)
{
	syscall_fn next = (syscall_fn)dlsym(RTLD_NEXT, "syscall");
	const char *what = getenv("KX_CORRUPT");
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);

	if (number == SYS_kexec_load && what && a[1] > 0) {
		size_t n = (size_t)a[1], offset, i;
		struct segment *copy = calloc(n, sizeof(*copy));

		if (!copy)
			give_up("out of memory");
		memcpy(copy, (const void *)a[2], n * sizeof(*copy));
		i = find_byte(what, copy, n, &offset);
		flip(&copy[i], offset);
		fprintf(stderr, "corrupt: flipped byte %zu of segment %zu at %p\n", offset, i,
			copy[i].mem);
		a[2] = (long)copy;
	}
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

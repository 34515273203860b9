/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory functions that a compiler may call even in a freestanding program. */
#include <stddef.h>

void *memcpy(void *dest, const void *src, size_t n);
void *memset(void *dest, int byte, size_t n);

/* Keeps the compiler from seeing a memcpy in memcpy's loop and calling itself. */
#define NOT_A_KNOWN_LOOP() __asm__ volatile("" : : : "memory")

void *memcpy(void *dest, const void *src, size_t n)
{
	unsigned char *d = dest;
	const unsigned char *s = src;

	while (n--) {
		*d++ = *s++;
		NOT_A_KNOWN_LOOP();
	}
	return dest;
}

void *memset(void *dest, int byte, size_t n)
{
	unsigned char *d = dest;

	while (n--) {
		*d++ = (unsigned char)byte;
		NOT_A_KNOWN_LOOP();
	}
	return dest;
}

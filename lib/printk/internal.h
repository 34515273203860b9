/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The three log readers, and what they share: a window into the dump, delivery, partial results. */
#ifndef LIB_PRINTK_INTERNAL_H
#define LIB_PRINTK_INTERNAL_H

#include "kx/bytes.h"
#include "kx/printk.h"

/* LOG_* of the kernel's enum log_flags. */
enum { LOG_NEWLINE = 2, LOG_PREFIX = 4, LOG_CONT = 8 };

/**
 * struct printk_walk - one call of kx_printk_each()
 * @big_endian, @word: the dump's byte order and bytes of its kernel's long
 * @partial: something was missing; @err says what came first
 * @counted: a record was delivered, so @stats' first_seq is known
 * @worth: work that the dump's bytes are worth, as far as was asked
 * @before: the reader's work when the walk began
 */
struct printk_walk {
	struct kx_reader *reader;
	const struct kx_vmcoreinfo *info;
	bool big_endian, recover;
	unsigned int word;
	int (*each)(const struct kx_printk_record *record, void *data);
	void *data;
	struct kx_printk_stats *stats;
	struct kx_err *err;
	bool partial, counted;
	uint64_t worth, before;
};

enum {
	AREA_PAGE = 4096,
	AREA_PAGES = 16,
	/*
	 * A log may take this much work, and so much for each byte of the dump. Page tables and
	 * segments can show the same bytes, or zeros, in any number of places, and a descriptor's
	 * page can be as long as the next one's. Logs of kernels, compressed, take below 25.
	 */
	WORK_BASE = 1 << 20,
	WORK_FACTOR = 64,
};

/**
 * struct printk_area - part of the dump's virtual memory, read through a window
 * @addr, @size: the part, in bytes; its end does not wrap
 * @start: page number of the window; UINT64_MAX while it is empty
 * @tried, @good: one bit for each page of the window that was read, that could be read
 */
struct printk_area {
	struct printk_walk *walk;
	uint64_t addr, size;
	uint64_t start;
	uint32_t tried, good;
	uint8_t *buffer;
};

/**
 * printk_area_init() - an empty window on @size bytes at @addr; errors of the walk name @what
 *
 * Return: 0; -ERANGE when the end wraps; -ENOMEM.
 */
int printk_area_init(struct printk_area *area, struct printk_walk *walk, uint64_t addr,
		     uint64_t size, const char *what);

/** printk_area_done() - free the window; a zero-initialised area is fine */
void printk_area_done(struct printk_area *area);

/**
 * printk_area_read() - copy @len bytes at @offset; pages are read when they are first asked for
 *
 * Return: 0; -EFAULT when a byte is outside the area or not in the dump, or when the walk has taken
 * all the work that the dump is worth, which then is what printk_partial() has.
 */
int printk_area_read(struct printk_area *area, uint64_t offset, void *to, size_t len);

/**
 * struct printk_claims - which bytes of a ring belong to a record already
 * @unit: bytes; every record begins at a multiple of it
 * @taken: a bit for each unit
 */
struct printk_claims {
	unsigned int unit;
	uint64_t *taken;
};

/** printk_claims_init() - for a ring of @size bytes, nothing taken yet; 0 or -ENOMEM */
int printk_claims_init(struct printk_claims *claims, uint64_t size, unsigned int unit,
		       struct kx_err *err);

/** printk_claims_done() - free what it holds; zero-initialised is fine */
void printk_claims_done(struct printk_claims *claims);

/** printk_claims_free() - is none of [@at, @at + @len) taken? In the ring; @len is not 0. */
bool printk_claims_free(const struct printk_claims *claims, uint64_t at, uint64_t len);

/** printk_claims_take() - [@at, @at + @len) belongs to a record from now on */
void printk_claims_take(struct printk_claims *claims, uint64_t at, uint64_t len);

/** printk_partial() - note what is missing; only the first reason is kept */
void printk_partial(struct printk_walk *walk, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** printk_deliver() - count @record and hand it on; Return: what the receiver returned */
int printk_deliver(struct printk_walk *walk, const struct kx_printk_record *record);

/** printk_variable() - the number of @width bytes at SYMBOL(@name); 0 or a negative errno */
int printk_variable(struct printk_walk *walk, const char *name, unsigned int width, uint64_t *ret);

/** printk_prb() - the lock-less ring, v5.10 and later; result as kx_printk_each() */
int printk_prb(struct printk_walk *walk);

/** printk_log() - records, v3.5 to v5.9; result as kx_printk_each() */
int printk_log(struct printk_walk *walk);

/** printk_text() - the byte ring before v3.5; result as kx_printk_each() */
int printk_text(struct printk_walk *walk);

#endif

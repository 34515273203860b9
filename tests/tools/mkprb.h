/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes kernel logs the way kernels do, for any width and byte order, into a small ELF core. It
 * shares no code with the readers: what they find is compared with what was put in.
 */
#ifndef TESTS_TOOLS_MKPRB_H
#define TESTS_TOOLS_MKPRB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum mkprb_kind { MKPRB_RING, MKPRB_RECORDS, MKPRB_TEXT };

/** enum mkprb_fate - what became of a record of the lock-less ring */
enum mkprb_fate { MKPRB_FINALIZED, MKPRB_COMMITTED, MKPRB_RESERVED, MKPRB_LOST };

/**
 * struct mkprb_params - what to write
 * @word: 4 or 8; @big: byte order
 * @count_bits: of descriptors; @size_bits: of text bytes
 * @old_wrap: v6.18 and older: a block that would end at the ring's end is wrapped
 * @context: v7.0's execution context
 * @caller: records: CONFIG_PRINTK_CALLER
 * @crashtime: seconds; 0 for none
 * @before: bytes of a hole in front of the memory that holds the log
 * @base: virtual address of the memory; 0: one of x86_64, ppc64, i386 or ppc
 * @unnoted: VMCOREINFO is not in a note but at the memory's end
 */
struct mkprb_params {
	enum mkprb_kind kind;
	unsigned int word;
	bool big;
	unsigned int count_bits, size_bits;
	bool old_wrap, context, caller, unnoted;
	const char *release;
	uint64_t crashtime, before, base;
};

/** struct mkprb_record - one message; strings are copied */
struct mkprb_record {
	uint64_t seq, ts_nsec;
	uint32_t caller_id, caller_id2;
	uint8_t facility, level, flags;
	enum mkprb_fate fate;
	char text[1024];
	size_t len;
	char subsystem[16], device[48], comm[16];
};

/** struct mkprb - a log being written; @alive: records that a reader must find, oldest first */
struct mkprb {
	struct mkprb_params p;
	uint8_t *memory;
	size_t size;
	uint64_t base;				/* virtual address of @memory */
	char info[8192];			/* VMCOREINFO */
	size_t info_len, cut;			/* @cut: bytes of @memory that the core lacks */
	struct mkprb_record *alive;
	size_t n_alive, room;
	uint64_t next_seq;
	/* Offsets in @memory. */
	size_t descs, infos, text, log_buf;
	/* The ring's own counters. */
	uint64_t head_id, tail_id, head_lpos, tail_lpos;
	uint64_t first_idx, next_idx, log_end;
	uint64_t *block_id, *block_next;	/* data blocks, oldest first */
	size_t n_blocks;
};

/** mkprb_new() - an empty log; NULL when there is no memory */
struct mkprb *mkprb_new(const struct mkprb_params *params);

/** mkprb_free() - NULL is fine */
void mkprb_free(struct mkprb *m);

/** mkprb_add() - write one record; false when it is too long for this ring */
bool mkprb_add(struct mkprb *m, const struct mkprb_record *record);

/** mkprb_clear() - dmesg -c: what comes now is new */
void mkprb_clear(struct mkprb *m);

/** mkprb_say() - append a line to VMCOREINFO; of equal keys the last one counts */
void mkprb_say(struct mkprb *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** mkprb_poke() - damage: set the number called @name (of entry @index); false: no such name */
bool mkprb_poke(struct mkprb *m, const char *name, uint64_t index, uint64_t value);

/** mkprb_write() - the ELF core; Return: 0 or -1 with errno */
int mkprb_write(struct mkprb *m, FILE *to);

/* For the three writers. */
void mkprb_put(struct mkprb *m, size_t at, unsigned int width, uint64_t value);
uint64_t mkprb_get(const struct mkprb *m, size_t at, unsigned int width);
void mkprb_keep(struct mkprb *m, const struct mkprb_record *record);
void mkprb_drop_oldest(struct mkprb *m);
void mkprb_drop(struct mkprb *m, uint64_t seq);
bool mkprb_ring_init(struct mkprb *m);
bool mkprb_ring_add(struct mkprb *m, const struct mkprb_record *record);
bool mkprb_ring_poke(struct mkprb *m, const char *name, uint64_t index, uint64_t value);
bool mkprb_records_init(struct mkprb *m);
bool mkprb_records_add(struct mkprb *m, const struct mkprb_record *record);
bool mkprb_text_init(struct mkprb *m);
bool mkprb_text_add(struct mkprb *m, const struct mkprb_record *record);

/* Where variables are in @memory. */
enum {
	MKPRB_UTS = 0x100, MKPRB_POINTER = 0x400, MKPRB_LEN = 0x410, MKPRB_FIRST = 0x418,
	MKPRB_NEXT = 0x420, MKPRB_CLEAR = 0x440, MKPRB_STRUCT = 0x500, MKPRB_ARRAYS = 0x1000,
};

#endif

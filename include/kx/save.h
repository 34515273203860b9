/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Saves a dump again: filtered, compressed, in a form that crash, drgn and gdb open. */
#ifndef KX_SAVE_H
#define KX_SAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/dump.h"
#include "kx/error.h"
#include "kx/page_codec.h"
#include "kx/pages.h"

/**
 * struct kx_save_target - where a dump is written to
 * @write: @len bytes at offset @off; 0 or negative errno
 * @sync: all that was written before will be there after a power failure if anything is that is
 *	written later; 0 or negative errno, also of writes before it
 * @reserve: take room for the first @len bytes now (optional); 0 or negative errno
 * @room: how many bytes it has room for (optional); 0, or negative errno when that is not known
 * @extra: how many bytes it has taken for itself, beside those of the dump (optional)
 * @costly: each write costs much more than its bytes, as where a program is started for it
 *
 * One thread at a time calls them. Bytes that are never written read as zeros.
 */
struct kx_save_target {
	int (*write)(struct kx_save_target *target, const void *from, size_t len, uint64_t off);
	int (*sync)(struct kx_save_target *target);
	int (*reserve)(struct kx_save_target *target, uint64_t len);
	int (*room)(struct kx_save_target *target, uint64_t *ret);
	uint64_t (*extra)(const struct kx_save_target *target);
	bool costly;
};

/* Bytes at the beginning of a file that are read again when it is there: headers of all formats. */
enum { KX_SAVE_FILE_HEAD = 8192 };

/**
 * struct kx_save_file - a target that is an empty file
 * @fd: open for writing, and for reading where kx_save_file_check() is to be called; borrowed
 * @end: where what is written front to back goes on; up to @sent it was sent to the disk, up to
 *	@dropped it is there and no longer in memory
 * @cached: the file system does it in its own time
 * @failed: what was lost on its way to the disk, as a negative errno: no sync goes well any more
 * @head: its first bytes as they were written last, @head_len of them
 *
 * No more than some 8 MiB of it are in the page cache, where little memory is left and what a
 * disk is slower than a processor would fill it. An error of the disk is that of a later write.
 */
struct kx_save_file {
	struct kx_save_target target;
	int fd;
	uint64_t end, sent, dropped;
	bool cached;
	int failed;
	uint8_t head[KX_SAVE_FILE_HEAD];
	size_t head_len;
};

/** kx_save_file_init() - for kx_save() */
void kx_save_file_init(struct kx_save_file *file, int fd);

/**
 * kx_save_file_check() - after the last sync: is what is on the disk what was written there?
 *
 * The first KX_SAVE_FILE_HEAD bytes are read again, as kx_file_read_again() does.
 *
 * Return: 0; -EIO it is not, and @err says where; negative errno of reading.
 */
int kx_save_file_check(const struct kx_save_file *file, struct kx_err *err);

/**
 * kx_save_sent() - what sync_file_range(2) came to, as -1 and errno or as 0
 *
 * Return: 1 this file cannot be written so; 0; negative errno: what was written is lost. The kernel
 * tells that once for each open file, so that no later sync does (Linux, Documentation/filesystems/
 * vfs.rst, "Handling errors during writeback"), and in whatever words the disk or the server has:
 * ENODATA of a bad sector, ENOLINK of a cable.
 */
int kx_save_sent(int result);

/**
 * struct kx_save_stream - a target that is a pipe, or whatever is written front to back
 * @fd: borrowed; @end: what comes next is at this offset, anything else is -ESPIPE
 */
struct kx_save_stream {
	struct kx_save_target target;
	int fd;
	uint64_t end;
};

/** kx_save_stream_init() - what is written to the target is written to @fd */
void kx_save_stream_init(struct kx_save_stream *stream, int fd);

/**
 * struct kx_save_flat - a target in front of one that is written front to back: flattened
 * @to: borrowed; @off: how much it has
 * @begun: the header was written
 * @extra: bytes of the form itself, the end included
 *
 * It becomes an ordinary dump by makedumpfile -R, and readers take it as it is.
 */
struct kx_save_flat {
	struct kx_save_target target;
	struct kx_save_target *to;
	uint64_t off;
	bool begun;
	uint64_t extra;
};

/** kx_save_flat_init() - for kx_save() in the place of @to */
void kx_save_flat_init(struct kx_save_flat *flat, struct kx_save_target *to);

/** kx_save_flat_end() - nothing follows; 0 or negative errno */
int kx_save_flat_end(struct kx_save_flat *flat);

/**
 * kx_save_unflatten() - write the file that a flattened stream is
 * @from: read to the stream's end mark, front to back
 * @to: empty
 *
 * A stream may name any offsets; it costs what it has bytes. What it leaves out are zeros.
 *
 * Return: 0 all of it, synced; 1 the stream was cut, and what came is written; -ENOEXEC not a
 * flattened dump; -ENOTSUP of another version; -EINVAL an offset or size that no file has; -ENOMEM;
 * negative errno of reading and writing.
 */
int kx_save_unflatten(int from, struct kx_save_target *to, struct kx_err *err);

/** kx_save_copy() - all of the file @from, front to back, to @to; 0 or negative errno */
int kx_save_copy(int from, struct kx_save_target *to);

/** enum kx_save_phase - what saving is doing */
enum kx_save_phase { KX_SAVE_CLASSIFY, KX_SAVE_COPY, KX_SAVE_PHASES };

/**
 * struct kx_save_progress - how far it is
 * @done, @total: pages: of RAM while classifying, of those that are kept while copying
 * @bytes: written so far
 */
struct kx_save_progress {
	enum kx_save_phase phase;
	uint64_t done, total, bytes;
};

/** enum kx_save_format - what it is saved as */
enum kx_save_format {
	KX_SAVE_KDUMP,	/* kdump-compressed, version 6 */
	KX_SAVE_ELF,	/* ELF core, of 32 bits where these have room for all addresses */
};

/**
 * struct kx_save_size - bytes that a file is expected to have
 * @low, @high: it will lie between them: KX_SAVE_ERRORS standard errors of a random sample of pages
 *	away from what is expected
 *
 * Pages that equal each other are not looked for: a file where they share their data is smaller.
 */
struct kx_save_size {
	uint64_t low, expected, high;
};

enum { KX_SAVE_ERRORS = 3 };

/**
 * struct kx_save_fit - a dump that may not fit, and what is done about it
 * @wanted: what it would take as it was asked for
 * @size: what it will take now
 * @room: that there is
 * @level, @limit: that it will have; see struct kx_save_options
 */
struct kx_save_fit {
	struct kx_save_size wanted, size;
	uint64_t room;
	unsigned int level;
	uint64_t limit;
};

/**
 * struct kx_save_options - how a dump is to be saved
 * @format: of the file
 * @level: bits of enum kx_page_level
 * @codec, @codec_level: as for kx_page_squeezer_new()
 * @jobs: threads that read and compress; 0 is 1
 * @list_limit: bytes that the list of kept pages may take; more pages are kept where it does not
 *	do, of those that the dump has
 * @share_limit: bytes that may be taken to know pages which are in the file, so that those that
 *	equal them are not written again. 0: all are written
 * @limit: bytes that the file may have; 0: as many as it takes. A dump that needs more is closed
 *	as an incomplete one.
 * @valuable_first: pages of class kernel come first, of them those of its image, as far as it is
 *	known where that is; what is lost for want of room is worth least.
 *	That happens anyhow where something may be lost, by @limit or by what the target knows.
 * @fit: where there may not be enough room @level is raised until there is, by what is worth least:
 *	zeros, free pages, cache, private cache, user pages; where that is not enough the file's
 *	limit is the room that there is
 * @may_not_fit: called before the first write, if there may not be enough room; may be NULL
 * @interval: what was written is referred to after so many milliseconds at the latest; 0: 1000
 * @tell: called now and then by one thread at a time, and false stops it: the dump is closed as an
 *	incomplete one. May be NULL.
 */
struct kx_save_options {
	enum kx_save_format format;
	unsigned int level;
	uint32_t codec;
	int codec_level;
	unsigned int jobs;
	size_t list_limit, share_limit;
	uint64_t limit;
	bool valuable_first, fit;
	void (*may_not_fit)(void *data, const struct kx_save_fit *fit);
	unsigned int interval;
	bool (*tell)(void *data, const struct kx_save_progress *progress);
	void *data;
};

/* Ranges of lost pages that are remembered one by one. */
enum { KX_SAVE_LOST_MAX = 64 };

/** struct kx_save_range - pages from number @first to @last, both of them in it */
struct kx_save_range {
	uint64_t first, last;
};

/**
 * struct kx_save_result - what became of it
 * @pages: of RAM, by class
 * @absent: pages that the source said it has not
 * @kept: pages that were to be written; @zero: of them, those of zeros that share one page
 * @shared: of them, others that equal a page which is in the file, so that they share its data
 * @joined: kept for the list's sake alone
 * @written: pages that are in the dump; @lost: pages that could not be read
 * @unclassified: pages whose struct page could not be read: kept
 * @bytes: of the file
 * @unfiltered: why nothing was left out, though it was to be; empty: it was
 * @incomplete: why the dump is marked so; empty: it is whole
 * @no_room: that is because it did not fit: of less pages, or where there is more room, it may
 * @level: what could be left out of the level that was wanted
 * @missing: the key without which a class is not told, so that its pages are kept; NULL: it is told
 *	or was not to be. Constant.
 * @lost_range: the first @lost_ranges of lost pages; there are more when their pages are not @lost
 * @seconds: that each phase took
 * @free_found, @free_counted: pages of free blocks, by struct pages and by what the zones count
 * @doubt: how these differ, by more than can be: classes are not to be trusted; empty: they do not
 * @unchecked: why they were not compared; empty: they were, or no page was classified
 */
struct kx_save_result {
	uint64_t pages[KX_PAGE_CLASSES];
	uint64_t absent, kept, zero, shared, joined, written, lost, unclassified, bytes;
	char unfiltered[256], incomplete[256];
	unsigned int level;
	const char *missing[KX_PAGE_CLASSES];
	struct kx_save_range lost_range[KX_SAVE_LOST_MAX];
	size_t lost_ranges;
	double seconds[KX_SAVE_PHASES];
	uint64_t free_found, free_counted;
	char doubt[256], unchecked[256];
	bool no_room;
};

/**
 * kx_save() - write @dump to @target
 *
 * What is there is a dump from its first synced byte on: marked incomplete, with the pages that are
 * there. It loses that mark when all of it is on the disk. Pages are written in their order, some
 * at a time: first the data, synced, then what refers to it.
 *
 * Memory: @list_limit, @share_limit, a reader, and for each job some 1.2 MiB, or 2.3 MiB where
 * there are several, and one more reader; not more for larger machines.
 *
 * Return: 0 complete; 1 incomplete, and @ret->incomplete says why; negative errno: no dump, for
 * @options that cannot be met (-EINVAL, -ENOTSUP), the source (-EIO, -ENODATA), what the format
 * has no room for (-EOVERFLOW) or want of memory.
 */
int kx_save(struct kx_dump *dump, struct kx_save_target *target,
	    const struct kx_save_options *options, struct kx_save_result *ret, struct kx_err *err);

/** KX_SAVE_PARTS_MAX - files of a dump */
enum { KX_SAVE_PARTS_MAX = 256 };

/**
 * kx_save_split() - write @dump to @count targets at once, each of which gets a part of the pages
 * @target: at most KX_SAVE_PARTS_MAX; different ones are called by different threads
 *
 * Only kdump-compressed dumps have parts, and none of them needs another one. @options->limit is
 * each file's. With one target this is kx_save(); otherwise each has a thread, and @options->jobs
 * and share_limit are divided between them.
 *
 * Return: as kx_save(): 1 when one of them is incomplete; negative when one is none, and then all
 * others have to go, too.
 */
int kx_save_split(struct kx_dump *dump, struct kx_save_target *const *target, size_t count,
		  const struct kx_save_options *options, struct kx_save_result *ret,
		  struct kx_err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump kept on a block device that holds nothing else, until it is recovered into files.
 *
 * All numbers are little-endian. The device, less what is beyond a multiple of 4096 bytes, has
 *
 *	0        head, 4096 bytes
 *	4096     zeros
 *	1 MiB    chunks, one behind the other
 *	end - 1 MiB  zeros
 *	end - 4096   the same head again, or the one before or after it
 *
 * so that no mark of what was there before is left at either end. A head is
 *
 *	0   "KXDUMPDV"	  8  version, 4 bytes: 1	12  enum kx_device_state, 4 bytes
 *	16  sequence: of two heads the one with the larger number is right
 *	24  bytes of the device		32  where chunks begin
 *	40  bytes of chunks that are known to be on the device; more may be
 *	48  identity of the save	56  time of the crash, seconds since 1970
 *	64  1: it was recovered, and may be written over; 4 bytes
 *	4064  SHA-256 of what is before it
 *
 * and zeros else. A chunk begins at a multiple of 4096, takes at most 1 MiB, and is never written
 * again. It is
 *
 *	0   "KXDUMPCK"	  8  identity of the save	16  number, from 0 on
 *	24  bytes of it, 4 bytes; zeros fill it up to the next multiple of 4096
 *	32  first half of SHA-256 of what is behind byte 64
 *	48  first half of SHA-256 of the 48 bytes before it
 *	64  records: enum kx_device_part, 1 byte; enum kx_device_op, 1 byte; zeros, 2 bytes; bytes
 *	    that follow, 4 bytes; offset in the part, 8 bytes; the bytes
 *
 * So it is a journal: its records, done in their order, make files. Whenever the power is cut, what
 * was synced is there, and chunks without a gap behind it are what was written next.
 */
#ifndef KX_DEVICE_H
#define KX_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/save.h"

/* The margins are what heads and zeros take at both ends. */
enum { KX_DEVICE_BLOCK = 4096, KX_DEVICE_CHUNK = 1 << 20, KX_DEVICE_MARGINS = 2 << 20 };

/**
 * struct kx_device_io - the device itself; tests have others
 * @size: bytes
 * @read: exactly @len bytes at @off; 0 or negative errno
 * @write: the same; @off and @len are multiples of KX_DEVICE_BLOCK, and so is @from's address
 * @sync: what was written before is there after a power failure; 0 or negative errno
 * @reread: as @read, of whole blocks that were synced, and not out of memory; NULL: @read is that
 */
struct kx_device_io {
	uint64_t size;
	int (*read)(struct kx_device_io *io, void *to, size_t len, uint64_t off);
	int (*write)(struct kx_device_io *io, const void *from, size_t len, uint64_t off);
	int (*sync)(struct kx_device_io *io);
	int (*reread)(struct kx_device_io *io, void *to, size_t len, uint64_t off);
};

/**
 * struct kx_device_fd - one by a file descriptor, borrowed
 * @begun, @begun_len: the last write, which the kernel was told to begin
 *
 * What is written is not left in the page cache.
 */
struct kx_device_fd {
	struct kx_device_io io;
	int fd;
	uint64_t begun;
	size_t begun_len;
};

/**
 * kx_device_fd_init() - of a block device, or of a file that is a copy of one
 *
 * Return: 0; -ENOTBLK it is neither; the negative errno of asking for its size.
 */
int kx_device_fd_init(struct kx_device_fd *device, int fd, struct kx_err *err);

/**
 * kx_device_signature() - what of another kind does @fd hold?
 * @ret: as "ext4", "gpt", "LVM2_member"
 *
 * By libblkid, which knows file systems, partition tables, volumes, RAID, encryption and swap.
 *
 * Return: 1 and @ret; 0 nothing that is known; -ENOTSUP libblkid is missing; negative errno.
 */
int kx_device_signature(int fd, char ret[64], struct kx_err *err);

/**
 * struct kx_device_names - by what a block device can be known again; "" where it has none
 * @uuid, @label, @type: of what it holds; @part: the same for all but one device of a file system
 *	with several devices
 * @partuuid: of the partition that it is
 */
struct kx_device_names {
	char uuid[64], label[256], type[32], part[64], partuuid[64];
};

/**
 * kx_device_names() - of @fd, by libblkid
 *
 * Return: 1 and @ret; 0 it holds nothing that is known and is no partition; -ENOTSUP libblkid is
 * missing; negative errno.
 */
int kx_device_names(int fd, struct kx_device_names *ret, struct kx_err *err);

/** enum kx_device_state - how far a dump on a device is */
enum kx_device_state {
	KX_DEVICE_WRITING = 1,	/* or the power was cut */
	KX_DEVICE_INCOMPLETE,	/* no more comes, and it is not whole */
	KX_DEVICE_WHOLE,
};

/** enum kx_device_part - the files that are kept; the last one is the crash kernel's own log */
enum kx_device_part {
	KX_DEVICE_DUMP, KX_DEVICE_LOG, KX_DEVICE_MANIFEST, KX_DEVICE_TRACE, KX_DEVICE_PARTS
};

/** enum kx_device_op - what a record does with its part */
enum kx_device_op { KX_DEVICE_WRITE, KX_DEVICE_RESIZE };

/** struct kx_device_head - what a device's head says; @chunks: the bytes known to be there */
struct kx_device_head {
	enum kx_device_state state;
	bool recovered;
	uint64_t sequence, size, first, chunks, id, time;
};

/**
 * kx_device_find() - what is on the device?
 *
 * Return: 1 and @ret, whose numbers lie in the device; 0 no head of this kind at either end;
 * -ENOTSUP a head of a later version; -EIO nothing can be read.
 */
int kx_device_find(struct kx_device_io *io, struct kx_device_head *ret, struct kx_err *err);

/** struct kx_device_writer - a dump that is being written to a device */
struct kx_device_writer;

/**
 * kx_device_begin() - whatever is on the device is lost from now on
 * @need: bytes that shall have room at least
 * @id: unlike those of saves to this device before
 * @time: of the crash
 * @ret: for kx_device_free(); it takes a little more than 1 MiB
 *
 * Return: 0; -ENOSPC it is too small for @need, and was not touched; -ENOMEM; errno of writing.
 */
int kx_device_begin(struct kx_device_io *io, uint64_t need, uint64_t id, uint64_t time,
		    struct kx_device_writer **ret, struct kx_err *err);

/**
 * kx_device_target() - write @part there
 *
 * Of the dump, what is behind the bytes that were reserved fails with -ENOSPC while there is still
 * room for these, a manifest and a last head.
 */
struct kx_save_target *kx_device_target(struct kx_device_writer *writer, enum kx_device_part part);

/** kx_device_resize() - @part has @size bytes, whatever it had before; 0 or negative errno */
int kx_device_resize(struct kx_device_writer *writer, enum kx_device_part part, uint64_t size);

/**
 * kx_device_check() - is what is on the device what was written there?
 *
 * All is synced; then the head that was written last is read again, and the chunk with the dump's
 * first bytes as they were written last: 1 MiB at most.
 *
 * Return: 0; -EIO it is not, and @err says where; negative errno of writing and reading.
 */
int kx_device_check(struct kx_device_writer *writer, struct kx_err *err);

/** kx_device_end() - no more comes: all of it is synced, then the heads say so */
int kx_device_end(struct kx_device_writer *writer, bool whole, struct kx_err *err);

/** kx_device_free() - NULL is fine; without kx_device_end() it is as if the power had been cut */
void kx_device_free(struct kx_device_writer *writer);

/**
 * struct kx_device_sink - takes what is recovered
 * @write: of @part @len bytes at @off, whose end is less than 2^63; 0 or negative errno
 * @resize: @part has @size bytes, less than 2^63; 0 or negative errno
 */
struct kx_device_sink {
	int (*write)(struct kx_device_sink *sink, enum kx_device_part part, const void *from,
		     size_t len, uint64_t off);
	int (*resize)(struct kx_device_sink *sink, enum kx_device_part part, uint64_t size);
};

/**
 * struct kx_device_report - how well it could be read
 * @chunks: that were read
 * @damaged: bytes of the device that should be chunks and are none; @damaged_at: the first of them
 * @missing: chunks that were in there
 * @bytes: of chunks, as far as any were found
 */
struct kx_device_report {
	uint64_t chunks, damaged, damaged_at, missing, bytes;
};

/**
 * kx_device_recover() - hand all records to @sink, in the order in which they were written
 * @head: from kx_device_find()
 *
 * One pass over the device with 1 MiB of memory, whatever it says.
 *
 * Return: 0, also when some of it is damaged; -ENOMEM; what @sink returned.
 */
int kx_device_recover(struct kx_device_io *io, const struct kx_device_head *head,
		      struct kx_device_sink *sink, struct kx_device_report *ret,
		      struct kx_err *err);

/** kx_device_mark() - it is recovered; 0 or negative errno */
int kx_device_mark(struct kx_device_io *io, const struct kx_device_head *head, struct kx_err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a sender and a receiver of dumps tell each other over a pair of pipes, which may break:
 * frames with a number and a checksum each. The receiver speaks first (HELLO); the sender begins,
 * or takes up again what broke; from then on frames are carried out in their order, and SYNC,
 * FINISH and DROP are answered (DONE) when they and all before them are on the disk there. What was
 * not answered is kept, up to a bound, and sent again over the next connection: to do it twice
 * changes nothing.
 *
 * A frame, lowest byte first:
 *
 *	0	"KXW1"
 *	4	4 bytes: length of the data
 *	8	8 bytes: beginning of the SHA-256 of all that follows
 *	16	4 bytes: enum kx_wire_type; 4 bytes of zeros
 *	24	8 bytes: number; frames of a sender count from 1
 *	32	8 bytes: what the type says
 *	40	data
 *
 * No name of a file is ever sent: the receiver knows where it may write.
 */
#ifndef KX_WIRE_H
#define KX_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/span.h"

enum {
	KX_WIRE_VERSION = 1,
	KX_WIRE_HEADER = 40,
	KX_WIRE_DATA_MAX = 256 << 10,
	KX_WIRE_ANSWER_MAX = 8192,	/* data of a receiver's frame */
	KX_WIRE_TOKEN = 40,
};

/* How every frame begins. */
#define KX_WIRE_MAGIC "KXW1"

/** enum kx_wire_type - what a frame is, and its argument */
enum kx_wire_type {
	/* of a receiver */
	KX_WIRE_HELLO = 1,	/* version */
	KX_WIRE_WELCOME,	/* bytes that are free there; data: struct kx_wire_place */
	KX_WIRE_DONE,		/* the number of what is done */
	KX_WIRE_FAILED,		/* data: why; nothing more is taken */
	/* of a sender */
	KX_WIRE_BEGIN = 16,	/* seconds since 1970 of the crash; data: version, 4 bytes */
	KX_WIRE_RESUME,		/* likewise, with file, 4 bytes, and token behind the version */
	KX_WIRE_OPEN,		/* enum kx_wire_file */
	KX_WIRE_RESERVE,	/* bytes from the file's start on for which to take room now */
	KX_WIRE_WRITE,		/* offset; data */
	KX_WIRE_SYNC,
	KX_WIRE_FINISH,		/* the file is whole */
	KX_WIRE_DROP,		/* the file is nothing */
};

/** enum kx_wire_file - what is sent; all but the dump for a folder of its own only */
enum kx_wire_file {
	KX_WIRE_DUMP, KX_WIRE_LOG, KX_WIRE_MANIFEST,
	KX_WIRE_AGE_DUMP, KX_WIRE_AGE_LOG,	/* the same, encrypted */
	KX_WIRE_TRACE,				/* what a crash kernel said */
	KX_WIRE_FILES,
};

/* In RESUME: no file is being written. */
#define KX_WIRE_NO_FILE UINT32_MAX

/** struct kx_wire_frame - one of them; @data is borrowed */
struct kx_wire_frame {
	enum kx_wire_type type;
	uint64_t number, arg;
	struct kx_span data;
};

/** kx_wire_put() - write @frame to @to, which has room for it; Return: its length */
size_t kx_wire_put(uint8_t *to, const struct kx_wire_frame *frame);

/**
 * kx_wire_get() - the frame that @bytes begin with
 * @max: of its data
 *
 * Return: its length; 0 more bytes are needed; -EBADMSG it is none, or was changed on its way;
 * -EMSGSIZE there is too much of it.
 */
int kx_wire_get(struct kx_span bytes, size_t max, struct kx_wire_frame *ret);

/* ---- the receiver --------------------------------------------------------------------------- */

/**
 * struct kx_wire_start - what a sender begins with
 * @crash: seconds since 1970
 * @resume: what is told by @token broke, and goes on
 * @file: that was being written then, or KX_WIRE_NO_FILE
 */
struct kx_wire_start {
	uint64_t crash;
	bool resume;
	uint32_t file;
	uint8_t token[KX_WIRE_TOKEN];
};

/**
 * struct kx_wire_place - where it is received
 * @own: in a new folder
 * @token: by which it is found again; zeros: it cannot be
 * @free: bytes that are free there
 * @path: of the dump when it is whole, for people
 */
struct kx_wire_place {
	bool own;
	uint8_t token[KX_WIRE_TOKEN];
	uint64_t free;
	char path[4600];
};

/**
 * struct kx_wire_store - what a receiver does; each returns 0, or negative errno with the reason
 * @begin: make or find the place
 * @open: begin @file; after @begin with resume it may be there, and goes on
 * @reserve, @write, @sync: as struct kx_save_target has them
 * @finish: all of the file is on the disk, under its name
 * @drop: the file goes
 *
 * Order and sizes were checked: @begin comes once and first, the last five for an open file only,
 * and no file is larger than 2^63 - 1 bytes.
 */
struct kx_wire_store {
	int (*begin)(struct kx_wire_store *store, const struct kx_wire_start *start,
		     struct kx_wire_place *ret, struct kx_err *err);
	int (*open)(struct kx_wire_store *store, enum kx_wire_file file, struct kx_err *err);
	int (*reserve)(struct kx_wire_store *store, uint64_t len, struct kx_err *err);
	int (*write)(struct kx_wire_store *store, const void *from, size_t len, uint64_t off,
		     struct kx_err *err);
	int (*sync)(struct kx_wire_store *store, struct kx_err *err);
	int (*finish)(struct kx_wire_store *store, struct kx_err *err);
	int (*drop)(struct kx_wire_store *store, struct kx_err *err);
};

/**
 * struct kx_wire_receiver - a receiver between two frames; zero-initialised but for @store
 * @next: the number that the next frame has to have
 * @begun, @own, @opened: it has a place; that is a folder; a file is being written
 * @answer: room for the data of what it answers
 */
struct kx_wire_receiver {
	struct kx_wire_store *store;
	uint64_t next;
	bool begun, own, opened;
	uint8_t answer[KX_WIRE_ANSWER_MAX];
};

/**
 * kx_wire_take() - carry out a frame
 * @ret: what to answer; its data is @receiver's
 *
 * Return: 0; 1 with an answer; -EPROTO for a frame that does not come here, and what the store
 * returned: @err says why, @ret says so to the sender, and nothing more is to be taken.
 */
int kx_wire_take(struct kx_wire_receiver *receiver, const struct kx_wire_frame *frame,
		 struct kx_wire_frame *ret, struct kx_err *err);

/**
 * kx_wire_receive() - from HELLO on, until the sender is gone
 * @from, @to: descriptors
 *
 * Return: 0 no file was left unfinished; 1 one was, or there was no sender; -EBADMSG, -EMSGSIZE,
 * -EPROTO for what no sender says; what the store returned; errno of reading; -ENOMEM.
 */
int kx_wire_receive(struct kx_wire_store *store, int from, int to, struct kx_err *err);

/* ---- the sender ----------------------------------------------------------------------------- */

/** struct kx_wire_link - a connection: where frames go, and where answers come from */
struct kx_wire_link {
	int to, from;
};

/**
 * struct kx_wire_peer - how a receiver is reached
 * @connect: end the connection that there may be, and make another; its descriptors stay the
 *	peer's. 0, or negative errno with the reason
 * @rest: let @ms milliseconds pass; false: it is no use to try any longer
 */
struct kx_wire_peer {
	int (*connect)(struct kx_wire_peer *peer, struct kx_wire_link *ret, struct kx_err *err);
	bool (*rest)(struct kx_wire_peer *peer, unsigned int ms);
};

/**
 * struct kx_wire_options - bounds of a sender
 * @window: bytes that may wait for their acknowledgement; at least 4 * KX_WIRE_DATA_MAX
 * @tries: connections that are tried after a break, until something was acknowledged again
 * @patience: milliseconds without any answer after which a connection counts as broken
 */
struct kx_wire_options {
	size_t window;
	unsigned int tries, patience;
};

/** struct kx_wire_sender - one; what failed once fails from then on */
struct kx_wire_sender;

/**
 * kx_wire_sender_new() - begin
 * @peer: stays the caller's, as does @link's connection
 * @link: a first connection; *@seen are bytes that came from it already
 * @crash: seconds since 1970
 *
 * Return: 0 with @ret for kx_wire_sender_free() and @place; -EPROTO, -EBADMSG no receiver that we
 * understand; -EREMOTEIO it could not: @err has its reason; -ECONNRESET, -ETIMEDOUT; -ENOMEM.
 */
int kx_wire_sender_new(struct kx_wire_peer *peer, const struct kx_wire_link *link,
		       struct kx_span seen, const struct kx_wire_options *options, uint64_t crash,
		       struct kx_wire_sender **ret, struct kx_wire_place *place,
		       struct kx_err *err);

/** kx_wire_sender_free() - free it; NULL is fine */
void kx_wire_sender_free(struct kx_wire_sender *sender);

/**
 * kx_wire_send() - have a frame carried out, some time
 * @arg: as the type says; with KX_WIRE_WRITE any @len, for others 0
 *
 * It waits for the other machine only while the window is full.
 *
 * Return: 0; errors as kx_wire_sender_new(), of this frame or of one before it.
 */
int kx_wire_send(struct kx_wire_sender *sender, enum kx_wire_type type, uint64_t arg,
		 const void *from, size_t len, struct kx_err *err);

/** kx_wire_flush() - wait until all is done, of which SYNC, FINISH or DROP is the last; as above */
int kx_wire_flush(struct kx_wire_sender *sender, struct kx_err *err);

/** kx_wire_broken() - how many connections broke and were made again */
unsigned int kx_wire_broken(const struct kx_wire_sender *sender);

#endif

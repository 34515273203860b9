/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiver: what may come when, and the loop that reads it. Whoever sends is not trusted. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/wire/frame.h"

/* ---- the beginning -------------------------------------------------------------------------- */

static int get_start(const struct kx_wire_frame *frame, struct kx_wire_start *ret,
		     struct kx_err *err)
{
	uint64_t version, file = KX_WIRE_NO_FILE;
	struct kx_span token = { NULL, 0 };

	*ret = (struct kx_wire_start){ .crash = frame->arg,
				       .resume = frame->type == KX_WIRE_RESUME };
	if (frame->type != KX_WIRE_BEGIN && frame->type != KX_WIRE_RESUME)
		return kx_fail(err, -EPROTO, "a sender begins with something else than %u",
			       (unsigned int)frame->type);
	if (!kx_span_le(frame->data, START_VERSION, 4, &version) || version != KX_WIRE_VERSION)
		return kx_fail(err, -EPROTO, "a sender of a version other than %d",
			       KX_WIRE_VERSION);
	if (ret->resume && (!kx_span_le(frame->data, START_FILE, 4, &file) ||
			    !kx_span_slice(frame->data, START_TOKEN, KX_WIRE_TOKEN, &token) ||
			    (file >= KX_WIRE_FILES && file != KX_WIRE_NO_FILE)))
		return kx_fail(err, -EPROTO, "a sender that does not say what goes on");
	ret->file = (uint32_t)file;
	if (ret->resume)
		memcpy(ret->token, token.base, KX_WIRE_TOKEN);
	return 0;
}

static int begin(struct kx_wire_receiver *r, const struct kx_wire_frame *frame,
		 struct kx_wire_frame *answer, struct kx_err *err)
{
	struct kx_wire_place place = { .own = false };
	struct kx_wire_start start;
	int rc = get_start(frame, &start, err);

	if (rc == 0)
		rc = r->store->begin(r->store, &start, &place, err);
	if (rc < 0)
		return rc;
	r->begun = true;
	r->own = place.own;
	r->next = frame->number;
	if (start.file != KX_WIRE_NO_FILE) {
		if (start.file != KX_WIRE_DUMP && !r->own)
			return kx_fail(err, -EPROTO, "there is no file %" PRIu32, start.file);
		rc = r->store->open(r->store, (enum kx_wire_file)start.file, err);
		r->opened = rc == 0;
	}
	kx_put_le(r->answer + WELCOME_OWN, 8, place.own);
	memcpy(r->answer + WELCOME_TOKEN, place.token, KX_WIRE_TOKEN);
	memcpy(r->answer + WELCOME_PATH, place.path, strlen(place.path));
	*answer = (struct kx_wire_frame){
		KX_WIRE_WELCOME, 0, place.free,
		{ r->answer, WELCOME_PATH + strlen(place.path) },
	};
	return rc < 0 ? rc : 1;
}

/* ---- what follows --------------------------------------------------------------------------- */

static int open_file(struct kx_wire_receiver *r, const struct kx_wire_frame *frame,
		     struct kx_err *err)
{
	int rc;

	if (frame->arg >= KX_WIRE_FILES || (!r->own && frame->arg != KX_WIRE_DUMP))
		return kx_fail(err, -EPROTO, "there is no file %" PRIu64, frame->arg);
	rc = r->store->open(r->store, (enum kx_wire_file)frame->arg, err);
	r->opened = rc == 0;
	return rc;
}

static int write_data(struct kx_wire_receiver *r, const struct kx_wire_frame *frame,
		      struct kx_err *err)
{
	if (frame->arg > (uint64_t)INT64_MAX - frame->data.len)
		return kx_fail(err, -EFBIG, "offset %" PRIu64 " is beyond all files", frame->arg);
	return r->store->write(r->store, frame->data.base, frame->data.len, frame->arg, err);
}

static int carry_out(struct kx_wire_receiver *r, const struct kx_wire_frame *frame,
		     struct kx_err *err)
{
	if (frame->number != r->next)
		return kx_fail(err, -EPROTO, "frame %" PRIu64 " where %" PRIu64 " is due",
			       frame->number, r->next);
	r->next++;
	if (frame->type == KX_WIRE_OPEN)
		return open_file(r, frame, err);
	if (!r->opened)
		return kx_fail(err, -EPROTO, "frame %" PRIu64 " is for no file", frame->number);
	if (frame->type == KX_WIRE_WRITE)
		return write_data(r, frame, err);
	if (frame->type == KX_WIRE_SYNC)
		return r->store->sync(r->store, err);
	if (frame->type == KX_WIRE_RESERVE && frame->arg <= INT64_MAX)
		return r->store->reserve(r->store, frame->arg, err);
	r->opened = false;
	if (frame->type == KX_WIRE_DROP)
		return r->store->drop(r->store, err);
	if (frame->type != KX_WIRE_FINISH)
		return kx_fail(err, -EPROTO, "frame %" PRIu64 " is of no known type",
			       frame->number);
	return r->store->finish(r->store, err);
}

int kx_wire_take(struct kx_wire_receiver *r, const struct kx_wire_frame *frame,
		 struct kx_wire_frame *ret, struct kx_err *err)
{
	int rc;

	if (!r->begun) {
		rc = begin(r, frame, ret, err);
	} else {
		rc = carry_out(r, frame, err);
		if (rc == 0 && frame_is_answered(frame->type)) {
			*ret = (struct kx_wire_frame){ KX_WIRE_DONE, 0, frame->number,
						       { NULL, 0 } };
			rc = 1;
		}
	}
	if (rc < 0)
		*ret = (struct kx_wire_frame){ KX_WIRE_FAILED, 0, 0, kx_span_of(err->text) };
	return rc;
}

/* ---- the loop ------------------------------------------------------------------------------- */

/** struct reading - bytes that came and were not taken yet; @room of them fit */
struct reading {
	struct kx_wire_receiver receiver;
	int from, to;
	size_t len;
	uint8_t bytes[KX_WIRE_HEADER + KX_WIRE_DATA_MAX];
	uint8_t answer[KX_WIRE_HEADER + KX_WIRE_ANSWER_MAX];
};

/* A sender that went away is noticed when nothing more comes. */
static void answer(struct reading *r, const struct kx_wire_frame *frame)
{
	kx_file_write(r->to, r->answer, kx_wire_put(r->answer, frame));
}

static int refuse(struct reading *r, int rc, struct kx_err *err)
{
	const struct kx_wire_frame reply = { KX_WIRE_FAILED, 0, 0, kx_span_of(err->text) };

	answer(r, &reply);
	return rc;
}

/* All frames that are there; their rest moves to the front. */
static int take_all(struct reading *r, struct kx_err *err)
{
	struct kx_wire_frame frame, reply;
	size_t at = 0;
	int rc = 0, n;

	while (rc >= 0 && at < r->len) {
		const struct kx_span rest = { r->bytes + at, r->len - at };

		rc = 0;
		n = kx_wire_get(rest, KX_WIRE_DATA_MAX, &frame);
		if (n == 0)
			break;
		if (n < 0) {
			kx_fail(err, n, "what came is no frame, or was changed on its way");
			return refuse(r, n, err);
		}
		rc = kx_wire_take(&r->receiver, &frame, &reply, err);
		if (rc < 0 || rc > 0)
			answer(r, &reply);
		at += (size_t)n;
	}
	r->len -= at;
	memmove(r->bytes, r->bytes + at, r->len);
	return rc < 0 ? rc : 0;
}

int kx_wire_receive(struct kx_wire_store *store, int from, int to, struct kx_err *err)
{
	_cleanup_free_ struct reading *r = calloc(1, sizeof(*r));
	const struct kx_wire_frame hello = { KX_WIRE_HELLO, 0, KX_WIRE_VERSION, { NULL, 0 } };
	ssize_t n;
	int rc = 0;

	if (!r)
		return kx_fail(err, -ENOMEM, "no memory to receive anything");
	r->receiver.store = store;
	r->from = from;
	r->to = to;
	answer(r, &hello);
	while (rc == 0) {
		n = kx_file_read_some(from, r->bytes + r->len, sizeof(r->bytes) - r->len);
		if (n < 0)
			return refuse(r, kx_fail(err, (int)n, "%s", strerror((int)-n)), err);
		if (n == 0)
			return r->receiver.begun && !r->receiver.opened ? 0 : 1;
		r->len += (size_t)n;
		rc = take_all(r, err);
	}
	return rc;
}

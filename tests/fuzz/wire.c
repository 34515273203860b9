/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes over a connection, at both ends. A receiver does only what a store is promised, and
 * answers nothing that it did not do; a sender lets go only of what it has sent. The input is made
 * of commands, so that checksums are right where they are to be; see next_frame().
 */
#include <errno.h>
#include <string.h>

#include "kx/wire.h"
#include "lib/wire/window.h"
#include "tests/fuzz/fuzz.h"

enum { DATA_MAX = 64 };

/** struct model - a store that knows what may come */
struct model {
	struct kx_wire_store store;
	bool begun, opened, failed;
	uint8_t fail;
};

static int step(struct kx_wire_store *store, bool wants_file, struct kx_err *err)
{
	struct model *m = (struct model *)store;

	PROMISE(m->begun && !m->failed);
	PROMISE(!wants_file || m->opened);
	if (m->fail == 0 || --m->fail > 0)
		return 0;
	m->failed = true;
	return kx_fail(err, -ENOSPC, "full");
}

static int model_begin(struct kx_wire_store *store, const struct kx_wire_start *start,
		       struct kx_wire_place *ret, struct kx_err *err)
{
	struct model *m = (struct model *)store;

	PROMISE(!m->begun);
	PROMISE(start->file < KX_WIRE_FILES || start->file == KX_WIRE_NO_FILE);
	PROMISE(start->resume || start->file == KX_WIRE_NO_FILE);
	m->begun = true;
	ret->own = start->crash & 1;
	memset(ret->path, 'p', sizeof(ret->path) - 1);
	return step(store, false, err);
}

static int model_open(struct kx_wire_store *store, enum kx_wire_file file, struct kx_err *err)
{
	PROMISE(file < KX_WIRE_FILES);
	((struct model *)store)->opened = true;
	return step(store, true, err);
}

static int model_reserve(struct kx_wire_store *store, uint64_t len, struct kx_err *err)
{
	PROMISE(len <= INT64_MAX);
	return step(store, true, err);
}

static int model_write(struct kx_wire_store *store, const void *from, size_t len, uint64_t off,
		       struct kx_err *err)
{
	const uint8_t *bytes = from;
	unsigned int sum = 0;

	PROMISE(off <= INT64_MAX && len <= INT64_MAX - off);
	/* All of it is there to be read. */
	for (size_t i = 0; i < len; i++)
		sum += bytes[i];
	PROMISE(sum <= len * UINT8_MAX);
	return step(store, true, err);
}

static int model_sync(struct kx_wire_store *store, struct kx_err *err)
{
	return step(store, true, err);
}

static int model_close(struct kx_wire_store *store, struct kx_err *err)
{
	int rc = step(store, true, err);

	((struct model *)store)->opened = false;
	return rc;
}

/*
 * The next frame of the input: its type, what is changed in it, its number and argument (8 bytes
 * each), the length of its data, and that. 0: there is none. What is changed: 0 nothing, 1 a byte,
 * 2 what follows is taken as it is.
 */
static size_t next_frame(struct kx_span *input, uint8_t to[KX_WIRE_HEADER + DATA_MAX],
			 bool *ret_sound)
{
	uint64_t type, change, number, arg, len;
	struct kx_wire_frame frame;
	struct kx_span data;
	size_t size;

	if (!kx_span_le(*input, 0, 1, &type) || !kx_span_le(*input, 1, 1, &change) ||
	    !kx_span_le(*input, 2, 8, &number) || !kx_span_le(*input, 10, 8, &arg) ||
	    !kx_span_le(*input, 18, 1, &len))
		return 0;
	len %= DATA_MAX + 1;
	if (!kx_span_slice(*input, 19, len, &data))
		return 0;
	kx_span_slice(*input, 19 + len, input->len - 19 - len, input);
	*ret_sound = change % 3 == 0;
	if (change % 3 == 2) {
		if (data.len)
			memcpy(to, data.base, data.len);
		return data.len;
	}
	frame = (struct kx_wire_frame){ (enum kx_wire_type)type, number, arg, data };
	size = kx_wire_put(to, &frame);
	if (change % 3 == 1)
		to[arg % size] ^= (uint8_t)(change | 1);
	return size;
}

static void check_answer(const struct kx_wire_frame *frame, const struct kx_wire_frame *answer,
			 int rc, const struct kx_err *err)
{
	uint8_t *bytes = malloc(KX_WIRE_HEADER + KX_WIRE_ANSWER_MAX);
	struct kx_wire_frame again;

	PROMISE(bytes && answer->data.len <= KX_WIRE_ANSWER_MAX);
	if (rc < 0)
		PROMISE(answer->type == KX_WIRE_FAILED && err->text[0]);
	else if (answer->type == KX_WIRE_DONE)
		PROMISE(answer->arg == frame->number);
	else
		PROMISE(answer->type == KX_WIRE_WELCOME);
	/* A sender takes what a receiver answers. */
	PROMISE(kx_wire_get((struct kx_span){ bytes, kx_wire_put(bytes, answer) },
			    KX_WIRE_ANSWER_MAX, &again) > 0);
	free(bytes);
}

static void receive(struct kx_span input, uint8_t fail)
{
	struct model m = {
		.store = { model_begin, model_open, model_reserve, model_write, model_sync,
			   model_close, model_close },
		.fail = fail,
	};
	struct kx_wire_receiver *r = calloc(1, sizeof(*r));
	uint8_t bytes[KX_WIRE_HEADER + DATA_MAX];
	struct kx_wire_frame frame, answer;
	struct kx_err err = { "" };
	bool sound;
	size_t size;
	int n, rc = 0;

	PROMISE(r);
	r->store = &m.store;
	while (rc >= 0 && (size = next_frame(&input, bytes, &sound)) > 0) {
		n = kx_wire_get((struct kx_span){ bytes, size }, KX_WIRE_DATA_MAX, &frame);
		PROMISE(!sound || n == (int)size);
		PROMISE(n <= (int)size);
		if (n <= 0)
			break;
		rc = kx_wire_take(r, &frame, &answer, &err);
		if (rc != 0)
			check_answer(&frame, &answer, rc, &err);
		/* It does no more than it was told. */
		PROMISE(rc >= 0 || rc == -EPROTO || rc == -EFBIG || (rc == -ENOSPC && m.failed));
		PROMISE(rc < 0 || r->opened == m.opened);
	}
	free(r);
}

/* Frames that are sent, done, or sent again: the input's types mod 4, and its numbers. */
static void let_go(struct kx_span input)
{
	uint8_t bytes[KX_WIRE_HEADER + DATA_MAX];
	struct kx_err err = { "" };
	uint64_t command, number, first;
	enum kx_wire_type type;
	struct window w;

	PROMISE(window_init(&w, 4096, &err) == 0);
	for (; kx_span_le(input, 0, 1, &command) && kx_span_le(input, 1, 8, &number);
	     kx_span_slice(input, 9, input.len - 9, &input)) {
		first = w.first;
		switch (command % 4) {
		case 0:
			memset(bytes, 0, sizeof(bytes));
			type = (enum kx_wire_type)(KX_WIRE_OPEN + number % 6);
			if (window_has_room(&w, number % DATA_MAX))
				window_add(&w, type, number % 3, bytes, number % DATA_MAX);
			break;
		case 1:
			w.sent += number % (w.end - w.sent + 1);
			break;
		case 2:
			number = number % 8 ? w.first + number % 40 : number;
			if (window_take_done(&w, number, &err) == 0)
				PROMISE(number >= first && w.first == number + 1);
			break;
		default:
			window_rewind(&w);
		}
		PROMISE(w.start <= w.sent && w.sent <= w.end && w.end <= w.size);
		PROMISE(w.first >= first && w.first <= w.next);
		PROMISE((w.start == w.end) == (w.first == w.next));
		PROMISE(w.file < KX_WIRE_FILES || w.file == KX_WIRE_NO_FILE);
	}
	window_done(&w);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_span input = { data, size };
	uint64_t mode;

	if (!kx_span_le(input, 0, 1, &mode))
		return 0;
	kx_span_slice(input, 1, size - 1, &input);
	if (mode == 255)
		let_go(input);
	else
		receive(input, (uint8_t)mode);
	return 0;
}

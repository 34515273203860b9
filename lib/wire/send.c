/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sender: writes frames as the connection takes them, reads what is acknowledged, and makes
 * another connection where one breaks. Whoever answers is not trusted.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/wire/frame.h"
#include "lib/wire/window.h"

/*
 * In ms: the first pause before a connection is tried again, and the longest; how long one that
 * takes no more is listened to.
 */
enum { PAUSE = 250, PAUSE_MAX = 30000, DRAIN = 5000 };

enum { ANSWER = KX_WIRE_HEADER + KX_WIRE_ANSWER_MAX };

/**
 * struct kx_wire_sender - see the face
 * @tried: connections since something was acknowledged; @broken: those that broke
 * @token: of the place
 * @rc, @err: what failed, and is not to be mended
 * @in, @in_len: what came and was not taken yet
 */
struct kx_wire_sender {
	struct kx_wire_peer *peer;
	struct kx_wire_link link;
	struct kx_wire_options options;
	struct window window;
	uint64_t crash;
	unsigned int tried, broken;
	uint8_t token[KX_WIRE_TOKEN];
	int rc;
	struct kx_err err;
	size_t in_len;
	uint8_t in[ANSWER];
};

/* ---- the connection that there is ----------------------------------------------------------- */

/* Neither end may wait for the other while that waits for it. */
static void use_link(struct kx_wire_sender *s, const struct kx_wire_link *link)
{
	enum { PIPE = 1 << 20 };

	s->link = *link;
	s->in_len = 0;
	fcntl(link->to, F_SETFL, fcntl(link->to, F_GETFL) | O_NONBLOCK);
	fcntl(link->from, F_SETFL, fcntl(link->from, F_GETFL) | O_NONBLOCK);
	/* What is in the pipe is on its way while pages are read and compressed. */
	fcntl(link->to, F_SETPIPE_SZ, PIPE);
}

static int broke(struct kx_err *err)
{
	return kx_fail(err, -ECONNRESET, "the connection ended");
}

/* Bytes from the receiver; 1 something came, 0 nothing now. */
static int read_some(struct kx_wire_sender *s, struct kx_err *err)
{
	ssize_t n = kx_file_read_some(s->link.from, s->in + s->in_len, sizeof(s->in) - s->in_len);

	if (n == -EAGAIN)
		return 0;
	if (n <= 0)
		return broke(err);
	s->in_len += (size_t)n;
	return 1;
}

/* Bytes of the window to the receiver; 1 some went, 0 it takes none now. */
static int write_some(struct kx_wire_sender *s, struct kx_err *err)
{
	struct window *w = &s->window;
	ssize_t n;

	do {
		n = write(s->link.to, w->bytes + w->sent, w->end - w->sent);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n < 0)
		return broke(err);
	w->sent += (size_t)n;
	return 1;
}

/* A frame off the front of what came: 1 there was one, whose data is in @data; 0 not yet. */
static int next_answer(struct kx_wire_sender *s, struct kx_wire_frame *ret,
		       uint8_t data[KX_WIRE_ANSWER_MAX], struct kx_err *err)
{
	int n = 0;

	if (s->in_len)
		n = kx_wire_get((struct kx_span){ s->in, s->in_len }, KX_WIRE_ANSWER_MAX, ret);
	if (n < 0)
		return kx_fail(err, n, "what answers there is no receiver");
	if (n == 0)
		return 0;
	if (ret->data.len)
		memcpy(data, ret->data.base, ret->data.len);
	ret->data.base = data;
	s->in_len -= (size_t)n;
	memmove(s->in, s->in + n, s->in_len);
	return 1;
}

static int failed_there(const struct kx_wire_frame *answer, struct kx_err *err)
{
	int len = answer->data.len < 240 ? (int)answer->data.len : 240;

	return kx_fail(err, -EREMOTEIO, "%.*s", len, (const char *)answer->data.base);
}

/* All answers that came. */
static int take_answers(struct kx_wire_sender *s, struct kx_err *err)
{
	uint8_t data[KX_WIRE_ANSWER_MAX];
	struct kx_wire_frame answer;
	int rc;

	while ((rc = next_answer(s, &answer, data, err)) > 0) {
		if (answer.type == KX_WIRE_FAILED)
			return failed_there(&answer, err);
		if (answer.type != KX_WIRE_DONE)
			return kx_fail(err, -EPROTO, "an answer of type %u, which was not asked for",
				       (unsigned int)answer.type);
		rc = window_take_done(&s->window, answer.arg, err);
		if (rc < 0)
			return rc;
		s->tried = 0;
	}
	return rc;
}

/* Wait until either end is ready. A signal may be why, and is looked at by who sends. */
static int await(struct kx_wire_sender *s, bool write, int ms, struct kx_err *err)
{
	struct pollfd fds[] = { { .fd = s->link.from, .events = POLLIN },
				{ .fd = s->link.to, .events = POLLOUT } };
	int n = poll(fds, write ? 2 : 1, ms);

	if (n < 0 && errno != EINTR)
		return kx_fail(err, -errno, "%s", strerror(errno));
	if (n == 0 && ms > 0)
		return kx_fail(err, -ETIMEDOUT, "no answer for %d s", ms / 1000);
	return 0;
}

/* ---- how it begins, and begins again -------------------------------------------------------- */

/* Wait for an answer of @type. */
static int expect(struct kx_wire_sender *s, enum kx_wire_type type, struct kx_wire_frame *ret,
		  uint8_t data[KX_WIRE_ANSWER_MAX], struct kx_err *err)
{
	int rc;

	while ((rc = next_answer(s, ret, data, err)) == 0) {
		rc = await(s, false, (int)s->options.patience, err);
		if (rc == 0)
			rc = read_some(s, err);
		if (rc < 0)
			return rc;
	}
	if (rc > 0 && ret->type == KX_WIRE_FAILED)
		return failed_there(ret, err);
	if (rc > 0 && ret->type != type)
		return kx_fail(err, -EPROTO, "an answer of type %u where %u is due",
			       (unsigned int)ret->type, (unsigned int)type);
	return rc < 0 ? rc : 0;
}

static int get_place(const struct kx_wire_frame *welcome, struct kx_wire_place *ret,
		     struct kx_err *err)
{
	struct kx_span token, path;
	uint64_t own;

	if (!kx_span_le(welcome->data, WELCOME_OWN, 8, &own) ||
	    !kx_span_slice(welcome->data, WELCOME_TOKEN, KX_WIRE_TOKEN, &token) ||
	    !kx_span_slice(welcome->data, WELCOME_PATH, welcome->data.len - WELCOME_PATH, &path) ||
	    path.len >= sizeof(ret->path))
		return kx_fail(err, -EPROTO, "a receiver that does not say where it writes");
	*ret = (struct kx_wire_place){ .own = own != 0, .free = welcome->arg };
	memcpy(ret->token, token.base, KX_WIRE_TOKEN);
	memcpy(ret->path, path.base, path.len);
	return 0;
}

/* From HELLO to WELCOME. */
static int greet(struct kx_wire_sender *s, bool resume, struct kx_wire_place *ret,
		 struct kx_err *err)
{
	uint8_t data[KX_WIRE_ANSWER_MAX], start[START_RESUME_SIZE];
	uint8_t bytes[KX_WIRE_HEADER + START_RESUME_SIZE];
	struct kx_wire_frame answer, frame = { resume ? KX_WIRE_RESUME : KX_WIRE_BEGIN,
					       s->window.first, s->crash,
					       { start, resume ? START_RESUME_SIZE :
							 START_BEGIN_SIZE } };
	int rc = expect(s, KX_WIRE_HELLO, &answer, data, err);

	if (rc == 0 && answer.arg != KX_WIRE_VERSION)
		rc = kx_fail(err, -EPROTO, "a receiver of version %" PRIu64 ", not %d", answer.arg,
			     KX_WIRE_VERSION);
	if (rc < 0)
		return rc;
	kx_put_le(start + START_VERSION, 4, KX_WIRE_VERSION);
	kx_put_le(start + START_FILE, 4, s->window.file);
	memcpy(start + START_TOKEN, s->token, KX_WIRE_TOKEN);
	/* An empty pipe has room for it. */
	if (kx_file_write(s->link.to, bytes, kx_wire_put(bytes, &frame)) < 0)
		rc = broke(err);
	if (rc == 0)
		rc = expect(s, KX_WIRE_WELCOME, &answer, data, err);
	return rc < 0 ? rc : get_place(&answer, ret, err);
}

/* Is it the connection that failed, and not what is at its ends? */
static bool is_break(int rc)
{
	return rc == -ECONNRESET || rc == -ETIMEDOUT;
}

static bool can_resume(const struct kx_wire_sender *s)
{
	static const uint8_t none[KX_WIRE_TOKEN];

	return memcmp(s->token, none, KX_WIRE_TOKEN) != 0;
}

static int connect_again(struct kx_wire_sender *s, struct kx_err *err)
{
	struct kx_wire_place place;
	struct kx_wire_link link;
	int rc = s->peer->connect(s->peer, &link, err);

	if (rc < 0)
		return -ECONNRESET;
	use_link(s, &link);
	rc = greet(s, true, &place, err);
	if (rc == 0)
		window_rewind(&s->window);
	return rc;
}

/* The connection broke, as @err says: make another, as often as is allowed. */
static int mend(struct kx_wire_sender *s, int rc, struct kx_err *err)
{
	if (!can_resume(s))
		return kx_context(err, rc, "where it is received nothing can go on after a break");
	s->broken++;
	while (is_break(rc) && s->tried < s->options.tries) {
		unsigned int pause = s->tried < 7 ? PAUSE << s->tried : PAUSE_MAX;

		s->tried++;
		if (!s->peer->rest(s->peer, pause))
			return kx_fail(err, -EINTR, "stopped while the connection was broken");
		rc = connect_again(s, err);
	}
	if (is_break(rc) && s->tried)
		kx_advise(err, "given up after %u tries", s->tried);
	return rc;
}

/* ---- sending -------------------------------------------------------------------------------- */

/* Answers that came, also before the connection ended: what they say comes first. */
static int read_answers(struct kx_wire_sender *s, struct kx_err *err)
{
	struct kx_err why = { "" };
	int rc = read_some(s, err), taken = take_answers(s, &why);

	if (taken < 0)
		*err = why;
	return taken < 0 ? taken : rc;
}

/* It takes no more: it may still say why. */
static int drain(struct kx_wire_sender *s, struct kx_err *err)
{
	int rc;

	do {
		rc = await(s, false, DRAIN, err);
		if (rc == 0)
			rc = read_answers(s, err);
	} while (rc >= 0);
	return is_break(rc) ? broke(err) : rc;
}

/* Do what can be done: without waiting with @ms 0. */
static int step(struct kx_wire_sender *s, int ms, struct kx_err *err)
{
	struct window *w = &s->window;
	int rc = 0;

	if (ms)
		rc = await(s, w->sent < w->end, ms, err);
	if (rc == 0)
		rc = read_answers(s, err);
	if (rc >= 0 && w->sent < w->end && write_some(s, err) < 0)
		rc = drain(s, err);
	return rc < 0 ? rc : 0;
}

/* step(), with another connection where this one breaks; what cannot be mended stays. */
static int progress(struct kx_wire_sender *s, bool wait, struct kx_err *err)
{
	int rc = step(s, wait ? (int)s->options.patience : 0, err);

	if (is_break(rc))
		rc = mend(s, rc, err);
	if (rc < 0) {
		s->rc = rc;
		s->err = *err;
	}
	return rc;
}

static int add(struct kx_wire_sender *s, enum kx_wire_type type, uint64_t arg, const uint8_t *from,
	       size_t len, struct kx_err *err)
{
	int rc = 0;

	/* Room for the SYNC behind it, too. */
	while (rc == 0 && !window_has_room(&s->window, len + KX_WIRE_HEADER))
		rc = progress(s, true, err);
	if (rc < 0)
		return rc;
	window_add(&s->window, type, arg, from, len);
	if (s->window.unasked >= s->options.window / 4)
		window_add(&s->window, KX_WIRE_SYNC, 0, NULL, 0);
	return progress(s, false, err);
}

int kx_wire_send(struct kx_wire_sender *s, enum kx_wire_type type, uint64_t arg, const void *from,
		 size_t len, struct kx_err *err)
{
	const uint8_t *data = from;
	size_t part;
	int rc = 0;

	if (s->rc < 0) {
		*err = s->err;
		return s->rc;
	}
	do {
		part = len < KX_WIRE_DATA_MAX ? len : KX_WIRE_DATA_MAX;
		rc = add(s, type, arg, data, part, err);
		arg += part;
		data += part;
		len -= part;
	} while (rc == 0 && len > 0);
	return rc;
}

int kx_wire_flush(struct kx_wire_sender *s, struct kx_err *err)
{
	int rc = s->rc;

	if (rc < 0)
		*err = s->err;
	while (rc == 0 && s->window.start < s->window.end)
		rc = progress(s, true, err);
	return rc;
}

unsigned int kx_wire_broken(const struct kx_wire_sender *s)
{
	return s->broken;
}

/* ---- whole ---------------------------------------------------------------------------------- */

static void free_sender(struct kx_wire_sender **s)
{
	kx_wire_sender_free(*s);
}

int kx_wire_sender_new(struct kx_wire_peer *peer, const struct kx_wire_link *link,
		       struct kx_span seen, const struct kx_wire_options *options, uint64_t crash,
		       struct kx_wire_sender **ret, struct kx_wire_place *place,
		       struct kx_err *err)
{
	_cleanup_(free_sender) struct kx_wire_sender *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return kx_fail(err, -ENOMEM, "no memory for a sender");
	s->peer = peer;
	s->options = *options;
	s->crash = crash;
	rc = window_init(&s->window, options->window, err);
	if (rc < 0)
		return rc;
	use_link(s, link);
	if (seen.len > sizeof(s->in))
		return kx_fail(err, -EMSGSIZE, "what answers there is no receiver");
	memcpy(s->in, seen.base, seen.len);
	s->in_len = seen.len;
	rc = greet(s, false, place, err);
	if (rc < 0)
		return rc;
	memcpy(s->token, place->token, KX_WIRE_TOKEN);
	*ret = s;
	s = NULL;
	return 0;
}

void kx_wire_sender_free(struct kx_wire_sender *s)
{
	if (!s)
		return;
	window_done(&s->window);
	free(s);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sender and a receiver with a line between them that breaks: what is received is the same
 * wherever it breaks, and how often.
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "kx/file.h"
#include "kx/wire.h"
#include "tests/unit/wire_store.h"

enum { LINES_MAX = 64 };

/* One direction: passes on until @left bytes went through; keeps them. */
struct pipe_line {
	int from, to;
	size_t left, len;
	uint8_t *bytes;
	pthread_t thread;
};

/* @up, @down: after how many bytes the first connections break; SIZE_MAX: they do not */
struct net {
	struct kx_wire_peer peer;
	struct memory *memory;
	size_t up, down;
	unsigned int breaks, refuse, count, rests;
	struct pipe_line up_line[LINES_MAX], down_line[LINES_MAX];
	pthread_t receiver[LINES_MAX];
	int receive_from[LINES_MAX], receive_to[LINES_MAX];
	int here_to, here_from;
	unsigned int rest_max, last_rest;
};

static void *pass_on(void *data)
{
	struct pipe_line *line = data;
	uint8_t part[4096];
	ssize_t n;

	while (line->left && (n = read(line->from, part, line->left < sizeof(part) ? line->left :
					sizeof(part))) > 0) {
		line->bytes = realloc(line->bytes, line->len + (size_t)n);
		memcpy(line->bytes + line->len, part, (size_t)n);
		line->len += (size_t)n;
		line->left -= (size_t)n;
		if (kx_file_write(line->to, part, (size_t)n) < 0)
			break;
	}
	close(line->from);
	close(line->to);
	return NULL;
}

static void *receive(void *data)
{
	struct net *net = data;
	unsigned int i = net->count - 1;
	struct kx_err err = { "" };

	kx_wire_receive(&net->memory->store, net->receive_from[i], net->receive_to[i], &err);
	close(net->receive_from[i]);
	close(net->receive_to[i]);
	return NULL;
}

static void hang_up(struct net *net)
{
	unsigned int i = net->count - 1;

	if (net->count == 0 || net->here_to < 0)
		return;
	close(net->here_to);
	close(net->here_from);
	net->here_to = -1;
	/* What is on its way there arrives, before another receiver begins. */
	pthread_join(net->up_line[i].thread, NULL);
	pthread_join(net->receiver[i], NULL);
	pthread_join(net->down_line[i].thread, NULL);
}

static void begin_thread(pthread_t *ret, void *(*run)(void *), void *data)
{
	assert_int_equal(pthread_create(ret, NULL, run, data), 0);
}

static int net_connect(struct kx_wire_peer *peer, struct kx_wire_link *ret, struct kx_err *err)
{
	struct net *net = (struct net *)peer;
	int a[2], b[2], c[2], d[2];
	unsigned int i = net->count;
	bool breaks = i < net->breaks;

	hang_up(net);
	if (i > 0 && net->refuse) {
		net->refuse--;
		return kx_fail(err, -ECONNREFUSED, "nobody is there");
	}
	assert_true(i < LINES_MAX);
	assert_true(pipe(a) == 0 && pipe(b) == 0 && pipe(c) == 0 && pipe(d) == 0);
	net->up_line[i] = (struct pipe_line){ a[0], b[1], breaks ? net->up : SIZE_MAX, 0, NULL, 0 };
	net->down_line[i] = (struct pipe_line){ c[0], d[1], breaks ? net->down : SIZE_MAX, 0, NULL,
						0 };
	net->receive_from[i] = b[0];
	net->receive_to[i] = c[1];
	net->count++;
	begin_thread(&net->up_line[i].thread, pass_on, &net->up_line[i]);
	begin_thread(&net->down_line[i].thread, pass_on, &net->down_line[i]);
	begin_thread(&net->receiver[i], receive, net);
	net->here_to = a[1];
	net->here_from = d[0];
	*ret = (struct kx_wire_link){ net->here_to, net->here_from };
	return 0;
}

static bool net_rest(struct kx_wire_peer *peer, unsigned int ms)
{
	struct net *net = (struct net *)peer;

	net->last_rest = ms;
	return ++net->rests <= net->rest_max;
}

static struct net *net_new(size_t up, size_t down, unsigned int breaks)
{
	struct net *net = calloc(1, sizeof(*net));

	assert_non_null(net);
	net->peer = (struct kx_wire_peer){ net_connect, net_rest };
	net->memory = memory_new(true);
	net->up = up;
	net->down = down;
	net->breaks = breaks;
	net->rest_max = UINT32_MAX;
	return net;
}

/* A frame off a line, and 0 at its end or where it broke. */
static size_t frame_at(const struct pipe_line *line, size_t at, struct kx_wire_frame *ret)
{
	int n = 0;

	if (at < line->len)
		n = kx_wire_get((struct kx_span){ line->bytes + at, line->len - at },
				KX_WIRE_DATA_MAX, ret);
	assert_true(n >= 0);
	return (size_t)n;
}

/* Whatever was acknowledged is never sent again, and nothing is left out. */
static void check_lines(const struct net *net)
{
	struct kx_wire_frame frame;
	uint64_t done = 0;

	for (unsigned int i = 0; i < net->count; i++) {
		uint64_t next = done + 1;
		size_t at, n;

		for (at = 0; (n = frame_at(&net->up_line[i], at, &frame)) > 0; at += n) {
			assert_int_equal(frame.number, next);
			next += at > 0;
		}
		for (at = 0; (n = frame_at(&net->down_line[i], at, &frame)) > 0; at += n) {
			if (frame.type == KX_WIRE_DONE)
				done = frame.arg;
		}
	}
}

static void net_free(struct net *net)
{
	hang_up(net);
	check_lines(net);
	for (unsigned int i = 0; i < net->count; i++) {
		free(net->up_line[i].bytes);
		free(net->down_line[i].bytes);
	}
	free(net->memory);
	free(net);
}

static int open_net(struct net *net, size_t window, unsigned int tries,
		    struct kx_wire_sender **ret, struct kx_err *err)
{
	const struct kx_wire_options options = { window, tries, 20000 };
	struct kx_wire_link link;
	struct kx_wire_place place;
	int rc = net_connect(&net->peer, &link, err);

	assert_int_equal(rc, 0);
	rc = kx_wire_sender_new(&net->peer, &link, (struct kx_span){ (const uint8_t *)"", 0 },
				&options, 1234567, ret, &place, err);
	if (rc < 0)
		return rc;
	assert_true(place.own);
	assert_int_equal(place.free, 4711);
	assert_string_equal(place.path, "/there/vmcore");
	return 0;
}

/* A log, and a dump whose head is written again at its end. */
static int send_small(struct kx_wire_sender *s, struct kx_err *err)
{
	static const struct {
		enum kx_wire_type type;
		uint64_t arg;
		const char *text;
	} steps[] = {
		{ KX_WIRE_OPEN, KX_WIRE_LOG, "" },	{ KX_WIRE_WRITE, 0, "the log" },
		{ KX_WIRE_FINISH, 0, "" },		{ KX_WIRE_OPEN, KX_WIRE_DUMP, "" },
		{ KX_WIRE_RESERVE, 100, "" },		{ KX_WIRE_WRITE, 0, "incomplete" },
		{ KX_WIRE_SYNC, 0, "" },		{ KX_WIRE_WRITE, 10, "pages" },
		{ KX_WIRE_SYNC, 0, "" },		{ KX_WIRE_WRITE, 0, "whole     " },
		{ KX_WIRE_FINISH, 0, "" },
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && rc == 0; i++) {
		rc = kx_wire_send(s, steps[i].type, steps[i].arg, steps[i].text,
				  strlen(steps[i].text), err);
		if (rc == 0 && steps[i].type == KX_WIRE_FINISH)
			rc = kx_wire_flush(s, err);
	}
	return rc;
}

static void check_small(const struct memory *m)
{
	const struct received *log = &m->file[KX_WIRE_LOG], *dump = &m->file[KX_WIRE_DUMP];

	assert_true(log->whole && dump->whole);
	assert_span((struct kx_span){ log->bytes, log->len }, "the log");
	assert_span((struct kx_span){ dump->bytes, dump->len }, "whole     pages");
}

/* What goes over the line where it does not break. */
static void unbroken(size_t *ret_up, size_t *ret_down)
{
	struct net *net = net_new(SIZE_MAX, SIZE_MAX, 0);
	struct kx_wire_sender *s = NULL;
	struct kx_err err = { "" };

	assert_int_equal(open_net(net, 4 * KX_WIRE_DATA_MAX, 0, &s, &err), 0);
	assert_int_equal(send_small(s, &err), 0);
	hang_up(net);
	check_small(net->memory);
	assert_string_equal(net->memory->journal, "BOwFOrwswswF");
	*ret_up = net->up_line[0].len;
	*ret_down = net->down_line[0].len;
	kx_wire_sender_free(s);
	net_free(net);
}

/* HELLO and WELCOME have come by then. */
enum { GREETED_UP = KX_WIRE_HEADER + 4, GREETED_DOWN = 2 * KX_WIRE_HEADER + 48 + 13 };

static void break_at(size_t up, size_t down, unsigned int breaks)
{
	struct net *net = net_new(up, down, breaks);
	struct kx_wire_sender *s = NULL;
	struct kx_err err = { "" };

	assert_int_equal(open_net(net, 4 * KX_WIRE_DATA_MAX, breaks + 1, &s, &err), 0);
	if (send_small(s, &err) < 0)
		fail_msg("%zu up, %zu down: %s", up, down, err.text);
	hang_up(net);
	check_small(net->memory);
	kx_wire_sender_free(s);
	net_free(net);
}

TEST(wherever_the_line_breaks_the_files_are_the_same)
{
	size_t up, down;

	unbroken(&up, &down);
	for (size_t at = GREETED_UP; at <= up; at++)
		break_at(at, SIZE_MAX, 1);
	for (size_t at = GREETED_DOWN; at <= down; at++)
		break_at(SIZE_MAX, at, 1);
	/* The same place in three connections, one behind the other, also while they are made. */
	for (size_t at = GREETED_UP; at <= up; at += 7)
		break_at(at, SIZE_MAX, 3);
	for (size_t at = GREETED_DOWN; at <= down; at += 7)
		break_at(SIZE_MAX, at, 3);
}

TEST(more_than_the_window_goes_through_it_and_no_memory_is_taken_for_the_rest)
{
	struct net *net = net_new(700000, SIZE_MAX, 2);
	uint8_t *bytes = malloc(MEMORY_FILE_MAX);
	struct kx_wire_sender *s = NULL;
	struct kx_err err = { "" };
	const struct received *dump = &net->memory->file[KX_WIRE_DUMP];

	for (size_t i = 0; i < MEMORY_FILE_MAX; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 13);
	assert_int_equal(open_net(net, 4 * KX_WIRE_DATA_MAX, 2, &s, &err), 0);
	assert_int_equal(kx_wire_send(s, KX_WIRE_OPEN, KX_WIRE_DUMP, NULL, 0, &err), 0);
	assert_int_equal(kx_wire_send(s, KX_WIRE_WRITE, 0, bytes, MEMORY_FILE_MAX, &err), 0);
	assert_int_equal(kx_wire_send(s, KX_WIRE_FINISH, 0, NULL, 0, &err), 0);
	assert_int_equal(kx_wire_flush(s, &err), 0);
	assert_int_equal(kx_wire_broken(s), 2);
	hang_up(net);
	assert_int_equal(dump->len, MEMORY_FILE_MAX);
	assert_memory_equal(dump->bytes, bytes, MEMORY_FILE_MAX);
	/* It was acknowledged on its way, more often than the window is long. */
	assert_non_null(strstr(net->memory->journal, "ws"));
	kx_wire_sender_free(s);
	net_free(net);
	free(bytes);
}

TEST(what_is_acknowledged_between_breaks_makes_up_for_them)
{
	/* The room for four full frames and their SYNC, but for the last of these. */
	enum { TIGHT = 4 * (KX_WIRE_DATA_MAX + 2 * KX_WIRE_HEADER) - KX_WIRE_HEADER };
	struct net *net = net_new(600000, SIZE_MAX, 5);
	uint8_t *bytes = calloc(1, MEMORY_FILE_MAX);
	struct kx_wire_sender *s = NULL;
	struct kx_err err = { "" };

	assert_int_equal(open_net(net, TIGHT, 1, &s, &err), 0);
	assert_int_equal(kx_wire_send(s, KX_WIRE_OPEN, KX_WIRE_DUMP, NULL, 0, &err), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(kx_wire_send(s, KX_WIRE_WRITE, 0, bytes, MEMORY_FILE_MAX, &err),
				 0);
	assert_int_equal(kx_wire_send(s, KX_WIRE_FINISH, 0, NULL, 0, &err), 0);
	assert_int_equal(kx_wire_flush(s, &err), 0);
	assert_int_equal(kx_wire_broken(s), 5);
	assert_int_equal(net->rests, 5);
	kx_wire_sender_free(s);
	net_free(net);
	free(bytes);
}

TEST(what_cannot_be_found_again_does_not_go_on)
{
	struct net *net = net_new(200, SIZE_MAX, 1);
	struct kx_wire_sender *s = NULL;
	struct kx_err err = { "" };

	net->memory->nameless = true;
	assert_int_equal(open_net(net, 4 * KX_WIRE_DATA_MAX, 7, &s, &err), 0);
	assert_int_equal(send_small(s, &err), -ECONNRESET);
	assert_says(&err, "nothing can go on after a break: the connection ended");
	assert_int_equal(net->count, 1);
	kx_wire_sender_free(s);
	net_free(net);
}

TEST(it_is_tried_as_often_as_was_said_with_longer_and_longer_pauses)
{
	struct net *net = net_new(200, SIZE_MAX, 1);
	struct kx_wire_sender *s = NULL;
	struct kx_err err = { "" };

	net->refuse = 8;
	assert_int_equal(open_net(net, 4 * KX_WIRE_DATA_MAX, 8, &s, &err), 0);
	assert_int_equal(send_small(s, &err), -ECONNRESET);
	assert_says(&err, "nobody is there; given up after 8 tries");
	assert_int_equal(net->rests, 8);
	assert_int_equal(net->last_rest, 30000);
	/* That stays so. */
	err.text[0] = '\0';
	assert_int_equal(kx_wire_send(s, KX_WIRE_SYNC, 0, NULL, 0, &err), -ECONNRESET);
	assert_says(&err, "nobody is there");
	kx_wire_sender_free(s);
	net_free(net);
}

TEST(whoever_wants_to_stop_is_not_kept_by_a_connection_that_broke)
{
	struct net *net = net_new(200, SIZE_MAX, 1);
	struct kx_wire_sender *s = NULL;
	struct kx_err err = { "" };

	net->rest_max = 0;
	assert_int_equal(open_net(net, 4 * KX_WIRE_DATA_MAX, 7, &s, &err), 0);
	assert_int_equal(send_small(s, &err), -EINTR);
	assert_int_equal(net->count, 1);
	kx_wire_sender_free(s);
	net_free(net);
}

TEST(what_the_other_machine_cannot_is_known_here_and_not_tried_again)
{
	/* Each of the steps behind the beginning. */
	for (unsigned int i = 2; i <= 12; i++) {
		struct net *net = net_new(SIZE_MAX, SIZE_MAX, 0);
		struct kx_wire_sender *s = NULL;
		struct kx_err err = { "" };

		net->memory->fails = i;
		assert_int_equal(open_net(net, 4 * KX_WIRE_DATA_MAX, 7, &s, &err), 0);
		assert_int_equal(send_small(s, &err), -EREMOTEIO);
		assert_says(&err, "/there: no room for");
		assert_int_equal(net->count, 1);
		assert_int_equal(net->memory->journal_len, i);
		kx_wire_sender_free(s);
		net_free(net);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wherever_the_line_breaks_the_files_are_the_same),
		cmocka_unit_test(
			more_than_the_window_goes_through_it_and_no_memory_is_taken_for_the_rest),
		cmocka_unit_test(what_is_acknowledged_between_breaks_makes_up_for_them),
		cmocka_unit_test(what_cannot_be_found_again_does_not_go_on),
		cmocka_unit_test(it_is_tried_as_often_as_was_said_with_longer_and_longer_pauses),
		cmocka_unit_test(whoever_wants_to_stop_is_not_kept_by_a_connection_that_broke),
		cmocka_unit_test(what_the_other_machine_cannot_is_known_here_and_not_tried_again),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

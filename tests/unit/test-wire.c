/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames, what a receiver takes and what it refuses, and what a sender takes for an answer. */
#include <signal.h>
#include <unistd.h>

#include "kx/file.h"
#include "kx/wire.h"
#include "lib/wire/window.h"
#include "tests/unit/wire_store.h"

/* ---- frames --------------------------------------------------------------------------------- */

TEST(a_frame_is_what_it_was_and_no_changed_byte_passes)
{
	static const char data[] = "some bytes";
	const struct kx_wire_frame frame = { KX_WIRE_WRITE, 42, UINT64_C(0x123456789a),
					     { (const uint8_t *)data, sizeof(data) } };
	uint8_t bytes[KX_WIRE_HEADER + sizeof(data)];
	struct kx_wire_frame found;

	assert_int_equal(kx_wire_put(bytes, &frame), sizeof(bytes));
	for (size_t len = 1; len < sizeof(bytes); len++)
		assert_int_equal(kx_wire_get((struct kx_span){ bytes, len }, 100, &found), 0);
	assert_int_equal(kx_wire_get((struct kx_span){ bytes, sizeof(bytes) }, 100, &found),
			 (int)sizeof(bytes));
	assert_int_equal(found.type, KX_WIRE_WRITE);
	assert_int_equal(found.number, 42);
	assert_int_equal(found.arg, UINT64_C(0x123456789a));
	assert_span((struct kx_span){ found.data.base, found.data.len - 1 }, data);
	assert_int_equal(kx_wire_get((struct kx_span){ bytes, sizeof(bytes) }, sizeof(data) - 1,
				     &found), -EMSGSIZE);
	for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
		int rc;

		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		rc = kx_wire_get((struct kx_span){ bytes, sizeof(bytes) }, 100, &found);
		/* A length that is larger may be too much, or not there yet. */
		assert_true(rc == -EBADMSG ||
			    (bit / 8 >= 4 && bit / 8 < 8 && (rc == 0 || rc == -EMSGSIZE)));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/* ---- what a receiver takes ------------------------------------------------------------------ */

static const uint8_t start_data[48] = { 1, [8] = 'T' };
static const uint8_t other_version[48] = { 2, [8] = 'T' };
static const uint8_t log_goes_on[48] = { 1, [4] = KX_WIRE_LOG, [8] = 'T' };
static const uint8_t no_file_goes_on[48] = { 1, [4] = KX_WIRE_FILES, [8] = 'T' };

/* Frames that go on after a break: the file that does is another one, or none that there is. */
static const uint8_t *resume_data(char letter)
{
	return letter == 'G' ? log_goes_on : letter == 'N' ? no_file_goes_on : start_data;
}

/* Frames in a row, by a letter each; 'x' is a write beyond all files, '?' nothing that is known. */
static int take_all(struct memory *m, const char *letters, uint64_t number, struct kx_err *err)
{
	struct kx_wire_receiver *receiver = calloc(1, sizeof(*receiver));
	struct kx_wire_frame frame, answer;
	int rc = 0;

	assert_non_null(receiver);
	receiver->store = &m->store;
	for (; *letters && rc >= 0; letters++) {
		frame = (struct kx_wire_frame){ KX_WIRE_WRITE, number, 0, { start_data, 5 } };
		switch (*letters) {
		case 'B': frame.type = KX_WIRE_BEGIN; break;
		case 'V': frame.type = KX_WIRE_BEGIN; frame.data.base = other_version; break;
		case 'R':
		case 'G':
		case 'N':
			frame.type = KX_WIRE_RESUME;
			frame.data = (struct kx_span){ resume_data(*letters), 48 };
			break;
		case 'S': frame.type = KX_WIRE_RESUME; frame.data.len = 47; break;
		case 'O': frame.type = KX_WIRE_OPEN; break;
		case 'L': frame.type = KX_WIRE_OPEN; frame.arg = KX_WIRE_LOG; break;
		case 'M': frame.type = KX_WIRE_OPEN; frame.arg = KX_WIRE_MANIFEST; break;
		case '3': frame.type = KX_WIRE_OPEN; frame.arg = KX_WIRE_FILES; break;
		case 'r': frame.type = KX_WIRE_RESERVE; break;
		case 'Q': frame.type = KX_WIRE_RESERVE; frame.arg = UINT64_C(1) << 63; break;
		case 'x': frame.arg = (uint64_t)INT64_MAX - 4; break;
		case 's': frame.type = KX_WIRE_SYNC; break;
		case 'F': frame.type = KX_WIRE_FINISH; break;
		case 'D': frame.type = KX_WIRE_DROP; break;
		case 'g': frame.number += 5; break;
		case '?': frame.type = (enum kx_wire_type)99; break;
		default: break;
		}
		if (frame.type == KX_WIRE_BEGIN || frame.type == KX_WIRE_RESUME)
			frame.arg = 1234567;
		else
			number++;
		rc = kx_wire_take(receiver, &frame, &answer, err);
		if (rc < 0)
			assert_int_equal(answer.type, KX_WIRE_FAILED);
		if (rc > 0 && answer.type == KX_WIRE_DONE)
			assert_int_equal(answer.arg, frame.number);
	}
	free(receiver);
	return rc < 0 ? rc : 0;
}

TEST(frames_come_in_an_order_that_makes_sense)
{
	static const struct {
		const char *letters, *journal;
		bool own;
		const char *says;
	} cases[] = {
		{ "BOrwwswF", "BOrwwswF", false, NULL },
		{ "BLwFOwsFMD", "BOwFOwsFOD", true, NULL },
		{ "RwsF", "ROwsF", false, NULL },
		{ "GwsF", "ROwsF", true, NULL },
		{ "G", "R", false, "there is no file 1" },
		{ "N", "", true, "does not say what goes on" },
		{ "V", "", false, "version other than 1" },
		{ "w", "", false, "begins with something else" },
		{ "O", "", false, "begins with something else" },
		{ "S", "", false, "does not say what goes on" },
		{ "Bw", "B", false, "for no file" },
		{ "BOFw", "BOF", false, "for no file" },
		{ "BODs", "BOD", false, "for no file" },
		{ "BL", "B", false, "there is no file 1" },
		{ "B3", "B", true, "there is no file 6" },
		{ "BOx", "BO", false, "beyond all files" },
		{ "BO?", "BO", false, "no known type" },
		{ "BOQ", "BO", false, "no known type" },
		{ "BOB", "BO", false, "no known type" },
		{ "BOg", "BO", false, "frame 7 where 2 is due" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct memory *m = memory_new(cases[i].own);
		struct kx_err err = { "" };
		int rc;

		/* Somebody began what goes on. */
		m->begun = true;
		rc = take_all(m, cases[i].letters, 1, &err);
		if (cases[i].says) {
			assert_true(rc == -EPROTO || rc == -EFBIG);
			assert_says(&err, cases[i].says);
		} else {
			assert_int_equal(rc, 0);
		}
		/* Each step after a failure would be one too many. */
		assert_string_equal(m->journal, cases[i].journal);
		free(m);
	}
}

TEST(what_the_store_cannot_is_told_by_its_reason)
{
	static const char letters[] = "BOrwsF";

	for (unsigned int i = 1; i < sizeof(letters); i++) {
		struct memory *m = memory_new(false);
		struct kx_err err = { "" };

		m->fails = i;
		assert_int_equal(take_all(m, letters, 1, &err), -ENOSPC);
		assert_says(&err, "/there: no room for");
		assert_int_equal(m->journal_len, i);
		free(m);
	}
}

/* ---- the window ----------------------------------------------------------------------------- */

TEST(only_what_was_sent_can_be_done_and_only_once)
{
	struct kx_err err = { "" };
	struct window w;

	assert_int_equal(window_init(&w, 4 * KX_WIRE_HEADER + 10, &err), 0);
	window_add(&w, KX_WIRE_OPEN, KX_WIRE_LOG, NULL, 0);
	window_add(&w, KX_WIRE_WRITE, 0, "0123456789", 10);
	window_add(&w, KX_WIRE_SYNC, 0, NULL, 0);
	assert_true(window_has_room(&w, 0));
	assert_false(window_has_room(&w, 1));
	/* One byte of the write is on its way only. */
	w.sent = 2 * KX_WIRE_HEADER + 9;
	assert_int_equal(window_take_done(&w, 2, &err), -EPROTO);
	assert_says(&err, "before it was sent");
	assert_int_equal(w.file, KX_WIRE_LOG);
	w.sent++;
	assert_int_equal(window_take_done(&w, 2, &err), 0);
	assert_int_equal(window_take_done(&w, 2, &err), -EPROTO);
	assert_says(&err, "twice");
	assert_int_equal(window_take_done(&w, UINT64_MAX, &err), -EPROTO);
	/* What is left moves to the front, and goes again. */
	assert_true(window_has_room(&w, KX_WIRE_HEADER + 10));
	window_add(&w, KX_WIRE_FINISH, 0, NULL, 0);
	w.sent = w.end;
	window_rewind(&w);
	assert_int_equal(w.sent, 0);
	w.sent = w.end;
	assert_int_equal(window_take_done(&w, 4, &err), 0);
	assert_int_equal(w.file, KX_WIRE_NO_FILE);
	assert_int_equal(w.first, w.next);
	window_done(&w);
}

/* ---- a receiver that is none ---------------------------------------------------------------- */

/** struct deaf - a receiver that has said all that it says, and reads nothing */
struct deaf {
	struct kx_wire_peer peer;
	struct kx_wire_link link;
	int there;
	struct kx_wire_sender *sender;
};

static int deaf_open(struct deaf *deaf, const uint8_t *bytes, size_t len, bool stays,
		     unsigned int patience, struct kx_err *err)
{
	const struct kx_wire_options options = { 4 * KX_WIRE_DATA_MAX, 0, patience };
	struct kx_wire_place place;
	int to[2], from[2];

	assert_true(pipe(to) == 0 && pipe(from) == 0);
	assert_int_equal(kx_file_write(from[1], bytes, len), 0);
	*deaf = (struct deaf){ .link = { to[1], from[0] }, .there = to[0] };
	if (!stays)
		close(from[1]);
	return kx_wire_sender_new(&deaf->peer, &deaf->link, (struct kx_span){ bytes, 0 }, &options,
				  1234567, &deaf->sender, &place, err);
}

static void deaf_close(struct deaf *deaf)
{
	kx_wire_sender_free(deaf->sender);
	close(deaf->link.to);
	close(deaf->link.from);
	close(deaf->there);
}

/* What @bytes as a receiver's words make of a sender. */
static int answered(const uint8_t *bytes, size_t len, struct kx_err *err)
{
	struct deaf deaf;
	int rc = deaf_open(&deaf, bytes, len, false, 20000, err);

	if (rc == 0)
		rc = kx_wire_send(deaf.sender, KX_WIRE_OPEN, 0, NULL, 0, err);
	if (rc == 0)
		rc = kx_wire_flush(deaf.sender, err);
	deaf_close(&deaf);
	return rc;
}

TEST(there_is_room_for_the_question_behind_what_fills_the_window)
{
	const struct kx_wire_frame hello = { KX_WIRE_HELLO, 0, KX_WIRE_VERSION, { NULL, 0 } };
	const struct kx_wire_frame welcome = { KX_WIRE_WELCOME, 0, 0, { start_data, 48 } };
	/* Of data, each with a frame of its own and one that asks behind it; and what is left. */
	static const size_t parts[] = { 250000, 250000, 250000, 36012 };
	uint8_t bytes[1000], *data = calloc(1, KX_WIRE_DATA_MAX);
	size_t len = kx_wire_put(bytes, &hello);
	struct kx_err err = { "" };
	struct deaf deaf;

	len += kx_wire_put(bytes + len, &welcome);
	assert_int_equal(deaf_open(&deaf, bytes, len, true, 50, &err), 0);
	assert_int_equal(kx_wire_send(deaf.sender, KX_WIRE_OPEN, 0, NULL, 0, &err), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(kx_wire_send(deaf.sender, KX_WIRE_WRITE, 0, data, parts[i], &err),
				 0);
		assert_int_equal(kx_wire_send(deaf.sender, KX_WIRE_SYNC, 0, NULL, 0, &err), 0);
	}
	/* It fits, and what asks for it to be acknowledged does not. */
	assert_int_equal(kx_wire_send(deaf.sender, KX_WIRE_WRITE, 0, data, KX_WIRE_DATA_MAX, &err),
			 -ETIMEDOUT);
	assert_says(&err, "no answer for");
	deaf_close(&deaf);
	free(data);
}

TEST(answers_that_no_receiver_gives_are_refused)
{
	static const struct {
		struct kx_wire_frame frame[3];
		int rc;
		const char *says;
	} cases[] = {
		{ { { .type = KX_WIRE_HELLO, .arg = 2 } }, -EPROTO, "version 2" },
		{ { { .type = KX_WIRE_WELCOME } }, -EPROTO, "type 2 where 1 is due" },
		{ { { .type = KX_WIRE_HELLO, .arg = 1 } }, -ECONNRESET, "ended" },
		{ { { .type = KX_WIRE_HELLO, .arg = 1 },
		    { .type = KX_WIRE_WELCOME, .data = { start_data, 47 } } }, -EPROTO,
		  "does not say where" },
		{ { { .type = KX_WIRE_HELLO, .arg = 1 },
		    { .type = KX_WIRE_FAILED, .data = { (const uint8_t *)"full", 4 } } },
		  -EREMOTEIO, "full" },
		{ { { .type = KX_WIRE_HELLO, .arg = 1 },
		    { .type = KX_WIRE_WELCOME, .data = { start_data, 48 } },
		    { .type = KX_WIRE_DONE, .arg = 1000 } }, -EPROTO, "before it was sent" },
		{ { { .type = KX_WIRE_HELLO, .arg = 1 },
		    { .type = KX_WIRE_WELCOME, .data = { start_data, 48 } },
		    { .type = KX_WIRE_HELLO, .arg = 1 } }, -EPROTO, "was not asked for" },
	};
	static uint8_t bytes[2 * KX_WIRE_ANSWER_MAX];
	static const uint8_t long_path[KX_WIRE_ANSWER_MAX] = { 0 };
	struct kx_wire_frame welcome = { .type = KX_WIRE_WELCOME,
					 .data = { long_path, 48 + 4600 } };
	struct kx_err err = { "" };
	size_t hello;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = 0;

		for (size_t k = 0; k < 3 && cases[i].frame[k].type; k++)
			len += kx_wire_put(bytes + len, &cases[i].frame[k]);
		assert_int_equal(answered(bytes, len, &err), cases[i].rc);
		assert_says(&err, cases[i].says);
	}
	hello = kx_wire_put(bytes, &cases[2].frame[0]);
	assert_int_equal(answered(bytes, hello + kx_wire_put(bytes + hello, &welcome), &err),
			 -EPROTO);
	assert_says(&err, "does not say where");
	/* As long as there is room for; that sends nothing more. */
	welcome.data.len--;
	assert_int_equal(answered(bytes, hello + kx_wire_put(bytes + hello, &welcome), &err),
			 -ECONNRESET);
	assert_int_equal(answered((const uint8_t *)"Welcome!", 8, &err), -EBADMSG);
	assert_says(&err, "no receiver");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_is_what_it_was_and_no_changed_byte_passes),
		cmocka_unit_test(frames_come_in_an_order_that_makes_sense),
		cmocka_unit_test(what_the_store_cannot_is_told_by_its_reason),
		cmocka_unit_test(only_what_was_sent_can_be_done_and_only_once),
		cmocka_unit_test(there_is_room_for_the_question_behind_what_fills_the_window),
		cmocka_unit_test(answers_that_no_receiver_gives_are_refused),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
		case 'R': frame.type = KX_WIRE_RESUME; frame.data.len = 48; break;
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
		if (*letters == 'B' || *letters == 'R')
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
		{ "w", "", false, "begins with something else" },
		{ "O", "", false, "begins with something else" },
		{ "S", "", false, "does not say what goes on" },
		{ "Bw", "B", false, "for no file" },
		{ "BOFw", "BOF", false, "for no file" },
		{ "BODs", "BOD", false, "for no file" },
		{ "BL", "B", false, "there is no file 1" },
		{ "B3", "B", true, "there is no file 3" },
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

/* What @bytes as a receiver's first words make of a sender. */
static int answered(const uint8_t *bytes, size_t len, struct kx_err *err)
{
	struct kx_wire_peer peer = { NULL, NULL };
	const struct kx_wire_options options = { 4 * KX_WIRE_DATA_MAX, 0, 20000 };
	struct kx_wire_sender *s = NULL;
	struct kx_wire_place place;
	struct kx_wire_link link;
	int to[2], from[2], rc;

	assert_true(pipe(to) == 0 && pipe(from) == 0);
	assert_int_equal(kx_file_write(from[1], bytes, len), 0);
	close(from[1]);
	link = (struct kx_wire_link){ to[1], from[0] };
	rc = kx_wire_sender_new(&peer, &link, (struct kx_span){ bytes, 0 }, &options, 1234567, &s,
				&place, err);
	if (rc == 0)
		rc = kx_wire_send(s, KX_WIRE_OPEN, 0, NULL, 0, err);
	if (rc == 0)
		rc = kx_wire_flush(s, err);
	kx_wire_sender_free(s);
	close(to[0]);
	close(to[1]);
	close(from[0]);
	return rc;
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
	struct kx_err err = { "" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[4096];
		size_t len = 0;

		for (size_t k = 0; k < 3 && cases[i].frame[k].type; k++)
			len += kx_wire_put(bytes + len, &cases[i].frame[k]);
		assert_int_equal(answered(bytes, len, &err), cases[i].rc);
		assert_says(&err, cases[i].says);
	}
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
		cmocka_unit_test(answers_that_no_receiver_gives_are_refused),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of time, held against a clock; see the header. */
#include <inttypes.h>
#include <stdio.h>

#include "kdump/capture/system/supervise.h"

/** struct state - of one worker; times are of the watch's clock */
struct state {
	struct capture_shared *shared;
	const struct capture_limits *limits;
	int step;
	uint64_t step_begun, moved, moved_at, stopped_at, killed_at;
	bool stopped, killed;
};

static const char *const step_names[CAPTURE_STEPS] = {
	"getting ready", "writing log and manifest", "saving pages", "finishing",
};

static bool known(int step)
{
	return step >= 0 && step < CAPTURE_STEPS;
}

/* What happened since the last look? */
static bool look(struct state *s, uint64_t now)
{
	int step = capture_get(s->shared, step);
	uint64_t moved = capture_get(s->shared, moved);
	bool moves = step != s->step || moved != s->moved;

	if (step != s->step) {
		if (known(s->step))
			s->shared->step_ms[s->step] += now - s->step_begun;
		s->step = step;
		s->step_begun = now;
	}
	if (moves)
		s->moved_at = now;
	s->moved = moved;
	return moves;
}

static bool over(struct state *s, uint64_t now, char why[128])
{
	const struct capture_limits *l = s->limits;
	uint64_t limit = known(s->step) ? l->step[s->step] : l->step[0];
	const char *name = known(s->step) ? step_names[s->step] : "it";

	if (limit && now - s->step_begun >= limit) {
		snprintf(why, 128, "%s took longer than %" PRIu64 " s", name, limit / 1000);
		return true;
	}
	if (s->step == CAPTURE_SAVE && l->stall && now - s->moved_at >= l->stall) {
		snprintf(why, 128, "nothing was written for %" PRIu64 " s", l->stall / 1000);
		return true;
	}
	if (s->stopped && now - s->stopped_at >= l->stopping) {
		snprintf(why, 128, "all the time there is for it was over, and it did not stop");
		return true;
	}
	return false;
}

static void hold(struct state *s, const struct capture_watch *watch, uint64_t now, char why[128])
{
	if (!s->stopped && s->limits->until && now >= s->limits->until) {
		capture_put(s->shared, stop, 1);
		s->stopped = true;
		s->stopped_at = now;
	}
	if (s->killed || !over(s, now, why))
		return;
	watch->kill(watch->data);
	s->killed = true;
	s->killed_at = now;
}

enum capture_end capture_supervise(struct capture_shared *shared,
				   const struct capture_limits *limits,
				   const struct capture_watch *watch, char why[128])
{
	uint64_t now = watch->now(watch->data);
	struct state s = { .shared = shared, .limits = limits, .step = capture_get(shared, step),
			   .step_begun = now, .moved_at = now };

	for (;;) {
		bool ended = watch->wait(watch->data, CAPTURE_LOOK_MS), moves;

		now = watch->now(watch->data);
		moves = look(&s, now);
		if (ended) {
			if (known(s.step))
				shared->step_ms[s.step] += now - s.step_begun;
			return s.killed ? CAPTURE_KILLED : CAPTURE_ENDED;
		}
		if (watch->tick)
			watch->tick(watch->data, moves);
		if (s.killed && now - s.killed_at >= CAPTURE_KILL_MS)
			return CAPTURE_ABANDONED;
		hold(&s, watch, now, why);
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is there as long as something is asked for; no two that ask write the same. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kdump/service/state/again.h"
#include "kx/cleanup.h"

#define TAKEN STATE_AGAIN ".taken"

int again_ask(const struct state *state, const char *why, struct kx_err *err)
{
	struct timespec t;
	char text[600];

	clock_gettime(CLOCK_MONOTONIC, &t);
	snprintf(text, sizeof(text), "%d.%" PRIu64 " %s", getpid(),
		 (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec, why);
	return state_put_text(state->run, STATE_AGAIN, text, err);
}

static char *read_name(const struct state *state, const char *name)
{
	char *text;

	return state_get(state->run, name, &text, NULL) == 0 ? text : NULL;
}

char *again_asked(const struct state *state)
{
	return read_name(state, STATE_AGAIN);
}

const char *again_why(const char *asked)
{
	const char *space = strchr(asked, ' ');

	return space ? space + 1 : "";
}

/* Taken first and looked at then: nobody can ask between a look and the end. */
void again_done(const struct state *state, const char *asked)
{
	_cleanup_free_ char *taken = NULL;

	if (!asked || renameat(state->run, STATE_AGAIN, state->run, TAKEN) < 0)
		return;
	taken = read_name(state, TAKEN);
	if (taken && strcmp(taken, asked) == 0)
		state_drop(state->run, TAKEN);
	else
		renameat(state->run, TAKEN, state->run, STATE_AGAIN);
}

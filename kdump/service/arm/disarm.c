/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump disarm: unloads, and forgets that this machine was armed. */
#include <errno.h>

#include "kdump/base/load.h"
#include "kdump/base/service.h"
#include "kdump/service/arm/disarm.h"
#include "kdump/service/arm/options.h"
#include "kdump/service/machine/machine.h"
#include "kdump/service/state/images.h"
#include "kx/cleanup.h"
#include "kx/cli.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

static const struct kx_option table[] = {
	ARM_OPTIONS_COMMON,
	{ NULL, 0, NULL, NULL, NULL },
};

/*
 * The mark of this boot goes last: were it cut before, the next boot would tell of a crash that was
 * none, which is better than to be silent about one.
 */
static int forget(const struct state *state, struct kx_err *err)
{
	int rc = state_drop(state->run, STATE_ARMED);

	image_sweep(state);
	state_drop(state->run, STATE_LOADING);
	state_drop(state->run, STATE_TROUBLE);
	state_drop(state->run, STATE_FOUND);
	state_drop(state->run, STATE_AGAIN);
	if (rc == 0)
		rc = state_drop(state->lib, STATE_BOOT);
	return rc < 0 ? kx_fail(err, rc, "/run/kdump: what was loaded cannot be forgotten") : 0;
}

static int disarm(const struct arm_options *o, struct state *state, struct kx_err *err)
{
	bool loaded;
	int rc = state_open(state, o->root, true, err);

	if (rc == 0)
		rc = state_lock(state, STATE_LOCK, ARM_LOCK_SECONDS, err);
	if (rc < 0)
		return rc;
	loaded = machine_loaded(o->root);
	if (loaded)
		rc = load_unload(o->kexec, err);
	if (rc == 0 && machine_loaded(o->root))
		rc = kx_fail(err, -EIO, "the kernel still has a crash kernel loaded");
	if (rc == 0)
		rc = forget(state, err);
	if (rc == 0)
		say("%s", loaded ? "disarmed: a crash leaves no dump now" :
				   "disarmed; nothing was loaded");
	return rc;
}

static int run(const struct arm_options *o, struct kx_err *err)
{
	struct state state;
	int rc = disarm(o, &state, err);

	state_done(&state);
	return rc == -EAGAIN ? SERVICE_TRY_AGAIN : rc < 0 ? SERVICE_FAILED : SERVICE_DONE;
}

int disarm_main(int argc, char **argv)
{
	static const struct arm_verb verb = {
		.usage = "disarm [OPTION]...",
		.about = "Unload the crash kernel: a crash leaves no dump until kdump arm.",
		.table = table,
		.run = run,
	};

	return arm_options_main(&verb, argc, argv);
}

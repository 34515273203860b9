/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump reload: for whoever changes what the image was made of, and for events of hotplug. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kdump/base/service.h"
#include "kdump/service/arm/arm.h"
#include "kdump/service/arm/options.h"
#include "kdump/service/arm/reload.h"
#include "kdump/service/machine/machine.h"
#include "kdump/service/state/again.h"
#include "kdump/service/state/quiet.h"
#include "kx/cleanup.h"

enum { QUIET = 2000, MOST = 60000 };

static const struct kx_option table[] = {
	{ "again", ARM_OPT_AGAIN, "[SECONDS]", "only what could not be done before; wait so long first",
	  "When" },
	{ "event", ARM_OPT_EVENT, "[KIND]", "cpu, memory or device came or went: wait until it is "
	  "quiet", NULL },
	{ "force", ARM_OPT_FORCE, NULL, "load even what is loaded already", "How" },
	ARM_OPTIONS_MAKING,
	{ NULL, 0, NULL, NULL, NULL },
};

/* Does the kernel itself tell the crash kernel of such an event? */
static bool kernel_updates(const struct machine *m, const char *event)
{
	if (strcmp(event, "cpu") == 0)
		return m->updates_cpus;
	if (strcmp(event, "memory") == 0)
		return m->updates_memory;
	return false;
}

static int settle(const struct arm_options *o, const struct state *state, struct kx_err *err)
{
	struct machine machine;
	bool updates;
	int rc = machine_read(&machine, o->root, err);

	if (rc < 0)
		return rc;
	updates = kernel_updates(&machine, o->event);
	machine_done(&machine);
	return updates ? 0 : quiet_wait(state, QUIET, MOST, err);
}

/* Before anything else: who fails at once is started again at once. */
static void wait_first(const struct arm_options *o)
{
	struct timespec pause = { o->pause, 0 };

	while (nanosleep(&pause, &pause) < 0)
		;
}

/* Whoever armed meanwhile has done it. */
static int is_asked(const struct state *state)
{
	_cleanup_free_ char *asked = again_asked(state);

	return asked ? 1 : 0;
}

static int reload(const struct arm_options *o, struct kx_err *err)
{
	struct state state;
	int rc;

	wait_first(o);
	rc = state_open(&state, o->root, true, err);
	if (rc == 0 && o->again)
		rc = is_asked(&state);
	else if (rc == 0 && o->event)
		rc = settle(o, &state, err);
	else if (rc == 0)
		rc = 1;
	state_done(&state);
	if (rc < 0)
		return SERVICE_FAILED;
	return rc == 0 ? SERVICE_NOTHING : arm_run(o, ARM_RELOAD, NULL, err);
}

static int check_event(const struct arm_options *o, struct kx_err *err)
{
	static const char *const kinds[] = { "", "cpu", "memory", "device" };

	if (o->again && o->event)
		return kx_fail(err, -1, "--again and --event are not for the same");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!o->event || strcmp(o->event, kinds[i]) == 0)
			return 0;
	}
	return kx_fail(err, -1, "--event=%s: cpu, memory or device", o->event);
}

int reload_main(int argc, char **argv)
{
	static const struct arm_verb verb = {
		.usage = "reload [OPTION]...",
		.about = "Arm again what is armed, as the machine is now.",
		.table = table,
		.check = check_event,
		.run = reload,
	};

	return arm_options_main(&verb, argc, argv);
}

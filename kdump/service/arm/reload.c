/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump reload: for whoever changes what the image was made of, and for events of hotplug. */
#include <errno.h>
#include <string.h>

#include "kdump/base/service.h"
#include "kdump/service/arm/arm.h"
#include "kdump/service/arm/options.h"
#include "kdump/service/arm/reload.h"
#include "kdump/service/machine/machine.h"
#include "kdump/service/state/images.h"
#include "kdump/service/state/quiet.h"
#include "kx/cli.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

enum { QUIET = 2000, MOST = 60000 };

static const struct kx_option table[] = {
	{ "event", ARM_OPT_EVENT, "[KIND]", "cpu, memory or device came or went: wait until it is "
	  "quiet", "When" },
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

/*
 * Is another kdump at work, which may be arming? What an event changes may have been looked at
 * before it came, and arming may wait for names and for kexec.
 */
static bool is_being_armed(struct state *state)
{
	struct kx_err ignored = { "" };
	const bool busy = state_lock(state, STATE_LOCK, 0, &ignored) == -EAGAIN;

	state_unlock(state);
	return busy;
}

static int reload(const struct arm_options *o, struct kx_err *err)
{
	struct state state;
	char armed[IMAGE_NAME];
	int rc = state_open(&state, o->root, true, err);

	if (rc == 0 && !image_armed(&state, armed) && !(o->event && is_being_armed(&state))) {
		if (!o->event)
			say("not armed, so there is nothing to reload; kdump arm arms");
		state_done(&state);
		return SERVICE_NOTHING;
	}
	if (rc == 0 && o->event)
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump check: makes all that arming makes, compares it with what is loaded, tries the targets. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/service.h"
#include "kdump/service/arm/options.h"
#include "kdump/service/check/check.h"
#include "kdump/service/check/checking.h"
#include "kdump/service/state/last.h"
#include "kx/cleanup.h"
#include "kx/cli.h"

static const struct kx_option table[] = {
	{ "write", ARM_OPT_WRITE, NULL, "write a small dump to each target, read and remove it",
	  "How" },
	{ "json", ARM_OPT_JSON, NULL, "tell it as a JSON object", NULL },
	ARM_OPTIONS_MAKING,
	{ NULL, 0, NULL, NULL, NULL },
};

static int tell(const struct last_check *check, bool json, struct kx_err *err)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	int rc;

	if (!out)
		return kx_fail(err, -ENOMEM, "no memory");
	out->fd = STDOUT_FILENO;
	out->escape = true;
	if (json) {
		last_check_json(check, out);
		kx_out_text(out, "\n");
	} else {
		findings_print(&check->findings, FINDING_GOOD, out);
	}
	rc = kx_out_flush(out);
	return rc < 0 ? kx_fail(err, rc, "standard output: %s", strerror(-rc)) : 0;
}

/* What preparing found belongs to the check, before what the check itself finds. */
static void take_findings(struct last_check *check, struct findings *from)
{
	for (size_t i = 0; i < from->count; i++)
		findings_add(&check->findings, from->item[i].level, from->item[i].check,
			     from->item[i].target, "%s", from->item[i].text);
}

/* What is found of a target is true of it as it is now. */
static void take_targets(struct last_check *check, const struct service_config *config)
{
	char mark[CONFIG_MARK];

	for (size_t i = 0; i < config->targets; i++) {
		if (config_target_mark(&config->target[i], mark) == 0)
			last_check_add_target(check, config->target[i].name, mark);
	}
}

/* What is loaded shall not change while it is looked at; nobody waits for servers to be tried. */
static void check_all(const struct arm_options *o, struct state *state, const struct state *alone,
		      struct prepared *made, struct last_check *check)
{
	const struct prepare_request request = { o->root, o->init, NULL };
	struct crash_size learned = { .bytes = 0 };
	struct checking checking = { .root = o->root, .state = state, .alone = alone, .made = made,
				     .learned = &learned, .write = o->write,
				     .findings = &check->findings };
	struct kx_err err = { "" };
	int rc = prepare(made, &request, &err);

	take_findings(check, &made->findings);
	take_targets(check, &made->config);
	snprintf(check->boot, sizeof(check->boot), "%s", made->machine.boot_id);
	if (rc < 0)
		findings_add(&check->findings, FINDING_FAULT, "image", NULL, "what would capture cannot "
			     "be made: %s", err.text);
	else
		findings_add(&check->findings, FINDING_GOOD, "image", NULL, "all drivers that targets "
			     "need are in kernel or image (%zu modules)", made->report.module.count);
	if (!image_armed(state, check->image))
		check->image[0] = '\0';
	checking.dump = check_estimate(made, o->root);
	check_machine(&checking);
	state_unlock(state);
	check_targets(&checking);
}

static int status_of(const struct last_check *check, const struct prepared *made)
{
	if (made->machine.reserved_known && !made->machine.reserved)
		return SERVICE_NEEDS_REBOOT;
	if (!made->machine.loaded)
		return SERVICE_NOT_ARMED;
	if (findings_worst(&check->findings) >= FINDING_WARNING)
		return SERVICE_DEGRADED;
	return SERVICE_DONE;
}

static int run(const struct arm_options *o, struct kx_err *err)
{
	struct last_check check = { .time = (uint64_t)time(NULL), .written = o->write };
	struct prepared *made = calloc(1, sizeof(*made));
	struct state state = { .run = -1, .lib = -1, .lock = -1 }, alone = state;
	int rc = made ? state_open(&state, o->root, true, err) : kx_fail(err, -ENOMEM, "no memory");

	if (rc == 0)
		rc = state_open(&alone, o->root, true, err);
	/* What one writes to a target another one would take away. */
	if (rc == 0)
		rc = state_lock(&alone, STATE_CHECK, ARM_LOCK_SECONDS, err);
	if (rc == 0)
		rc = state_lock(&state, STATE_LOCK, ARM_LOCK_SECONDS, err);
	if (rc < 0) {
		rc = rc == -EAGAIN ? SERVICE_TRY_AGAIN : SERVICE_FAILED;
	} else {
		check_all(o, &state, &alone, made, &check);
		/* Who asked is told, whatever can be kept. */
		rc = tell(&check, o->json, err);
		if (rc == 0)
			rc = last_check_put(&state, &check, err);
		rc = rc < 0 ? SERVICE_FAILED : status_of(&check, made);
	}
	if (made)
		prepare_done(made);
	free(made);
	last_check_done(&check);
	state_done(&state);
	state_done(&alone);
	return rc;
}

int check_main(int argc, char **argv)
{
	static const struct arm_verb verb = {
		.usage = "check [OPTION]...",
		.about = "Tell whether a crash now would leave a dump, without a crash.",
		.table = table,
		.run = run,
	};

	return arm_options_main(&verb, argc, argv);
}

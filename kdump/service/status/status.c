/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump status: finds out, and says by its exit status what scripts want to know. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kdump/base/service.h"
#include "kdump/service/arm/options.h"
#include "kdump/service/status/facts.h"
#include "kdump/service/status/show.h"
#include "kdump/service/status/status.h"
#include "kx/cleanup.h"
#include "kx/cli.h"

static const struct kx_option table[] = {
	{ "json", ARM_OPT_JSON, NULL, "as a JSON object", "How" },
	ARM_OPTIONS_COMMON,
	{ NULL, 0, NULL, NULL, NULL },
};

static int tell(const struct status *s, bool json, struct kx_err *err)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	int rc;

	if (!out)
		return kx_fail(err, -ENOMEM, "no memory");
	out->fd = STDOUT_FILENO;
	out->escape = true;
	if (json)
		status_json(s, out);
	else
		status_show(s, out);
	rc = kx_out_flush(out);
	return rc < 0 ? kx_fail(err, rc, "standard output: %s", strerror(-rc)) : 0;
}

static int run(const struct arm_options *o, struct kx_err *err)
{
	struct status s;
	int rc = status_gather(&s, o->root, err);

	if (rc == 0)
		rc = tell(&s, o->json, err);
	rc = rc < 0 ? SERVICE_FAILED : s.exit_status;
	status_done(&s);
	return rc;
}

int status_main(int argc, char **argv)
{
	static const struct arm_verb verb = {
		.usage = "status [OPTION]...",
		.about = "Tell whether this machine is armed, and whether it would work.",
		.table = table,
		.run = run,
	};

	return arm_options_main(&verb, argc, argv);
}

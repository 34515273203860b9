/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump arm: makes an image of the machine as it is, and has it loaded. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/load.h"
#include "kdump/base/service.h"
#include "kdump/service/arm/arm.h"
#include "kdump/service/arm/prepare.h"
#include "kdump/service/arm/protect.h"
#include "kdump/service/machine/need.h"
#include "kdump/service/state/again.h"
#include "kdump/service/state/found.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/out.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

static const struct kx_option table[] = {
	{ "dry-run", ARM_OPT_DRY_RUN, NULL, "make and check all of it, load nothing", "How" },
	{ "force", ARM_OPT_FORCE, NULL, "load even what is loaded already", NULL },
	{ "json", ARM_OPT_JSON, NULL, "tell what came of it as a JSON object, too", NULL },
	ARM_OPTIONS_MAKING,
	{ NULL, 0, NULL, NULL, NULL },
};

/** struct arming - @state is locked; @result: what came of it, in a word or two */
struct arming {
	const struct arm_options *options;
	struct state state;
	struct prepared *made;
	const char *result;
	char kernel[4400];
};

/* What is not as it should be, and how the machine ends up by that. */
static int tell_findings(const struct prepared *p)
{
	int status = SERVICE_DONE;
	char words[64];

	for (size_t i = 0; i < p->findings.count; i++) {
		const struct finding *f = &p->findings.item[i];

		say("%s%s%s", f->target[0] ? f->target : "", f->target[0] ? ": " : "", f->text);
	}
	if (findings_worst(&p->findings) >= FINDING_WARNING)
		status = SERVICE_DEGRADED;
	if (p->machine.reserved && p->need > p->machine.reserved) {
		need_words(p->need, words, sizeof(words));
		say("%" PRIu64 " MiB are reserved, but about %" PRIu64 " are needed: boot with %s, or "
		    "prove by kdump test --crash that it is enough", p->machine.reserved >> 20,
		    p->need >> 20, words);
		status = SERVICE_DEGRADED;
	}
	return status;
}

static void tell_image(const struct prepared *p, const char *what)
{
	char need[64] = "";

	if (p->need)
		snprintf(need, sizeof(need), ", about %" PRIu64 " MiB needed", p->need >> 20);
	say("%s: %s, initramfs %zu KiB with %zu modules, %" PRIu64 " MiB reserved%s", what,
	    p->kernel.path, (p->initrd.len + 1023) >> 10, p->report.module.count,
	    p->machine.reserved >> 20, need);
}

/* The mark by which the next boot knows that this one should have left a dump. */
static void mark_boot(const struct arming *a)
{
	struct kx_err err = { "" };
	char text[128];

	snprintf(text, sizeof(text), "%s %" PRIu64 "\n", a->made->machine.boot_id,
		 (uint64_t)time(NULL));
	if (state_put_text(a->state.lib, STATE_BOOT, text, &err) < 0)
		say("/var/lib/kdump: a crash that leaves no dump will not be told of: %s", err.text);
}

/* For kdump status: who armed at boot saw none of it. */
static void keep_findings(const struct arming *a)
{
	struct kx_err err = { "" };
	char armed[IMAGE_NAME];

	if (image_armed(&a->state, armed) &&
	    found_put(&a->state, armed, &a->made->findings, &err) < 0)
		say("/run/kdump: kdump status will not tell of it: %s", err.text);
}

static int no_reservation(const struct prepared *p, struct kx_err *err)
{
	char words[64];

	need_words(p->need, words, sizeof(words));
	if (p->machine.wanted[0])
		kx_fail(err, -ENOMEM, "the kernel could not reserve what %s asks for; boot with %s",
			p->machine.wanted, words);
	else
		kx_fail(err, -ENOMEM, "no memory is reserved for a crash kernel: add %s to the kernel's "
			"command line (kdump reserve does), and reboot", words);
	return SERVICE_NEEDS_REBOOT;
}

static int end_as(struct arming *a, int result, struct kx_err *err)
{
	int status = tell_findings(a->made);

	switch (result) {
	case PROTECT_SAME: a->result = "armed already"; break;
	case PROTECT_LOADED: a->result = "armed"; break;
	case PROTECT_KEPT:
		a->result = "kept";
		say("what was armed before still is: the new image was refused");
		return SERVICE_DEGRADED;
	case PROTECT_NOTHING: kx_context(err, -EIO, "NOT ARMED"); return SERVICE_FAILED;
	default:
		kx_context(err, result, "armed, but kdump status cannot know by what");
		return SERVICE_DEGRADED;
	}
	tell_image(a->made, a->result);
	keep_findings(a);
	mark_boot(a);
	return status;
}

static int load(struct arming *a, struct kx_err *err)
{
	const struct prepared *p = a->made;
	const struct image_triple parts = prepare_parts(p);
	const struct protect job = {
		.state = &a->state,
		.kexec = a->options->kexec,
		.kernel = a->kernel,
		.parts = &parts,
		.within = p->within,
		.hotplug = p->machine.header,
		.force = a->options->force,
	};

	if (p->machine.reserved_known && p->machine.reserved == 0)
		return no_reservation(p, err);
	return end_as(a, protect(&job, err), err);
}

static int dry_run(struct arming *a, struct kx_err *err)
{
	const bool nowhere = a->made->machine.reserved_known && a->made->machine.reserved == 0;
	int status;

	a->result = nowhere ? "made, but would not be armed" : "would be armed";
	tell_image(a->made, a->result);
	if (!a->options->json)
		printf("%s\n", a->made->words);
	status = tell_findings(a->made);
	return nowhere ? no_reservation(a->made, err) : status;
}

static int arm(struct arming *a, enum arm_why why, const char *test, struct kx_err *err)
{
	const struct arm_options *o = a->options;
	const struct prepare_request request = { o->root, o->init, test };
	char armed[IMAGE_NAME];
	int rc;

	/* Asked for now, and not before: another one may just have been arming. */
	if (why == ARM_RELOAD && !image_armed(&a->state, armed)) {
		if (!o->event && !o->again)
			say("not armed, so there is nothing to reload; kdump arm arms");
		return SERVICE_NOTHING;
	}
	rc = prepare_facts(a->made, o->root, err);
	/* Whoever says so in the file is believed, but not by "disarm": what is loaded stays. */
	if (rc == 0 && !a->made->config.enabled) {
		a->result = "disabled";
		say("kdump.conf says enabled = no: nothing is done");
		err->text[0] = '\0';
		return SERVICE_NOTHING;
	}
	if (rc == 0)
		rc = prepare_rest(a->made, &request, err);
	if (rc < 0 && image_armed(&a->state, armed) && machine_loaded(o->root)) {
		if (!o->dry_run)
			state_put_text(a->state.run, STATE_TROUBLE, err->text,
				       &(struct kx_err){ "" });
		a->result = "kept";
		kx_context(err, rc, "what was armed before still is, but cannot be renewed");
		return SERVICE_DEGRADED;
	}
	if (rc < 0) {
		tell_findings(a->made);
		return rc == -EDESTADDRREQ ? SERVICE_USAGE : SERVICE_FAILED;
	}
	/* A file that may be missing was told of on the way. */
	err->text[0] = '\0';
	snprintf(a->kernel, sizeof(a->kernel), "%s%s", strcmp(o->root, "/") == 0 ? "" : o->root,
		 a->made->kernel.path);
	return o->dry_run ? dry_run(a, err) : load(a, err);
}

static void ask_again(const struct arming *a, const char *why)
{
	struct kx_err err = { "" };

	if (again_ask(&a->state, why, &err) < 0)
		say("it is not tried again by itself: %s", err.text);
}

/*
 * What is armed is tried again; what could not be armed at all is so by who asked for it, since it
 * is seen to have failed.
 */
static int arm_noting(struct arming *a, enum arm_why why, const char *test, struct kx_err *err)
{
	_cleanup_free_ char *asked = again_asked(&a->state);
	const int status = arm(a, why, test, err);
	char armed[IMAGE_NAME];

	if (a->options->dry_run)
		return status;
	if (!a->made->resolved.may_pass || !image_armed(&a->state, armed))
		again_done(&a->state, asked);
	else
		ask_again(a, "a name server or the network did not answer");
	return status;
}

/* The other one may have looked at the machine before what this one was asked for. */
static int locked_out(const struct arming *a, enum arm_why why)
{
	if (why == ARM_RELOAD)
		ask_again(a, "another kdump was at work when it was asked for");
	return SERVICE_TRY_AGAIN;
}

/* ---- for programs --------------------------------------------------------------------------- */

static int tell_json(const struct arming *a, int status, const struct kx_err *err)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	const struct prepared *p = a->made;

	if (!out)
		return SERVICE_FAILED;
	out->fd = STDOUT_FILENO;
	kx_out_printf(out, "{\n  \"format\": 1,\n  \"status\": %d", status);
	kx_out_json_member(out, "result", kx_span_of(a->result ? a->result : "not armed"));
	kx_out_json_member(out, "error", kx_span_of(err->text));
	kx_out_json_member(out, "kernel", kx_span_of(p->kernel.path));
	kx_out_json_member(out, "words", kx_span_of(p->words ? p->words : ""));
	kx_out_printf(out, ",\n  \"initramfs\": %zu,\n  \"modules\": %zu,\n"
		      "  \"reservation\": %" PRIu64 ",\n  \"needed\": %" PRIu64
		      ",\n  \"findings\": [", p->initrd.len, p->report.module.count,
		      p->machine.reserved, p->need);
	findings_json(&p->findings, out);
	kx_out_text(out, "\n  ]\n}\n");
	return kx_out_flush(out) < 0 ? SERVICE_FAILED : status;
}

int arm_run(const struct arm_options *options, enum arm_why why, const char *test,
	    struct kx_err *err)
{
	struct arming a = { .options = options, .made = calloc(1, sizeof(*a.made)) };
	const unsigned int patience = options->event ? ARM_EVENT_SECONDS : ARM_LOCK_SECONDS;
	int rc, status;

	if (!a.made) {
		kx_fail(err, -ENOMEM, "no memory");
		return SERVICE_FAILED;
	}
	rc = state_open(&a.state, options->root, true, err);
	if (rc == 0)
		rc = state_lock(&a.state, STATE_LOCK, patience, err);
	if (rc < 0)
		status = rc == -EAGAIN ? locked_out(&a, why) : SERVICE_FAILED;
	else
		status = arm_noting(&a, why, test, err);
	if (options->json && why == ARM_NEW && !test)
		status = tell_json(&a, status, err);
	state_done(&a.state);
	prepare_done(a.made);
	free(a.made);
	return status;
}

static int run(const struct arm_options *o, struct kx_err *err)
{
	return arm_run(o, ARM_NEW, NULL, err);
}

int arm_main(int argc, char **argv)
{
	static const struct arm_verb verb = {
		.usage = "arm [OPTION]...",
		.about = "Load a crash kernel that saves a dump where kdump.conf says.",
		.table = table,
		.run = run,
	};

	return arm_options_main(&verb, argc, argv);
}

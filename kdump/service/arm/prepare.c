/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes plan, image and words from configuration and machine. Changes nothing. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "kdump/service/arm/prepare.h"
#include "kdump/service/config/read.h"
#include "kdump/service/image/pack.h"
#include "kdump/service/image/seed.h"
#include "kdump/service/machine/header.h"
#include "kdump/service/machine/need.h"
#include "kdump/service/machine/uki.h"
#include "kdump/service/machine/words.h"
#include "kx/age.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/unwrap.h"

enum { ADJTIME_MAX = 4096 };

int prepare_facts(struct prepared *p, const char *root, struct kx_err *err)
{
	int rc = machine_read(&p->machine, root, err);

	if (rc < 0)
		return rc;
	rc = config_read(&p->config, root, err);
	for (size_t i = 0; i < p->config.warnings; i++) {
		char text[CONFIG_WARNING_TEXT];

		config_warning_text(&p->config.warning[i], text, sizeof(text));
		findings_add(&p->findings, FINDING_WARNING, "config", NULL, "%s", text);
	}
	return rc;
}

/* ---- the plan -------------------------------------------------------------------------------- */

/*
 * The crash kernel takes the hardware's clock for UTC. Where it has the local time, as the third
 * line of /etc/adjtime tells (hwclock(8)), the plan says how far it is off.
 */
static void take_clock(struct kx_capture_plan *plan, const char *root)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	time_t now = time(NULL);
	struct tm tm;
	size_t len;

	if (kx_file_read(root, "etc/adjtime", ADJTIME_MAX, &text, &len, &ignored) < 0 ||
	    !strstr(text, "\nLOCAL") || !localtime_r(&now, &tm))
		return;
	plan->clock_is_negative = tm.tm_gmtoff > 0;
	plan->clock = (uint64_t)(tm.tm_gmtoff > 0 ? tm.tm_gmtoff : -tm.tm_gmtoff);
}

/* What is not known has no line; what no line can hold is as if it was not known. */
static int take_text(char **text, const char *value)
{
	return value && kx_capture_fits(value) ? kx_capture_set(text, value) : 0;
}

static int take_texts(struct prepared *p, const char *test)
{
	struct kx_capture_plan *plan = &p->plan;
	const struct service_config *c = &p->config;
	int rc = take_text(&plan->id, p->machine.boot_id);

	if (rc == 0)
		rc = take_text(&plan->test, test);
	if (rc == 0)
		rc = take_text(&plan->machine, p->machine.machine_id);
	if (rc == 0)
		rc = take_text(&plan->host, c->host_tag && c->host_tag[0] ? c->host_tag :
									  p->machine.host);
	if (rc == 0)
		rc = take_text(&plan->layout, c->layout);
	if (rc == 0)
		rc = take_text(&plan->compress, c->compress);
	for (size_t i = 0; rc == 0 && i < c->recipients; i++)
		rc = kx_capture_append(&plan->recipient, "%s", c->recipient[i]);
	return rc;
}

/* Found now, since a dump that cannot be encrypted is none: nobody asked for a plain one. */
static int check_recipients(const struct service_config *c, struct kx_err *err)
{
	struct kx_age_recipient ignored;
	int rc = 0;

	if (c->encrypt == KX_CAPTURE_PLAIN)
		return 0;
#ifndef KX_INIT_SODIUM
	return kx_fail(err, -ENOTSUP, "encrypt: kdump-init was built without a static libsodium");
#endif
	if (c->recipients == 0 || c->recipients > KX_AGE_RECIPIENTS_MAX)
		return kx_fail(err, -EINVAL, "encrypt: it needs 1 to %d lines \"recipient = "
			       "age1...\", and there are %zu", KX_AGE_RECIPIENTS_MAX, c->recipients);
	for (size_t i = 0; i < c->recipients && rc == 0; i++)
		rc = kx_age_parse(c->recipient[i], &ignored, err);
	return rc < 0 ? kx_context(err, rc, "recipient") : 0;
}

static int begin_plan(struct prepared *p, const struct prepare_request *request,
		      struct kx_err *err)
{
	const struct service_config *c = &p->config;
	int rc = check_recipients(c, err);

	if (rc < 0)
		return rc;
	kx_capture_init(&p->plan);
	p->plan.level = c->level;
	p->plan.memory = c->memory;
	p->plan.jobs = c->cpus;
	p->plan.mode = c->mode;
	p->plan.final = c->final;
	p->plan.failure = c->failure;
	p->plan.total_time = c->total_time;
	p->plan.encrypt = c->encrypt;
	take_clock(&p->plan, request->root);
	return take_texts(p, request->test) < 0 ? kx_fail(err, -ENOMEM, "no memory") : 0;
}

int prepare_targets(struct prepared *p, const struct prepare_request *request, struct kx_err *err)
{
	int rc = begin_plan(p, request, err);

	if (rc == 0)
		rc = targets_resolve(&p->plan, &p->config, request->root, &p->resolved,
				     &p->findings, err);
	if (rc == 0)
		rc = kx_devices_add_watchdogs(&p->resolved.devices, request->root, err);
	return rc;
}

/* ---- kernel, image, words -------------------------------------------------------------------- */

/* One that is gone, as an old one that a package's removal took, must not cost all dumps. */
int prepare_kernel(struct prepared *p, const char *root, struct kx_err *err)
{
	const char *wanted = p->config.kernel;
	struct kx_err why = { "" };
	int rc;

	if (wanted && wanted[0]) {
		rc = kernel_find(&p->kernel, root, p->machine.release, p->machine.cmdline, wanted,
				 &why);
		if (rc == 0 || rc == -ENOMEM)
			return rc == 0 ? 0 : kx_fail(err, rc, "%s", why.text);
		findings_add(&p->findings, FINDING_WARNING, "kernel", NULL, "%s; the running one "
			     "instead", why.text);
		p->kernel = (struct kernel){ .path = "" };
	}
	return kernel_find(&p->kernel, root, p->machine.release, p->machine.cmdline, NULL, err);
}

static struct kx_span kernel_file(const struct prepared *p)
{
	return (struct kx_span){ (const uint8_t *)p->kernel_bytes, p->kernel_len };
}

/* Of the file only this is kept: a UKI's initrd may be many times as large. */
static int take_inner(struct prepared *p, struct kx_span kernel, struct kx_err *err)
{
	char *bytes = malloc(kernel.len + 1);

	if (!bytes)
		return kx_fail(err, -ENOMEM, "no memory");
	memcpy(bytes, kernel.base, kernel.len);
	free(p->kernel_bytes);
	p->kernel_bytes = bytes;
	p->kernel_len = kernel.len;
	p->within = true;
	return 0;
}

/*
 * kexec(8) would take a UKI's initrd, too, and put it before ours. What is wrong with other files
 * it tells itself.
 */
static int look_inside(struct prepared *p, struct kx_err *err)
{
	const struct kx_span file = kernel_file(p);
	struct kx_unwrapped inside;
	struct kx_err why = { "" };
	int rc;

	p->init_size = kernel_init_size(file);
	rc = kx_unwrap(file, NULL, KERNEL_FILE_MAX, &inside, &why);
	if (rc < 0)
		return uki_is(file) ? kx_fail(err, rc, "%s: %s", p->kernel.path, why.text) : 0;
	if (!p->init_size)
		p->init_size = kernel_init_size(inside.kernel);
	if (kx_unwrapped_has(&inside, KX_WRAPPER_UKI))
		rc = take_inner(p, inside.kernel, err);
	kx_unwrapped_done(&inside);
	return rc;
}

static int read_kernel(struct prepared *p, const char *root, struct kx_err *err)
{
	int rc = prepare_kernel(p, root, err);

	if (rc == 0)
		rc = kx_file_read(root, p->kernel.path + 1, KERNEL_FILE_MAX, &p->kernel_bytes,
				  &p->kernel_len, err);
	return rc == 0 ? look_inside(p, err) : rc;
}

/* kexec(8) adds where the memory of the crashed kernel is told, some 30 bytes. */
static size_t words_max(const struct prepared *p, const char *machine)
{
	enum { OWN_WORDS = 64 };
	size_t max = kernel_cmdline_max(kernel_file(p), machine);

	return max > OWN_WORDS ? max - OWN_WORDS : 1;
}

static int make_words(struct prepared *p, const char *root, struct kx_err *err)
{
	_cleanup_free_ char *hypervisor = NULL, *lost = NULL;
	struct kx_err ignored;
	struct utsname host;
	size_t len;
	const char *machine = uname(&host) == 0 ? host.machine : "";
	const struct words_request request = {
		.machine = machine,
		.max = words_max(p, machine),
		.running = p->machine.cmdline,
		.instead = p->config.cmdline,
		.remove = p->config.remove,
		.append = p->config.append,
		.cpus = p->config.cpus,
		.boot_cpu = words_boot_cpu(root),
		.xen = kx_file_read(root, "sys/hypervisor/type", 64, &hypervisor, &len,
				    &ignored) == 0 && strncmp(hypervisor, "xen", 3) == 0,
	};

	int rc = words_make(&request, &p->words, &lost, err);

	if (rc == 0 && lost)
		findings_add(&p->findings, FINDING_WARNING, "words", NULL, "the crash kernel takes a "
			     "command line of %zu bytes: without %s", request.max, lost);
	return rc;
}

int prepare_image(struct prepared *p, const struct prepare_request *request, const char *release,
		  struct kx_err *err)
{
	const char *lacks = image_lacks(request->root, release);
	int rc = make_words(p, request->root, err);
	const struct image_request image = {
		.root = request->root,
		.release = release,
		.running = p->machine.release,
		.init = request->init,
		.plan = &p->plan,
		.devices = &p->resolved.devices,
		.secret = p->resolved.secret,
		.secrets = p->resolved.secrets,
		.extra = p->config.extra_modules,
		.cmdline = p->words,
	};

	if (lacks)
		findings_add(&p->findings, FINDING_FAULT, "kernel", NULL, "kernel %s is built without %s, "
			     "so that a crash would leave no dump: name another one by kernel = ",
			     release, lacks);
	if (rc == 0)
		rc = image_build(&image, &p->initrd, &p->report, err);
	for (size_t i = 0; rc == 0 && i < p->report.unknown.count; i++)
		findings_add(&p->findings, FINDING_WARNING, "modules", NULL, "extra_modules: kernel %s "
			     "has no module %.60s: it is left out", release,
			     p->report.unknown.item[i].name);
	return rc;
}

static void find_need(struct prepared *p, const char *root)
{
	struct utsname host;
	struct need_facts facts = {
		.kernel = p->init_size,
		.unpacked = p->report.plain,
		.budget = p->plan.memory,
		.bare = need_bare(root),
		.machine = uname(&host) == 0 ? host.machine : NULL,
	};

	for (size_t i = 0; i < p->report.module.count; i++) {
		const uint64_t size = p->report.module.item[i].size;

		facts.modules += size;
		facts.largest = size > facts.largest ? size : facts.largest;
	}
	p->need = need_estimate(&facts);
}

static int make_record(struct prepared *p, struct kx_err *err)
{
	if (asprintf(&p->record, "time=%" PRIu64 "\nkernel=%s\nrelease=%s\ninitrd=%zu\n"
		     "unpacked=%" PRIu64 "\nmodules=%zu\nneed=%" PRIu64 "\ntest=%s\n",
		     (uint64_t)time(NULL), p->kernel.path, p->kernel.release, p->initrd.len,
		     p->report.plain, p->report.module.count, p->need,
		     p->plan.test ? p->plan.test : "") >= 0)
		return 0;
	p->record = NULL;
	return kx_fail(err, -ENOMEM, "no memory");
}

int prepare_rest(struct prepared *p, const struct prepare_request *request, struct kx_err *err)
{
	int rc = prepare_targets(p, request, err);

	if (rc == 0)
		rc = read_kernel(p, request->root, err);
	if (rc == 0)
		rc = prepare_image(p, request, p->kernel.release, err);
	if (rc == 0)
		rc = image_seed(p->report.pack, &p->seed, err);
	if (rc < 0)
		return rc;
	find_need(p, request->root);
	return make_record(p, err);
}

int prepare(struct prepared *p, const struct prepare_request *request, struct kx_err *err)
{
	int rc;

	*p = (struct prepared){ .need = 0 };
	rc = prepare_facts(p, request->root, err);
	return rc == 0 ? prepare_rest(p, request, err) : rc;
}

struct image_triple prepare_parts(const struct prepared *p)
{
	return (struct image_triple){
		.kernel = { (const uint8_t *)p->kernel_bytes, p->kernel_len },
		.initrd = { p->initrd.base, p->initrd.len },
		.seed = { p->seed.base, p->seed.len },
		.words = p->words,
		.hardware = p->machine.hardware,
		.record = p->record,
	};
}

void prepare_done(struct prepared *p)
{
	config_done(&p->config);
	machine_done(&p->machine);
	free(p->kernel_bytes);
	kx_capture_done(&p->plan);
	targets_done(&p->resolved);
	kx_memfile_done(&p->initrd);
	kx_memfile_done(&p->seed);
	image_report_done(&p->report);
	free(p->words);
	free(p->record);
	findings_done(&p->findings);
}

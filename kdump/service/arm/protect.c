/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads an image; loads the last good one again where that fails. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/base/load.h"
#include "kdump/service/arm/protect.h"
#include "kdump/service/machine/machine.h"
#include "kx/cleanup.h"
#include "kx/unwrap.h"

/* The copies in /run/kdump are what once was loaded, even if its package is gone since. */
static bool load_again(const struct protect *job, const char *name)
{
	_cleanup_free_ char *kernel = image_path(job->state, name, IMAGE_KERNEL),
			    *initrd = image_path(job->state, name, IMAGE_INITRD), *words = NULL;
	struct kx_err ignored = { "" };
	struct load load = { .kexec = job->kexec, .kernel = kernel, .initrd = initrd };

	if (!kernel || !initrd || image_read(job->state, name, IMAGE_WORDS, &words) < 0)
		return false;
	load.words = words;
	load.hotplug = job->hotplug;
	return load_crash(&load, &ignored) == 0 && machine_loaded(job->state->root);
}

/*
 * The new one was refused, for the reason in @err. @unknown: an earlier arming was cut, and nobody
 * knows what the kernel has before it has taken something else, or nothing.
 */
static int fall_back(const struct protect *job, bool unknown, struct kx_err *err)
{
	const bool still = machine_loaded(job->state->root);
	char armed[IMAGE_NAME];
	int ret = PROTECT_NOTHING;
	struct kx_err ignored = { "" };

	if (still || (image_armed(job->state, armed) && load_again(job, armed)))
		ret = PROTECT_KEPT;
	state_put_text(job->state->run, STATE_TROUBLE, err->text, &ignored);
	if (!still || !unknown)
		state_drop(job->state->run, STATE_LOADING);
	image_sweep(job->state);
	return ret;
}

/* Those by which kexec(8) tells that a signature was asked for; EPERM is one of lockdown's. */
static bool tells_of_signature(const char *text)
{
	static const char *const codes[] = { "(ENODATA)", "(EKEYREJECTED)", "(ENOKEY)", "(EPERM)",
					     "(EACCES)", "(EBADMSG)", "(ELIBBAD)" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strstr(text, codes[i]))
			return true;
	}
	return false;
}

/* Firmware checks a UKI as a whole, the running kernel what it is given. */
static int refused(const struct protect *job, int rc, struct kx_err *err)
{
	if (!job->within)
		return rc;
	if (!kx_pe_has_signature(job->parts->kernel) && tells_of_signature(err->text))
		kx_advise(err, "the UKI's kernel has no signature of its own: name a signed kernel by "
			  "kernel = PATH");
	return kx_context(err, rc, "the kernel in %s", job->kernel);
}

/* All that can fail before the kernel is asked for anything. */
static int make_ready(const struct protect *job, const char *name, const struct load *load,
		      struct kx_err *err)
{
	int rc = load->initrd && load->kernel ? image_keep(job->state, name, job->parts, err) :
						kx_fail(err, -ENOMEM, "no memory");

	if (rc < 0)
		return rc;
	rc = load_check(load, err);
	if (rc < 0)
		return refused(job, rc, err);
	return state_put_text(job->state->run, STATE_LOADING, name, err);
}

static int load_new(const struct protect *job, const char *name, struct kx_err *err)
{
	_cleanup_free_ char *initrd = image_path(job->state, name, IMAGE_INITRD),
			    *copy = image_path(job->state, name, IMAGE_KERNEL);
	const struct load load = { .kexec = job->kexec, .kernel = job->within ? copy : job->kernel,
				   .initrd = initrd, .words = job->parts->words,
				   .hotplug = job->hotplug };
	const bool unknown = state_has(job->state->run, STATE_LOADING);
	int rc = make_ready(job, name, &load, err);

	if (rc == 0) {
		rc = load_crash(&load, err);
		rc = rc < 0 ? refused(job, rc, err) : 0;
	}
	if (rc == 0 && !machine_loaded(job->state->root))
		rc = kx_fail(err, -EIO, "kexec said that it was loaded, but the kernel says that "
			     "nothing is (/sys/kernel/kexec_crash_loaded)");
	if (rc < 0)
		return fall_back(job, unknown, err);
	rc = image_commit(job->state, name, err);
	return rc < 0 ? rc : PROTECT_LOADED;
}

int protect(const struct protect *job, struct kx_err *err)
{
	char name[IMAGE_NAME], armed[IMAGE_NAME];
	bool same;
	int rc = PROTECT_SAME;

	image_name(job->parts, name);
	same = image_armed(job->state, armed) && strcmp(armed, name) == 0 &&
	       machine_loaded(job->state->root) && !state_has(job->state->run, STATE_LOADING);
	if (!same || job->force) {
		rc = load_new(job, name, err);
		if (rc != PROTECT_LOADED)
			return rc;
	}
	state_drop(job->state->run, STATE_LOADING);
	state_drop(job->state->run, STATE_TROUBLE);
	image_sweep(job->state);
	return rc;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads an image; loads the last good one again where that fails. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/load.h"
#include "kdump/service/machine/machine.h"
#include "kdump/service/protect.h"
#include "kx/cleanup.h"

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

/* The new one was refused, for the reason in @err. */
static int fall_back(const struct protect *job, struct kx_err *err)
{
	char armed[IMAGE_NAME];
	int ret = PROTECT_NOTHING;
	struct kx_err ignored = { "" };

	if (machine_loaded(job->state->root) ||
	    (image_armed(job->state, armed) && load_again(job, armed)))
		ret = PROTECT_KEPT;
	state_put_text(job->state->run, STATE_TROUBLE, err->text, &ignored);
	state_drop(job->state->run, STATE_LOADING);
	image_sweep(job->state);
	return ret;
}

static int load_new(const struct protect *job, const char *name, struct kx_err *err)
{
	_cleanup_free_ char *initrd = image_path(job->state, name, IMAGE_INITRD);
	const struct load load = { .kexec = job->kexec, .kernel = job->kernel, .initrd = initrd,
				   .words = job->parts->words, .hotplug = job->hotplug };
	int rc;

	if (!initrd)
		return kx_fail(err, -ENOMEM, "no memory");
	if (load_check(&load, err) < 0)
		return fall_back(job, err);
	rc = state_put_text(job->state->run, STATE_LOADING, name, err);
	if (rc < 0)
		return rc;
	rc = load_crash(&load, err);
	if (rc == 0 && !machine_loaded(job->state->root))
		rc = kx_fail(err, -EIO, "kexec said that it was loaded, but the kernel says that "
			     "nothing is (/sys/kernel/kexec_crash_loaded)");
	if (rc < 0)
		return fall_back(job, err);
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
		rc = image_keep(job->state, name, job->parts, err);
		if (rc == 0)
			rc = load_new(job, name, err);
		if (rc != PROTECT_LOADED)
			return rc;
	}
	state_drop(job->state->run, STATE_LOADING);
	state_drop(job->state->run, STATE_TROUBLE);
	image_sweep(job->state);
	return rc;
}

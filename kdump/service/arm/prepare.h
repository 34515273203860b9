/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that arming loads, made before the kernel is asked for anything. */
#ifndef KDUMP_SERVICE_ARM_PREPARE_H
#define KDUMP_SERVICE_ARM_PREPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "kdump/service/image/image.h"
#include "kdump/service/machine/kernel.h"
#include "kdump/service/machine/machine.h"
#include "kdump/service/resolve/targets.h"
#include "kdump/service/settings/settings.h"
#include "kdump/service/state/findings.h"
#include "kdump/service/state/images.h"
#include "kx/capture.h"
#include "kx/memfile.h"

/**
 * struct prepared - zeros are nothing
 * @config, @machine: as they are now
 * @kernel: the image that captures; @kernel_bytes: the file, @kernel_len of them, or, @within, of a
 *	UKI the kernel in it
 * @init_size: bytes that it takes in memory when it begins; 0: not known
 * @plan: what /init shall do; @resolved: what its targets stand on
 * @initrd: with the plan in it; @report: what else is; @seed: see image_seed()
 * @words: the crash kernel's command line
 * @record: facts of all this, see struct image_triple
 * @need: bytes that should be reserved; 0: not known
 * @findings: what is not as it should be, and does not hinder
 */
struct prepared {
	struct service_config config;
	struct machine machine;
	struct kernel kernel;
	char *kernel_bytes;
	size_t kernel_len;
	bool within;
	uint64_t init_size;
	struct kx_capture_plan plan;
	struct resolved resolved;
	struct kx_memfile initrd, seed;
	struct image_report report;
	char *words, *record;
	uint64_t need;
	struct findings findings;
};

/** struct prepare_request - @init: see struct image_request; @test: id of a test crash, or NULL */
struct prepare_request {
	const char *root, *init, *test;
};

/** prepare_facts() - configuration and machine alone; as prepare() */
int prepare_facts(struct prepared *ret, const char *root, struct kx_err *err);

/** prepare_targets() - what prepare_facts() found, and the plan, without the image; as prepare() */
int prepare_targets(struct prepared *ret, const struct prepare_request *request,
		    struct kx_err *err);

/**
 * prepare_kernel() - which kernel captures: that of the configuration, or, with a finding, the
 * running one where there is none such; as prepare()
 */
int prepare_kernel(struct prepared *ret, const char *root, struct kx_err *err);

/** prepare_image() - then words and initramfs, for the kernel @release; as prepare() */
int prepare_image(struct prepared *ret, const struct prepare_request *request, const char *release,
		  struct kx_err *err);

/**
 * prepare() - all of it
 * @ret: for prepare_done(), whatever is returned
 *
 * Return: 0; -EDESTADDRREQ no target can be used; -ENOENT there is no kernel, no modules, no /init;
 * -ENODEV a device or file system of a target has no driver; other negative errno. @err says why.
 */
int prepare(struct prepared *ret, const struct prepare_request *request, struct kx_err *err);

/** prepare_rest() - what prepare_facts() has not found yet; as prepare() */
int prepare_rest(struct prepared *ret, const struct prepare_request *request, struct kx_err *err);

/** prepare_parts() - what is to be loaded, borrowed from what prepare() has made */
struct image_triple prepare_parts(const struct prepared *prepared);

/** prepare_done() - free it */
void prepare_done(struct prepared *prepared);

#endif

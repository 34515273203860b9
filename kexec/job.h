/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that one load is made of: facts, files and the request to the loader. */
#ifndef KEXEC_JOB_H
#define KEXEC_JOB_H

#include "kexec/addons.h"
#include "kexec/input.h"
#include "kexec/modules.h"
#include "kexec/options.h"
#include "kexec/plan/arch.h"
#include "kexec/vendor.h"
#include "kx/unwrap.h"

/**
 * struct job - all that one load holds while it lasts
 * @options, @root: set by the caller; all else by job_prepare()
 * @kernel: the file as given; @unwrapped: what was in it
 * @addons: of a UKI; @vendor: of an Android boot image
 * @own_cmdline: what the kernel file and these bring, NULL when it is the file's alone
 * @initrd: also what these bring, before the user's own
 * @overlay: the user's, @options->n_dtbo; @overlays, @n_overlays: of a FIT image too, in front
 * @modules: of --module
 * @rng_seed, @kaslr_seed: random bytes for the next kernel
 */
struct job {
	const struct options *options;
	const char *root;
	const struct kx_arch *arch;
	struct kx_machine machine;
	struct input kernel, initrd, dtb, cmdline_file;
	struct modules modules;
	struct input *overlay;
	struct kx_span *overlays;
	size_t n_overlays;
	struct kx_unwrapped unwrapped;
	struct addons addons;
	struct vendor vendor;
	char *own_cmdline;
	const struct kx_image *image;
	char *cmdline;
	uint8_t rng_seed[KX_RNG_SEED_SIZE], kaslr_seed[KX_KASLR_SEED_SIZE];
	struct kx_request request;
};

/**
 * job_prepare() - read the machine's facts, open the files, make the request
 *
 * Return: 0; a negative errno with @err. job_done() in either case.
 */
int job_prepare(struct job *job, struct kx_err *err);

/** job_done() - close and free */
void job_done(struct job *job);

/** job_kernel_fd() - a file that holds the kernel without wrappers, owned by @job */
int job_kernel_fd(const struct job *job);

/** job_inputs_unchanged() - are all files still what they were? false with a name in @err */
bool job_inputs_unchanged(const struct job *job, struct kx_err *err);

/** job_for_crash() - is it a crash kernel's load? */
bool job_for_crash(const struct job *job);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers what a load is made of. Decides nothing that a plan could. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>

#include "kexec/console.h"
#include "kexec/job.h"
#include "kx/cleanup.h"
#include "kx/cmdline.h"
#include "kx/file.h"

enum { CMDLINE_LIMIT = 64 << 10 };

bool kx_job_for_crash(const struct kx_job *job)
{
	return job->options->mode == KX_MODE_PANIC;
}

void kx_job_done(struct kx_job *job)
{
	kx_machine_done(&job->machine);
	kx_firmware_done(&job->firmware);
	kx_crash_done(&job->crash);
	kx_input_done(&job->kernel);
	kx_input_done(&job->initrd);
	kx_input_done(&job->dtb);
	for (size_t i = 0; job->overlay && i < job->options->n_dtbo; i++)
		kx_input_done(&job->overlay[i]);
	free(job->overlay);
	free(job->overlay_bytes);
	kx_unwrapped_done(&job->unwrapped);
	free(job->cmdline);
}

static int choose_arch(struct kx_job *job, struct kx_err *err)
{
	struct utsname host;
	const char *name = job->options->arch;

	if (!name && uname(&host) == 0)
		name = host.machine;
	job->arch = name ? kx_arch_by_name(name) : NULL;
	if (job->arch)
		return 0;
	kx_fail(err, -EINVAL, "architecture %s is not supported; --arch takes one of:",
		name ? name : "of this host");
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		size_t len = strlen(err->text);

		snprintf(err->text + len, sizeof(err->text) - len, " %s", (*a)->isa->name);
	}
	return -EINVAL;
}

/* A UKI brings its own, which counts as long as the user says nothing else. */
static char *packed_cmdline(const struct kx_job *job)
{
	const struct kx_span *line = &job->unwrapped.cmdline;

	return strndup(line->len ? (const char *)line->base : "", line->len);
}

static int make_cmdline(struct kx_job *job, struct kx_err *err)
{
	const struct kx_options *o = job->options;
	_cleanup_free_ char *running = NULL;
	size_t len = 0;
	int rc;

	if (o->reuse_cmdline) {
		rc = kx_file_read(job->root, "proc/cmdline", CMDLINE_LIMIT, &running, &len, err);
		if (rc < 0)
			return kx_context(err, rc, "--reuse-cmdline");
		rc = kx_cmdline_reuse((struct kx_span){ (uint8_t *)running, len }, o->append,
				      kx_job_for_crash(job), &job->cmdline);
	} else {
		job->cmdline = o->append ? strdup(o->append) : packed_cmdline(job);
		rc = job->cmdline ? 0 : -ENOMEM;
	}
	return rc < 0 ? kx_fail(err, rc, "no memory for the command line") : 0;
}

/* Names by which scripts know wrappers, which are not formats of their own here. */
static const char *wrapper_called(const char *type)
{
	static const struct {
		const char *type, *wrapper;
	} known[] = {
		{ "uImage", "uImage" },
		{ "uki", "UKI" },
		{ "vmlinuz", "EFI zboot" },
		{ "vmlinuz-riscv", "EFI zboot" },
		{ "pez-loongarch", "EFI zboot" },
	};

	for (size_t i = 0; type && i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].type, type) == 0)
			return known[i].wrapper;
	}
	return NULL;
}

static int find_image(struct kx_job *job, struct kx_err *err)
{
	const struct kx_options *o = job->options;
	const char *wrapper = wrapper_called(o->type);
	int rc;

	if (wrapper && !strstr(job->unwrapped.how, wrapper))
		return kx_fail(err, -ENOEXEC, "%s: --type=%s: the file is no %s", o->kernel, o->type,
			       wrapper);
	rc = kx_image_find(job->arch, wrapper ? NULL : o->type, job->unwrapped.kernel, &job->image,
			   err);
	if (rc < 0 && *job->unwrapped.how)
		rc = kx_context(err, rc, "inside its %s", job->unwrapped.how);
	return rc < 0 ? kx_context(err, rc, "%s", o->kernel) : 0;
}

static int open_kernel(struct kx_job *job, uint64_t limit, struct kx_err *err)
{
	const struct kx_options *o = job->options;
	const struct kx_input_part part = { .path = o->kernel };
	int rc;

	rc = kx_input_open(&job->kernel, &part, 1, limit, err);
	if (rc < 0)
		return rc;
	rc = kx_unwrap(job->kernel.bytes, job->arch->isa, limit, &job->unwrapped, err);
	return rc < 0 ? kx_context(err, rc, "%s", o->kernel) : find_image(job, err);
}

/* Microcode comes first, what the user adds comes last and may replace files of a UKI's initrd. */
static int open_initrds(struct kx_job *job, uint64_t limit, struct kx_err *err)
{
	const struct kx_options *o = job->options;
	const struct kx_span packed[] = { job->unwrapped.ucode, job->unwrapped.initrd };
	_cleanup_free_ struct kx_input_part *part = calloc(o->n_initrd + 2, sizeof(*part));
	size_t count = 0;

	if (!part)
		return kx_fail(err, -ENOMEM, "no memory for the list of initrds");
	for (size_t i = 0; i < 2; i++) {
		if (packed[i].len)
			part[count++] = (struct kx_input_part){ o->kernel, packed[i] };
	}
	for (size_t i = 0; i < o->n_initrd; i++)
		part[count++] = (struct kx_input_part){ .path = o->initrd[i] };
	return kx_input_open(&job->initrd, part, count, limit, err);
}

static int open_devtrees(struct kx_job *job, struct kx_err *err)
{
	const struct kx_options *o = job->options;
	const struct kx_input_part dtb = { .path = o->dtb };
	int rc = 0;

	if ((o->dtb || o->n_dtbo) && !job->arch->dt_boot)
		return kx_fail(err, -EINVAL, "--dtb and --dtbo: kernels for %s get no device tree",
			       job->arch->isa->name);
	if (o->dtb)
		rc = kx_input_open(&job->dtb, &dtb, 1, KX_DEVTREE_LIMIT, err);
	if (rc < 0 || o->n_dtbo == 0)
		return rc;
	job->overlay = calloc(o->n_dtbo, sizeof(*job->overlay));
	job->overlay_bytes = calloc(o->n_dtbo, sizeof(*job->overlay_bytes));
	if (!job->overlay || !job->overlay_bytes)
		return kx_fail(err, -ENOMEM, "no memory for %zu overlays", o->n_dtbo);
	for (size_t i = 0; i < o->n_dtbo && rc == 0; i++) {
		const struct kx_input_part part = { .path = o->dtbo[i] };

		rc = kx_input_open(&job->overlay[i], &part, 1, KX_DEVTREE_LIMIT, err);
		job->overlay_bytes[i] = job->overlay[i].bytes;
	}
	return rc;
}

static int open_inputs(struct kx_job *job, struct kx_err *err)
{
	uint64_t limit = job->machine.mem_total ? job->machine.mem_total / 2 : UINT64_MAX;
	int rc;

	rc = open_kernel(job, limit, err);
	if (rc == 0)
		rc = open_initrds(job, limit, err);
	return rc < 0 ? rc : open_devtrees(job, err);
}

/* A dry run plans room for seeds, but takes no randomness: the same output every time. */
static const uint8_t *random_bytes(const struct kx_job *job, uint8_t *bytes, size_t size)
{
	if (job->options->dry_run)
		return bytes;
	return getrandom(bytes, size, GRND_NONBLOCK) == (ssize_t)size ? bytes : NULL;
}

static void make_request(struct kx_job *job)
{
	const struct kx_options *o = job->options;
	bool packed_dtb = job->arch->dt_boot && job->unwrapped.dtb.len;

	job->request = (struct kx_request){
		.machine = &job->machine,
		.kernel = job->unwrapped.kernel,
		.kernel_path = o->kernel,
		.initrd = job->initrd.bytes,
		.cmdline = job->cmdline,
		.mem = o->mem,
		.has_entry = o->has_entry,
		.entry = o->entry,
		.no_checks = o->no_checks,
		.halt_on_mismatch = o->halt_on_mismatch,
		.reset_vga = o->reset_vga,
		.console_vga = o->console_vga,
		.no_efi = o->no_efi,
		.reuse_video_type = o->reuse_video_type,
		.crash = kx_job_for_crash(job) ? &job->crash : NULL,
		.hotplug = o->hotplug,
		.memmap_on_cmdline = o->memmap_on_cmdline,
		.rng_seed = random_bytes(job, job->seed, sizeof(job->seed)),
		.kaslr_seed = random_bytes(job, job->kaslr_seed, sizeof(job->kaslr_seed)),
		.firmware = job->arch->dt_boot ? &job->firmware : NULL,
		.dtb = o->dtb ? job->dtb.bytes : packed_dtb ? job->unwrapped.dtb : job->dtb.bytes,
		.overlay = job->overlay_bytes,
		.n_overlay = o->n_dtbo,
		.plan_only = o->dry_run,
	};
}

static int read_crash_facts(struct kx_job *job, struct kx_err *err)
{
	int rc = kx_crash_read(&job->crash, job->root, &job->machine.iomem, err);

	if (rc == 0 && job->options->hotplug && job->crash.elfcorehdr_size == 0)
		return kx_fail(err, -ENOTSUP,
			       "--hotplug: this kernel does not keep the ELF core header up to date "
			       "(no /sys/kernel/crash_elfcorehdr_size); it needs v6.5 and "
			       "CONFIG_CRASH_HOTPLUG");
	return rc;
}

/* What only a PC has. Left out silently, the user would wait for it. */
static int check_pc_options(const struct kx_job *job, struct kx_err *err)
{
	const struct kx_options *o = job->options;
	const char *given = o->no_efi		 ? "noefi" :
			    o->memmap_on_cmdline ? "pass-memmap-cmdline" :
			    o->console_vga	 ? "console-vga" :
			    o->reset_vga	 ? "reset-vga" :
			    o->reuse_video_type	 ? "reuse-video-type" :
						   NULL;

	if (!given || !job->arch->dt_boot)
		return 0;
	return kx_fail(err, -EINVAL, "--%s has no meaning for %s", given, job->arch->isa->name);
}

int kx_job_prepare(struct kx_job *job, struct kx_err *err)
{
	int rc;

	rc = choose_arch(job, err);
	if (rc == 0)
		rc = check_pc_options(job, err);
	if (rc == 0)
		rc = kx_machine_read(&job->machine, job->root, err);
	if (rc == 0 && job->arch->dt_boot)
		rc = kx_machine_read_firmware(&job->firmware, job->root, err);
	if (rc == 0 && kx_job_for_crash(job))
		rc = read_crash_facts(job, err);
	if (rc == 0)
		rc = open_inputs(job, err);
	if (rc == 0)
		rc = make_cmdline(job, err);
	if (rc < 0)
		return rc;
	make_request(job);
	return kx_console_choose(job, err);
}

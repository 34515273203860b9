/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers what a load is made of. Decides nothing that a plan could. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>

#include "kexec/arch/arches.h"
#include "kexec/console.h"
#include "kexec/job.h"
#include "kexec/plan/faults.h"
#include "kx/cleanup.h"
#include "kx/cmdline.h"
#include "kx/devtree.h"

bool job_for_crash(const struct job *job)
{
	return job->options->mode == MODE_PANIC;
}

bool job_inputs_unchanged(const struct job *job, struct kx_err *err)
{
	bool same = input_unchanged(&job->kernel, err) && input_unchanged(&job->initrd, err) &&
		    input_unchanged(&job->modules.files, err) &&
		    input_unchanged(&job->vendor.file, err) && input_unchanged(&job->dtb, err);

	for (size_t i = 0; same && i < job->addons.count; i++)
		same = input_unchanged(&job->addons.item[i].file, err);
	for (size_t i = 0; same && job->overlay && i < job->options->n_dtbo; i++)
		same = input_unchanged(&job->overlay[i], err);
	return same;
}

int job_kernel_fd(const struct job *job)
{
	return job->unwrapped.kernel_fd >= 0 ? job->unwrapped.kernel_fd : job->kernel.file[0].fd;
}

void job_done(struct job *job)
{
	kx_machine_done(&job->machine);
	input_done(&job->kernel);
	input_done(&job->initrd);
	modules_close(&job->modules);
	input_done(&job->dtb);
	input_done(&job->cmdline_file);
	for (size_t i = 0; job->overlay && i < job->options->n_dtbo; i++)
		input_done(&job->overlay[i]);
	free(job->overlay);
	free(job->overlays);
	addons_done(&job->addons);
	vendor_done(&job->vendor);
	free(job->own_cmdline);
	kx_unwrapped_done(&job->unwrapped);
	free(job->cmdline);
}

static int choose_arch(struct job *job, struct kx_err *err)
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

/* A text on one or more lines, as /etc/kernel/cmdline. No kernel takes more than 64 KiB. */
static int read_cmdline(struct job *job, struct kx_span *ret, struct kx_err *err)
{
	enum { MAX = 64 << 10 };
	const char *path = job->options->cmdline_file;
	const struct input_part part = { path, { NULL, 0 } };
	int rc = input_open(&job->cmdline_file, &part, 1, MAX, err);

	if (rc < 0)
		return rc;
	*ret = job->cmdline_file.bytes;
	if (ret->len > MAX || memchr(ret->base, '\0', ret->len))
		return kx_fail(err, -EINVAL, "--cmdline-file=%.160s: no command line: %s", path,
			       ret->len > MAX ? "longer than 64 KiB" : "it has a byte 0");
	return 0;
}

/*
 * What --append is put behind; 1: there is nothing. A UKI brings its own, which is used unless the
 * user gives another one.
 */
static int base_cmdline(struct job *job, struct kx_span *ret, struct kx_err *err)
{
	const struct options *o = job->options;
	int rc = job->machine.cmdline_rc;

	if (o->entry_cmdline) {
		*ret = kx_span_of(o->entry_cmdline);
		return 0;
	}
	if (o->cmdline_file)
		return read_cmdline(job, ret, err);
	if (o->reuse_cmdline && rc < 0)
		return kx_fail(err, rc, "--reuse-cmdline: /proc/cmdline: %s", strerror(-rc));
	*ret = o->reuse_cmdline  ? job->machine.cmdline :
	       job->own_cmdline ? kx_span_of(job->own_cmdline) :
				  job->unwrapped.cmdline;
	return o->reuse_cmdline || (!o->append && ret->len) ? 0 : 1;
}

static int make_cmdline(struct job *job, struct kx_err *err)
{
	const struct options *o = job->options;
	const struct kx_cmdline_leave leave = {
		.loading = o->reuse_cmdline,
		.crashkernel = o->reuse_cmdline && job_for_crash(job),
		.names = o->cmdline_remove,
	};
	struct kx_span base;
	int rc = base_cmdline(job, &base, err);

	if (rc < 0)
		return rc;
	/* What nothing is to be done to stays as it is, blanks and all. */
	if (rc > 0)
		job->cmdline = strdup(o->append ? o->append : "");
	else if (o->reuse_cmdline || o->cmdline_file || o->entry_cmdline || o->cmdline_remove)
		kx_cmdline_reuse(base, o->append, &leave, &job->cmdline);
	else
		job->cmdline = strndup((const char *)base.base, base.len);
	return job->cmdline ? 0 : kx_fail(err, -ENOMEM, "no memory for the command line");
}

/* Names by which scripts know wrappers, which are not formats of their own here. */
static enum kx_wrapper wrapper_called(const char *type)
{
	static const struct {
		const char *type;
		enum kx_wrapper wrapper;
	} known[] = {
		{ "uImage", KX_WRAPPER_UIMAGE },
		{ "uki", KX_WRAPPER_UKI },
		{ "vmlinuz", KX_WRAPPER_ZBOOT },
		{ "vmlinuz-riscv", KX_WRAPPER_ZBOOT },
		{ "pez-loongarch", KX_WRAPPER_ZBOOT },
		{ "fit", KX_WRAPPER_FIT },
		{ "android", KX_WRAPPER_ANDROID },
	};

	for (size_t i = 0; type && i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].type, type) == 0)
			return known[i].wrapper;
	}
	return KX_WRAPPER_NONE;
}

static int find_image(struct job *job, struct kx_err *err)
{
	const struct options *o = job->options;
	enum kx_wrapper wrapper = wrapper_called(o->type);
	bool named = wrapper != KX_WRAPPER_NONE;
	const char *type = named ? NULL : o->type;
	int rc;

	if (named && !kx_unwrapped_has(&job->unwrapped, wrapper))
		return kx_fail(err, -ENOEXEC, "%s: --type=%s: the file is not wrapped as %s", o->kernel, o->type,
			       kx_wrapper_name(wrapper));
	/* Who says what a program gets, says that it is one; scripts have names for both widths. */
	if (o->pc.args != KX_ARGS_LINUX) {
		if (o->type && !kx_span_starts(kx_span_of(o->type), "elf"))
			return kx_fail(err, -EINVAL, "--type=%s: --args-elf and --args-none are for ELF "
						     "files",
				       o->type);
		type = "elf";
	}
	rc = kx_image_find(job->arch, type, job->unwrapped.kernel, &job->image, err);
	if (rc < 0 && *job->unwrapped.how)
		rc = kx_context(err, rc, "inside its %s", job->unwrapped.how);
	return rc < 0 ? kx_context(err, rc, "%s", o->kernel) : 0;
}

static int open_kernel(struct job *job, uint64_t limit, struct kx_err *err)
{
	const struct options *o = job->options;
	const struct input_part part = { .path = o->kernel };
	const struct kx_unwrap_choice choice = {
		.profile = o->profile,
		.config = o->config,
		.board = job->machine.firmware.devtree,
	};
	int rc;

	rc = input_open(&job->kernel, &part, 1, limit, err);
	if (rc < 0)
		return rc;
	rc = kx_unwrap_chosen(job->kernel.bytes, job->arch->isa, limit, &choice, &job->unwrapped,
			      err);
	return rc < 0 ? kx_context(err, rc, "%s", o->kernel) : find_image(job, err);
}

/* Options that are for one kind of file, which another one would silently go without. */
static int check_wrapper_options(const struct job *job, struct kx_err *err)
{
	const struct options *o = job->options;
	const struct {
		bool given;
		enum kx_wrapper wrapper;
		const char *name, *kind;
	} some[] = {
		{ o->profile != NULL, KX_WRAPPER_UKI, "profile", "a UKI" },
		{ o->n_addon != 0, KX_WRAPPER_UKI, "addon", "a UKI" },
		{ o->config != NULL, KX_WRAPPER_FIT, "config", "a FIT image" },
		{ o->vendor_boot != NULL, KX_WRAPPER_ANDROID, "vendor-boot",
		  "an Android boot image" },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		if (some[i].given && !kx_unwrapped_has(&job->unwrapped, some[i].wrapper))
			return kx_fail(err, -EINVAL, "%.160s is not %s, which --%s is for", o->kernel,
				       some[i].kind, some[i].name);
	}
	if (o->vendor_boot && !job->unwrapped.wants_vendor)
		return kx_fail(err, -EINVAL,
			       "%.160s has a header of version 0 to 2, which --vendor-boot does not go "
			       "with: all is in it",
			       o->kernel);
	return 0;
}

static int open_vendor(struct job *job, uint64_t limit, struct kx_err *err)
{
	int rc;

	if (!job->options->vendor_boot)
		return 0;
	rc = vendor_open(&job->vendor, job->options->vendor_boot, limit, err);
	if (rc == 0 && vendor_cmdline(&job->vendor, job->unwrapped.cmdline, &job->own_cmdline) < 0)
		rc = kx_fail(err, -ENOMEM, "no memory for the command line");
	return rc;
}

static int open_addons(struct job *job, uint64_t limit, struct kx_err *err)
{
	const struct options *o = job->options;
	int rc;

	if (!kx_unwrapped_has(&job->unwrapped, KX_WRAPPER_UKI))
		return 0;
	rc = addons_open(&job->addons, o->kernel, o->addon, o->n_addon, job->arch->isa, limit, err);
	if (rc == 0 && job->addons.count &&
	    addons_cmdline(&job->addons, job->unwrapped.cmdline, &job->own_cmdline) < 0)
		rc = kx_fail(err, -ENOMEM, "no memory for the command line");
	return rc;
}

static void put_part(struct input_part *part, size_t *count, const char *path, struct kx_span bytes)
{
	if (bytes.len)
		part[(*count)++] = (struct input_part){ path, bytes };
}

/*
 * Microcode comes first, what the user adds comes last and may replace files of a UKI's initrd. A
 * bootconfig is looked for at the very end.
 */
static int open_initrds(struct job *job, uint64_t limit, struct kx_err *err)
{
	const struct options *o = job->options;
	const struct addons *addons = &job->addons;
	const struct vendor *vendor = &job->vendor;
	_cleanup_free_ struct input_part *part =
		calloc(o->n_initrd + 3 + 2 * addons->count + vendor->parts.n_ramdisks,
		       sizeof(*part));
	size_t count = 0;

	if (!part)
		return kx_fail(err, -ENOMEM, "no memory for the list of initrds");
	put_part(part, &count, o->kernel, job->unwrapped.ucode);
	for (size_t i = 0; i < addons->count; i++)
		put_part(part, &count, addons->item[i].path, addons->item[i].parts.ucode);
	for (size_t i = 0; i < vendor->parts.n_ramdisks; i++)
		put_part(part, &count, o->vendor_boot, vendor->parts.ramdisk[i]);
	put_part(part, &count, o->kernel, job->unwrapped.initrd);
	for (size_t i = 0; i < addons->count; i++)
		put_part(part, &count, addons->item[i].path, addons->item[i].parts.initrd);
	for (size_t i = 0; i < o->n_initrd; i++)
		part[count++] = (struct input_part){ .path = o->initrd[i] };
	put_part(part, &count, o->vendor_boot,
		 (struct kx_span){ vendor->bootconfig, vendor->bootconfig_len });
	return input_open(&job->initrd, part, count, limit, err);
}

/* Those of a FIT image are for the device tree beside them, and for no other one. */
static int open_overlays(struct job *job, struct kx_err *err)
{
	const struct options *o = job->options;
	size_t of_fit = o->dtb || !job->arch->takes_devtree ? 0 : job->unwrapped.n_overlay;
	int rc = 0;

	if (o->n_dtbo + of_fit == 0)
		return 0;
	job->overlay = calloc(o->n_dtbo + 1, sizeof(*job->overlay));
	job->overlays = calloc(o->n_dtbo + of_fit, sizeof(*job->overlays));
	if (!job->overlay || !job->overlays)
		return kx_fail(err, -ENOMEM, "no memory for %zu overlays", o->n_dtbo + of_fit);
	for (size_t i = 0; i < of_fit; i++)
		job->overlays[job->n_overlays++] = job->unwrapped.overlay[i];
	for (size_t i = 0; i < o->n_dtbo && rc == 0; i++) {
		const struct input_part part = { .path = o->dtbo[i] };

		rc = input_open(&job->overlay[i], &part, 1, KX_DEVTREE_LIMIT, err);
		job->overlays[job->n_overlays++] = job->overlay[i].bytes;
	}
	return rc;
}

static int open_modules(struct job *job, uint64_t limit, struct kx_err *err)
{
	const struct options *o = job->options;

	if (o->n_module && !job->image->modules)
		return kx_fail(err, -EINVAL,
			       "--module is for Multiboot kernels, as Xen is: %.160s is of type %s",
			       o->kernel, job->image->name);
	return modules_open(&job->modules, o->module, o->n_module, limit, err);
}

static int open_devtrees(struct job *job, struct kx_err *err)
{
	const struct options *o = job->options;
	const struct input_part dtb = { .path = o->dtb };
	int rc = 0;

	if ((o->dtb || o->n_dtbo) && !job->arch->takes_devtree)
		return kx_fail(err, -EINVAL, "--dtb and --dtbo: kernels for %s get no device tree",
			       job->arch->isa->name);
	if (o->dtb)
		rc = input_open(&job->dtb, &dtb, 1, KX_DEVTREE_LIMIT, err);
	return rc < 0 ? rc : open_overlays(job, err);
}

static int open_inputs(struct job *job, struct kx_err *err)
{
	uint64_t limit = job->machine.mem_total ? job->machine.mem_total / 2 : UINT64_MAX;
	int rc;

	rc = open_kernel(job, limit, err);
	if (rc == 0)
		rc = check_wrapper_options(job, err);
	if (rc == 0)
		rc = open_addons(job, limit, err);
	if (rc == 0)
		rc = open_vendor(job, limit, err);
	if (rc == 0)
		rc = open_initrds(job, limit, err);
	if (rc == 0)
		rc = open_modules(job, limit, err);
	return rc < 0 ? rc : open_devtrees(job, err);
}

/* A dry run plans room for seeds, but takes no randomness: the same output every time. */
static const uint8_t *random_bytes(const struct job *job, uint8_t *bytes, size_t size)
{
	if (job->options->dry_run)
		return bytes;
	return getrandom(bytes, size, GRND_NONBLOCK) == (ssize_t)size ? bytes : NULL;
}

/* The first of several for this board, else @other. */
static struct kx_span for_board(const struct job *job, const struct kx_span *list, size_t count,
				struct kx_span other)
{
	for (size_t i = 0; i < count; i++) {
		if (kx_devtree_same_board(list[i], job->machine.firmware.devtree))
			return list[i];
	}
	return other;
}

/*
 * Unless the user gives one: that of the last addon, of the first .dtbauto or of an Android image's
 * for this board, or the one for all boards.
 */
static struct kx_span devtree_bytes(const struct job *job)
{
	const struct kx_android_vendor *vendor = &job->vendor.parts;
	struct kx_span tree = job->unwrapped.dtb;

	if (!job->arch->takes_devtree || job->options->dtb)
		return job->dtb.bytes;
	tree = for_board(job, job->unwrapped.dtbauto, job->unwrapped.n_dtbauto, tree);
	tree = for_board(job, vendor->dtb, vendor->n_dtbs,
			 vendor->n_dtbs == 1 ? vendor->dtb[0] : tree);
	for (size_t i = 0; i < job->addons.count; i++) {
		if (job->addons.item[i].parts.dtb.len)
			tree = job->addons.item[i].parts.dtb;
	}
	return tree;
}

static void make_request(struct job *job)
{
	const struct options *o = job->options;

	job->request = (struct kx_request){
		.machine = &job->machine,
		.files = { .kernel = job->unwrapped.kernel,
			   .initrd = job->initrd.bytes,
			   .cmdline = job->cmdline,
			   .name = o->kernel,
			   .modules = job->modules.files.bytes,
			   .module = job->modules.item,
			   .n_module = job->modules.files.count },
		.where = o->where,
		.purgatory = o->purgatory,
		.tree = { .dtb = devtree_bytes(job),
			  .overlay = job->overlays,
			  .n_overlay = job->n_overlays },
		.seeds = { .rng = random_bytes(job, job->rng_seed, sizeof(job->rng_seed)),
			   .kaslr = random_bytes(job, job->kaslr_seed, sizeof(job->kaslr_seed)) },
		.pc = o->pc,
		.crash = job_for_crash(job),
		.hotplug = o->hotplug,
		.ignore_faults = o->ignore_faults,
		.plan_only = o->dry_run,
	};
}

static int read_crash_facts(struct job *job, struct kx_err *err)
{
	int rc = kx_machine_read_crash(&job->machine, err);

	if (rc == 0 && job->options->hotplug && job->machine.crash.elfcorehdr_size == 0)
		return kx_fail(err, -ENOTSUP,
			       "--hotplug: this kernel does not keep the ELF core header up to date "
			       "(no /sys/kernel/crash_elfcorehdr_size); it needs v6.5 and "
			       "CONFIG_CRASH_HOTPLUG");
	return rc;
}

/* What only some architectures have. Left out silently, the user would wait for it. */
static int check_arch_options(const struct job *job, struct kx_err *err)
{
	const struct options *o = job->options;
	const struct {
		bool given;
		uint32_t option;
		const char *name;
	} some[] = {
		{ o->pc.no_efi, KX_OPTION_NOEFI, "noefi" },
		{ o->pc.memmap_on_cmdline, KX_OPTION_PASS_MEMMAP, "pass-memmap-cmdline" },
		{ o->purgatory.console_vga, KX_OPTION_CONSOLE_VGA, "console-vga" },
		{ o->purgatory.reset_vga, KX_OPTION_RESET_VGA, "reset-vga" },
		{ o->pc.reuse_video_type, KX_OPTION_REUSE_VIDEO_TYPE, "reuse-video-type" },
		{ o->pc.entry_32bit, KX_OPTION_ENTRY_32BIT, "entry-32bit" },
		{ o->pc.real_mode, KX_OPTION_REAL_MODE, "real-mode" },
		{ o->pc.args != KX_ARGS_LINUX, KX_OPTION_ARGS,
		  o->pc.args == KX_ARGS_NONE ? "args-none" : "args-elf" },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		if (some[i].given && !(job->arch->options & some[i].option))
			return kx_fail(err, -EINVAL, "--%s has no meaning for %s", some[i].name,
				       job->arch->isa->name);
	}
	return 0;
}

int job_prepare(struct job *job, struct kx_err *err)
{
	int rc;

	rc = choose_arch(job, err);
	if (rc == 0)
		rc = check_arch_options(job, err);
	if (rc == 0)
		rc = kx_machine_read(&job->machine, job->root, err);
	if (rc == 0 && job->arch->reads_firmware)
		rc = kx_machine_read_firmware(&job->machine, err);
	if (rc == 0 && kx_faults_ask_va_bits(job->arch, &job->machine))
		rc = kx_machine_read_va_bits(&job->machine, err);
	if (rc == 0 && job_for_crash(job))
		rc = read_crash_facts(job, err);
	if (rc == 0)
		rc = open_inputs(job, err);
	if (rc == 0 && job->image->rsdp)
		rc = kx_machine_read_rsdp(&job->machine, job->image->rsdp(&job->machine), err);
	if (rc == 0)
		rc = make_cmdline(job, err);
	if (rc < 0)
		return rc;
	make_request(job);
	return console_choose(job->arch, job->options, &job->machine, &job->request.purgatory, err);
}

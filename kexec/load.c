/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way from a prepared job to a loaded kernel: plan, check, seal, submit. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kexec/advice.h"
#include "kexec/handover.h"
#include "kexec/job.h"
#include "kexec/load.h"
#include "kexec/plan/faults.h"
#include "kexec/plan/preflight.h"
#include "kexec/show.h"
#include "kexec/submit.h"
#include "kexec/sys.h"
#include "kexec/ways.h"
#include "kx/cmdline.h"
#include "uapi/kexec.h"

/* A flag that older kernels do not know costs a second try: not where tries are counted. */
static bool wants_kernel_debug(const struct job *job)
{
	return job->options->debug && !ways_counted(job);
}

/* v6.5 to v6.9 have an older flag for hotplug; where tries are counted it has to be the first. */
static uint64_t hotplug_flag(const struct job *job)
{
	const struct kx_release *r = &job->machine.release;
	bool older = r->major == 6 && r->minor < 10;

	return ways_counted(job) && older ? KEXEC_UPDATE_ELFCOREHDR : KEXEC_CRASH_HOTPLUG_SUPPORT;
}

static uint64_t load_flags(const struct job *job)
{
	return (uint64_t)job->arch->isa->elf_machine << KEXEC_ARCH_SHIFT |
	       (job_for_crash(job) ? KEXEC_ON_CRASH : 0) |
	       (job->options->hotplug ? hotplug_flag(job) : 0) |
	       (wants_kernel_debug(job) ? KEXEC_DEBUG : 0);
}

static uint64_t file_flags(const struct job *job)
{
	const struct options *o = job->options;

	return (job->initrd.count ? 0 : KEXEC_FILE_NO_INITRAMFS) |
	       (job_for_crash(job) ? KEXEC_FILE_ON_CRASH : 0) |
	       (wants_kernel_debug(job) ? KEXEC_FILE_DEBUG : 0) |
	       (o->no_cma ? KEXEC_FILE_NO_CMA : 0) | (o->force_dtb ? KEXEC_FILE_FORCE_DTB : 0);
}

/* What to do about an image that does not fit. */
static void advise_room(const struct job *job, struct kx_err *err)
{
	const struct kx_ranges *regions = &job->machine.crash.regions;
	const struct kx_range *highest = &regions->item[regions->count - 1];
	const struct kx_range *mem = &job->options->where.mem;
	bool limited = mem->start > highest->start || mem->end < highest->end;

	kx_advise(err,
		  "the memory reserved for it is [0x%" PRIx64 ", 0x%" PRIx64 "), %" PRIu64 " MiB: %s",
		  highest->start, highest->end, (highest->end - highest->start) >> 20,
		  limited ? "--mem-min and --mem-max must leave room there" :
			    "boot with a larger crashkernel=, or use a smaller initrd");
}

static void warn_of_cmdline(const struct job *job, struct kx_plan *plan)
{
	struct kx_span open = kx_cmdline_open_quote(kx_span_of(job->cmdline));

	if (open.len)
		kx_plan_warn(plan,
			     "the command line has a quote that is never closed, so that all of it "
			     "from there on is one word to the kernel: %.*s",
			     open.len > 60 ? 60 : (int)open.len, (const char *)open.base);
}

/*
 * --append=$(cat /proc/cmdline) without quotes leaves all words but the first as words of their
 * own. kexec-tools loads with the first one, and scripts in the field rely on being rebooted.
 */
static void warn_of_left_out(const struct options *o, struct kx_plan *plan)
{
	char words[200] = "";
	size_t len = 0;

	for (const char *const *w = o->left_out; w && *w && len < sizeof(words); w++)
		len += (size_t)snprintf(words + len, sizeof(words) - len, " %s", *w);
	if (o->left_out)
		kx_plan_warn(plan,
			     "left out of the command line:%s; a value with blanks needs quotes: "
			     "--append=\"...\"",
			     words);
}

static void tell_wrappers(const struct job *job, struct kx_plan *plan)
{
	size_t len = strlen(plan->detail);

	if (*job->unwrapped.how)
		snprintf(plan->detail + len, sizeof(plan->detail) - len, "%sunpacked from %s",
			 len ? ", " : "", job->unwrapped.how);
}

static struct kx_plan empty_plan(const struct job *job, enum kx_syscall syscall)
{
	return (struct kx_plan){
		.arch = job->arch,
		.image = job->image->name,
		.files = { .kernel = job->options->kernel,
			   .initrds = job->options->initrd,
			   .n_initrds = job->options->n_initrd,
			   .modules = job->options->module,
			   .n_modules = job->options->n_module,
			   .kernel_len = job->request.files.kernel.len,
			   .initrd_len = job->request.files.initrd.len,
			   .kernel_fd = -1,
			   .initrd_fd = -1 },
		.syscall = syscall,
		.cmdline = job->cmdline,
		.page_size = job->machine.page_size,
		.flags = syscall == KX_SYSCALL_FILE_LOAD ? file_flags(job) : load_flags(job),
		.one_call = ways_counted(job),
	};
}

static int place_segments(struct job *job, struct kx_plan *plan, struct kx_err *err)
{
	bool crash = job_for_crash(job);
	int rc = crash ? kx_machine_read_dump(&job->machine, err) : 0;

	if (rc == 0)
		rc = (crash ? kx_plan_usable_crash : job->arch->usable)(&job->machine,
									&plan->usable, err);
	return rc < 0 ? rc : job->image->load(&job->request, plan, err);
}

/* What the kernel will do with the files itself is only checked. */
static int try_files(struct job *job, struct kx_plan *plan, struct kx_err *err)
{
	return job_for_crash(job) ? kx_plan_try(job->image, &job->request, plan, err) : 0;
}

/* Everything about this load that can be known without asking the kernel. */
static int make_plan(struct job *job, enum kx_syscall syscall, struct kx_plan *plan,
		     struct kx_err *err)
{
	bool by_file = syscall == KX_SYSCALL_FILE_LOAD;
	int rc;

	*plan = empty_plan(job, syscall);
	warn_of_cmdline(job, plan);
	warn_of_left_out(job->options, plan);
	if (*job->unwrapped.behind)
		kx_plan_warn(plan, "%s", job->unwrapped.behind);
	if (*job->unwrapped.unused)
		kx_plan_warn(plan, "not used: %s", job->unwrapped.unused);
	if (job->unwrapped.wants_vendor && !job->options->vendor_boot)
		kx_plan_warn(plan, "without --vendor-boot the kernel gets no vendor ramdisk, device "
				   "tree and command line");
	ways_warn(job, plan);
	handover_warn(job, plan);
	rc = kx_preflight_permission(&job->machine, syscall, job_for_crash(job),
				     job->options->dry_run || job->options->check ||
					     sys_privileged(), err);
	if (rc == 0)
		rc = kx_faults_check(&job->request, plan, err);
	if (rc < 0)
		return rc;
	rc = job->image->check(&job->request, plan, err);
	if (rc == 0 && by_file && !job->image->file_syscall)
		rc = kx_fail(err, -ENOEXEC, "kexec_file_load does not take this format; %s",
			     job->options->require_signature ?
				     "only what it takes has a signature that is verified" :
				     "use --kexec-syscall");
	tell_wrappers(job, plan);
	if (rc == 0)
		rc = (by_file ? try_files : place_segments)(job, plan, err);
	if (rc == -EADDRNOTAVAIL && job_for_crash(job))
		advise_room(job, err);
	if (rc < 0)
		return kx_context(err, rc, "%s (%s)", job->options->kernel, job->image->name);
	return kx_preflight_plan(plan, &job->machine, err);
}

/* A file that changed under us is loaded half old, half new: such an image must not stay. */
static int check_inputs(struct job *job, struct kx_err *err)
{
	enum kx_syscall syscall;
	int rc;

	if (job_inputs_unchanged(job, err))
		return 0;
	rc = submit_unload(job_for_crash(job), &syscall);
	if (rc < 0)
		kx_advise(err, "what was loaded cannot be unloaded: %s", strerror(-rc));
	else
		kx_advise(err, "what was loaded has been unloaded again");
	return -ESTALE;
}

/* What only a plan that is handed over needs: descriptors for the kernel to read, digests. */
static int complete(struct job *job, struct kx_plan *plan, struct kx_err *err)
{
	if (plan->syscall != KX_SYSCALL_FILE_LOAD)
		return kx_plan_seal(plan, err);
	plan->files.kernel_fd = job_kernel_fd(job);
	return input_fd(&job->initrd, &plan->files.initrd_fd, err);
}

static int hand_over(struct job *job, struct kx_plan *plan, struct kx_err *err)
{
	int rc = complete(job, plan, err);

	if (rc < 0)
		return rc;
	rc = submit(plan);
	if (rc == 0)
		return check_inputs(job, err);
	advice_fail(plan->syscall, rc, &job->machine, err);
	return kx_context(err, rc, "%s", plan->files.kernel);
}

/* All of the plan for who asks for it, and what everybody should know. */
static void tell(const struct job *job, const struct kx_plan *plan)
{
	if (job->options->debug)
		show_text(stderr, plan);
	for (size_t i = 0; !job->options->debug && i < plan->n_notes; i++) {
		if (kx_span_starts(kx_span_of(plan->notes[i]), KX_PLAN_WARNING))
			show_message(plan->notes[i]);
	}
}

/* @ret_asked: the kernel was asked, and has counted it where it counts. */
static int load_one_way(struct job *job, enum kx_syscall syscall, bool *ret_asked,
			struct kx_err *err)
{
	struct kx_plan plan;
	int rc;

	rc = make_plan(job, syscall, &plan, err);
	if (rc == 0) {
		tell(job, &plan);
		rc = hand_over(job, &plan, err);
		*ret_asked = rc != -ENOSYS;
	}
	kx_plan_done(&plan);
	return rc;
}

/* What was refused before something else is tried: who reads the log later should see it. */
static void tell_refusal(const struct job *job, enum kx_syscall next, int code,
			 const struct kx_err *err)
{
	if (!job->options->debug && !advice_about_signature(code))
		return;
	show_message(err->text);
	fprintf(stderr, "kexec: trying %s\n", show_syscall(next));
}

static int load(struct job *job, struct kx_err *err)
{
	struct kx_err last = { "" };
	struct ways ways;
	int first = 0, rc;

	rc = ways_choose(job, &ways, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < ways.count; i++) {
		bool asked = false;

		rc = load_one_way(job, ways.way[i], &asked, &last);
		if (rc == 0)
			return 0;
		if (i > 0)
			kx_advise(&last, "%s was refused before with %s",
				  show_syscall(ways.way[i - 1]), strerrorname_np(-first));
		first = rc;
		if (i + 1 == ways.count || !ways_go_on(job, ways.way[i], rc) ||
		    (asked && ways_counted(job)))
			break;
		tell_refusal(job, ways.way[i + 1], rc, &last);
	}
	*err = last;
	return rc;
}

static int show(const struct kx_plan *plan, const struct kx_plan *fallback, bool json,
		struct kx_err *err)
{
	if (json)
		return show_json(stdout, plan, fallback, err);
	show_text(stdout, plan);
	if (fallback) {
		printf("\nif the kernel refuses that:\n");
		show_text(stdout, fallback);
	}
	return 0;
}

/* The plan of the first way that can be planned, and of the one behind it. */
static int dry_run(struct job *job, struct kx_err *err)
{
	struct kx_plan plan = { 0 }, fallback = { 0 };
	struct kx_err refusal = { "" }, ignored;
	bool both = false;
	struct ways ways;
	size_t i = 0;
	int rc;

	rc = ways_choose(job, &ways, err);
	if (rc < 0)
		return rc;
	rc = make_plan(job, ways.way[0], &plan, err);
	if (rc < 0 && ways.count > 1 && ways_go_on(job, ways.way[0], rc)) {
		refusal = *err;
		kx_plan_done(&plan);
		rc = make_plan(job, ways.way[++i], &plan, err);
		kx_plan_note(&plan, "not by %s: %s", show_syscall(ways.way[0]), refusal.text);
	}
	if (rc == 0 && ways.reason && i == 0)
		kx_plan_note(&plan, "kexec_load because of %s", ways.reason);
	if (rc == 0 && i + 1 < ways.count)
		both = make_plan(job, ways.way[i + 1], &fallback, &ignored) == 0;
	if (rc == 0)
		rc = show(&plan, both ? &fallback : NULL, job->options->json, err);
	kx_plan_done(&plan);
	kx_plan_done(&fallback);
	return rc;
}

/* What one system call would make of it; notes are those of the first that would do. */
static int check_way(struct job *job, enum kx_syscall way, bool first, struct kx_err *err)
{
	struct kx_plan plan;
	int rc = make_plan(job, way, &plan, err);

	if (first)
		show_found(stdout, &plan);
	show_verdict(stdout, way, rc == 0 ? NULL : err->text);
	for (size_t i = 0; rc == 0 && i < plan.n_notes; i++)
		show_note(stdout, plan.notes[i]);
	kx_plan_done(&plan);
	return rc;
}

/* Both calls where both would be tried: the second one's answer matters when the first refuses. */
static int check(struct job *job, struct kx_err *err)
{
	struct kx_err why[2] = { { "" }, { "" } };
	struct ways ways;
	int rc, best = -ENOEXEC;

	rc = ways_choose(job, &ways, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < ways.count; i++) {
		rc = check_way(job, ways.way[i], i == 0, &why[i]);
		if (rc == 0)
			best = 0;
	}
	return best < 0 ? kx_fail(err, best, "%s cannot be loaded here", job->options->kernel) : 0;
}

/*
 * The kernel frees the old crash image before it loads the new one: everything that could be
 * known has been checked by then, but when it fails all the same, the user must know.
 */
static int load_crash(struct job *job, struct kx_err *err)
{
	struct kx_err ignored;
	bool before = kx_machine_loaded(job->root, true, &ignored) == 1;
	int rc = load(job, err);

	if (rc == 0 || !before || kx_machine_loaded(job->root, true, &ignored) != 0)
		return rc;
	return kx_context(err, -ENOTRECOVERABLE,
			  "THE CRASH KERNEL THAT WAS LOADED IS GONE, a panic now leaves no dump");
}

int load_kernel(const struct options *options, struct kx_err *err)
{
	struct job job = {
		.options = options,
		.root = options_root(options),
	};
	int rc;

	input_guard();
	rc = job_prepare(&job, err);
	if (rc == 0)
		rc = options->check	    ? check(&job, err) :
		     options->dry_run	    ? dry_run(&job, err) :
		     job_for_crash(&job) ? load_crash(&job, err) :
					      load(&job, err);
	job_done(&job);
	return rc;
}

/* EPERM has several reasons; what can be looked up is named. */
static int explain_unload(enum kx_syscall syscall, bool crash, int code, struct kx_err *err)
{
	struct kx_machine machine;
	struct kx_err ignored;
	int rc = 0;

	if (code == -EPERM && kx_machine_read(&machine, sys_root(), &ignored) == 0)
		rc = kx_preflight_permission(&machine, syscall, crash, sys_privileged(), err);
	if (code == -EPERM)
		kx_machine_done(&machine);
	machine = (struct kx_machine){ .lockdown = KX_LOCKDOWN_NONE };
	return rc < 0 ? rc : advice_fail(syscall, code, &machine, err);
}

int unload_kernel(const struct options *options, struct kx_err *err)
{
	enum kx_syscall syscall;
	int rc;

	rc = submit_unload(options->panic, &syscall);
	return rc < 0 ? explain_unload(syscall, options->panic, rc, err) : 0;
}

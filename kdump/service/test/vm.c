/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump test --vm: makes the machine, lets it panic, and judges what is on its disk. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/program.h"
#include "kdump/base/service.h"
#include "kdump/service/arm/prepare.h"
#include "kdump/service/state/crashes.h"
#include "kdump/service/test/image.h"
#include "kdump/service/test/machine.h"
#include "kdump/service/test/vm.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/file.h"
#include "kx/text.h"
#include "kx/unwrap.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

#define MIB UINT64_C(1048576)
enum {
	FIRST_MIB = 512,   /* for the kernel that panics: it unpacks kernel and both initramfs */
	UNKNOWN_MIB = 256, /* as where nobody knows what a crash kernel needs */
	TIME_LIMIT = 600,
	CONSOLE_LINES = 15,
	CONSOLE_MAX = 4 << 20,
	KERNEL_MAX = 256 << 20,
};

/** struct trial - one; @folder: temporary; @made: what the machine is made of; @ran: it did */
struct trial {
	const struct arm_options *options;
	struct last_test *test;
	struct prepared made;
	struct kx_memfile crash, first;
	char *words;
	char folder[512];
	const struct vm_arch *arch;
	char *qemu;
	const char *accel;
	struct crash left;
	bool ran;
};

/* ---- its files ------------------------------------------------------------------------------ */

static int make_images(struct trial *t, struct kx_err *err)
{
	const struct prepare_request request = { t->options->root, t->options->init, t->test->id };
	struct prepared *p = &t->made;
	int rc = prepare(p, &request, err);

	if (rc < 0)
		return rc;
	t->test->reserved = p->machine.reserved ? p->machine.reserved :
			    p->need		? p->need :
						  UNKNOWN_MIB * MIB;
	if (asprintf(&t->words, "%s %s", p->words, t->arch->words) < 0) {
		t->words = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	rc = vm_image_crash(p, t->options, &t->crash, err);
	if (rc == 0)
		rc = vm_image_first(p, t->options, &t->crash, t->words, &t->first, err);
	/* A file that may be missing was told of on the way. */
	if (rc == 0)
		err->text[0] = '\0';
	return rc;
}

static int write_file(const struct trial *t, const char *name, const void *from, size_t len,
		      uint64_t size, struct kx_err *err)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_fd_ int fd = -1;
	int rc;

	if (asprintf(&path, "%s/%s", t->folder, name) < 0) {
		path = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	rc = fd < 0 ? -errno : kx_file_write(fd, from, len);
	if (rc == 0 && ftruncate(fd, (off_t)size) < 0)
		rc = -errno;
	return rc < 0 ? kx_fail(err, rc, "%s: %s", path, strerror(-rc)) : 0;
}

/* QEMU knows fewer wrappers than kexec, and not all that it knows on each architecture. */
static int write_kernel(const struct trial *t, struct kx_err *err)
{
	const struct prepared *p = &t->made;
	const struct kx_span file = { (const uint8_t *)p->kernel_bytes, p->kernel_len };
	struct kx_unwrapped inner;
	int rc = kx_unwrap(file, t->arch->isa, KERNEL_MAX, &inner, err);

	if (rc < 0)
		return kx_context(err, rc, "%.100s", p->kernel.path);
	rc = write_file(t, VM_KERNEL, inner.kernel.base, inner.kernel.len, inner.kernel.len, err);
	kx_unwrapped_done(&inner);
	return rc;
}

/* The disk has room for a dump of all of the memory, and none of it before it is written. */
static int make_folder(struct trial *t, struct kx_err *err)
{
	const char *place = getenv("TMPDIR");
	const struct kx_memfile *first = &t->first;
	int rc, len = snprintf(t->folder, sizeof(t->folder), "%s/kdump-test.XXXXXX",
			       place && place[0] == '/' ? place : "/var/tmp");

	if (len < 0 || (size_t)len >= sizeof(t->folder) || !mkdtemp(t->folder)) {
		rc = errno ? -errno : -ENAMETOOLONG;
		t->folder[0] = '\0';
		return kx_fail(err, rc, "temporary folder: %s", strerror(-rc));
	}
	rc = write_kernel(t, err);
	if (rc == 0)
		rc = write_file(t, VM_INITRD, first->base, first->len, first->len, err);
	return rc < 0 ? rc : write_file(t, VM_DISK, "", 0, t->test->reserved +
					2 * FIRST_MIB * MIB, err);
}

/* ---- what its console says ------------------------------------------------------------------ */

/* NULL: there is none. */
static char *read_console(const struct trial *t, size_t *len)
{
	_cleanup_free_ char *path = NULL;
	struct kx_err ignored;
	char *text;

	if (asprintf(&path, "%s/" VM_LOG, t->folder + 1) < 0) {
		path = NULL;
		return NULL;
	}
	return kx_file_read("/", path, CONSOLE_MAX, &text, len, &ignored) < 0 ? NULL : text;
}

/* What the kernels and /init say when they give up. */
static int explain(const struct trial *t, struct kx_err *err)
{
	static const char *const words[] = { "no crash: ", "Kernel panic - not syncing: ",
					     "kdump: vm: ", "NO DUMP WAS SAVED" };
	size_t len, last = sizeof(words) / sizeof(words[0]);
	_cleanup_free_ char *text = read_console(t, &len);
	const char *found = NULL;

	for (size_t i = 0; text && i < last && !found; i++) {
		for (char *at = strstr(text, words[i]); at; at = strstr(at + 1, words[i]))
			found = at;
	}
	len = found ? strcspn(found, "\r\n") : 0;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)found[i] < ' ' || (unsigned char)found[i] > '~')
			len = i;
	}
	return kx_fail(err, -EIO, "no dump is on its disk%s%.*s", len ? "; the console says: " : "",
		       len > 160 ? 160 : (int)len, found ? found : "");
}

/* The last lines, where the reason is, if anybody said it. */
static void tell_console(const struct trial *t)
{
	size_t len, lines = 0;
	_cleanup_free_ char *text = read_console(t, &len);
	char *from = text ? text + len : NULL;

	if (!text || !len) {
		say("its console said nothing");
		return;
	}
	for (; from > text && lines <= CONSOLE_LINES; from--)
		lines += from[-1] == '\n';
	for (char *rest = from, *line; (line = strsep(&rest, "\n")) != NULL;) {
		line[strcspn(line, "\r")] = '\0';
		if (!line[0])
			continue;
		fprintf(stderr, "console: ");
		kx_text_print(stderr, kx_span_of(line));
		fprintf(stderr, "\n");
	}
}

/* ---- what is on its disk --------------------------------------------------------------------- */

/* A verb of this program; its last line is the reason. */
static int run_verb(const char *verb, const char *option, const char *from, const char *to,
		    struct kx_err *err)
{
	const char *const words[] = { "kdump", verb, option, from, to, NULL };
	char text[4096], *argv[sizeof(words) / sizeof(words[0])], *line;
	int status, rc;

	/* posix_spawn() changes none of them, but does not say so. */
	memcpy(argv, words, sizeof(words));
	rc = program_run("/proc/self/exe", argv, 0, &status, text, sizeof(text), err);
	if (rc < 0 || status == 0)
		return rc;
	for (size_t len = strlen(text); len && text[len - 1] == '\n'; len--)
		text[len - 1] = '\0';
	line = strrchr(text, '\n');
	return kx_fail(err, -EIO, "kdump %s: %.200s", verb, line ? line + 1 : text);
}

static int fetch(struct trial *t, struct kx_err *err)
{
	_cleanup_free_ char *disk = NULL, *to = NULL;
	int rc;

	if (asprintf(&disk, "%s/" VM_DISK, t->folder) < 0)
		disk = NULL;
	if (asprintf(&to, "%s/left", t->folder) < 0)
		to = NULL;
	if (!disk || !to)
		return kx_fail(err, -ENOMEM, "no memory");
	if (mkdir(to, 0700) < 0)
		return kx_fail(err, -errno, "%s: %s", to, strerror(errno));
	rc = run_verb("recover", "--keep", disk, to, err);
	/* An incomplete one has a manifest that says why. */
	crash_look(&t->left, "/", to, t->test->id);
	if (rc == 0 && t->left.found && !t->left.incomplete[0])
		rc = run_verb("verify", "--progress=none", t->left.path, NULL, err);
	return rc;
}

static int judge(struct trial *t, struct kx_err *err)
{
	const char *release = t->made.kernel.release;
	int rc = fetch(t, err);

	t->test->lowest = t->left.lowest;
	if (t->left.found && t->left.incomplete[0])
		return kx_fail(err, -EIO, "the dump is incomplete: %.200s", t->left.incomplete);
	if (!t->left.found)
		return explain(t, err);
	if (rc < 0)
		return rc;
	if (strcmp(t->left.release, release) != 0)
		return kx_fail(err, -EIO, "the dump is of kernel %.100s, not of %.100s", t->left.release,
			       release);
	return 0;
}

/* ---- told ------------------------------------------------------------------------------------ */

static void tell_saved(const struct trial *t, uint64_t seconds)
{
	const struct last_test *test = t->test;
	char used[80] = "an unknown part";

	if (test->lowest && test->lowest < test->reserved)
		snprintf(used, sizeof(used), "%" PRIu64,
			 (test->reserved - test->lowest + MIB - 1) / MIB);
	say("%s: kernel %s panicked in a virtual machine, and its dump is whole: %s of %" PRIu64
	    " MiB were used, in %" PRIu64 " s%s", test->id, t->made.kernel.release, used,
	    test->reserved / MIB, seconds,
	    t->made.machine.reserved ? "" : "; nothing is reserved in this machine yet");
}

static void keep(const struct trial *t, int rc, const struct kx_err *why)
{
	struct last_test *test = t->test;
	struct kx_err err = { "" };
	struct state state;

	snprintf(test->result, sizeof(test->result), "%s", rc == 0 ? "saved" :
		 t->left.found && t->left.incomplete[0]		  ? "incomplete" :
								    "nothing");
	snprintf(test->text, sizeof(test->text), "%s", why->text);
	if (state_open(&state, t->options->root, true, &err) < 0 ||
	    last_test_put(&state, test, &err) < 0)
		say("the result cannot be kept for kdump status: %s", err.text);
	state_done(&state);
}

/* ---- doing it -------------------------------------------------------------------------------- */

static int run_machine(struct trial *t, struct kx_err *err)
{
	_cleanup_free_ char *words = NULL;
	const struct arm_options *o = t->options;
	int rc;

	if (asprintf(&words, "%s crashkernel=%" PRIu64 "M panic=-1 rdinit=/init",
		     t->arch->words, t->test->reserved >> 20) < 0) {
		words = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	const struct vm_machine machine = {
		.arch = t->arch,
		.qemu = t->qemu,
		.accel = t->accel,
		.folder = t->folder,
		.words = words,
		.memory = t->test->reserved + FIRST_MIB * MIB,
		.seconds = o->time_limit ? o->time_limit : TIME_LIMIT,
	};

	say("%s: a virtual machine panics, with %" PRIu64 " MiB for its crash kernel (%s)",
	    t->test->id, t->test->reserved >> 20, t->accel);
	rc = vm_machine_run(&machine, err);
	t->ran = rc == 0 || rc == -ETIMEDOUT;
	return rc == 0 ? judge(t, err) : rc;
}

static int drop_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	remove(path);
	return 0;
}

static void drop_folder(const struct trial *t)
{
	enum { DESCRIPTORS = 8 };

	if (t->folder[0])
		nftw(t->folder, drop_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

static int try(struct trial *t, struct kx_err *err)
{
	uint64_t begun = (uint64_t)time(NULL);
	int rc = make_folder(t, err);

	if (rc < 0)
		return rc;
	rc = run_machine(t, err);
	/* What nobody waited for proves nothing, nor does a QEMU that did not start. */
	if (t->ran)
		keep(t, rc, err);
	if (rc == 0)
		tell_saved(t, (uint64_t)time(NULL) - begun);
	else if (t->ran)
		tell_console(t);
	return rc < 0 ? kx_context(err, rc, "%s", t->test->id) : 0;
}

int vm_test(const struct arm_options *options, struct last_test *test, struct kx_err *err)
{
	struct trial t = { .options = options, .test = test };
	sigset_t mine, old;
	int rc = vm_machine_accel(options->accel, &t.accel, err);

	if (rc < 0)
		return SERVICE_USAGE;
	rc = vm_machine_find(options->qemu, &t.arch, &t.qemu, err);
	if (rc == 0)
		rc = make_images(&t, err);
	vm_machine_signals(&mine);
	sigprocmask(SIG_BLOCK, &mine, &old);
	if (rc == 0)
		rc = try(&t, err);
	drop_folder(&t);
	sigprocmask(SIG_SETMASK, &old, NULL);
	kx_memfile_done(&t.crash);
	kx_memfile_done(&t.first);
	prepare_done(&t.made);
	free(t.words);
	free(t.qemu);
	return rc == 0 ? SERVICE_DONE : SERVICE_FAILED;
}

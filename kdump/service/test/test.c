/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump test: asks, marks what is loaded as a test, and makes the machine panic. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/service.h"
#include "kdump/service/arm/arm.h"
#include "kdump/service/arm/options.h"
#include "kdump/service/machine/machine.h"
#include "kdump/service/state/images.h"
#include "kdump/service/state/test_result.h"
#include "kdump/service/test/test.h"
#include "kdump/service/test/vm.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/file.h"
#include "kx/out.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

static const struct kx_option table[] = {
	{ "crash", ARM_OPT_CRASH, NULL, "this machine panics, saves its dump and reboots",
	  "What to do" },
	{ "vm", ARM_OPT_VM, NULL, "a virtual machine with its kernel and reservation does", NULL },
	{ "yes", ARM_OPT_YES, NULL, "do not ask", "How" },
	{ "json", ARM_OPT_JSON, NULL, "tell the result of --vm as a JSON object", NULL },
	{ "qemu", ARM_OPT_QEMU, "PROGRAM", "that is the virtual machine", NULL },
	{ "accel", ARM_OPT_ACCEL, "NAME", "kvm or tcg (default: kvm where it may be used)", NULL },
	{ "time-limit", ARM_OPT_TIME_LIMIT, "SECONDS",
	  "that the virtual machine may take (default: 600)", NULL },
	ARM_OPTIONS_MAKING,
	{ NULL, 0, NULL, NULL, NULL },
};

/* Only the whole word is a yes; a reader that is no terminal cannot have meant it. */
static int ask(struct kx_err *err)
{
	char line[16] = "";

	if (!isatty(STDIN_FILENO))
		return kx_fail(err, -ECANCELED, "this machine would panic and reboot: say --yes where "
			       "nobody can be asked");
	printf("This machine panics now, without shutdown: whatever is not saved is lost.\n"
	       "Type \"crash\" to go on: ");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin) || strcmp(line, "crash\n") != 0)
		return kx_fail(err, -ECANCELED, "nothing was done");
	return 0;
}

static int make_id(char *ret, size_t size, struct kx_err *err)
{
	uint8_t random[8];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return kx_fail(err, -errno, "getrandom: %s", strerror(errno));
	snprintf(ret, size, "test-");
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(ret + 5 + 2 * i, size - 5 - 2 * i, "%02x", random[i]);
	return 0;
}

static int remember(const struct arm_options *o, struct last_test *test, struct kx_err *err)
{
	struct machine machine;
	struct state state = { .run = -1, .lib = -1, .lock = -1 };
	int rc = machine_read(&machine, o->root, err);

	if (rc < 0)
		return rc;
	test->reserved = machine.reserved;
	rc = state_open(&state, o->root, true, err);
	if (rc == 0)
		rc = test_result_begin(&state, test, machine.boot_id, err);
	state_done(&state);
	machine_done(&machine);
	return rc;
}

/* Is what is loaded the image of this test? An older one would save a dump that is no test's. */
static bool is_loaded(const struct arm_options *o, const char *id)
{
	_cleanup_free_ char *record = NULL;
	char armed[IMAGE_NAME], test[64] = "";
	struct kx_err ignored;
	struct state state;

	if (state_open(&state, o->root, false, &ignored) == 0 && image_armed(&state, armed) &&
	    image_read(&state, armed, IMAGE_RECORD, &record) == 0)
		record_value(record, "test", test, sizeof(test));
	state_done(&state);
	return strcmp(test, id) == 0 && machine_loaded(o->root);
}

static void forget(const struct arm_options *o)
{
	struct state state;
	struct kx_err ignored;

	if (state_open(&state, o->root, true, &ignored) == 0)
		test_result_forget(&state);
	state_done(&state);
}

/* Root may write to it whatever kernel.sysrq says; it returns if it was not heard. */
static int trigger(const struct arm_options *o, struct kx_err *err)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_fd_ int fd = -1;

	if (asprintf(&path, "%s/proc/sysrq-trigger", strcmp(o->root, "/") == 0 ? "" : o->root) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return kx_fail(err, -errno, "/proc/sysrq-trigger: %s", strerror(errno));
	sync();
	if (kx_file_write(fd, "c", 1) < 0)
		return kx_fail(err, -errno, "/proc/sysrq-trigger: %s", strerror(errno));
	/* In a captured tree, and where the kernel was told not to, nothing has happened. */
	sleep(o->root[1] ? 0 : 5);
	return kx_fail(err, -EIO, "the kernel did not panic");
}

/* What is loaded for the test must not be what a crash of another day finds. */
static void unmark(const struct arm_options *o)
{
	struct kx_err err = { "" };

	forget(o);
	if (arm_run(o, ARM_RELOAD, NULL, &err) == SERVICE_FAILED)
		say("what is loaded is still marked as a test: %s", err.text);
}

/* Nobody is asked for what cannot be. */
static int can_arm(const struct arm_options *o, struct kx_err *err)
{
	struct machine machine;
	int rc = machine_read(&machine, o->root, err);

	if (rc < 0)
		return SERVICE_FAILED;
	if (machine.reserved_known && machine.reserved == 0) {
		kx_fail(err, -ENOMEM, "no memory is reserved for a crash kernel, so that a crash would "
			"leave nothing; kdump reserve tells how much it takes");
		rc = SERVICE_NEEDS_REBOOT;
	}
	machine_done(&machine);
	return rc;
}

static int test_crash(const struct arm_options *o, struct kx_err *err)
{
	struct last_test test = { .kind = "crash", .result = "running",
				  .begun = (uint64_t)time(NULL) };
	int status = can_arm(o, err);

	if (status != SERVICE_DONE)
		return status;
	if (make_id(test.id, sizeof(test.id), err) < 0 || (!o->yes && ask(err) < 0))
		return SERVICE_FAILED;
	status = arm_run(o, ARM_NEW, test.id, err);
	if (status != SERVICE_DONE && status != SERVICE_DEGRADED)
		return status;
	if (!is_loaded(o, test.id)) {
		kx_fail(err, -EIO, "the image of the test is not what is loaded, so that there is no "
			"crash");
		return SERVICE_FAILED;
	}
	say("test %s: the machine panics now; kdump status tells after the reboot what it left",
	    test.id);
	if (remember(o, &test, err) == 0)
		trigger(o, err);
	unmark(o);
	return SERVICE_FAILED;
}

/* What never ran has no result. */
static int tell(const struct last_test *test, struct kx_err *err)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	int rc;

	if (!out)
		return kx_fail(err, -ENOMEM, "no memory");
	out->fd = STDOUT_FILENO;
	last_test_json(test, out);
	kx_out_text(out, "\n");
	rc = kx_out_flush(out);
	return rc < 0 ? kx_fail(err, rc, "standard output: %s", strerror(-rc)) : 0;
}

static int run(const struct arm_options *o, struct kx_err *err)
{
	struct last_test test = { .kind = "vm", .begun = (uint64_t)time(NULL) };
	int status;

	if (!o->vm)
		return test_crash(o, err);
	if (make_id(test.id, sizeof(test.id), err) < 0)
		return SERVICE_FAILED;
	status = vm_test(o, &test, err);
	if (o->json && test.result[0] && tell(&test, err) < 0)
		return SERVICE_FAILED;
	return status;
}

static int check_kind(const struct arm_options *o, struct kx_err *err)
{
	if (o->crash != o->vm)
		return 0;
	return kx_fail(err, -EINVAL, "say --crash: this machine panics, saves its dump and reboots; or "
		       "--vm: a virtual machine does");
}

int test_main(int argc, char **argv)
{
	static const struct arm_verb verb = {
		.usage = "test --crash|--vm [OPTION]...",
		.about = "Prove that a crash leaves a dump, by one.",
		.table = table,
		.check = check_kind,
		.run = run,
	};

	return arm_options_main(&verb, argc, argv);
}

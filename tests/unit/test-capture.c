/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a crash kernel's /init decides: when a worker must end, which device is meant. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kdump/capture/capture.h"
#include "kdump/capture/fence.h"
#include "kdump/capture/system/clock.h"
#include "kdump/capture/system/find.h"
#include "kdump/capture/system/modules.h"
#include "kdump/capture/system/mounts.h"
#include "kdump/capture/system/note.h"
#include "kdump/capture/system/supervise.h"
#include "kdump/dump/folder.h"
#include "kx/cli.h"
#include "tests/unit/kxtest.h"

/**
 * struct world - a clock and a worker that are made up
 * @now: milliseconds
 * @does: the worker's doing, after each wait
 * @ends: it ends at that time, or 0: never by itself; @hangs: not even when it is killed
 * @killed: when it was
 */
struct world {
	struct capture_shared shared;
	uint64_t now, ends, killed, moves_until, saves_at, ticks;
	bool hangs, obeys;
};

static uint64_t now(void *data)
{
	return ((struct world *)data)->now;
}

static bool wait_for(void *data, uint64_t ms)
{
	struct world *w = data;

	w->now += ms;
	if (w->saves_at && w->now >= w->saves_at)
		w->shared.step = CAPTURE_SAVE;
	if (w->now < w->moves_until)
		w->shared.moved++;
	if (w->obeys && w->shared.stop)
		return true;
	return (w->ends && w->now >= w->ends) || (w->killed && !w->hangs);
}

static void kill_it(void *data)
{
	struct world *w = data;

	assert_int_equal(w->killed, 0);
	w->killed = w->now;
}

static void tick(void *data, bool moves)
{
	(void)moves;
	((struct world *)data)->ticks++;
}

static enum capture_end supervise(struct world *w, const struct capture_limits *limits,
				  char why[128])
{
	const struct capture_watch watch = { now, wait_for, kill_it, tick, w };

	why[0] = '\0';
	w->now = 1000000;
	return capture_supervise(&w->shared, limits, &watch, why);
}

static const struct capture_limits limits = {
	.step = { 60000, 30000, 0, 120000 }, .stall = 60000, .stopping = 20000,
};

TEST(who_comes_to_an_end_is_let)
{
	struct world w = { .ends = 1045000 };
	char why[128];

	assert_int_equal(supervise(&w, &limits, why), CAPTURE_ENDED);
	assert_int_equal(w.killed, 0);
	assert_string_equal(why, "");
	assert_int_equal(w.now, 1045000);
	assert_int_equal(w.shared.step_ms[CAPTURE_PREPARE], 45000);
	assert_int_equal(w.ticks, 449);
}

TEST(a_step_has_a_limit)
{
	struct world w = { .moves_until = UINT64_MAX };
	char why[128];

	assert_int_equal(supervise(&w, &limits, why), CAPTURE_KILLED);
	assert_int_equal(w.killed, 1060000);
	assert_string_equal(why, "getting ready took longer than 60 s");
}

TEST(each_step_has_its_own)
{
	struct world w = { .shared = { .step = CAPTURE_FINISH } };
	char why[128];

	assert_int_equal(supervise(&w, &limits, why), CAPTURE_KILLED);
	assert_int_equal(w.killed, 1120000);
	assert_string_equal(why, "finishing took longer than 120 s");
}

TEST(who_saves_may_take_long_while_something_moves)
{
	struct world w = { .saves_at = 1010000, .moves_until = 9000000, .ends = 8000000 };
	char why[128];

	assert_int_equal(supervise(&w, &limits, why), CAPTURE_ENDED);
	assert_int_equal(w.now, 8000000);
	assert_int_equal(w.shared.step_ms[CAPTURE_SAVE], 8000000 - 1010000);
}

TEST(who_saves_and_stands_still_is_ended)
{
	struct world w = { .saves_at = 1010000, .moves_until = 1500000 };
	char why[128];

	assert_int_equal(supervise(&w, &limits, why), CAPTURE_KILLED);
	/* The last movement was seen at the last look before that time. */
	assert_int_equal(w.killed, 1500000 - 100 + 60000);
	assert_string_equal(why, "nothing was written for 60 s");
}

TEST(who_hangs_in_the_kernel_is_abandoned)
{
	struct world w = { .hangs = true };
	char why[128];

	assert_int_equal(supervise(&w, &limits, why), CAPTURE_ABANDONED);
	assert_int_equal(w.killed, 1060000);
	assert_int_equal(w.now, 1065000);
}

TEST(whose_time_is_over_is_asked_to_stop_first)
{
	struct capture_limits until = limits;
	struct world w = { .saves_at = 1001000, .moves_until = UINT64_MAX, .obeys = true };
	char why[128];

	until.until = 1200000;
	assert_int_equal(supervise(&w, &until, why), CAPTURE_ENDED);
	assert_int_equal(w.shared.stop, 1);
	assert_int_equal(w.now, 1200100);
	assert_int_equal(w.killed, 0);
}

TEST(who_does_not_stop_is_ended)
{
	struct capture_limits until = limits;
	struct world w = { .saves_at = 1001000, .moves_until = UINT64_MAX };
	char why[128];

	until.until = 1200000;
	assert_int_equal(supervise(&w, &until, why), CAPTURE_KILLED);
	assert_int_equal(w.killed, 1220000);
	assert_string_equal(why, "all the time there is for it was over, and it did not stop");
}

/* A size that no device has: none is read from. */
/**
 * struct sender - a worker's program; it has @pipe open for writing as long as it lives
 * @stubborn: it does not end when it is asked to
 * @lives: the worker does not end before
 */
struct sender {
	int pipe[2];
	bool stubborn, lives;
};

static int begin_sender(void *data)
{
	const struct sender *s = data;

	if (fork() == 0) {
		signal(SIGTERM, s->stubborn ? SIG_IGN : SIG_DFL);
		while (write(s->pipe[1], "r", 1) == 1)
			pause();
		_exit(1);
	}
	while (s->lives)
		pause();
	return 3;
}

/* Whoever begins one, and however that came to its end: what it had started is no more. */
static void assert_cleared(struct sender *s)
{
	struct capture_process process;
	struct pollfd end = { .events = POLLIN };
	uint64_t begun = capture_process_now(NULL);
	char ready;

	assert_int_equal(pipe(s->pipe), 0);
	end.fd = s->pipe[0];
	assert_int_equal(capture_fork(&process, begin_sender, s), 0);
	close(s->pipe[1]);
	assert_int_equal(read(s->pipe[0], &ready, 1), 1);
	if (s->lives)
		capture_process_kill(&process);
	while (!capture_process_wait(&process, 10))
		assert_true(capture_process_now(NULL) - begun < 10000);
	assert_true(s->lives ? WIFSIGNALED(process.status) : WEXITSTATUS(process.status) == 3);
	capture_process_clear(&process);
	assert_int_equal(process.group, 0);
	assert_int_equal(poll(&end, 1, 1000), 1);
	assert_true(end.revents & POLLHUP);
	assert_true(capture_process_now(NULL) - begun < 10000);
	close(s->pipe[0]);
}

TEST(what_a_worker_has_started_ends_with_it)
{
	sigset_t child, before;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	for (int i = 0; i < 4; i++)
		assert_cleared(&(struct sender){ .stubborn = i & 1, .lives = i & 2 });
	sigprocmask(SIG_SETMASK, &before, NULL);
}

TEST(a_target_that_does_not_come_is_given_up)
{
	struct kx_capture_plan plan;
	struct capture_trial trial = { .plan = &plan, .source = "/nowhere" };
	struct kx_capture_target *target;
	struct kx_err err = { "" };
	char where[512] = "?";

	kx_capture_init(&plan);
	target = kx_capture_add_target(&plan, "gone");
	assert_non_null(target);
	assert_int_equal(kx_capture_append(&target->device, "size=1"), 0);
	target->prepare_time = 1;
	assert_int_equal(capture_try(&trial, where, &err), -ETIMEDOUT);
	assert_string_equal(err.text, "getting ready took longer than 1 s: no disk is the one that "
			    "the plan means");
	assert_string_equal(where, "");
	target->type = KX_CAPTURE_VIRTIOFS;
	assert_int_equal(capture_try(&trial, where, &err), -EINVAL);
	assert_says(&err, "no tag");
	trial.number = 1;
	assert_int_equal(capture_try(&trial, where, &err), -EINVAL);
	kx_capture_done(&plan);
}

/* ---- devices --------------------------------------------------------------------------------- */

static int fits_by(const struct find_device *device, enum find_facts facts, const char *a,
		   const char *b)
{
	char *items[] = { (char *)(uintptr_t)a, (char *)(uintptr_t)b };
	const struct kx_capture_list lines = { items, b ? 2 : a ? 1 : 0, 2 };
	struct kx_err err = { "" };

	return find_fits(device, &lines, facts, &err);
}

static int fits(const struct find_device *device, const char *a, const char *b)
{
	return fits_by(device, FIND_ALL, a, b);
}

TEST(a_device_is_what_all_lines_say)
{
	const struct find_device device = { .name = "vda1", .uuid = "AB-cd", .partuuid = "p-1",
					    .label = "crash", .serial = "s", .part = "b-1",
					    .size = 4096 };

	assert_int_equal(fits(&device, "uuid=ab-CD", NULL), 1);
	assert_int_equal(fits(&device, "uuid=ab-CD", "size=4096"), 1);
	assert_int_equal(fits(&device, "uuid=ab-CD", "size=4097"), 0);
	assert_int_equal(fits(&device, "partuuid=p-1", "label=crash"), 1);
	assert_int_equal(fits(&device, "partuuid=p-1", "serial=t"), 0);
	assert_int_equal(fits(&device, "uuid=ab-cd", "part=b-1"), 1);
	assert_int_equal(fits(&device, "uuid=ab-cd", "part=b-2"), 0);
	assert_int_equal(fits(&device, "wwid=", NULL), 0);
	assert_int_equal(fits(&device, "name=vda1", NULL), -EINVAL);
	assert_int_equal(fits(&device, "size=4096x", NULL), 0);
	/* What says nothing is true of nothing. */
	assert_int_equal(fits(&device, NULL, NULL), 0);
}

TEST(what_is_known_at_once_is_looked_at_first)
{
	const struct find_device device = { .name = "vda1", .serial = "s", .size = 4096 };

	assert_int_equal(fits_by(&device, FIND_SYSFS, "uuid=ab-CD", "size=4096"), 1);
	assert_int_equal(fits_by(&device, FIND_SYSFS, "uuid=ab-CD", "size=8192"), 0);
	assert_int_equal(fits_by(&device, FIND_SYSFS, "serial=t", "uuid=ab-CD"), 0);
	assert_int_equal(fits_by(&device, FIND_SYSFS, "what=t", NULL), -EINVAL);
}

/* ---- what is mounted, loaded and called ------------------------------------------------------ */

TEST(options_are_flags_or_the_file_systems)
{
	const unsigned long always = MS_NOATIME | MS_NODEV | MS_NOSUID | MS_NOEXEC;
	struct kx_err err = { "" };
	unsigned long flags;
	char rest[24];

	assert_int_equal(mounts_flags("ro,relatime,sync,subvol=/@,,discard", &flags, rest,
				      sizeof(rest), &err), 0);
	assert_int_equal(flags, always | MS_SYNCHRONOUS);
	assert_string_equal(rest, "subvol=/@,discard");
	assert_int_equal(mounts_flags(NULL, &flags, rest, sizeof(rest), &err), 0);
	assert_int_equal(flags, always);
	assert_string_equal(rest, "");
	assert_int_equal(mounts_flags("a=23456789012345678901", &flags, rest, sizeof(rest), &err),
			 0);
	assert_int_equal(mounts_flags("a=234567890123456789012,b", &flags, rest, sizeof(rest),
				      &err), -ENAMETOOLONG);
}

TEST(aliases_fit_as_for_modprobe)
{
	assert_true(modules_fits("crypto-gcm(aes)", "crypto-gcm(aes)"));
	assert_true(modules_fits("fs-ext4", "fs_ext4"));
	assert_true(modules_fits("pci:v00001AF4d*sv*", "pci:v00001AF4d00001042sv00001AF4"));
	assert_true(modules_fits("x-[0-9]", "x_5"));
	assert_false(modules_fits("fs-ext4", "fs-ext3"));
}

TEST(modules_that_are_not_there_are_named)
{
	struct kx_err err = { "" };

	assert_int_equal(modules_load("no-such.ko a=1", &err), -ENOENT);
	assert_says(&err, "/lib/modules/no-such.ko: ");
	assert_int_equal(modules_load(" a=1", &err), -EINVAL);
}

/* /dev/kmsg makes a record of each write(2); such a pipe keeps them apart, too. */
TEST(the_time_is_that_of_the_kernel_that_crashed)
{
	const int64_t now = 1800000000;
	const uint64_t crash = (uint64_t)now;

	assert_int_equal(clock_right(now + 5, crash, 5), now + 5);
	assert_int_equal(clock_right(now + 3605, crash, 5), now + 3605);
	assert_int_equal(clock_right(now - 3595, crash, 5), now - 3595);
	/* It began in 1970, or has the time of another zone. */
	assert_int_equal(clock_right(7, crash, 5), now + 5);
	assert_int_equal(clock_right(now + 3606, crash, 5), now + 5);
	assert_int_equal(clock_right(now - 3596, crash, 5), now + 5);
	/* It is not told, or is no time. */
	assert_int_equal(clock_right(7, 0, 5), 7);
	assert_int_equal(clock_right(7, 1000000000, 5), 7);
	assert_int_equal(clock_right(7, UINT64_MAX, 5), 7);
}

TEST(slow_modules_do_not_cost_those_behind_them)
{
	static const uint64_t spent[][2] = {
		{ 0, 30000 }, { 29999, 30000 }, { 35000, 25000 }, { 56999, 3001 }, { 57000, 3000 },
		{ 60000, 3000 }, { 3600000, 3000 }, { UINT64_MAX, 3000 },
	};

	for (size_t i = 0; i < sizeof(spent) / sizeof(spent[0]); i++)
		assert_int_equal(modules_patience(spent[i][0]), spent[i][1]);
}

TEST(a_message_is_one_line_of_the_kernels_log)
{
	int ends[2], kept = dup(STDERR_FILENO);
	char got[64] = "";

	assert_int_equal(pipe2(ends, O_DIRECT), 0);
	assert_true(kept >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
	kx_cli_say("kdump-ssh", "%s\t%d", "no", 5);
	dup2(kept, STDERR_FILENO);
	close(kept);
	assert_true(read(ends[0], got, sizeof(got) - 1) > 0);
	close(ends[0]);
	close(ends[1]);
	assert_string_equal(got, "kdump-ssh: no\t5\n");
}

TEST(notes_are_called_as_the_kernels_own)
{
	char name[160];

	note_variable(1795371706, 3, name);
	assert_string_equal(name, "dump-type0-1-3-1795371706-D-"
			    "cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0");
}

static void assert_folder(const struct folder_style *style, int number, const char *name)
{
	char to[FOLDER_NAME];

	folder_name(style, 1795371706, number, to);
	assert_string_equal(to, name);
}

TEST(folders_are_called_as_is_wanted)
{
	char tag[200];

	assert_folder(NULL, 1, "2026-11-22-18:21:46");
	assert_folder(&(struct folder_style){ "host", "", false }, 2, "host-2026-11-22-18:21:46.2");
	assert_folder(&(struct folder_style){ "", "", true }, 1, "2026-11-22-18-21-46");
	assert_folder(&(struct folder_style){ "", "debian", false }, 1, "202611221821");
	assert_folder(&(struct folder_style){ "", "suse", false }, 1, "2026-11-22-18:21");
	assert_folder(&(struct folder_style){ "../a b", "rhel", false }, 1,
		      "_._a_b-2026-11-22-18:21:46");
	memset(tag, 'h', sizeof(tag) - 1);
	tag[sizeof(tag) - 1] = '\0';
	assert_folder(&(struct folder_style){ tag, "debian", false }, 100,
		      "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh-"
		      "202611221821.100");
}

static void assert_link(const struct folder *folder, const char *name, const char *to)
{
	char found[64] = "";
	ssize_t len = readlinkat(folder->dir, name, found, sizeof(found) - 1);

	assert_int_equal(len, (ssize_t)strlen(to));
	assert_string_equal(found, to);
}

/* Debian's services find a dump and its log by names with the time in them. */
TEST(files_are_found_as_another_service_calls_them)
{
	const struct folder_style debian = { "", "debian", false }, rhel = { "", "rhel", false };
	char dest[] = "/tmp/kx-folder.XXXXXX";
	struct folder folder;
	struct kx_err err = { "" };

	assert_non_null(mkdtemp(dest));
	assert_int_equal(folder_new(&folder, dest, &debian, 1795371706, &err), 0);
	folder_also(&folder, "dump", "vmcore");
	folder_also(&folder, "dmesg", "vmcore-dmesg.txt");
	assert_link(&folder, "dump.202611221821", "vmcore");
	assert_link(&folder, "dmesg.202611221821", "vmcore-dmesg.txt");
	unlinkat(folder.dir, "dump.202611221821", 0);
	unlinkat(folder.dir, "dmesg.202611221821", 0);
	rmdir(folder.path);
	folder_done(&folder);
	assert_int_equal(folder_new(&folder, dest, &rhel, 1795371706, &err), 0);
	folder_also(&folder, "dump", "vmcore");
	/* Nothing is in it. */
	assert_int_equal(rmdir(folder.path), 0);
	folder_done(&folder);
	assert_int_equal(rmdir(dest), 0);
}

TEST(a_cluster_is_told_by_number_and_version)
{
	uint8_t message[FENCE_MESSAGE];
	uint32_t number, version;

	fence_message(message);
	memcpy(&number, message, 4);
	memcpy(&version, message + 4, 4);
	assert_int_equal(number, 0x1b302a40);
	assert_int_equal(version, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_comes_to_an_end_is_let),
		cmocka_unit_test(a_step_has_a_limit),
		cmocka_unit_test(each_step_has_its_own),
		cmocka_unit_test(who_saves_may_take_long_while_something_moves),
		cmocka_unit_test(who_saves_and_stands_still_is_ended),
		cmocka_unit_test(who_hangs_in_the_kernel_is_abandoned),
		cmocka_unit_test(whose_time_is_over_is_asked_to_stop_first),
		cmocka_unit_test(who_does_not_stop_is_ended),
		cmocka_unit_test(what_a_worker_has_started_ends_with_it),
		cmocka_unit_test(a_target_that_does_not_come_is_given_up),
		cmocka_unit_test(a_device_is_what_all_lines_say),
		cmocka_unit_test(what_is_known_at_once_is_looked_at_first),
		cmocka_unit_test(options_are_flags_or_the_file_systems),
		cmocka_unit_test(aliases_fit_as_for_modprobe),
		cmocka_unit_test(modules_that_are_not_there_are_named),
		cmocka_unit_test(the_time_is_that_of_the_kernel_that_crashed),
		cmocka_unit_test(slow_modules_do_not_cost_those_behind_them),
		cmocka_unit_test(a_message_is_one_line_of_the_kernels_log),
		cmocka_unit_test(notes_are_called_as_the_kernels_own),
		cmocka_unit_test(a_cluster_is_told_by_number_and_version),
		cmocka_unit_test(folders_are_called_as_is_wanted),
		cmocka_unit_test(files_are_found_as_another_service_calls_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

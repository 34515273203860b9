/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A crash kernel's worker in a kernel that is well: what kdump check --write does to targets. */
#include <arpa/inet.h>
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kdump/capture/capture.h"
#include "kdump/capture/state.h"
#include "kx/capture.h"
#include "kx/elf.h"
#include "kx/file.h"
#include "tests/unit/kxtest.h"

static void put_file(const char *path, const void *bytes, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	assert_int_equal(kx_file_write(fd, bytes, len), 0);
	assert_int_equal(close(fd), 0);
}

static void get_text(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, to, size - 1);

	assert_true(n >= 0);
	to[n] = '\0';
	close(fd);
}

/** struct seen - what a look saw */
struct seen {
	char place[512], file[64];
	int rc, says;
};

static int look(void *data, const char *place, int rc, struct kx_err *err)
{
	struct seen *seen = data;

	(void)err;
	snprintf(seen->place, sizeof(seen->place), "%s", place);
	seen->rc = rc;
	return seen->says;
}

/* A server that accepts, which is all that is asked of it where another program sends. */
static int listen_at(char port[16])
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	snprintf(port, 16, "%u", ntohs(at.sin_port));
	return fd;
}

/* An ELF dump with one page. */
static void put_dump(const char *path)
{
	struct kx_elf elf = { .type = ET_CORE, .machine = EM_X86_64, .phnum = 1 };
	struct kx_elf_segment memory = { .type = PT_LOAD, .offset = 4096, .filesz = 4096,
					 .memsz = 4096, .paddr = 4096, .vaddr = 4096 };
	uint8_t bytes[8192] = { 0 };

	kx_elf_class(&elf, true);
	elf.phoff = elf.header_size;
	kx_elf_put_header(&elf, bytes);
	kx_elf_put_segment(&elf, &memory, bytes + elf.phoff);
	memset(bytes + 4096, 'x', 4096);
	put_file(path, bytes, sizeof(bytes), 0600);
}

/** struct place - a folder with a program that sends, a dump to be sent, and a server */
struct place {
	char folder[32], script[128], dump[128], log[128], url[64];
	struct capture_here here;
	struct kx_capture_plan plan;
	struct kx_capture_target *target;
	struct seen seen;
	struct capture_trial trial;
	int fd;
};

static void place_init(struct place *p, const char *program)
{
	char port[16];

	*p = (struct place){ .folder = "/tmp/kx-try.XXXXXX", .fd = listen_at(port) };
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->script, sizeof(p->script), "%s/http", p->folder);
	snprintf(p->dump, sizeof(p->dump), "%s/dump", p->folder);
	snprintf(p->log, sizeof(p->log), "%s/log", p->folder);
	snprintf(p->url, sizeof(p->url), "http://%s:%s", "127.0.0.1", port);
	put_file(p->script, program, strlen(program), 0700);
	put_dump(p->dump);
	p->here = (struct capture_here){ .secrets = p->folder, .ssh = "/nowhere",
					 .http = p->script };
	kx_capture_init(&p->plan);
	p->plan.level = 0;
	p->plan.total_time = 60;
	p->target = kx_capture_add_target(&p->plan, "there");
	assert_non_null(p->target);
	p->target->type = KX_CAPTURE_HTTP;
	p->target->prepare_time = p->target->stall_time = 60;
	p->target->port = strtoull(port, NULL, 10);
	p->target->url = strdup(p->url);
	p->target->path = strdup("/dumps");
	p->target->secret = strdup("password");
	assert_int_equal(kx_capture_append(&p->target->server, "127.0.0.1"), 0);
	p->trial = (struct capture_trial){ &p->plan, 0, p->dump, &p->here, look, &p->seen };
}

static void place_done(struct place *p)
{
	kx_capture_done(&p->plan);
	close(p->fd);
	unlink(p->script);
	unlink(p->dump);
	unlink(p->log);
	assert_int_equal(rmdir(p->folder), 0);
}

/* Where a kernel is well these are elsewhere, and whoever tried looks at what came of it. */
TEST(a_trial_takes_programs_and_secrets_from_where_it_is_told)
{
	struct place p;
	struct kx_err err = { "" };
	char where[512], said[4096], expected[128];

	place_init(&p, "#!/bin/sh\necho \"$@\" >> \"${0%/*}/log\"\ncat > /dev/null\n");
	if (capture_try(&p.trial, where, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(p.seen.rc, 0);
	assert_string_equal(p.seen.place, where);
	snprintf(expected, sizeof(expected), "%s/dumps/", p.url);
	assert_int_equal(strncmp(where, expected, strlen(expected)), 0);
	get_text(p.log, said, sizeof(said));
	snprintf(expected, sizeof(expected), "-s %s/password ", p.folder);
	assert_non_null(strstr(said, expected));
	assert_non_null(strstr(said, "/vmcore\n"));
	assert_non_null(strstr(said, "/manifest.json\n"));
	/* What a look says is what came of it. */
	p.seen.says = -EBADMSG;
	assert_int_equal(capture_try(&p.trial, where, &err), -EBADMSG);
	/* Nobody sees what has no place. */
	close(p.fd);
	p.fd = -1;
	p.seen.place[0] = '\0';
	p.target->prepare_time = 1;
	assert_true(capture_try(&p.trial, where, &err) < 0);
	assert_string_equal(p.seen.place, "");
	place_done(&p);
}

/* Putting an object together, or a slow line's last bytes, has the time of the end. */
TEST(who_takes_long_over_the_end_does_not_stand_still)
{
	struct place p;
	struct kx_err err = { "" };
	char where[512];

	place_init(&p, "#!/bin/sh\ncat > /dev/null\n"
		       "for last; do :; done\n"
		       "case $last in */vmcore) sleep 3;; esac\n");
	p.target->stall_time = 1;
	p.trial.look = NULL;
	if (capture_try(&p.trial, where, &err) != 0)
		fail_msg("%s", err.text);
	place_done(&p);
}

/* There is no log in it: who was to save that alone has saved nothing. */
TEST(a_log_that_is_not_saved_is_not_saved)
{
	struct place p;
	struct kx_err err = { "" };
	char where[512];

	place_init(&p, "#!/bin/sh\ncat > /dev/null\n");
	p.target->what = KX_CAPTURE_DMESG;
	p.trial.look = NULL;
	assert_int_equal(capture_try(&p.trial, where, &err), -EIO);
	assert_non_null(strstr(err.text, "the dump has no VMCOREINFO, which tells where the log is"));
	place_done(&p);
}

/* Two targets, of which the program takes those that are called "good", and logs of "log". */
static void two_targets(struct place *p, struct capture *c, const char *first, const char *second,
			enum kx_capture_what what, enum kx_capture_mode mode)
{
	struct kx_capture_target *t;
	char path[2][32];

	place_init(p, "#!/bin/sh\ncat > /dev/null\nfor last; do :; done\n"
		      "case \"$*\" in */good*) exit 0;; */log*) ;; *) exit 1;; esac\n"
		      "case $last in */vmcore) exit 1;; esac\n");
	t = kx_capture_add_target(&p->plan, "second");
	assert_non_null(t);
	p->target = &p->plan.target[0];
	snprintf(path[0], sizeof(path[0]), "/%s", first);
	snprintf(path[1], sizeof(path[1]), "/%s", second);
	assert_int_equal(kx_capture_set(&p->target->path, path[0]), 0);
	t->type = p->target->type;
	t->port = p->target->port;
	t->url = strdup(p->url);
	t->path = strdup(path[1]);
	assert_int_equal(kx_capture_append(&t->server, "127.0.0.1"), 0);
	t->what = what;
	p->plan.mode = mode;
	*c = (struct capture){ .plan = &p->plan, .source = p->dump, .here = &p->here,
			       .until = capture_process_now(NULL) + 60000 };
}

static void assert_tried(const char *first, const char *second, enum kx_capture_what what,
			 enum kx_capture_mode mode, const char *expected)
{
	char seen[64] = "";
	struct capture c;
	struct place p;
	sigset_t child, before;
	size_t len;
	bool good;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	two_targets(&p, &c, first, second, what, mode);
	good = capture_targets(&c);
	sigprocmask(SIG_SETMASK, &before, NULL);
	snprintf(seen, sizeof(seen), "%s%s:", good ? "good" : "bad", c.whole ? ", whole" : "");
	for (size_t i = 0; i < c.info.n_tried; i++) {
		len = strlen(seen);
		snprintf(seen + len, sizeof(seen) - len, " %s %s", c.info.tried[i].name,
			 c.info.tried[i].error[0] ? "failed" : "took it");
	}
	assert_string_equal(seen, expected);
	capture_shared_free(c.shared);
	place_done(&p);
}

/* The dump has no log, so that nobody who is to have one alone is done. */
TEST(targets_are_tried_until_one_has_the_dump)
{
	const enum kx_capture_what dump = KX_CAPTURE_DUMP, log = KX_CAPTURE_DMESG;
	const enum kx_capture_mode first = KX_CAPTURE_FIRST, all = KX_CAPTURE_ALL;

	assert_tried("good", "good", dump, first, "good, whole: there took it");
	assert_tried("bad", "good", dump, first, "good, whole: there failed second took it");
	assert_tried("log", "good", dump, first, "good, whole: there failed second took it");
	assert_tried("good", "good", dump, all, "good, whole: there took it second took it");
	assert_tried("good", "bad", dump, all, "good, whole: there took it second failed");
	assert_tried("good", "good", log, first, "good, whole: there took it");
	/* When nobody has the dump all are asked once more, for the log alone. */
	assert_tried("bad", "log", dump, first,
		     "bad: there failed second failed there failed second failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trial_takes_programs_and_secrets_from_where_it_is_told),
		cmocka_unit_test(who_takes_long_over_the_end_does_not_stand_still),
		cmocka_unit_test(a_log_that_is_not_saved_is_not_saved),
		cmocka_unit_test(targets_are_tried_until_one_has_the_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A crash kernel's worker in a kernel that is well: what kdump check --write does to targets. */
#include <arpa/inet.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kdump/capture/capture.h"
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

/* Where a kernel is well these are elsewhere, and whoever tried looks at what came of it. */
TEST(a_trial_takes_programs_and_secrets_from_where_it_is_told)
{
	static const char program[] = "#!/bin/sh\necho \"$@\" >> \"${0%/*}/log\"\ncat > /dev/null\n";
	char folder[] = "/tmp/kx-try.XXXXXX";
	char script[128], dump[128], log[128], port[16], url[64];
	struct capture_here here = { .secrets = folder, .ssh = "/nowhere", .http = script };
	struct kx_capture_plan plan;
	struct seen seen = { .says = 0 };
	struct capture_trial trial = { &plan, 0, dump, &here, look, &seen };
	struct kx_capture_target *target;
	struct kx_err err = { "" };
	char where[512], said[4096], expected[128];
	int fd = listen_at(port);

	assert_non_null(mkdtemp(folder));
	snprintf(script, sizeof(script), "%s/http", folder);
	snprintf(dump, sizeof(dump), "%s/dump", folder);
	snprintf(log, sizeof(log), "%s/log", folder);
	snprintf(url, sizeof(url), "http://127.0.0.1:%s", port);
	put_file(script, program, sizeof(program) - 1, 0700);
	put_dump(dump);
	kx_capture_init(&plan);
	target = kx_capture_add_target(&plan, "there");
	assert_non_null(target);
	target->type = KX_CAPTURE_HTTP;
	target->prepare_time = target->stall_time = 60;
	target->port = strtoull(port, NULL, 10);
	target->url = strdup(url);
	target->path = strdup("/dumps");
	target->secret = strdup("password");
	assert_int_equal(kx_capture_append(&target->server, "127.0.0.1"), 0);
	plan.level = 0;
	plan.total_time = 60;

	if (capture_try(&trial, where, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(seen.rc, 0);
	assert_string_equal(seen.place, where);
	snprintf(expected, sizeof(expected), "%s/dumps/", url);
	assert_int_equal(strncmp(where, expected, strlen(expected)), 0);
	get_text(log, said, sizeof(said));
	snprintf(expected, sizeof(expected), "-s %s/password ", folder);
	assert_non_null(strstr(said, expected));
	assert_non_null(strstr(said, "/vmcore\n"));
	assert_non_null(strstr(said, "/manifest.json\n"));
	/* What a look says is what came of it. */
	seen.says = -EBADMSG;
	assert_int_equal(capture_try(&trial, where, &err), -EBADMSG);
	/* Nobody sees what has no place. */
	close(fd);
	seen.place[0] = '\0';
	target->prepare_time = 1;
	assert_true(capture_try(&trial, where, &err) < 0);
	assert_string_equal(seen.place, "");
	kx_capture_done(&plan);
	unlink(script);
	unlink(dump);
	unlink(log);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trial_takes_programs_and_secrets_from_where_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is tried in a process with mounts of its own, and what is said when that comes to no end. */
#include <time.h>

#include "kdump/service/check_apart.h"
#include "tests/unit/kxtest.h"

/* What kdump check shows behind "fault  NAME: ", by the type of the target. */
TEST(what_takes_too_long_is_named)
{
	static const struct {
		enum kx_capture_type type;
		bool server;
		unsigned int ms;
		const char *text;
	} golden[] = {
		{ KX_CAPTURE_FILE, false, 420000,
		  "given up after 420 s: the disk hangs, or is too slow" },
		{ KX_CAPTURE_RAW, false, 420000, "given up after 420 s: the disk hangs, or is too slow" },
		{ KX_CAPTURE_VIRTIOFS, false, 90000,
		  "given up after 90 s: the host says nothing, or is too slow" },
		{ KX_CAPTURE_NFS, true, 90000,
		  "given up after 90 s: the server says nothing, or is too slow" },
		{ KX_CAPTURE_SMB, true, 420000,
		  "given up after 420 s: the server says nothing, or is too slow" },
		{ KX_CAPTURE_SSH, true, 420000,
		  "given up after 420 s: the server says nothing, or is too slow" },
		{ KX_CAPTURE_HTTP, true, 90000,
		  "given up after 90 s: the server says nothing, or is too slow" },
		{ KX_CAPTURE_S3, true, 90000,
		  "given up after 90 s: the server says nothing, or is too slow" },
	};

	assert_int_equal(sizeof(golden) / sizeof(golden[0]), KX_CAPTURE_TYPES);
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		const struct kx_capture_target to = {
			.type = golden[i].type,
			.server.count = golden[i].server,
		};
		struct kx_err err = { "" };

		assert_int_equal(check_late(&to, golden[i].ms, &err), -ETIMEDOUT);
		assert_string_equal(err.text, golden[i].text);
	}
}

static int run_long(const struct checking *c, const struct kx_capture_target *to,
		    const char *folder, struct kx_err *err)
{
	static const struct timespec pause = { .tv_sec = 60 };

	(void)c, (void)to, (void)folder, (void)err;
	nanosleep(&pause, NULL);
	return 0;
}

static int run_not(const struct checking *c, const struct kx_capture_target *to,
		   const char *folder, struct kx_err *err)
{
	(void)c, (void)to, (void)folder;
	return kx_fail(err, -ENOSPC, "it is full");
}

TEST(it_is_waited_for_as_long_as_is_said)
{
	const struct prepared made = { .plan = { .id = NULL } };
	const struct checking c = { .made = &made };
	const struct kx_capture_target to = { .type = KX_CAPTURE_FILE };
	struct kx_err err = { "" };

	/* Mounts of its own may not be had here. */
	if (check_apart(&c, &to, run_not, 60000, &err) == -EPERM)
		skip();
	assert_string_equal(err.text, "it is full");
	assert_int_equal(check_apart(&c, &to, run_long, 1500, &err), -ETIMEDOUT);
	assert_string_equal(err.text, "given up after 1 s: the disk hangs, or is too slow");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_takes_too_long_is_named),
		cmocka_unit_test(it_is_waited_for_as_long_as_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service finds out about mounts, devices and memory, and how it keeps what it found. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kdump/service/check/network.h"
#include "kdump/service/machine/need.h"
#include "kdump/service/state/crashes.h"
#include "kdump/service/state/found.h"
#include "kdump/service/state/last.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

/**
 * struct measured - the least that a dump was saved from
 * @mib: crashkernel=, by scenarios of tests/qemu in steps of 8 MiB; kdump.conf(5) says the same
 */
struct measured {
	const char *target;
	unsigned int mib;
	struct need_facts facts;
};

/* Debian's 6.1 on x86_64, or as it says: init_size, and the images that the scenarios made. */
enum { FULL = 66691072, CLOUD = 54001664, BUDGET = 8 << 20 };
static const struct measured measured[] = {
	{ "ext4", 80, { FULL, 3174180, 2747507, 2069185, BUDGET, false, NULL } },
	{ "ext4, cloud kernel", 72, { CLOUD, 3174180, 2747507, 2069185, BUDGET, false, NULL } },
	{ "xfs", 88, { FULL, 3423768, 4505225, 4216065, BUDGET, false, NULL } },
	{ "btrfs", 88, { FULL, 3718928, 4755460, 3855577, BUDGET, false, NULL } },
	{ "vfat", 88, { FULL, 2720720, 546484, 189905, BUDGET, false, NULL } },
	{ "nfs", 80, { FULL, 3683864, 5963434, 2147377, BUDGET, false, NULL } },
	{ "smb", 80, { FULL, 3390908, 3884625, 2806321, BUDGET, false, NULL } },
	{ "ssh", 88, { FULL, 7315640, 492954, 154009, BUDGET, false, NULL } },
	/* Debian's 6.12: less was not tried. */
	{ "ext4, riscv64", 128, { 31899648, 5474304, 8606422, 7006023, BUDGET, false, "riscv64" } },
};

TEST(need_is_enough_for_each_target_and_not_much_more)
{
	for (size_t i = 0; i < sizeof(measured) / sizeof(measured[0]); i++) {
		const struct measured *m = &measured[i];
		uint64_t need = need_estimate(&m->facts);

		if (need < m->mib * MIB || need > (m->mib + 16) * MIB)
			fail_msg("%s: %u MiB are the least, %u are said", m->target, m->mib,
				 (unsigned int)(need / MIB));
	}
}

TEST(need_is_not_known_where_the_kernel_does_not_say)
{
	const struct need_facts full = measured[0].facts;
	struct need_facts bare = full, wrong = full;
	char words[32];

	bare.bare = true;
	assert_int_equal(need_estimate(&bare), need_estimate(&full) + 32 * MIB);
	wrong.kernel = 0;
	assert_int_equal(need_estimate(&wrong), 0);
	wrong.kernel = UINT64_MAX - 5;
	assert_int_equal(need_estimate(&wrong), 0);
	assert_int_equal(need_learned(256 * MIB, 200 * MIB), 80 * MIB);
	assert_int_equal(need_learned(96 * MIB, 200 * MIB), 16 * MIB);
	need_words(96 * MIB, words, sizeof(words));
	assert_string_equal(words, "crashkernel=96M");
	need_words(0, words, sizeof(words));
	assert_string_equal(words, "crashkernel=256M");
}

TEST(virtual_machines_are_told_from_others)
{
	struct folder root = folder_of("== proc/cpuinfo = flags : fpu hypervisor lm\n");

	assert_false(need_bare(root.path));
	folder_remove(&root);
	root = folder_of("== sys/class/dmi/id/sys_vendor = Dell Inc.\n");
	assert_true(need_bare(root.path));
	folder_remove(&root);
	root = folder_of("== sys/class/dmi/id/sys_vendor = QEMU\n");
	assert_false(need_bare(root.path));
	folder_remove(&root);
	root = folder_of("== proc/device-tree/compatible = linux,dummy-virt\n");
	assert_false(need_bare(root.path));
	folder_remove(&root);
}

TEST(what_was_found_is_read_again)
{
	struct folder root = folder_make();
	struct last_check check = { .time = 1795371706, .written = true, .image = "image-1" },
			  again;
	struct last_test test = { .begun = 7, .id = "a-1", .kind = "crash", .result = "saved",
				  .dump = "/var/crash/x", .reserved = GIB, .lowest = MIB }, tested;
	struct kx_err err = { "" };
	struct state s;

	assert_int_equal(state_open(&s, root.path, true, &err), 0);
	assert_int_equal(last_check_get(&s, &again, &err), -ENOENT);
	assert_int_equal(last_test_get(&s, STATE_LAST_TEST, &tested, &err), -ENOENT);
	snprintf(check.boot, sizeof(check.boot), "a-boot");
	last_check_add_target(&check, "a", "0123");
	findings_add(&check.findings, FINDING_GOOD, "space", "a", "%d MiB", 7);
	findings_add(&check.findings, FINDING_WARNING, "clock", NULL, "\"off\" by\x1b");
	assert_int_equal(last_check_put(&s, &check, &err), 0);
	assert_int_equal(last_check_get(&s, &again, &err), 0);
	assert_int_equal(again.time, 1795371706);
	assert_true(again.written);
	assert_string_equal(again.image, "image-1");
	assert_string_equal(again.boot, "a-boot");
	assert_int_equal(again.targets, 1);
	assert_string_equal(again.target[0].name, "a");
	assert_string_equal(again.target[0].mark, "0123");
	assert_int_equal(again.findings.count, 2);
	assert_int_equal(findings_worst(&again.findings), FINDING_WARNING);
	assert_string_equal(again.findings.item[0].target, "a");
	assert_string_equal(again.findings.item[1].text, "\"off\" by\x1b");
	last_check_done(&again);
	last_check_done(&check);
	assert_int_equal(last_test_put(&s, &test, &err), 0);
	assert_int_equal(last_test_get(&s, STATE_LAST_TEST, &tested, &err), 0);
	assert_memory_equal(&test, &tested, sizeof(test));
	/* Whoever else writes there does not make us fail. */
	assert_int_equal(state_put_text(s.lib, STATE_LAST_CHECK, "{\"format\": 1, \"time\": \"x\", "
					"\"findings\": [1, {\"level\": 2}, {}]}", &err), 0);
	assert_int_equal(last_check_get(&s, &again, &err), 0);
	assert_int_equal(again.findings.count + again.time, 0);
	assert_int_equal(state_put_text(s.lib, STATE_LAST_CHECK, "[]", &err), 0);
	assert_int_equal(last_check_get(&s, &again, &err), -EINVAL);
	assert_says(&err, "last-check.json is not what kdump writes there");
	state_done(&s);
	folder_remove(&root);
}

TEST(what_arming_found_is_of_its_image)
{
	struct folder root = folder_make();
	struct findings findings = { .item = NULL }, again = { .item = NULL };
	struct kx_err err = { "" };
	struct state s;

	assert_int_equal(state_open(&s, root.path, true, &err), 0);
	found_get(&s, "image-1", &again);
	assert_int_equal(again.count, 0);
	findings_add(&findings, FINDING_NOTE, "clock", NULL, "none");
	findings_add(&findings, FINDING_WARNING, FOUND_ANEW, NULL, "a line");
	findings_add(&findings, FINDING_WARNING, "modules", NULL, "no\tmodule\nfault\tx\ty\tz");
	findings_add(&findings, FINDING_FAULT, "target", "a", "%s", "");
	assert_int_equal(found_put(&s, "image-1", &findings, &err), 0);
	found_get(&s, "image-2", &again);
	assert_int_equal(again.count, 0);
	found_get(&s, "image-1", &again);
	assert_int_equal(again.count, 2);
	assert_int_equal(again.item[0].level, FINDING_WARNING);
	assert_string_equal(again.item[0].check, "modules");
	assert_string_equal(again.item[0].target, "");
	assert_string_equal(again.item[0].text, "no?module?fault?x?y?z");
	assert_int_equal(again.item[1].level, FINDING_FAULT);
	assert_string_equal(again.item[1].target, "a");
	assert_string_equal(again.item[1].text, "");
	findings_done(&again);
	/* An arming that found nothing takes away what the one before did. */
	findings_done(&findings);
	assert_int_equal(found_put(&s, "image-1", &findings, &err), 0);
	assert_false(state_has(s.run, STATE_FOUND));
	/* Whoever else writes there does not make us fail. */
	assert_int_equal(state_put_text(s.run, STATE_FOUND, "image-1\n\nfault\nfault\ta\nfault\ta\tb\n"
					"bad\ta\tb\tc", &err), 0);
	found_get(&s, "image-1", &again);
	assert_int_equal(again.count, 0);
	state_done(&s);
	folder_remove(&root);
}

TEST(crashes_are_found_by_time_and_by_test)
{
	struct folder root = folder_of(
		"== var/crash/a/manifest.json = {\"format\": 1, \"crash_time\": 5, "
		"\"panic\": \"old\", \"capture\": {\"test\": \"t1\", \"low_kib\": 8}}\n"
		"== var/crash/b/manifest.json = {\"format\": 1, \"crash_time\": 9, "
		"\"panic\": \"new\"}\n"
		"== var/crash/c/manifest.json = {\n== var/crash/d/vmcore = x\n");
	struct crash crash = { .found = false };

	crash_look(&crash, root.path, "/var/none", NULL);
	assert_false(crash.found);
	crash_look(&crash, root.path, "/var/crash", NULL);
	assert_true(crash.found);
	assert_string_equal(crash.path, "/var/crash/b");
	assert_string_equal(crash.panic, "new");
	crash = (struct crash){ .found = false };
	crash_look(&crash, root.path, "/var/crash", "t1");
	assert_string_equal(crash.path, "/var/crash/a");
	assert_int_equal(crash.lowest, 8 * KIB);
	crash = (struct crash){ .found = false };
	crash_look(&crash, root.path, "/var/crash", "t2");
	assert_false(crash.found);
	folder_remove(&root);
}

/* On the loopback, at a port that nobody else has. */
static int listen_somewhere(uint64_t *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

TEST(servers_answer_or_not)
{
	char name[] = "far";
	struct kx_capture_target to = { .type = KX_CAPTURE_SSH, .name = name };
	struct target_config from = { .name = name };
	struct findings found = { NULL, 0, 0 };
	const struct checking checking = { .findings = &found };
	int fd = listen_somewhere(&to.port);

	assert_int_equal(check_connect("127.0.0.1", to.port, 5), 0);
	assert_int_equal(check_connect("localhost", to.port, 5), -EINVAL);
	assert_int_equal(kx_capture_append(&to.server, "127.0.0.1"), 0);
	check_network(&checking, &from, &to);
	assert_int_equal(found.item[0].level, FINDING_GOOD);
	assert_non_null(strstr(found.item[1].text, "no key"));
	close(fd);
	assert_int_equal(check_connect("127.0.0.1", to.port, 5), -ECONNREFUSED);
	check_network(&checking, &from, &to);
	assert_int_equal(findings_worst(&found), FINDING_FAULT);
	assert_non_null(strstr(found.item[2].text, "nobody answers: Connection refused"));
	findings_done(&found);
	free(to.server.item[0]);
	free(to.server.item);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(need_is_enough_for_each_target_and_not_much_more),
		cmocka_unit_test(need_is_not_known_where_the_kernel_does_not_say),
		cmocka_unit_test(virtual_machines_are_told_from_others),
		cmocka_unit_test(what_was_found_is_read_again),
		cmocka_unit_test(servers_answer_or_not),
		cmocka_unit_test(what_arming_found_is_of_its_image),
		cmocka_unit_test(crashes_are_found_by_time_and_by_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump.conf: values, defaults, what is wrong and what is said about it. */
#include "kdump/base/values.h"
#include "kdump/service/config/ini.h"
#include "kdump/service/config/read.h"
#include "kdump/service/settings/parts.h"
#include "tests/unit/kxtest.h"

static void assert_size(const char *text, uint64_t expected)
{
	uint64_t found = 77;
	char printed[VALUE_TEXT];

	assert_true(value_size(text, &found));
	assert_int_equal(found, expected);
	value_print_size(found, printed);
	assert_true(value_size(printed, &found));
	assert_int_equal(found, expected);
}

TEST(sizes_have_units_of_1024)
{
	static const char *const no[] = { "", "M", "1X", "-1", "1.5G", "8T8", "8E", "99999999T", "0x10", "1KK" };
	uint64_t size = 77;

	assert_size("0", 0);
	assert_size("1025", 1025);
	assert_size("64K", 64 << 10);
	assert_size("8 MiB", 8 << 20);
	assert_size("20g", UINT64_C(20) << 30);
	assert_size("4TB", UINT64_C(4) << 40);
	assert_size("512B", 512);
	assert_size("3P", UINT64_C(3) << 50);
	assert_size("7E", UINT64_C(7) << 60);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		assert_false(value_size(no[i], &size));
		assert_int_equal(size, 77);
	}
}

static void assert_time(const char *text, uint64_t expected)
{
	uint64_t found = 77;
	char printed[VALUE_TEXT];

	assert_true(value_time(text, &found));
	assert_int_equal(found, expected);
	value_print_time(found, printed);
	assert_true(value_time(printed, &found));
	assert_int_equal(found, expected);
}

TEST(times_add_up)
{
	static const char *const no[] = { "", "s", "1y", "1h30x", "-1", "99999999999999999w", "1 h z" };
	uint64_t time = 77;

	assert_time("0", 0);
	assert_time("90", 90);
	assert_time("90s", 90);
	assert_time("1h30m", 5400);
	assert_time("1h 30min 5s", 5405);
	assert_time("2w", 1209600);
	assert_time("90d", 7776000);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		assert_false(value_time(no[i], &time));
		assert_int_equal(time, 77);
	}
}

TEST(shares_are_percents_or_sizes)
{
	struct config_share share;

	assert_true(value_share("10%", &share));
	assert_int_equal(share.percent, 10);
	assert_int_equal(share.bytes, 0);
	assert_true(value_share("2G", &share));
	assert_int_equal(share.percent, 0);
	assert_int_equal(share.bytes, INT64_C(2) << 30);
	assert_false(value_share("100%", &share));
	assert_false(value_share("10%%", &share));
	assert_false(value_share("%", &share));
	assert_int_equal(share.bytes, INT64_C(2) << 30);
}

TEST(distances_count_edits)
{
	assert_int_equal(value_distance("level", "level"), 0);
	assert_int_equal(value_distance("levle", "level"), 1);
	assert_int_equal(value_distance("lvl", "level"), 2);
	assert_int_equal(value_distance("", "level"), 5);
	assert_int_equal(value_distance("LEVEL", "level"), 0);
	assert_int_equal(value_distance("LeVle", "level"), 1);
	assert_int_equal(value_distance("a long name that is no key at all, certainly", "level"), 99);
}

static int read_text(struct service_config *ret, const char *text)
{
	struct kx_err err = { "" };
	int rc = config_read_text(ret, kx_span_of(text), "FILE", &err);

	if (rc < 0)
		assert_says(&err, "no [target] is usable");
	return rc;
}

static void assert_warned(const struct service_config *config, unsigned int line, const char *part)
{
	for (size_t i = 0; i < config->warnings; i++) {
		if (config->warning[i].origin.line == line && strstr(config->warning[i].text, part))
			return;
	}
	fail_msg("no warning of line %u that says \"%s\", but %zu others; first: %s", line, part,
		 config->warnings, config->warnings ? config->warning[0].text : "");
}

TEST(without_a_file_there_are_defaults)
{
	struct service_config config;

	assert_int_equal(read_text(&config, ""), 0);
	assert_true(config.enabled);
	assert_int_equal(config.level, 31);
	assert_string_equal(config.compress, "zstd");
	assert_int_equal(config.memory, 8 << 20);
	assert_int_equal(config.total_time, 3600);
	assert_int_equal(config.keep.count, 5);
	assert_int_equal(config.keep.min_free.percent, 10);
	assert_int_equal(config.targets, 1);
	assert_true(config.target[0].implied);
	assert_string_equal(config.target[0].path, "/var/crash");
	assert_int_equal(config.warnings, 0);
	config_done(&config);
}

/* Made by age-keygen; nothing was ever encrypted to them. */
#define ONE   "age109q7cjl9mgs0zf4p4aylfjwpsumznqzmtdclsl0qg2sp0afaypgs8g7tqx"
#define TWO   "age13n8dqfr3jnlt47p2r9uym5kruy3wt4ther8p3ww6y5rh8eq5gvlse004dx"
#define THREE "age14cufne2vk7cruh0ed4yheudcew87kudc6nfnqtjq8gy9e3e5xf2snpft8d"

TEST(values_are_taken_with_where_they_stand)
{
	struct service_config config;

	assert_int_equal(read_text(&config, "[kdump]\n\n  level = 17 ; fewer\ncompress: lzo\n"
				   "final=poweroff\nrecipient = " ONE " " TWO "\nrecipient = " THREE
				   "\nrecipient = age1mistyped\n"
				   "[target disk]\nwhere = UUID=1\nwhat=dmesg\n[keep]\nage = all\n"), 0);
	assert_int_equal(config.level, 17);
	assert_int_equal(config.key[1].line, 3);
	assert_string_equal(config.key[1].file, "FILE");
	assert_null(config.key[0].file);
	assert_string_equal(config.compress, "lzo");
	assert_int_equal(config.final, KX_CAPTURE_POWEROFF);
	assert_int_equal(config.failure, KX_CAPTURE_REBOOT);
	assert_int_equal(config.recipients, 3);
	assert_string_equal(config.recipient[2], THREE);
	/* Nobody could read what is encrypted to it. */
	assert_int_equal(config.warnings, 1);
	assert_int_equal(config.targets, 1);
	assert_false(config.target[0].implied);
	assert_string_equal(config.target[0].name, "disk");
	assert_int_equal(config.target[0].what, KX_CAPTURE_DMESG);
	assert_int_equal(config.target[0].origin.line, 9);
	assert_int_equal(config.keep.age, 0);
	config_done(&config);
}

TEST(what_is_wrong_is_a_warning_and_the_default)
{
	struct service_config config;

	assert_int_equal(read_text(&config, "early=1\n[kdump]\nlevle = 3\nlevel = 3\nlevel = 99\n"
				   "count = 4\nfinal = explode\nbanana_split = 1\n[kepe]\ncount=1\n"
				   "nonsense\n[open\nlevel = 7\nrecipient=x\n"), 0);
	assert_int_equal(config.level, 31);
	assert_int_equal(config.keep.count, 5);
	assert_int_equal(config.final, KX_CAPTURE_REBOOT);
	assert_warned(&config, 1, "before the first");
	assert_warned(&config, 3, "\"level\"?");
	assert_warned(&config, 5, "a number up to 31; the default 31");
	assert_warned(&config, 6, "[keep] has");
	assert_warned(&config, 7, "one of reboot, halt, poweroff");
	assert_warned(&config, 8, "[kdump] has no key \"banana_split\"");
	assert_warned(&config, 9, "[keep]?");
	assert_warned(&config, 11, "neither KEY = VALUE");
	assert_warned(&config, 12, "must end with ]");
	/* What follows a section that cannot be read is in none. */
	assert_int_equal(config.warnings, 9);
	config_done(&config);
}

TEST(lines_may_be_longer_than_inih_takes_them)
{
	enum { WORDS = 500, LONGEST = 30000 };
	char *text = malloc(LONGEST), *expected = malloc(LONGEST);
	struct service_config config;
	size_t len = 0, start;

	assert_true(text && expected);
	len = (size_t)snprintf(text, LONGEST, "[kdump]\nappend = ");
	start = len;
	for (int i = 0; i < WORDS; i++)
		len += (size_t)snprintf(text + len, LONGEST - len, "%sw%d=;a#b;", i ? "  " : "", i);
	snprintf(expected, LONGEST, "%s", text + start);
	len += (size_t)snprintf(text + len, LONGEST - len, " ; a comment\nhost_tag = ");
	memset(text + len, 'x', 1000);
	memcpy(text + len + 1000, "\nlevel=1\n", 10);
	assert_int_equal(read_text(&config, text), 0);
	assert_string_equal(config.append, expected);
	assert_int_equal(strlen(config.host_tag), 1000);
	assert_int_equal(config.level, 1);
	assert_int_equal(config.warnings, 0);
	config_done(&config);
	free(text);
	free(expected);
}

static bool usable(const char *type, const char *where)
{
	struct service_config config;
	char text[200];
	int rc;

	snprintf(text, sizeof(text), "[target t]\ntype = %s\nwhere = %s\n", type, where);
	rc = read_text(&config, text);
	if (rc < 0)
		assert_warned(&config, 1, "is left out");
	config_done(&config);
	return rc == 0;
}

TEST(targets_need_what_their_type_needs)
{
	assert_true(usable("file", ""));
	assert_true(usable("file", "LABEL=x"));
	assert_true(usable("file", "/dev/vda1"));
	assert_false(usable("file", "vda1"));
	assert_false(usable("file", "UUID="));
	assert_false(usable("raw", ""));
	assert_true(usable("nfs", "host:/dir"));
	assert_true(usable("nfs", "[fe80::1]:/dir"));
	assert_false(usable("nfs", "host"));
	assert_false(usable("nfs", ":/dir"));
	assert_true(usable("smb", "//host/share"));
	assert_false(usable("smb", "//host"));
	assert_true(usable("ssh", "dump@host"));
	assert_false(usable("ssh", "-oProxyCommand=x"));
	assert_false(usable("ssh", "user@-x"));
	assert_false(usable("http", "ftp://host"));
	assert_true(usable("http", "https://host/x"));
	assert_false(usable("s3", "https://host"));
	assert_true(usable("virtiofs", "tag"));
	assert_false(usable("virtiofs", ""));
}

TEST(only_a_configuration_without_a_target_is_an_error)
{
	struct service_config config;

	assert_int_equal(read_text(&config, "[target a]\ntype=nfs\n[target b]\ntype=raw\n"),
			 -EDESTADDRREQ);
	config_done(&config);
	assert_int_equal(read_text(&config, "[target a]\ntype=nfs\n[target b]\nwhere=UUID=1\n"), 0);
	assert_int_equal(config.targets, 1);
	assert_string_equal(config.target[0].name, "b");
	config_done(&config);
}

TEST(every_key_says_what_it_takes)
{
	char wanted[200];

	for (const struct config_section *s = config_sections; s->name; s++) {
		for (const struct config_key *key = s->keys; key->name; key++) {
			config_say_wanted(key, wanted, sizeof(wanted));
			assert_true(wanted[0] && key->help[0]);
			assert_non_null(key->standard);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_have_units_of_1024),
		cmocka_unit_test(times_add_up),
		cmocka_unit_test(shares_are_percents_or_sizes),
		cmocka_unit_test(distances_count_edits),
		cmocka_unit_test(without_a_file_there_are_defaults),
		cmocka_unit_test(values_are_taken_with_where_they_stand),
		cmocka_unit_test(what_is_wrong_is_a_warning_and_the_default),
		cmocka_unit_test(lines_may_be_longer_than_inih_takes_them),
		cmocka_unit_test(targets_need_what_their_type_needs),
		cmocka_unit_test(only_a_configuration_without_a_target_is_an_error),
		cmocka_unit_test(every_key_says_what_it_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture plans: what was written is what is read, and nothing else is. */
#include "kx/capture.h"
#include "tests/unit/kxtest.h"

/* "disk" is on the second of them. */
static void fill_volumes(struct kx_capture_plan *plan)
{
	struct kx_capture_disk *disk = kx_capture_add_disk(plan, "vda3");
	struct kx_capture_volume *volume;

	assert_non_null(disk);
	assert_int_equal(kx_capture_append(&disk->device, "uuid=aa-bb"), 0);
	volume = kx_capture_add_volume(plan, "md0");
	assert_non_null(volume);
	volume->kind = KX_CAPTURE_MD;
	volume->least = 1;
	assert_int_equal(kx_capture_set(&volume->metadata, "1.2"), 0);
	assert_int_equal(kx_capture_append(&volume->member, "vda3"), 0);
	volume = kx_capture_add_volume(plan, "dm-0");
	assert_non_null(volume);
	assert_int_equal(kx_capture_set(&volume->label, "vg-var"), 0);
	assert_int_equal(kx_capture_set(&volume->uuid, "LVM-x"), 0);
	assert_int_equal(kx_capture_append(&volume->segment, "0 8 linear @md0 2048"), 0);
	assert_int_equal(kx_capture_append(&plan->target[0].volume, "dm-0"), 0);
	assert_ptr_equal(kx_capture_find_disk(plan, "vda3"), disk);
	assert_null(kx_capture_find_disk(plan, "vda"));
	assert_ptr_equal(kx_capture_find_volume(plan, "dm-0"), volume);
	assert_null(kx_capture_find_volume(plan, "vda3"));
}

static void fill(struct kx_capture_plan *plan)
{
	struct kx_capture_target *target;
	struct kx_capture_link *link;

	kx_capture_init(plan);
	assert_int_equal(kx_capture_set(&plan->id, "6f1c"), 0);
	plan->level = 17;
	plan->mode = KX_CAPTURE_ALL;
	plan->failure = KX_CAPTURE_POWEROFF;
	plan->clock = 7200;
	plan->clock_is_negative = true;
	assert_int_equal(kx_capture_append(&plan->module, "%s opt=%d", "ext4.ko", 3), 0);
	assert_int_equal(kx_capture_append(&plan->module, "crc32c.ko"), 0);
	assert_int_equal(kx_capture_append(&plan->fence, "10.0.0.2"), 0);
	plan->fence_port = 7411;
	target = kx_capture_add_target(plan, "disk");
	assert_non_null(target);
	assert_int_equal(kx_capture_append(&target->device, "uuid=%s", "01-02"), 0);
	assert_int_equal(kx_capture_set(&target->path, "/var/crash of \xc3\xa4"), 0);
	target = kx_capture_add_target(plan, "far");
	assert_non_null(target);
	target->type = KX_CAPTURE_S3;
	target->what = KX_CAPTURE_DMESG;
	target->stall_time = UINT64_MAX;
	link = kx_capture_add_link(plan, "eth0");
	assert_non_null(link);
	link->kind = KX_CAPTURE_BOND;
	link->dhcp = true;
	assert_int_equal(kx_capture_append(&link->route, "default via 10.0.2.2"), 0);
	fill_volumes(plan);
}

static const char text_of_it[] =
	"id 6f1c\nlevel 17\nmemory 8388608\njobs 1\nmode all\nfinal reboot\nfailure poweroff\n"
	"total-time 3600\nclock 7200\nclock-is-negative yes\nencrypt off\n"
	"module ext4.ko opt=3\nmodule crc32c.ko\n"
	"fence 10.0.0.2\nfence-port 7411\nfence-interval 10\n"
	"\n[target]\nname disk\ntype file\nwhat dump\nprepare-time 60\nstall-time 60\n"
	"device uuid=01-02\nvolume dm-0\npath /var/crash of \xc3\xa4\nport 0\nlimit 0\nmin-free 0\n"
	"\n[target]\nname far\ntype s3\nwhat dmesg\nprepare-time 60\n"
	"stall-time 18446744073709551615\nport 0\nlimit 0\nmin-free 0\n"
	"\n[link]\nname eth0\nkind bond\nvlan 0\nmtu 0\ndhcp yes\nroute default via 10.0.2.2\n"
	"\n[disk]\nname vda3\ndevice uuid=aa-bb\n"
	"\n[volume]\nname md0\nkind md\nmetadata 1.2\nmember vda3\nleast 1\n"
	"\n[volume]\nname dm-0\nkind dm\nlabel vg-var\nuuid LVM-x\n"
	"segment 0 8 linear @md0 2048\nleast 0\n";

TEST(a_plan_is_one_text)
{
	struct kx_capture_plan plan;
	struct kx_err err = { "" };
	char *text;
	size_t len;

	fill(&plan);
	assert_int_equal(kx_capture_write(&plan, &text, &len, &err), 0);
	assert_string_equal(text, text_of_it);
	assert_int_equal(len, strlen(text_of_it));
	free(text);
	kx_capture_done(&plan);
}

TEST(what_was_written_is_read)
{
	struct kx_capture_plan plan;
	struct kx_err err = { "" };
	char *text;
	size_t len;

	assert_int_equal(kx_capture_read(kx_span_of(text_of_it), &plan, &err), 0);
	assert_string_equal(plan.id, "6f1c");
	assert_null(plan.test);
	assert_int_equal(plan.failure, KX_CAPTURE_POWEROFF);
	assert_true(plan.clock_is_negative);
	assert_int_equal(plan.module.count, 2);
	assert_string_equal(plan.module.item[0], "ext4.ko opt=3");
	assert_int_equal(plan.n_targets, 2);
	assert_string_equal(plan.target[0].path, "/var/crash of \xc3\xa4");
	assert_int_equal(plan.target[1].type, KX_CAPTURE_S3);
	assert_int_equal(plan.n_links, 1);
	assert_true(plan.link[0].dhcp);
	assert_int_equal(kx_capture_write(&plan, &text, &len, &err), 0);
	assert_string_equal(text, text_of_it);
	free(text);
	kx_capture_done(&plan);
}

TEST(an_empty_text_is_the_defaults)
{
	struct kx_capture_plan plan;
	struct kx_err err = { "" };

	assert_int_equal(kx_capture_read(kx_span_of("# nothing\n\n"), &plan, &err), 0);
	assert_int_equal(plan.level, 31);
	assert_int_equal(plan.total_time, 3600);
	assert_int_equal(plan.n_targets, 0);
	kx_capture_done(&plan);
}

TEST(what_is_no_plan_is_refused_with_its_line)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "id 1\ncolour red\n", "line 2 of the capture plan, \"colour red\": there is no such key" },
		{ "name x\n", "there is no such key" },
		{ "[target]\nid 1\n", "line 2" },
		{ "[kitchen]\n", "no such section" },
		{ "level many\n", "is not a number" },
		{ "level -1\n", "is not a number" },
		{ "level 18446744073709551616\n", "is not a number" },
		{ "mode both\n", "is none of its values" },
		{ "clock-is-negative no\n", "is not \"yes\"" },
		{ "id\n", "has no value" },
		{ "id \n", "has no value" },
		{ "id a\tb\n", "has a control character" },
		{ "id a\x7f\n", "has a control character" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct kx_capture_plan plan;
		struct kx_err err = { "" };

		assert_int_equal(kx_capture_read(kx_span_of(bad[i].text), &plan, &err), -EINVAL);
		assert_says(&err, bad[i].says);
		kx_capture_done(&plan);
	}
}

TEST(what_a_line_cannot_hold_is_not_written)
{
	static const char *const bad[] = { "a\nmode all", "", " a", "a ", "\x7f", "a\x1b[2J" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct kx_capture_plan plan;
		struct kx_err err = { "" };
		char *text = NULL;
		size_t len;

		kx_capture_init(&plan);
		assert_int_equal(kx_capture_append(&plan.recipient, "%s", bad[i]), 0);
		assert_int_equal(kx_capture_write(&plan, &text, &len, &err), -EINVAL);
		assert_says(&err, "recipient");
		assert_null(text);
		kx_capture_done(&plan);
	}
}

TEST(types_have_names)
{
	enum kx_capture_type type = KX_CAPTURE_TYPES;

	for (enum kx_capture_type i = 0; i < KX_CAPTURE_TYPES; i++) {
		assert_true(kx_capture_type_find(kx_span_of(kx_capture_type_name(i)), &type));
		assert_int_equal(type, i);
	}
	assert_null(kx_capture_type_name(KX_CAPTURE_TYPES));
	assert_false(kx_capture_type_find(kx_span_of("tape"), &type));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_is_one_text),
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(an_empty_text_is_the_defaults),
		cmocka_unit_test(what_is_no_plan_is_refused_with_its_line),
		cmocka_unit_test(what_a_line_cannot_hold_is_not_written),
		cmocka_unit_test(types_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

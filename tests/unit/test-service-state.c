/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service keeps: whole or not there, and what it finds out about machine and kernel. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/service/machine/header.h"
#include "kdump/service/machine/kernel.h"
#include "kdump/service/machine/machine.h"
#include "kdump/service/state/again.h"
#include "kdump/service/state/images.h"
#include "kdump/service/state/state.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

static void open_state(struct state *ret, const struct folder *root)
{
	struct kx_err err = { "" };

	assert_int_equal(state_open(ret, root->path, true, &err), 0);
}

static void expect_file(int dir, const char *name, const char *expected)
{
	char *text;

	assert_int_equal(state_get(dir, name, &text, NULL), 0);
	assert_string_equal(text, expected);
	free(text);
}

TEST(a_file_becomes_another_one_or_stays)
{
	struct folder root = folder_make();
	struct kx_err err = { "" };
	struct state s;
	struct stat st;
	char *text;

	open_state(&s, &root);
	assert_int_equal(state_get(s.lib, "a", &text, NULL), -ENOENT);
	assert_int_equal(state_put_text(s.lib, "a", "one", &err), 0);
	assert_int_equal(state_put_text(s.lib, "a", "two", &err), 0);
	expect_file(s.lib, "a", "two");
	assert_int_equal(fstatat(s.lib, "a", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* One that was cut is in nobody's way. */
	assert_int_equal(mkdirat(s.lib, "b", 0700), 0);
	assert_true(state_put_text(s.lib, "b", "x", &err) < 0);
	assert_false(state_has(s.lib, ".b.new"));
	assert_int_equal(symlinkat("/etc/passwd", s.lib, "c"), 0);
	assert_int_equal(state_get(s.lib, "c", &text, NULL), -ELOOP);
	assert_int_equal(state_get(s.lib, "b", &text, NULL), -EINVAL);
	assert_int_equal(state_drop(s.lib, "a"), 0);
	assert_int_equal(state_drop(s.lib, "a"), 0);
	state_done(&s);
	folder_remove(&root);
}

/* Who is at work does what was asked for before; what is asked for meanwhile is left. */
TEST(what_is_asked_for_meanwhile_is_done_later)
{
	struct folder root = folder_make();
	struct kx_err err = { "" };
	char *first, *second;
	struct state s;

	open_state(&s, &root);
	assert_null(again_asked(&s));
	again_done(&s, NULL);
	assert_int_equal(again_ask(&s, "it was busy", &err), 0);
	first = again_asked(&s);
	assert_non_null(first);
	assert_string_equal(again_why(first), "it was busy");
	assert_int_equal(again_ask(&s, "it was busy", &err), 0);
	again_done(&s, first);
	second = again_asked(&s);
	assert_non_null(second);
	assert_string_not_equal(first, second);
	again_done(&s, NULL);
	assert_true(state_has(s.run, STATE_AGAIN));
	again_done(&s, second);
	assert_null(again_asked(&s));
	assert_false(state_has(s.run, STATE_AGAIN ".taken"));
	free(first);
	free(second);
	state_done(&s);
	folder_remove(&root);
}

TEST(only_a_reader_lives_without_folders)
{
	struct folder root = folder_make();
	struct kx_err err = { "" };
	struct state s;
	char name[IMAGE_NAME], *text;

	assert_int_equal(state_open(&s, root.path, false, &err), 0);
	assert_int_equal(s.run, -1);
	assert_int_equal(state_get(s.run, "x", &text, NULL), -ENOENT);
	assert_false(state_has(s.run, "x"));
	assert_false(image_armed(&s, name));
	state_done(&s);
	folder_remove(&root);
}

TEST(the_lock_is_for_one)
{
	struct folder root = folder_make();
	struct kx_err err = { "" };
	struct state one, two;

	open_state(&one, &root);
	open_state(&two, &root);
	assert_int_equal(state_lock(&one, STATE_LOCK, 0, &err), 0);
	assert_int_equal(state_lock(&two, STATE_LOCK, 0, &err), -EAGAIN);
	state_unlock(&one);
	assert_int_equal(state_lock(&one, STATE_CHECK, 0, &err), 0);
	assert_int_equal(state_lock(&two, STATE_LOCK, 0, &err), 0);
	state_unlock(&two);
	assert_int_equal(state_lock(&two, STATE_CHECK, 0, &err), -EAGAIN);
	assert_says(&err, "(/run/kdump/check)");
	state_done(&one);
	assert_int_equal(state_lock(&two, STATE_CHECK, 0, &err), 0);
	state_done(&two);
	folder_remove(&root);
}

static struct image_triple parts_of(const char *kernel, const char *words, const char *record)
{
	return (struct image_triple){ kx_span_of(kernel), kx_span_of("initrd"), kx_span_of("+1"),
				      words, "", record };
}

TEST(images_are_called_by_what_is_in_them)
{
	const struct image_triple one = parts_of("kernel", "quiet", "a=1"),
				 record = parts_of("kernel", "quiet", "a=2"),
				 words = parts_of("kernel", "loud", "a=1"),
				 kernel = parts_of("kernels", "quiet", "a=1");
	struct image_triple more = one;
	char first[IMAGE_NAME], second[IMAGE_NAME];

	image_name(&one, first);
	image_name(&record, second);
	assert_string_equal(first, second);
	assert_int_equal(strlen(first), IMAGE_NAME - 2);
	image_name(&words, second);
	assert_string_not_equal(first, second);
	image_name(&kernel, second);
	assert_string_not_equal(first, second);
	more.seed = kx_span_of("+2");
	image_name(&more, second);
	assert_string_equal(first, second);
	more.hardware = "0-3";
	image_name(&more, second);
	assert_string_not_equal(first, second);
}

TEST(what_is_loaded_stays_when_others_go)
{
	struct folder root = folder_make();
	const struct image_triple old = parts_of("k1", "w1", "a=1\nkernel=/boot/k\n"),
				 new = parts_of("k2", "w2", "a=2\n");
	char first[IMAGE_NAME], second[IMAGE_NAME], armed[IMAGE_NAME], value[16];
	struct kx_err err = { "" };
	struct state s;
	char *text, *initrd;

	open_state(&s, &root);
	image_name(&old, first);
	image_name(&new, second);
	assert_false(image_armed(&s, armed));
	assert_int_equal(image_keep(&s, first, &old, &err), 0);
	assert_int_equal(image_commit(&s, first, &err), 0);
	assert_int_equal(image_keep(&s, second, &new, &err), 0);
	assert_true(image_armed(&s, armed));
	assert_string_equal(armed, first);
	assert_int_equal(image_read(&s, armed, IMAGE_RECORD, &text), 0);
	assert_true(record_value(text, "kernel", value, sizeof(value)));
	assert_int_equal(image_read(&s, armed, IMAGE_INITRD, &initrd), 0);
	assert_string_equal(initrd, "initrd+1");
	free(initrd);
	assert_string_equal(value, "/boot/k");
	assert_false(record_value(text, "ernel", value, sizeof(value)));
	free(text);
	assert_int_equal(mkdirat(s.run, "making", 0700), 0);
	image_sweep(&s);
	assert_false(state_has(s.run, second));
	assert_false(state_has(s.run, "making"));
	assert_true(state_has(s.run, first));
	assert_int_equal(image_keep(&s, second, &new, &err), 0);
	assert_int_equal(image_commit(&s, second, &err), 0);
	image_sweep(&s);
	assert_true(image_armed(&s, armed));
	assert_string_equal(armed, second);
	assert_false(state_has(s.run, first));
	/* A link that leads elsewhere is none of ours. */
	assert_int_equal(unlinkat(s.run, STATE_ARMED, 0), 0);
	assert_int_equal(symlinkat("/etc", s.run, STATE_ARMED), 0);
	assert_false(image_armed(&s, armed));
	state_done(&s);
	folder_remove(&root);
}

TEST(a_machine_is_what_its_files_say)
{
	struct folder root = folder_of("== proc/cmdline\nroot=/dev/vda \"crashkernel=1M x\" "
				       "crashkernel=96M,high quiet\n== sys/kernel/kexec_crash_size\n"
				       "100663296\n== sys/kernel/kexec_crash_loaded\n1\n"
				       "== sys/devices/system/cpu/crash_hotplug\n1\n"
				       "== sys/devices/system/cpu/present\n0-3\n== proc/iomem\n"
				       "00-ff : Reserved\n100-fff : System RAM\n  100-1ff : Code\n"
				       "1000-1fff : System RAM\n");
	struct kx_err err = { "" };
	struct machine m;

	assert_int_equal(machine_read(&m, root.path, &err), 0);
	assert_true(m.loaded && m.reserved_known);
	assert_int_equal(m.reserved, 96 << 20);
	assert_string_equal(m.wanted, "crashkernel=96M,high");
	assert_true(m.updates_cpus && !m.updates_memory && !m.header);
	assert_string_equal(m.release, "");
	/* Of CPUs the kernel tells by itself. */
	assert_string_equal(m.hardware, "\n100-fff : System RAM\n1000-1fff : System RAM\n");
	machine_done(&m);
	folder_remove(&root);
	root = folder_make();
	assert_int_equal(machine_read(&m, root.path, &err), 0);
	assert_false(m.loaded || m.reserved_known);
	assert_string_equal(m.cmdline, "");
	assert_string_equal(err.text, "");
	machine_done(&m);
	folder_remove(&root);
}

static void expect_kernel(const char *files, const char *cmdline, const char *wanted, int rc,
			  const char *path, const char *release)
{
	struct folder root = folder_of(files);
	struct kx_err err = { "" };
	struct kernel kernel;

	assert_int_equal(kernel_find(&kernel, root.path, "6.1.0-9", cmdline, wanted, &err), rc);
	if (rc == 0) {
		assert_string_equal(kernel.path, path);
		assert_string_equal(kernel.release, release);
	}
	folder_remove(&root);
}

TEST(kernels_are_found_where_distributions_keep_them)
{
	expect_kernel("== boot/vmlinuz-6.1.0-9\nx\n== boot/vmlinuz-6.1.0\nx\n", "", NULL, 0,
		      "/boot/vmlinuz-6.1.0-9", "6.1.0-9");
	expect_kernel("== usr/lib/modules/6.1.0-9/vmlinuz\nx\n== boot/vmlinuz-6.1.0-9\nx\n", "",
		      "", 0, "/usr/lib/modules/6.1.0-9/vmlinuz", "6.1.0-9");
	expect_kernel("== boot/loader/entries/a.conf\nversion 6.1.0-8\nlinux /a\n"
		      "== boot/loader/entries/b.conf\ntitle x\nversion  6.1.0-9\nlinux /ostree/b\n"
		      "== boot/ostree/b\nx\n== boot/a\nx\n", "", NULL, 0, "/boot/ostree/b",
		      "6.1.0-9");
	/* Others, newer ones and a UKI, come first in a menu. */
	expect_kernel("== efi/loader/entries/z.conf\nversion 6.1.0-99\nlinux /z\n== efi/z\nx\n"
		      "== efi/loader/entries/y.conf\nversion 6.1.0-9\nuki /y\n== efi/y\nx\n"
		      "== boot/grub2/grubenv\nimage=/b\n== boot/grub2/grub.cfg\nblscfg\n"
		      "== efi/loader/entries/b.conf\nversion 6.1.0-9\nlinux $image\n== efi/b\nx\n",
		      "", NULL, 0, "/efi/b", "6.1.0-9");
	expect_kernel("== boot/k\nx\n", "x BOOT_IMAGE=(hd0,gpt2)/k ro", NULL, 0, "/boot/k", "6.1.0-9");
	expect_kernel("== boot/k\nx\n", "x BOOT_IMAGE=/boot/k ro", NULL, 0, "/boot/k", "6.1.0-9");
	expect_kernel("== boot/k\nx\n", "x BOOT_IMAGE= ro", NULL, -ENOENT, "", "");
	expect_kernel("== boot/vmlinuz-6.2\nx\n", "", "6.2", 0, "/boot/vmlinuz-6.2", "6.2");
	expect_kernel("== boot/vmlinuz-6.2\nx\n", "", "/boot/vmlinuz-6.2", -EINVAL, "", "");
	expect_kernel("== boot/vmlinuz-6.2\nx\n== lib/modules/6.2/modules.dep\nx\n", "",
		      "/boot/vmlinuz-6.2", 0, "/boot/vmlinuz-6.2", "6.2");
	expect_kernel("== boot/vmlinuz-6.2\nx\n", "", "/boot/none", -ENOENT, "", "");
	expect_kernel("== boot/vmlinuz-6.2\nx\n", "", NULL, -ENOENT, "", "");
}

TEST(images_say_release_and_size_within_their_bytes)
{
	uint8_t image[0x280] = { 0 };
	struct kx_span span = { image, sizeof(image) };
	char release[32];

	assert_int_equal(kernel_init_size(span), 0);
	memcpy(image + 0x202, "HdrS", 4);
	image[0x206] = 0x0f;
	image[0x207] = 0x02;
	image[0x260 + 3] = 4;
	assert_int_equal(kernel_init_size(span), 64 << 20);
	image[0x20e] = 0x70;
	memcpy(image + 0x270, "6.1.0-9 (x) #1", 14);
	kernel_release_of(span, release, sizeof(release));
	assert_string_equal(release, "6.1.0-9");
	/* Text that ends with the file, and one that would begin behind it. */
	memset(image + 0x270, '6', 16);
	kernel_release_of(span, release, sizeof(release));
	assert_string_equal(release, "6666666666666666");
	image[0x20f] = 0xff;
	kernel_release_of(span, release, sizeof(release));
	assert_string_equal(release, "");
	memcpy(image + 56, "ARM\x64", 4);
	memset(image + 0x202, 0, 4);
	image[16 + 3] = 2;
	assert_int_equal(kernel_init_size(span), 32 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_becomes_another_one_or_stays),
		cmocka_unit_test(what_is_asked_for_meanwhile_is_done_later),
		cmocka_unit_test(only_a_reader_lives_without_folders),
		cmocka_unit_test(the_lock_is_for_one),
		cmocka_unit_test(images_are_called_by_what_is_in_them),
		cmocka_unit_test(what_is_loaded_stays_when_others_go),
		cmocka_unit_test(a_machine_is_what_its_files_say),
		cmocka_unit_test(kernels_are_found_where_distributions_keep_them),
		cmocka_unit_test(images_say_release_and_size_within_their_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

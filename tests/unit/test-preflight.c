/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preflight: each of the kernel's rules, and that its text has value, limit and advice. */
#include "kexec/plan/preflight.h"
#include "tests/unit/kxtest.h"

static int permission(struct kx_machine machine, enum kx_syscall syscall, struct kx_err *err)
{
	return kx_preflight_permission(&machine, syscall, false, true, err);
}

static struct kx_machine free_machine(void)
{
	return (struct kx_machine){ .limit_reboot = -1, .limit_panic = -1 };
}

TEST(a_free_machine_may_load_by_both)
{
	struct kx_machine m = free_machine();
	struct kx_err err = { "" };

	assert_int_equal(permission(m, KX_SYSCALL_LOAD, &err), 0);
	assert_int_equal(permission(m, KX_SYSCALL_FILE_LOAD, &err), 0);
	m.lockdown = KX_LOCKDOWN_NONE;
	m.limit_reboot = 1;
	m.limit_panic = 0;
	assert_int_equal(permission(m, KX_SYSCALL_LOAD, &err), 0);
}

TEST(missing_rights_are_named)
{
	struct kx_machine m = free_machine();
	struct kx_err err = { "" };

	assert_int_equal(kx_preflight_permission(&m, KX_SYSCALL_FILE_LOAD, false, false, &err),
			 -EPERM);
	assert_says(&err, "CAP_SYS_BOOT is missing");
	assert_says(&err, "root");
}

TEST(disabled_loading_is_named)
{
	struct kx_machine m = free_machine();
	struct kx_err err = { "" };

	m.load_disabled = true;
	assert_int_equal(permission(m, KX_SYSCALL_FILE_LOAD, &err), -EPERM);
	assert_says(&err, "kernel.kexec_load_disabled is 1, must be 0");
	assert_says(&err, "reboot");
}

TEST(a_used_up_limit_is_named)
{
	struct kx_machine m = free_machine();
	struct kx_err err = { "" };

	m.limit_reboot = 0;
	assert_int_equal(permission(m, KX_SYSCALL_LOAD, &err), -EPERM);
	assert_says(&err, "kernel.kexec_load_limit_reboot is 0");
	assert_says(&err, "reboot raises it");
	/* Each kind of load has its own. */
	assert_int_equal(kx_preflight_permission(&m, KX_SYSCALL_LOAD, true, true, &err), 0);
	m.limit_reboot = -1;
	m.limit_panic = 0;
	assert_int_equal(permission(m, KX_SYSCALL_LOAD, &err), 0);
	assert_int_equal(kx_preflight_permission(&m, KX_SYSCALL_LOAD, true, true, &err), -EPERM);
	assert_says(&err, "kernel.kexec_load_limit_panic is 0");
}

TEST(lockdown_forbids_kexec_load_only)
{
	struct kx_machine m = free_machine();
	struct kx_err err = { "" };

	m.lockdown = KX_LOCKDOWN_INTEGRITY;
	assert_int_equal(permission(m, KX_SYSCALL_FILE_LOAD, &err), 0);
	assert_int_equal(permission(m, KX_SYSCALL_LOAD, &err), -EPERM);
	assert_says(&err, "\"integrity\"");
	assert_says(&err, "\"none\"");
	assert_says(&err, "--kexec-file-syscall");
	m.lockdown = KX_LOCKDOWN_CONFIDENTIALITY;
	assert_int_equal(permission(m, KX_SYSCALL_LOAD, &err), -EPERM);
	assert_says(&err, "\"confidentiality\"");
}

/* Check segments on a machine with RAM at [1 MiB, 17 MiB). */
static int check(struct kx_segment *segments, size_t count, uint64_t mem_total, struct kx_err *err)
{
	static const uint64_t bound[] = { MIB, 17 * MIB };
	struct kx_machine machine = free_machine();
	struct kx_plan plan = { .segments = segments, .n_segments = count };
	int rc;

	ranges_of(&plan.usable, bound, 1);
	machine.mem_total = mem_total;
	rc = kx_preflight_plan(&plan, &machine, err);
	kx_ranges_done(&plan.usable);
	return rc;
}

static void assert_segment(struct kx_segment segment, int code, const char *says)
{
	struct kx_err err = { "" };

	segment.what = "initrd";
	assert_int_equal(check(&segment, 1, 0, &err), code);
	if (code < 0) {
		assert_says(&err, "segment initrd: ");
		assert_says(&err, says);
	}
}

TEST(segments_are_whole_pages_of_usable_ram)
{
	static const uint8_t byte;

	assert_segment((struct kx_segment){ .addr = MIB, .memsz = 16 * MIB }, 0, "");
	assert_segment((struct kx_segment){ .addr = MIB + 1, .memsz = 4096 }, -EADDRNOTAVAIL,
		       "address 0x100001 and size 0x1000 must be multiples of 4096");
	assert_segment((struct kx_segment){ .addr = MIB, .memsz = 4097 }, -EADDRNOTAVAIL,
		       "0x1001");
	assert_segment((struct kx_segment){ .addr = MIB, .memsz = 0 }, -EADDRNOTAVAIL,
		       "0x0 bytes at 0x100000");
	assert_segment((struct kx_segment){ .addr = UINT64_MAX - 4095, .memsz = 8192 },
		       -EADDRNOTAVAIL, "are not a range");
	assert_segment((struct kx_segment){ .addr = MIB, .memsz = 4096, .data = { &byte, 4097 } },
		       -EINVAL, "4097 bytes for 0x1000");
	assert_segment((struct kx_segment){ .addr = MIB - 4096, .memsz = 8192 }, -EADDRNOTAVAIL,
		       "[0xff000, 0x101000) is not usable RAM");
	assert_segment((struct kx_segment){ .addr = 17 * MIB - 4096, .memsz = 8192 },
		       -EADDRNOTAVAIL, "[0x10ff000, 0x1101000)");
}

TEST(overlaps_are_refused_with_both_names)
{
	struct kx_segment s[] = {
		{ .what = "kernel", .addr = 2 * MIB, .memsz = 8192 },
		{ .what = "initrd", .addr = 4 * MIB, .memsz = 8192 },
		{ .what = "boot_params", .addr = 2 * MIB + 8192, .memsz = 4096 },
	};
	struct kx_err err = { "" };

	assert_int_equal(check(s, 3, 0, &err), 0);
	s[2].addr -= 4096;
	assert_int_equal(check(s, 3, 0, &err), -EINVAL);
	assert_says(&err, "segment boot_params at 0x201000 overlaps segment kernel at 0x200000");
	s[2].addr = 2 * MIB - 4096;
	s[2].memsz = 8 * MIB;
	assert_int_equal(check(s, 3, 0, &err), -EINVAL);
	/* Side by side, and a page too much on either side. */
	s[2].memsz = 4096;
	assert_int_equal(check(s, 3, 0, &err), 0);
	s[2].memsz = 8192;
	assert_int_equal(check(s, 3, 0, &err), -EINVAL);
	s[2].addr = 2 * MIB + 4096;
	assert_int_equal(check(s, 3, 0, &err), -EINVAL);
}

TEST(sixteen_segments_are_the_limit)
{
	struct kx_segment s[KX_SEGMENT_MAX + 1];
	struct kx_err err = { "" };

	for (size_t i = 0; i < KX_SEGMENT_MAX + 1; i++)
		s[i] = (struct kx_segment){ .what = "x", .addr = MIB + i * 4096, .memsz = 4096 };
	assert_int_equal(check(s, KX_SEGMENT_MAX, 0, &err), 0);
	assert_int_equal(check(s, KX_SEGMENT_MAX + 1, 0, &err), -EINVAL);
	assert_says(&err, "17 segments, the kernel takes at most 16");
}

TEST(half_of_ram_is_the_limit)
{
	struct kx_segment s[] = {
		{ .what = "kernel", .addr = 2 * MIB, .memsz = 4 * MIB },
		{ .what = "initrd", .addr = 8 * MIB, .memsz = 4 * MIB },
	};
	struct kx_err err = { "" };

	assert_int_equal(check(s, 2, 16 * MIB, &err), 0);
	assert_int_equal(check(s, 2, 16 * MIB - 2, &err), -EINVAL);
	assert_int_equal(check(s, 2, 14 * MIB, &err), -EINVAL);
	assert_says(&err, "need 8 MiB");
	assert_says(&err, "half of RAM, 7 MiB");
	assert_says(&err, "smaller initrd");
}

TEST(files_have_limits_too)
{
	struct kx_machine machine = free_machine();
	struct kx_plan plan = { .syscall = KX_SYSCALL_FILE_LOAD, .files.kernel_len = 8 * MIB };
	struct kx_err err = { "" };

	assert_int_equal(kx_preflight_plan(&plan, &machine, &err), 0);
	machine.mem_total = 15 * MIB;
	assert_int_equal(kx_preflight_plan(&plan, &machine, &err), -EINVAL);
	assert_says(&err, "half of RAM, 7 MiB");
	machine.mem_total = 0;
	plan.files.initrd_len = (UINT64_C(4) << 30) + MIB;
	assert_int_equal(kx_preflight_plan(&plan, &machine, &err), -EFBIG);
	assert_says(&err, "at most 4 GiB a file, the initrd has 4097 MiB");
	assert_says(&err, "--kexec-syscall");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_free_machine_may_load_by_both),
		cmocka_unit_test(missing_rights_are_named),
		cmocka_unit_test(disabled_loading_is_named),
		cmocka_unit_test(a_used_up_limit_is_named),
		cmocka_unit_test(lockdown_forbids_kexec_load_only),
		cmocka_unit_test(segments_are_whole_pages_of_usable_ram),
		cmocka_unit_test(overlaps_are_refused_with_both_names),
		cmocka_unit_test(sixteen_segments_are_the_limit),
		cmocka_unit_test(half_of_ram_is_the_limit),
		cmocka_unit_test(files_have_limits_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

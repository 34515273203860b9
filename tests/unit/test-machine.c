/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines: captured ones read as they were, missing files are unknown, malformed ones named. */
#include "kx/machine.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

TEST(captured_bios_machine)
{
	struct kx_machine m;

	machine_of_fixture(&m, "bios-1g");
	assert_int_equal(m.memmap.count, 9);
	assert_range(&m.memmap, 3, 0x100000, 0x3ffe0000, 1);
	assert_true(m.have_boot_params);
	assert_int_equal(m.mem_total, UINT64_C(996384) * 1024);
	assert_false(m.la57 || m.load_disabled || m.efi.present || m.efi_memmap_added);
	assert_int_equal(m.limit_reboot, -1);
	assert_int_equal(m.lockdown, KX_LOCKDOWN_NONE);
	assert_int_equal(m.screen, KX_SCREEN_NOBODY);
	assert_false(kx_iomem_hidden(&m.iomem));
	kx_machine_done(&m);
}

TEST(captured_uefi_machine)
{
	struct kx_machine m;

	machine_of_fixture(&m, "uefi-1g");
	assert_true(m.efi.present);
	assert_int_equal(m.efi.runtime_map.count, 7);
	assert_int_equal(m.efi.acpi20, 0x3f77d014);
	assert_int_equal(m.efi.acpi, 0x3f77d000);
	assert_int_equal(m.efi.smbios, 0x3f520000);
	assert_true(m.efi.fw_vendor && m.efi.runtime && m.efi.config_table);
	assert_int_equal(m.screen, KX_SCREEN_FIRMWARE);
	assert_string_equal(m.screen_driver, "EFI VGA");
	kx_machine_done(&m);
}

TEST(an_empty_root_is_nothing_known)
{
	struct kx_machine m;

	machine_of(&m, "");
	assert_int_equal(m.iomem.count, 0);
	assert_int_equal(m.memmap.count, 0);
	assert_int_equal(m.mem_total, 0);
	assert_int_equal(m.limit_reboot, -1);
	assert_int_equal(m.limit_panic, -1);
	assert_int_equal(m.lockdown, KX_LOCKDOWN_UNKNOWN);
	assert_int_equal(m.screen, KX_SCREEN_NOBODY);
	assert_false(m.have_boot_params || m.la57 || m.load_disabled || m.efi.present);
	kx_machine_done(&m);
}

TEST(the_page_size_is_that_of_the_auxiliary_vector)
{
	static const char auxv64[] = "== proc/self/auxv hex 48\n"
				     "0: 21 00 00 00 00 00 00 00 00 60 ff ff ff ff 00 00\n"
				     "10: 06 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00\n";
	static const char auxv32[] = "== proc/self/auxv hex 24\n"
				     "0: 10 00 00 00 ff fb 8b 0f 06 00 00 00 00 10 00 00\n";
	struct kx_machine m;

	machine_of(&m, auxv64);
	assert_int_equal(m.page_size, 65536);
	kx_machine_done(&m);
	machine_of(&m, auxv32);
	assert_int_equal(m.page_size, 4096);
	kx_machine_done(&m);
	machine_of(&m, "");
	assert_int_equal(m.page_size, 0);
	kx_machine_done(&m);
}

TEST(facts_of_small_files)
{
	struct kx_machine m;

	machine_of(&m, "== proc/sys/kernel/kexec_load_disabled = 1\n"
		       "== proc/sys/kernel/kexec_load_limit_reboot = 0\n"
		       "== proc/sys/kernel/kexec_load_limit_panic = 7\n"
		       "== sys/kernel/security/lockdown = none [integrity] confidentiality\n"
		       "== proc/meminfo\n"
		       "MemFree:  1 kB\n"
		       "MemTotal:        8000 kB\n"
		       "== proc/cmdline = x add_efi_memmap y\n");
	assert_true(m.load_disabled);
	assert_int_equal(m.limit_reboot, 0);
	assert_int_equal(m.limit_panic, 7);
	assert_int_equal(m.lockdown, KX_LOCKDOWN_INTEGRITY);
	assert_int_equal(m.mem_total, 8000 * 1024);
	assert_true(m.efi_memmap_added);
	kx_machine_done(&m);
	machine_of(&m, "== sys/kernel/security/lockdown = none integrity [confidentiality]\n"
		       "== proc/cmdline = add_efi_memmap=0 xadd_efi_memmap\n");
	assert_int_equal(m.lockdown, KX_LOCKDOWN_CONFIDENTIALITY);
	assert_false(m.efi_memmap_added);
	kx_machine_done(&m);
}

static void assert_release(const char *text, unsigned int major, unsigned int minor,
			   unsigned int patch)
{
	char machine[100];
	struct kx_machine m;

	snprintf(machine, sizeof(machine), "== proc/sys/kernel/osrelease = %s\n", text);
	machine_of(&m, machine);
	if (m.release.major != major || m.release.minor != minor || m.release.patch != patch)
		fail_msg("%s is %u.%u.%u", text, m.release.major, m.release.minor, m.release.patch);
	kx_machine_done(&m);
}

TEST(a_release_is_up_to_three_numbers)
{
	assert_release("6.12.43+deb13-arm64", 6, 12, 43);
	assert_release("6.1.0-50-cloud-amd64", 6, 1, 0);
	assert_release("7.3-rc2", 7, 3, 0);
	assert_release("7.3.", 7, 3, 0);
	assert_release("next-20260101", 0, 0, 0);
}

TEST(la57_is_a_whole_word_of_the_flags)
{
	static const struct {
		const char *flags;
		bool la57;
	} some[] = {
		{ "fpu la57 rdpid", true }, { "fpu la57", true }, { "fpu la570 x", false },
		{ "fpu xla57", false }, { "fpu", false },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct kx_machine m;
		char text[200];

		snprintf(text, sizeof(text),
			 "== proc/cpuinfo\nprocessor\t: 0\nflags\t\t: %s\nbugs\t\t: la57\n",
			 some[i].flags);
		machine_of(&m, text);
		assert_int_equal(m.la57, some[i].la57);
		kx_machine_done(&m);
	}
}

TEST(screen_drivers)
{
	static const struct {
		const char *tree;
		enum kx_screen screen;
		const char *driver;
	} some[] = {
		{ "== proc/fb\n", KX_SCREEN_NOBODY, "" },
		{ "== proc/fb = 0 VESA VGA\n", KX_SCREEN_FIRMWARE, "VESA VGA" },
		{ "== proc/fb = 0 simpledrmdrmfb\n", KX_SCREEN_FIRMWARE, "simpledrmdrmfb" },
		{ "== proc/fb = 0 i915drmfb\n", KX_SCREEN_NATIVE, "i915drmfb" },
		{ "== proc/fb\n0 nouveaudrmfb\n1 EFI VGA\n", KX_SCREEN_FIRMWARE, "EFI VGA" },
		{ "== sys/class/drm/card0/device/driver -> ../../bus/pci/drivers/amdgpu\n",
		  KX_SCREEN_NATIVE, "amdgpu" },
		{ "== sys/class/drm/card1/device/driver -> ../x/simple-framebuffer\n",
		  KX_SCREEN_FIRMWARE, "simple-framebuffer" },
		{ "== sys/class/drm/card0-HDMI-A-1/device/driver -> x/i915\n"
		  "== sys/class/drm/renderD128/device/driver -> x/i915\n"
		  "== sys/class/drm/version = drm 1.1.0\n",
		  KX_SCREEN_NOBODY, "" },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct kx_machine m;

		machine_of(&m, some[i].tree);
		assert_int_equal(m.screen, some[i].screen);
		assert_string_equal(m.screen_driver, some[i].driver);
		kx_machine_done(&m);
	}
}

TEST(an_overlong_screen_driver_is_cut)
{
	struct kx_machine m;
	char text[300] = "== proc/fb = 0 ";

	memset(text + strlen(text), 'x', 200);
	strcat(text, "\n");
	machine_of(&m, text);
	assert_int_equal(strlen(m.screen_driver), sizeof(m.screen_driver) - 1);
	kx_machine_done(&m);
}

TEST(incomplete_entries_are_left_out)
{
	struct kx_machine m;

	machine_of(&m, "== sys/firmware/memmap/0/start = 0x0\n"
		       "== sys/firmware/memmap/1/start = 0x1000\n"
		       "== sys/firmware/memmap/1/end = 0x1fff\n"
		       "== sys/firmware/memmap/1/type = System RAM\n"
		       "== sys/firmware/efi/runtime-map/0/type = 0x6\n");
	assert_int_equal(m.memmap.count, 1);
	assert_true(m.efi.present);
	assert_int_equal(m.efi.runtime_map.count, 0);
	kx_machine_done(&m);
}

TEST(firmware_map_is_sorted)
{
	struct kx_machine m;

	machine_of_fixture(&m, "200-entries");
	assert_int_equal(m.memmap.count, 200);
	for (size_t i = 1; i < 200; i++)
		assert_true(m.memmap.item[i - 1].start < m.memmap.item[i].start);
	kx_machine_done(&m);
}

TEST(malformed_files_are_named)
{
	static const struct {
		const char *tree, *says;
	} bad[] = {
		{ "== proc/iomem = nonsense\n", "/proc/iomem: line 1 " },
		{ "== sys/firmware/memmap/3/start = 0x5\n== sys/firmware/memmap/3/end = 0x4\n"
		  "== sys/firmware/memmap/3/type = System RAM\n", "/sys/firmware/memmap/3: end 0x4" },
		{ "== sys/kernel/boot_params/data hex 4095\n", "4095 bytes instead of 4096" },
		{ "== sys/kernel/boot_params/data hex 4097\n", "/sys/kernel/boot_params/data: larger" },
		{ "== proc/meminfo = MemTotal: 5 MB\n", "/proc/meminfo: no MemTotal" },
		{ "== proc/meminfo = MemTotal: x kB\n", "/proc/meminfo: MemTotal is not" },
		{ "== proc/meminfo = MemTotal: 18446744073709551615 kB\n", "/proc/meminfo" },
		{ "== proc/meminfo = MemTotal: 18014398509481984 kB\n", "/proc/meminfo" },
		{ "== proc/meminfo = MemFree: 1 kB\n", "/proc/meminfo: no MemTotal" },
		{ "== proc/sys/kernel/kexec_load_disabled = yes\n", "kexec_load_disabled: not" },
		{ "== proc/sys/kernel/kexec_load_limit_reboot = -2\n", "limit_reboot: not" },
		{ "== proc/sys/kernel/kexec_load_limit_panic = 9223372036854775808\n", "limit_panic" },
		{ "== sys/firmware/efi/systab = ACPI20=here\n", "/sys/firmware/efi/systab: ACPI20=" },
		{ "== sys/firmware/efi/runtime = x\n", "/sys/firmware/efi/runtime: not" },
		{ "== sys/firmware/efi/runtime-map/0/type = 6\n"
		  "== sys/firmware/efi/runtime-map/0/phys_addr = ?\n"
		  "== sys/firmware/efi/runtime-map/0/virt_addr = 0\n"
		  "== sys/firmware/efi/runtime-map/0/num_pages = 1\n"
		  "== sys/firmware/efi/runtime-map/0/attribute = 0\n", "runtime-map/0: phys_addr" },
		{ "== proc/self/auxv hex 16\n0: 06 00 00 00 00 00 00 00 01 10\n", "page size" },
		{ "== proc/self/auxv = \n", "page size" },
		{ "== proc/fb/\n", "/proc/fb: Is a directory" },
		{ "== proc/fb hex 5000\n", "/proc/fb: larger than 4096" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct folder folder = folder_of(bad[i].tree);
		struct kx_err err = { "" };
		struct kx_machine m;

		assert_true(kx_machine_read(&m, folder.path, &err) < 0);
		assert_says(&err, bad[i].says);
		kx_machine_done(&m);
		folder_remove(&folder);
	}
}

static int loaded(const char *tree, bool crash, struct kx_err *err)
{
	struct folder folder = folder_of(tree);
	int rc = kx_machine_loaded(folder.path, crash, err);

	folder_remove(&folder);
	return rc;
}

TEST(loaded_is_known_by_new_and_old_names)
{
	struct kx_err err = { "" };

	assert_int_equal(loaded("== sys/kernel/kexec_loaded = 1\n", false, &err), 1);
	assert_int_equal(loaded("== sys/kernel/kexec_crash_loaded = 0\n", true, &err), 0);
	assert_int_equal(loaded("== sys/kernel/kexec/loaded = 1\n", false, &err), 1);
	assert_int_equal(loaded("== sys/kernel/kexec/crash_loaded = 1\n", true, &err), 1);
	/* The new name counts where both are there. */
	assert_int_equal(loaded("== sys/kernel/kexec/loaded = 1\n"
				"== sys/kernel/kexec_loaded = 0\n", false, &err), 1);
}

TEST(loaded_is_an_error_without_a_clear_answer)
{
	struct kx_err err = { "" };

	assert_int_equal(loaded("== sys/kernel/kexec_loaded = 1\n", true, &err), -ENOENT);
	assert_says(&err, "kexec_crash_loaded");
	assert_int_equal(loaded("== sys/kernel/kexec_loaded = 2\n", false, &err), -EINVAL);
	assert_says(&err, "neither 0 nor 1");
	assert_int_equal(loaded("== sys/kernel/kexec/loaded\n", false, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captured_bios_machine),
		cmocka_unit_test(captured_uefi_machine),
		cmocka_unit_test(an_empty_root_is_nothing_known),
		cmocka_unit_test(the_page_size_is_that_of_the_auxiliary_vector),
		cmocka_unit_test(facts_of_small_files),
		cmocka_unit_test(a_release_is_up_to_three_numbers),
		cmocka_unit_test(la57_is_a_whole_word_of_the_flags),
		cmocka_unit_test(screen_drivers),
		cmocka_unit_test(an_overlong_screen_driver_is_cut),
		cmocka_unit_test(incomplete_entries_are_left_out),
		cmocka_unit_test(firmware_map_is_sorted),
		cmocka_unit_test(malformed_files_are_named),
		cmocka_unit_test(loaded_is_known_by_new_and_old_names),
		cmocka_unit_test(loaded_is_an_error_without_a_clear_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

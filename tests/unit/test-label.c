/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of memory: each means one thing, and one that nobody knows means nothing. */
#include "kx/label.h"
#include "tests/unit/kxtest.h"

static void assert_means(const char *name, enum kx_label_kind kind, uint32_t e820)
{
	struct kx_label means = kx_label_of(kx_span_of(name));

	if (means.kind != kind || means.e820 != e820)
		fail_msg("\"%s\" is %d and %u", name, (int)means.kind, means.e820);
}

TEST(ram_is_ram_unless_a_driver_has_it)
{
	assert_means("System RAM", KX_LABEL_RAM, KX_E820_RAM);
	assert_means("System RAM (kmem)", KX_LABEL_DRIVER_RAM, 0);
	assert_means("System RAM (virtio_mem)", KX_LABEL_DRIVER_RAM, 0);
	assert_means("System RAMdisk", KX_LABEL_OTHER, 0);
	assert_means("system ram", KX_LABEL_OTHER, 0);
}

TEST(the_image_has_known_parts_and_others)
{
	assert_means("Kernel code", KX_LABEL_KERNEL_CODE, 0);
	assert_means("Kernel rodata", KX_LABEL_KERNEL, 0);
	assert_means("Kernel data", KX_LABEL_KERNEL, 0);
	assert_means("Kernel bss", KX_LABEL_KERNEL, 0);
	assert_means("Kernel image", KX_LABEL_KERNEL, 0);
	assert_means("Kernel stack", KX_LABEL_KERNEL_OTHER, 0);
	assert_means("Kernel", KX_LABEL_OTHER, 0);
	assert_means("Crash kernel", KX_LABEL_CRASH_KERNEL, 0);
}

TEST(the_firmware_has_its_own_names)
{
	assert_means("Reserved", KX_LABEL_OTHER, KX_E820_RESERVED);
	assert_means("reserved", KX_LABEL_OTHER, KX_E820_RESERVED);
	assert_means("ACPI Tables", KX_LABEL_OTHER, KX_E820_ACPI);
	assert_means("Soft Reserved", KX_LABEL_OTHER, KX_E820_SOFT_RESERVED);
	assert_means("PCI Bus 0000:00", KX_LABEL_OTHER, 0);
	assert_means("", KX_LABEL_OTHER, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ram_is_ram_unless_a_driver_has_it),
		cmocka_unit_test(the_image_has_known_parts_and_others),
		cmocka_unit_test(the_firmware_has_its_own_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

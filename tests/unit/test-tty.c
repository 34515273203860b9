/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serial lines of sysfs: which of them purgatory can drive, and where their registers are. */
#include "kx/tty.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

#define LINE(type, io_type, port, base, shift)                                                     \
	"== sys/class/tty/ttyX/type = " type "\n== sys/class/tty/ttyX/io_type = " io_type            \
	"\n== sys/class/tty/ttyX/port = " port "\n== sys/class/tty/ttyX/iomem_base = " base          \
	"\n== sys/class/tty/ttyX/iomem_reg_shift = " shift "\n"

static int read_line(const char *text, const char *name, enum kx_purg_console_kind *ret_kind,
		     uint64_t *ret_base, struct kx_err *err)
{
	struct folder folder = folder_of(text);
	int rc = kx_tty_read(folder.path, name, ret_kind, ret_base, err);

	folder_remove(&folder);
	return rc;
}

static void assert_line(const char *text, enum kx_purg_console_kind kind, uint64_t base)
{
	enum kx_purg_console_kind found = KX_PURG_CONSOLE_NONE;
	struct kx_err err = { "" };
	uint64_t at = 0;

	assert_int_equal(read_line(text, "ttyX", &found, &at, &err), 0);
	assert_int_equal(found, kind);
	assert_int_equal(at, base);
}

static void assert_no_line(const char *text, const char *name, int code, const char *says)
{
	enum kx_purg_console_kind kind = KX_PURG_CONSOLE_PL011;
	uint64_t base = 7;
	struct kx_err err = { "" };

	assert_int_equal(read_line(text, name, &kind, &base, &err), code);
	assert_says(&err, says);
	assert_int_equal(kind, KX_PURG_CONSOLE_PL011);
	assert_int_equal(base, 7);
}

TEST(lines_that_purgatory_can_drive_are_found)
{
	assert_line(LINE("32", "2", "0x0", "0x9000000", "0"), KX_PURG_CONSOLE_PL011, 0x9000000);
	assert_line(LINE("4", "0", "0x3F8", "0x0", "0"), KX_PURG_CONSOLE_8250_IO, 0x3f8);
	assert_line(LINE("4", "2", "0x0", "0x10000000", "0"), KX_PURG_CONSOLE_8250_MMIO,
		    0x10000000);
	assert_line(LINE("4", "3", "0x0", "0x1c021000", "2"), KX_PURG_CONSOLE_8250_MMIO32,
		    0x1c021000);
	assert_line(LINE("22", "2", "0x0", "0x1c021000", "2"), KX_PURG_CONSOLE_8250_MMIO32,
		    0x1c021000);
}

TEST(lines_that_it_cannot_drive_are_refused)
{
	static const char says[] = "knows no 16550 or PL011 of that name";

	/* Not there: sysfs of a real machine has lines of type 0 for ports without a chip. */
	assert_no_line(LINE("0", "0", "0x3F8", "0x0", "0"), "ttyX", -ENODEV, says);
	assert_no_line(LINE("4", "0", "0x0", "0x0", "0"), "ttyX", -ENODEV, says);
	assert_no_line(LINE("32", "2", "0x0", "0x0", "0"), "ttyX", -ENODEV, says);
	assert_no_line(LINE("4", "2", "0x0", "0x1000", "1"), "ttyX", -ENODEV, says);
	assert_no_line(LINE("4", "5", "0x0", "0x1000", "2"), "ttyX", -ENODEV, says);
	assert_no_line(LINE("45", "2", "0x0", "0x1000", "0"), "ttyX", -ENODEV, says);
	assert_no_line(LINE("32", "2", "0x0", "0x1000", "0"), "ttyY", -ENODEV, says);
	assert_no_line(LINE("32", "2", "0x0", "0x1000", "0"), "../tty/ttyX", -ENODEV,
		       "is not a serial line");
	assert_no_line(LINE("32", "2", "0x0", "here", "0"), "ttyX", -EINVAL, "iomem_base");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_that_purgatory_can_drive_are_found),
		cmocka_unit_test(lines_that_it_cannot_drive_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

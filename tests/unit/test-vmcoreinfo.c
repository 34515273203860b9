/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers out of VMCOREINFO in each of the kernel's ways to write them. */
#include "kx/vmcoreinfo.h"
#include "tests/unit/kxtest.h"

static struct kx_vmcoreinfo info_of(const char *text)
{
	return (struct kx_vmcoreinfo){ kx_span_of(text) };
}

TEST(symbols_are_hexadecimal_without_0x)
{
	struct kx_vmcoreinfo info = info_of("SYMBOL(prb)=ffffffff82a622c0\nSYMBOL(low)=10\n");
	uint64_t value;

	assert_true(kx_vmcoreinfo_symbol(&info, "prb", &value));
	assert_int_equal(value, 0xffffffff82a622c0);
	assert_true(kx_vmcoreinfo_symbol(&info, "low", &value));
	assert_int_equal(value, 0x10);
	assert_false(kx_vmcoreinfo_symbol(&info, "prb_", &value));
	assert_false(kx_vmcoreinfo_symbol(&info, "pr", &value));
}

TEST(offsets_sizes_and_lengths_are_decimal_and_small)
{
	struct kx_vmcoreinfo info = info_of("OFFSET(a.b)=10\nSIZE(a)=1048576\nSIZE(b)=1048577\n"
					    "LENGTH(c)=48\nOFFSET(d.e)=99999999999999\n"
					    "LENGTH(i)=4294967296\nLENGTH(j)=4294967297\n"
					    "SIZE(f)=-1\nSIZE(g)=0x10\nSIZE(h)=\n");
	uint64_t value;

	assert_true(kx_vmcoreinfo_offset(&info, "a.b", &value));
	assert_int_equal(value, 10);
	assert_true(kx_vmcoreinfo_size(&info, "a", &value));
	assert_int_equal(value, 1048576);
	assert_true(kx_vmcoreinfo_length(&info, "c", &value));
	assert_int_equal(value, 48);
	assert_true(kx_vmcoreinfo_length(&info, "i", &value));
	assert_true(value == UINT64_C(1) << 32);
	assert_false(kx_vmcoreinfo_length(&info, "j", &value));
	assert_false(kx_vmcoreinfo_size(&info, "b", &value));
	assert_false(kx_vmcoreinfo_offset(&info, "d.e", &value));
	assert_false(kx_vmcoreinfo_size(&info, "f", &value));
	assert_false(kx_vmcoreinfo_size(&info, "g", &value));
	assert_false(kx_vmcoreinfo_size(&info, "h", &value));
}

TEST(numbers_are_signed_decimal_or_0x_hexadecimal)
{
	struct kx_vmcoreinfo info = info_of("NUMBER(phys_base)=-278921216\nNUMBER(VA_BITS)=48\n"
					    "NUMBER(PHYS_OFFSET)=0xfff1000040000000\n"
					    "NUMBER(huge)=18446744073709551616\nNUMBER(bad)=12z\n");
	uint64_t value;

	assert_true(kx_vmcoreinfo_number(&info, "phys_base", &value));
	assert_int_equal(value, (uint64_t)-278921216);
	assert_true(kx_vmcoreinfo_number(&info, "VA_BITS", &value));
	assert_int_equal(value, 48);
	assert_true(kx_vmcoreinfo_number(&info, "PHYS_OFFSET", &value));
	assert_int_equal(value, 0xfff1000040000000);
	assert_false(kx_vmcoreinfo_number(&info, "huge", &value));
	assert_false(kx_vmcoreinfo_number(&info, "bad", &value));
}

TEST(bare_lines_are_found_also_without_a_newline_at_the_end)
{
	struct kx_vmcoreinfo info =
		info_of("KERNELOFFSET=24400000\nBUILD-ID=ab\nCRASHTIME=1795371910");
	struct kx_span value;
	uint64_t number;

	assert_true(kx_vmcoreinfo_line(&info, "CRASHTIME", &value));
	assert_span(value, "1795371910");
	assert_true(kx_vmcoreinfo_hex(&info, "KERNELOFFSET", &number));
	assert_int_equal(number, 0x24400000);
	assert_false(kx_vmcoreinfo_line(&info, "CRASH", &value));
}

TEST(the_last_line_with_a_key_counts)
{
	struct kx_vmcoreinfo info = info_of("CRASHTIME=1\nCRASHTIME=2\n");
	struct kx_span value;

	assert_true(kx_vmcoreinfo_line(&info, "CRASHTIME", &value));
	assert_span(value, "2");
}

TEST(nothing_is_found_in_nothing)
{
	struct kx_vmcoreinfo info = { { NULL, 0 } };
	struct kx_span value;

	assert_false(kx_vmcoreinfo_line(&info, "OSRELEASE", &value));
}

#define TEXT "OSRELEASE=6.1.0\nBUILD-ID=ab\nPAGESIZE=4096\nSYMBOL(init_uts_ns)=ff\nSYMBOL(prb)=f0\n"

static size_t proven(const char *text)
{
	return kx_vmcoreinfo_prove((struct kx_span){ (const uint8_t *)text, strlen(text) });
}

TEST(a_text_is_proven_as_far_as_its_lines_go)
{
	assert_int_equal(proven(TEXT), strlen(TEXT));
	assert_int_equal(proven(TEXT "CRASHTIME=5\n"), strlen(TEXT "CRASHTIME=5\n"));
	/* What is not such a line ends it; what is not all of a line could be anything. */
	assert_int_equal(proven(TEXT "words\nOFFSET(a.b)=1\n"), strlen(TEXT));
	assert_int_equal(proven(TEXT "=1\n"), strlen(TEXT));
	assert_int_equal(proven(TEXT "a b=1\n"), strlen(TEXT));
	assert_int_equal(proven(TEXT "a=\033\n"), strlen(TEXT));
	assert_int_equal(proven(TEXT "a=%d\n"), strlen(TEXT));
	assert_int_equal(proven(TEXT "OFFSET(a.b)=1"), strlen(TEXT));
	assert_int_equal(proven(TEXT "\n"), strlen(TEXT));
}

TEST(format_strings_and_fragments_are_no_text)
{
	assert_int_equal(proven(""), 0);
	assert_int_equal(proven("OSRELEASE=%s\nPAGESIZE=4096\nSYMBOL(init_uts_ns)=f\nSYMBOL(prb)=f\n"),
			 0);
	assert_int_equal(proven("OSRELEASE=\nPAGESIZE=4096\nSYMBOL(init_uts_ns)=f\nSYMBOL(prb)=f\n"),
			 0);
	assert_int_equal(proven("x" TEXT), 0);
	assert_int_equal(proven("OSRELEASE=6\nPAGESIZE=4097\nSYMBOL(init_uts_ns)=f\nSYMBOL(prb)=f\n"),
			 0);
	assert_int_equal(proven("OSRELEASE=6\nPAGESIZE=512\nSYMBOL(init_uts_ns)=f\nSYMBOL(prb)=f\n"),
			 0);
	assert_int_equal(proven("OSRELEASE=6\nPAGESIZE=4096\nSYMBOL(prb)=f\n"), 0);
	assert_int_equal(proven("OSRELEASE=6\nPAGESIZE=4096\nSYMBOL(init_uts_ns)=f\n"), 0);
	assert_int_equal(proven("OSRELEASE=6\nPAGESIZE=4096\nSYMBOL(init_uts_ns)=f\nSYMBOL(prb)=z\n"),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols_are_hexadecimal_without_0x),
		cmocka_unit_test(offsets_sizes_and_lengths_are_decimal_and_small),
		cmocka_unit_test(numbers_are_signed_decimal_or_0x_hexadecimal),
		cmocka_unit_test(bare_lines_are_found_also_without_a_newline_at_the_end),
		cmocka_unit_test(the_last_line_with_a_key_counts),
		cmocka_unit_test(nothing_is_found_in_nothing),
		cmocka_unit_test(a_text_is_proven_as_far_as_its_lines_go),
		cmocka_unit_test(format_strings_and_fragments_are_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

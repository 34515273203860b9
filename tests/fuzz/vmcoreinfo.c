/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMCOREINFO: what is found lies in the text, small numbers are small, and lookups agree. */
#include "kx/vmcoreinfo.h"
#include "tests/fuzz/fuzz.h"

int fuzz_input(const uint8_t *data, size_t size)
{
	static const char *const name[] = { "prb", "printk_info", "prb_desc.state_var",
					    "phys_base" };
	const struct kx_vmcoreinfo info = { { data, size } };
	struct kx_span value;
	uint64_t number, other;
	size_t proven = kx_vmcoreinfo_prove(info.text);

	if (kx_vmcoreinfo_line(&info, "OSRELEASE", &value)) {
		PROMISE(value.base >= data && value.base + value.len <= data + size);
		PROMISE(fuzz_count(value, '\n') == 0);
		PROMISE(size > value.len + 9);
	}
	if (kx_vmcoreinfo_hex(&info, "KERNELOFFSET", &number))
		PROMISE(kx_vmcoreinfo_line(&info, "KERNELOFFSET", &value) && value.len > 0);
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if (kx_vmcoreinfo_size(&info, name[i], &number))
			PROMISE(number <= 1 << 20);
		if (kx_vmcoreinfo_offset(&info, name[i], &number))
			PROMISE(number <= 1 << 20);
		if (kx_vmcoreinfo_length(&info, name[i], &number))
			PROMISE(number <= UINT64_C(1) << 32);
		if (kx_vmcoreinfo_symbol(&info, name[i], &number))
			PROMISE(kx_vmcoreinfo_symbol(&info, name[i], &other) && other == number);
		kx_vmcoreinfo_number(&info, name[i], &number);
	}
	if (proven > 0) {
		const struct kx_vmcoreinfo part = { { data, proven } };

		PROMISE(proven <= size && proven <= KX_VMCOREINFO_MAX && data[proven - 1] == '\n');
		PROMISE(kx_span_starts(part.text, KX_VMCOREINFO_START));
		PROMISE(fuzz_count(part.text, '%') == 0 && fuzz_count(part.text, 0) == 0);
		PROMISE(kx_vmcoreinfo_names_log(&part));
		PROMISE(kx_vmcoreinfo_symbol(&part, "init_uts_ns", &number));
		PROMISE(kx_vmcoreinfo_prove(part.text) == proven);
	}
	return 0;
}

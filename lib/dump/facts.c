/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of an open dump. */
#include <elf.h>

#include "lib/dump/internal.h"

const struct kx_vmcoreinfo *kx_dump_vmcoreinfo(const struct kx_dump *dump)
{
	return &dump->info;
}

uint16_t kx_dump_machine(const struct kx_dump *dump)
{
	return dump->machine;
}

const char *kx_dump_machine_name(const struct kx_dump *dump)
{
	const struct kx_isa *isa = kx_isa_of_elf(dump->machine);

	if (isa)
		return isa->elf_name;
	return dump->uts_machine[0] ? dump->uts_machine : NULL;
}

bool kx_dump_big_endian(const struct kx_dump *dump)
{
	return dump->big_endian;
}

unsigned int kx_dump_long_size(const struct kx_dump *dump)
{
	return dump->long_size;
}

uint64_t kx_dump_page_size(const struct kx_dump *dump)
{
	uint64_t size;

	if (dump->info.text.len > 0)
		return kx_vmcoreinfo_page_size(&dump->info, &size) ? size : 0;
	/* Of these machines all kernels have the same. */
	if (!dump->block_size &&
	    (dump->machine == EM_X86_64 || dump->machine == EM_386 || dump->machine == EM_S390))
		return 4096;
	return dump->block_size;
}

uint32_t kx_dump_level(const struct kx_dump *dump)
{
	return dump->level;
}

const char *kx_dump_format(const struct kx_dump *dump)
{
	return dump->format_text;
}

const char *kx_dump_codec(const struct kx_dump *dump)
{
	return dump->codec;
}

size_t kx_dump_cpus(const struct kx_dump *dump)
{
	return dump->cpus;
}

uint64_t kx_dump_stored(const struct kx_dump *dump)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < dump->count; i++) {
		if (__builtin_add_overflow(sum, kx_dump_file_stored(&dump->sources[i].file), &sum))
			return UINT64_MAX;
	}
	return sum;
}

bool kx_dump_incomplete(const struct kx_dump *dump)
{
	return dump->incomplete || dump->marked;
}

bool kx_dump_marked(const struct kx_dump *dump)
{
	return dump->marked;
}

const struct kx_dump_place *kx_dump_place(const struct kx_dump *dump)
{
	return &dump->place;
}

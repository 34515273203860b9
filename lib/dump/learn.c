/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What VMCOREINFO tells about the machine, and which machine it is where the file does not say. */
#include <elf.h>
#include <string.h>

#include "lib/dump/internal.h"

enum {
	/* Pieces of memory whose start is tried, and runs that make one. */
	STARTS_MAX = 16,
	RUNS_MAX = 4096,
};

/* Is there a machine of that number with words of that width? */
static bool has_width(uint16_t machine, unsigned int width)
{
	const struct kx_virt_arch *arch;
	bool found = false;

	for (size_t i = 0; (arch = kx_virt_arch_at(i)) != NULL; i++)
		found |= arch->isa->elf_machine == machine && arch->isa->long_size == width;
	return found;
}

/*
 * The width of the kernel's long. An ELF64 file may hold a 32-bit kernel (PAE, LPAE), so VMCOREINFO
 * is asked first, then the architecture; else it stays at what the file says.
 */
static unsigned int find_long_size(const struct kx_dump *dump, const struct kx_virt_arch *arch)
{
	uint64_t size;

	if (kx_vmcoreinfo_size(&dump->info, "atomic_long_t", &size) && (size == 4 || size == 8))
		return (unsigned int)size;
	if (arch && !has_width(arch->isa->elf_machine, dump->file_word))
		return arch->isa->long_size;
	return dump->file_word;
}

static bool is_proven(const struct kx_dump *dump)
{
	return dump->proof[KX_WAY_WALK] == KX_PROOF_GOOD ||
	       dump->proof[KX_WAY_FORMULA] == KX_PROOF_GOOD;
}

/* See which ways can be trusted, as dump->virt has them. */
static int prove(struct kx_dump *dump, struct kx_err *err)
{
	struct kx_reader *reader;
	int rc = kx_reader_new(dump, &reader, err);

	if (rc < 0)
		return rc;
	rc = kx_dump_prove(dump, reader, err);
	dump->incomplete = kx_reader_incomplete(reader);
	kx_reader_free(reader);
	return rc;
}

/* The start of the first piece of memory from *@addr on, which moves to its end. 1, 0, negative. */
static int next_piece(struct kx_reader *reader, uint64_t *addr, uint64_t *ret, struct kx_err *err)
{
	struct kx_run run;
	int rc = kx_reader_next(reader, *addr, &run, err);

	if (rc <= 0)
		return rc;
	*ret = run.start;
	*addr = run.end;
	for (unsigned int i = 0; i < RUNS_MAX; i++) {
		rc = kx_reader_next(reader, *addr, &run, err);
		if (rc < 0)
			return rc;
		if (rc == 0 || run.start != *addr)
			break;
		*addr = run.end;
	}
	return 1;
}

/*
 * Where rules depend on the start of memory: what is lowest may be a board's ROM or SRAM. So other
 * pieces are tried until the release is there.
 */
static int try_starts(struct kx_dump *dump, struct kx_reader *reader, struct kx_err *err)
{
	const struct kx_virt before = dump->virt;
	struct kx_virt_hints hints = dump->hints;
	uint64_t addr = 0;
	int rc = 0;

	for (unsigned int i = 0; rc == 0 && i < STARTS_MAX; i++) {
		int more = next_piece(reader, &addr, &hints.ram_start, err);

		if (more <= 0) {
			rc = more;
			break;
		}
		kx_virt_init(&dump->virt, before.arch, dump->big_endian, &dump->info, &hints);
		if (memcmp(dump->virt.linear, before.linear, sizeof(before.linear)) == 0)
			continue;
		rc = prove(dump, err);
		if (rc == 0 && is_proven(dump))
			return 0;
	}
	dump->virt = before;
	return rc < 0 ? rc : prove(dump, err);
}

/* Addresses are translated by @arch from here on, as far as they can be. */
static int use_arch(struct kx_dump *dump, const struct kx_virt_arch *arch, struct kx_err *err)
{
	struct kx_reader *reader;
	int rc;

	dump->long_size = find_long_size(dump, arch);
	kx_virt_init(&dump->virt, arch, dump->big_endian, &dump->info, &dump->hints);
	rc = prove(dump, err);
	if (rc < 0 || !arch || !arch->by_ram_start || !dump->hints.has_ram || is_proven(dump) ||
	    dump->info.text.len == 0)
		return rc;
	rc = kx_reader_new(dump, &reader, err);
	if (rc < 0)
		return rc;
	rc = try_starts(dump, reader, err);
	kx_reader_free(reader);
	return rc;
}

/* Could a kernel of that machine be what VMCOREINFO speaks of, and is its release where it says? */
static int try_arch(struct kx_dump *dump, const struct kx_virt_arch *arch, bool *ret,
		    struct kx_err *err)
{
	bool fits = !arch->one_order || arch->isa->big_endian == dump->big_endian;
	int rc = fits ? use_arch(dump, arch, err) : 0;

	if (rc == 0)
		*ret = fits && is_proven(dump);
	return rc;
}

/*
 * The machine of a file that does not say it, as those that QEMU compresses for most machines: one
 * by whose rules the kernel's release is where VMCOREINFO says. Where several machines' rules say
 * so, they agree about the addresses, and which one it is stays unknown.
 */
static int guess_arch(struct kx_dump *dump, struct kx_err *err)
{
	const struct kx_virt_arch *arch, *found = NULL;
	bool several = false;

	for (size_t i = 0; (arch = kx_virt_arch_at(i)) != NULL; i++) {
		bool good = false;
		int rc = try_arch(dump, arch, &good, err);

		if (rc < 0)
			return rc;
		several |= good && found && found->isa->elf_machine != arch->isa->elf_machine;
		if (good && !found)
			found = arch;
	}
	if (found && !several)
		dump->machine = found->isa->elf_machine;
	return use_arch(dump, found, err);
}

int kx_dump_learn(struct kx_dump *dump, struct kx_err *err)
{
	dump->machine = dump->file_machine;
	if (dump->machine == EM_NONE && dump->info.text.len > 0)
		return guess_arch(dump, err);
	return use_arch(dump, kx_virt_arch_of(dump->machine), err);
}

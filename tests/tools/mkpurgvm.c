/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a flat memory image with purgatory in it, for tests/purgatory/run:
 *   mkpurgvm arm64|riscv64 STUB OUT [WORD...]
 *
 * STUB is tests/purgatory/ARCH.S as bytes; it enters purgatory, and is a part of the "kernel" that
 * purgatory enters. OUT is to be loaded at the address that BASE below has for the architecture.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/arch/arm64/paging.h"
#include "kexec/plan/purgatory.h"
#include "kx/bytes.h"
#include "kx/purgatory_abi.h"
#include "kx/sha256.h"

enum {
	/* Where things are in the image. */
	PURGATORY = 0x100000,		/* the stub knows it */
	KERNEL = 0x200000,
	INITRD = 0x500000,
	DTB = 0x600000,
	IMAGE_SIZE = 0x602000,
	/* A block of 2 MiB and some pages, and lengths that are no number of pages. */
	KERNEL_SIZE = 0x205000,
	INITRD_SIZE = 300123,
	DTB_SIZE = 1000,
	AFTER = 0x1000,			/* in the stub */
	FLAGS = 0x2000,			/* in the stub: its last word */
	FLAG_E2H = 1,
};

/* Instructions of arm64, the register being 0: mrs; mov x, xzr; mov x, #0xf0000000. */
#define MRS_ID_AA64ISAR0 0xd5380600U
#define MRS_ID_AA64MMFR0 0xd5380700U
#define MOV_ZERO 0xaa1f03e0U
#define MOV_NO_4K 0xd2be0000U

struct target {
	const char *name;
	const unsigned char *purgatory;
	const size_t *size;
	uint64_t base;
	uint64_t hole;			/* no RAM there, and no device */
	uint32_t console_kind;
	uint64_t console_base;
};

static const struct target targets[] = {
	{ "arm64", kx_purgatory_arm64, &kx_purgatory_arm64_size, 0x41000000, 0x60000000,
	  KX_PURG_CONSOLE_PL011, 0x09000000 },
	{ "riscv64", kx_purgatory_riscv64, &kx_purgatory_riscv64_size, 0x80200000, 0xa0000000,
	  KX_PURG_CONSOLE_8250_MMIO, 0x10000000 },
};

struct region {
	const char *name;
	uint32_t at, size;
};

static const struct region regions[] = {
	{ "kernel", KERNEL, KERNEL_SIZE },
	{ "initrd", INITRD, INITRD_SIZE },
	{ "dtb", DTB, DTB_SIZE },
};

enum { REGIONS = sizeof(regions) / sizeof(regions[0]) };

static unsigned char image[IMAGE_SIZE];

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "mkpurgvm: %s: %s\n", what, why);
	exit(1);
}

static struct kx_purg_params *params(void)
{
	return (struct kx_purg_params *)(void *)(image + PURGATORY);
}

/* Once the purgatory is in the image its tables go behind it. */
static void add_tables(const struct target *target)
{
	struct kx_range ranges[REGIONS + 1];
	struct kx_err err = { "" };
	const uint64_t at = PURGATORY + params()->memsz;
	size_t used;

	for (size_t i = 0; i < REGIONS; i++) {
		const uint64_t start = target->base + regions[i].at;

		ranges[i] = (struct kx_range){ start, start + regions[i].size, ARM64_MAP_READ };
	}
	ranges[REGIONS] = (struct kx_range){ target->base + PURGATORY, target->base + at,
					     ARM64_MAP_CODE };
	if (at + arm64_paging_room(ranges, REGIONS + 1) > KERNEL)
		fail("tables", "no room");
	if (arm64_paging_build(ranges, REGIONS + 1, target->base + at, image + at, KERNEL - at,
			       &used, &err) < 0)
		fail("tables", err.text);
	params()->page_table = target->base + at;
}

static void add_purgatory(const struct target *target)
{
	struct kx_purg_params *p = params();

	if (*target->size == 0 || *target->size > KERNEL - PURGATORY)
		fail(target->name, "there is no purgatory");
	memcpy(image + PURGATORY, target->purgatory, *target->size);
	p->entry = target->base + KERNEL + AFTER;
	p->arg = target->base + DTB;
	p->flags = KX_PURG_VERIFY;
	p->console_kind = target->console_kind;
	p->console_base = target->console_base;
	p->n_regions = REGIONS;
	for (size_t i = 0; i < REGIONS; i++) {
		struct kx_purg_region *region = &p->region[i];

		region->start = target->base + regions[i].at;
		region->len = regions[i].size;
		snprintf(region->name, sizeof(region->name), "%s", regions[i].name);
		kx_sha256(kx_sha256_blocks_best(), image + regions[i].at, regions[i].size,
			  region->digest);
	}
	if (target == &targets[0])
		add_tables(target);
}

static void add_stub(const char *path)
{
	static unsigned char stub[0x10000];
	FILE *in = fopen(path, "rb");
	size_t size;

	if (!in)
		fail(path, "cannot open");
	size = fread(stub, 1, sizeof(stub), in);
	fclose(in);
	if (size != FLAGS + 4)
		fail(path, "has the wrong size");
	memcpy(image, stub, size);
	memcpy(image + KERNEL, stub, size);
}

static void fill(void)
{
	uint32_t x = 1;

	for (size_t i = KERNEL; i < IMAGE_SIZE; i++) {
		x = x * 1664525 + 1013904223;
		image[i] = (unsigned char)(x >> 24);
	}
}

/* One byte of REGION:OFFSET, as if something had written there after the load. */
static void damage(const char *what)
{
	const char *offset = strchr(what, ':');

	for (size_t i = 0; offset && i < REGIONS; i++) {
		const size_t len = (size_t)(offset - what);

		if (strlen(regions[i].name) == len && !strncmp(regions[i].name, what, len)) {
			const long at = strtol(offset + 1, NULL, 0);

			if (at < 0 || at >= (long)regions[i].size)
				break;
			image[regions[i].at + at] ^= 1;
			return;
		}
	}
	fail(what, "is not REGION:OFFSET");
}

/*
 * What an arm64 processor says of itself, replaced in purgatory's code: QEMU has none without the
 * crypto extension or without a granule of 4 KiB.
 */
static void replace_read(uint32_t read, uint32_t by)
{
	bool found = false;

	for (size_t i = PURGATORY + KX_PURG_ENTRY; i < PURGATORY + params()->memsz; i += 4) {
		uint32_t word;

		memcpy(&word, image + i, sizeof(word));
		if ((word & ~31U) != read)
			continue;
		kx_put_le(image + i, 4, by | (word & 31));
		found = true;
	}
	if (!found)
		fail("purgatory", "does not read the register");
}

static void change(const struct target *target, const char *word)
{
	struct kx_purg_params *p = params();

	if (!strncmp(word, "damage=", 7))
		damage(word + 7);
	else if (!strncmp(word, "reset=", 6))
		p->reset = (uint32_t)atoi(word + 6);
	else if (!strcmp(word, "halt"))
		p->flags |= KX_PURG_HALT;
	else if (!strcmp(word, "quiet"))
		p->flags |= KX_PURG_QUIET;
	else if (!strcmp(word, "unverified"))
		p->flags &= ~(uint32_t)KX_PURG_VERIFY;
	else if (!strcmp(word, "no-tables"))
		p->page_table = 0;
	else if (!strcmp(word, "no-console"))
		p->console_kind = KX_PURG_CONSOLE_NONE;
	else if (!strcmp(word, "hole"))
		p->region[1].start = target->hole;
	else if (!strcmp(word, "magic"))
		p->magic ^= 1;
	else if (!strcmp(word, "e2h"))
		kx_put_le(image + FLAGS, 4, FLAG_E2H);
	else if (!strcmp(word, "no-crypto"))
		replace_read(MRS_ID_AA64ISAR0, MOV_ZERO);
	else if (!strcmp(word, "no-granule"))
		replace_read(MRS_ID_AA64MMFR0, MOV_NO_4K);
	else
		fail(word, "unknown");
}

int main(int argc, char **argv)
{
	const struct target *target = targets;
	FILE *out;

	if (argc < 4) {
		fputs("usage: mkpurgvm arm64|riscv64 STUB OUT [WORD...]\n", stderr);
		return 2;
	}
	if (!strcmp(argv[1], "riscv64"))
		target++;
	fill();
	add_stub(argv[2]);
	add_purgatory(target);
	for (int i = 4; i < argc; i++)
		change(target, argv[i]);

	out = fopen(argv[3], "wb");
	if (!out || fwrite(image, sizeof(image), 1, out) != 1 || fclose(out) != 0)
		fail(argv[3], "cannot write");
	return 0;
}

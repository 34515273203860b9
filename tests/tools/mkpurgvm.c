/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a flat memory image with purgatory in it, for tests/purgatory/run:
 *   mkpurgvm ARCH BASE CONSOLE STUB OUT [WORD...]
 *
 * OUT is to be loaded at physical address BASE. CONSOLE is KIND,ADDRESS: the machine's serial port.
 * STUB is tests/purgatory/ARCH.S as bytes; it enters purgatory, and is a part of the "kernel" that
 * purgatory enters. Of the architecture nothing is known here but its purgatory.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/arch/arches.h"
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
	/* A block of 2 MiB and some pages, and lengths that are not a number of pages. */
	KERNEL_SIZE = 0x205000,
	INITRD_SIZE = 300123,
	DTB_SIZE = 1000,
	AFTER = 0x1000,			/* in the stub */
	AFTER_PROTECTED = 0x1800,	/* in that of x86 */
	AFTER_REAL = 0x90200,		/* where that of x86 puts it; a page further up is free */
	FLAGS = 0x2000,			/* in the stub: its last word */
};

static const struct {
	const char *name;
	uint32_t kind;
} consoles[] = {
	{ "8250", KX_PURG_CONSOLE_8250_MMIO },
	{ "8250-io", KX_PURG_CONSOLE_8250_IO },
	{ "pl011", KX_PURG_CONSOLE_PL011 },
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

/* Once the purgatory is in the image, what the architecture wants to have behind it. */
static void add_tables(const struct kx_arch *arch, uint64_t base)
{
	struct kx_segment segments[REGIONS] = { 0 };
	const struct kx_plan plan = { .arch = arch, .segments = segments, .n_segments = REGIONS };
	const uint64_t at = PURGATORY + params()->memsz;
	struct kx_err err = { "" };
	size_t room;

	if (!arch->purgatory_room)
		return;
	for (size_t i = 0; i < REGIONS; i++) {
		segments[i].what = regions[i].name;
		segments[i].addr = base + regions[i].at;
		segments[i].data = (struct kx_span){ image + regions[i].at, regions[i].size };
		segments[i].memsz = regions[i].size;
	}
	room = arch->purgatory_room(&plan, params()->memsz);
	if (at + room > KERNEL)
		fail("tables", "no room");
	if (arch->purgatory_fill(&plan, (struct kx_range){ base + PURGATORY, base + at, 0 },
				 base + at, image + at, room, params(), &err) < 0)
		fail("tables", err.text);
}

static void add_console(const char *text)
{
	struct kx_purg_params *p = params();

	for (size_t i = 0; i < sizeof(consoles) / sizeof(consoles[0]); i++) {
		const size_t len = strlen(consoles[i].name);

		if (!strncmp(text, consoles[i].name, len) && text[len] == ',') {
			p->console_kind = consoles[i].kind;
			p->console_base = strtoull(text + len + 1, NULL, 0);
			return;
		}
	}
	fail(text, "is not KIND,ADDRESS");
}

static void add_purgatory(const struct kx_arch *arch, uint64_t base)
{
	struct kx_purg_params *p = params();

	if (*arch->purgatory_size == 0 || *arch->purgatory_size > KERNEL - PURGATORY)
		fail(arch->isa->name, "there is no purgatory");
	memcpy(image + PURGATORY, arch->purgatory, *arch->purgatory_size);
	p->entry = base + KERNEL + AFTER;
	p->arg = base + DTB;
	p->flags = KX_PURG_VERIFY;
	p->n_regions = REGIONS;
	for (size_t i = 0; i < REGIONS; i++) {
		struct kx_purg_region *region = &p->region[i];

		region->start = base + regions[i].at;
		region->len = regions[i].size;
		snprintf(region->name, sizeof(region->name), "%s", regions[i].name);
		kx_sha256(kx_sha256_blocks_best(), image + regions[i].at, regions[i].size,
			  region->digest);
	}
	add_tables(arch, base);
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
 * READ:BY, two words of code: each instruction of purgatory's that is READ, but for the register in
 * its lowest five bits, becomes BY with that register. What the processor is asked for is then
 * answered as QEMU's would not.
 */
static void replace(const char *what)
{
	const char *by = strchr(what, ':');
	const uint32_t read = (uint32_t)strtoul(what, NULL, 0);
	bool found = false;

	if (!by)
		fail(what, "is not READ:BY");
	for (size_t i = PURGATORY + KX_PURG_ENTRY; i < PURGATORY + params()->memsz; i += 4) {
		uint32_t word;

		memcpy(&word, image + i, sizeof(word));
		if ((word & ~31U) != read)
			continue;
		kx_put_le(image + i, 4, (uint32_t)strtoul(by + 1, NULL, 0) | (word & 31));
		found = true;
	}
	if (!found)
		fail(what, "purgatory has no such instruction");
}

static void enter_protected(void)
{
	struct kx_purg_params *p = params();

	p->mode = KX_PURG_MODE_PROTECTED;
	p->entry += AFTER_PROTECTED - AFTER;
	p->regs = (struct kx_purg_regs){
		.eax = 0xa1a2a3a4,
		.ebx = 0xb1b2b3b4,
		.ecx = 0xc1c2c3c4,
		.edx = 0xd1d2d3d4,
		.esi = 0xe1e2e3e4,
		.edi = 0xf1f2f3f4,
		.ebp = 0x15253545,
		.esp = 0x16263646,
	};
}

static void enter_real(void)
{
	struct kx_purg_params *p = params();

	p->mode = KX_PURG_MODE_REAL;
	p->entry = AFTER_REAL;
	p->arg = 0x9e000;
	p->regs = (struct kx_purg_regs){ .eax = 0x9000, .esp = 0xd000 };
}

static void change(const char *word)
{
	struct kx_purg_params *p = params();

	if (!strncmp(word, "damage=", 7))
		damage(word + 7);
	else if (!strncmp(word, "reset=", 6))
		p->reset = (uint32_t)atoi(word + 6);
	else if (!strncmp(word, "hole=", 5))
		p->region[1].start = strtoull(word + 5, NULL, 0);
	else if (!strncmp(word, "flags=", 6))
		kx_put_le(image + FLAGS, 4, strtoul(word + 6, NULL, 0));
	else if (!strncmp(word, "replace=", 8))
		replace(word + 8);
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
	else if (!strcmp(word, "protected"))
		enter_protected();
	else if (!strcmp(word, "real"))
		enter_real();
	else if (!strcmp(word, "magic"))
		p->magic ^= 1;
	else
		fail(word, "unknown");
}

int main(int argc, char **argv)
{
	const struct kx_arch *arch;
	FILE *out;

	if (argc < 6) {
		fputs("usage: mkpurgvm ARCH BASE CONSOLE STUB OUT [WORD...]\n", stderr);
		return 2;
	}
	arch = kx_arch_by_name(argv[1]);
	if (!arch)
		fail(argv[1], "no such architecture");
	fill();
	add_stub(argv[4]);
	add_purgatory(arch, strtoull(argv[2], NULL, 0));
	add_console(argv[3]);
	for (int i = 6; i < argc; i++)
		change(argv[i]);

	out = fopen(argv[5], "wb");
	if (!out || fwrite(image, sizeof(image), 1, out) != 1 || fclose(out) != 0)
		fail(argv[5], "cannot write");
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The generic part of purgatory: checks that memory still holds what kexec loaded, makes the copy
 * that a crash kernel needs, and goes on. Knows no architecture and allocates nothing.
 */
#include "purgatory/purgatory.h"

static bool has_console(const struct kx_purg_params *params)
{
	return params->console_kind != KX_PURG_CONSOLE_NONE ||
	       (params->flags & KX_PURG_CONSOLE_VGA) != 0;
}

void purgatory_print(const struct kx_purg_params *params, const char *text)
{
	if (!has_console(params))
		return;
	for (; *text; text++)
		purgatory_arch_putc(*text);
}

/* Good news. */
static void say(const struct kx_purg_params *params, const char *text)
{
	if (!(params->flags & KX_PURG_QUIET))
		purgatory_print(params, text);
}

static void print_number(const struct kx_purg_params *params, uint64_t number, unsigned int base)
{
	char digits[21];
	char *p = digits + sizeof(digits);

	*--p = '\0';
	do {
		*--p = "0123456789abcdef"[number % base];
		number /= base;
	} while (number);
	purgatory_print(params, p);
}

/* The name need not end with a NUL, and by the time it matters memory is known to be damaged. */
static void print_name(const struct kx_purg_params *params, const struct kx_purg_region *region)
{
	char text[sizeof(region->name) + 1] = "";

	for (size_t i = 0; i < sizeof(region->name) && region->name[i]; i++) {
		const char c = region->name[i];

		text[i] = c >= ' ' && c <= '~' ? c : '?';
	}
	purgatory_print(params, text);
}

_Noreturn static void give_up(const struct kx_purg_params *params)
{
	if (params->flags & KX_PURG_HALT) {
		purgatory_print(params, ", stopping\n");
		purgatory_arch_halt();
	}
	purgatory_print(params, ", resetting\n");
	purgatory_arch_reset();
}

_Noreturn void purgatory_fault(const struct kx_purg_params *params, uint64_t cause, uint64_t pc,
			       uint64_t address)
{
	purgatory_print(params, "\nkexec purgatory: exception 0x");
	print_number(params, cause, 16);
	purgatory_print(params, " at 0x");
	print_number(params, pc, 16);
	purgatory_print(params, ", address 0x");
	print_number(params, address, 16);
	give_up(params);
}

static bool region_intact(const struct kx_purg_region *region, kx_sha256_blocks_fn *blocks)
{
	uint8_t digest[KX_SHA256_SIZE];
	uint8_t differ = 0;

	kx_sha256(blocks, (const void *)(uintptr_t)region->start, (size_t)region->len, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		differ |= (uint8_t)(digest[i] ^ region->digest[i]);
	return differ == 0;
}

static const struct kx_purg_region *find_damage(const struct kx_purg_params *params)
{
	const struct kx_purg_region *const end = params->region + params->n_regions;
	const struct kx_purg_region *region = params->region;
	kx_sha256_blocks_fn *const blocks = purgatory_arch_hash_begin();

	while (region < end && region_intact(region, blocks))
		region++;
	purgatory_arch_hash_end();
	return region < end ? region : NULL;
}

static void verify(const struct kx_purg_params *params)
{
	const struct kx_purg_region *damaged;

	if (params->magic != KX_PURG_MAGIC || params->n_regions > KX_PURG_REGIONS) {
		purgatory_print(params, "kexec purgatory: its own parameters are damaged (");
		print_number(params, params->n_regions, 10);
		purgatory_print(params, " regions)");
		give_up(params);
	}
	if (!(params->flags & KX_PURG_QUIET)) {
		purgatory_print(params, "kexec purgatory: checking ");
		print_number(params, params->n_regions, 10);
		purgatory_print(params, params->n_regions == 1 ? " region\n" : " regions\n");
	}

	damaged = find_damage(params);
	if (!damaged)
		return;
	purgatory_print(params, "kexec purgatory: ");
	print_name(params, damaged);
	purgatory_print(params, " at 0x");
	print_number(params, damaged->start, 16);
	purgatory_print(params, " is damaged (SHA-256 differs)");
	give_up(params);
}

void purgatory_main(const struct kx_purg_params *params)
{
	purgatory_arch_init(params);
	if (params->flags & KX_PURG_VERIFY)
		verify(params);
	else
		say(params, "kexec purgatory: not checking what was loaded\n");

	/* Only now: the copy may overwrite what the kernel that crashed had there. */
	if (params->backup_len)
		__builtin_memcpy((void *)(uintptr_t)params->backup_dst,
				 (const void *)(uintptr_t)params->backup_src,
				 (size_t)params->backup_len);

	say(params, "kexec purgatory: starting the kernel\n");
	purgatory_arch_prepare();
}

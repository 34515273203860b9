/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads console, PSCI and parked CPUs out of ACPI tables, all of which are hostile. */
#include <errno.h>

#include "kx/acpi.h"

enum {
	HEADER_SIZE = 36,
	HEADER_LENGTH = 4,

	/* Microsoft, Serial Port Console Redirection Table */
	SPCR_INTERFACE_TYPE = 36,
	SPCR_SPACE_ID = 40,
	SPCR_ACCESS_SIZE = 43,
	SPCR_ADDRESS = 44,

	/* ACPI 6.5, 5.2.9.4: ARM_BOOT_ARCH */
	FADT_ARM_BOOT = 129,
	FADT_ARM_PSCI = 1 << 0,
	FADT_ARM_PSCI_HVC = 1 << 1,

	/* ACPI 6.5, 5.2.12.14: GIC CPU interface structure */
	MADT_ENTRIES = 44,
	GICC_TYPE = 0xb,
	GICC_FLAGS = 12,
	GICC_ENABLED = 1 << 0,
	GICC_PARKING_VERSION = 16,
	GICC_PARKED_ADDRESS = 24,
};

int kx_acpi_table(struct kx_span file, const char *signature, struct kx_span *ret,
		  struct kx_err *err)
{
	uint64_t length;

	if (!kx_span_starts(file, signature) || !kx_span_le(file, HEADER_LENGTH, 4, &length))
		return kx_fail(err, -EINVAL, "no %s table", signature);
	if (length < HEADER_SIZE || !kx_span_slice(file, 0, length, ret))
		return kx_fail(err, -EINVAL, "%s table of %u bytes in a file of %zu", signature,
			       (unsigned int)length, file.len);
	return 0;
}

/* An 8250 in memory, by the size of an access; Linux takes odd values for bytes, too. */
static enum kx_purg_console_kind mmio_8250(uint64_t access_size)
{
	enum { WORD = 2, DOUBLE_WORD = 3, QUAD_WORD = 4 };

	if (access_size == DOUBLE_WORD)
		return KX_PURG_CONSOLE_8250_MMIO32;
	return access_size == WORD || access_size == QUAD_WORD ? KX_PURG_CONSOLE_NONE :
								 KX_PURG_CONSOLE_8250_MMIO;
}

bool kx_acpi_console(struct kx_span spcr, struct kx_console *ret)
{
	enum { SPACE_MEMORY = 0, SPACE_IO = 1 };
	enum kx_purg_console_kind kind = KX_PURG_CONSOLE_NONE;
	uint64_t type, space, access_size, address;

	if (!kx_span_le(spcr, SPCR_INTERFACE_TYPE, 1, &type) ||
	    !kx_span_le(spcr, SPCR_SPACE_ID, 1, &space) ||
	    !kx_span_le(spcr, SPCR_ACCESS_SIZE, 1, &access_size) ||
	    !kx_span_le(spcr, SPCR_ADDRESS, 8, &address) || address == 0)
		return false;
	/* Microsoft, Debug Port Table 2, table 3: serial subtypes. */
	switch (type) {
	case 0x00:	/* 16550 */
	case 0x01:	/* a subset of it */
	case 0x12:	/* 16550 whose address says how it is accessed */
		if (space == SPACE_MEMORY)
			kind = mmio_8250(access_size);
		else if (space == SPACE_IO && address <= UINT16_MAX)
			kind = KX_PURG_CONSOLE_8250_IO;
		break;
	case 0x03:	/* PL011 */
	case 0x0d:	/* SBSA, 32-bit accesses */
	case 0x0e:	/* SBSA */
	case 0x10:	/* BCM2835, which Linux drives as a PL011 */
		if (space == SPACE_MEMORY)
			kind = KX_PURG_CONSOLE_PL011;
		break;
	}
	if (kind == KX_PURG_CONSOLE_NONE)
		return false;
	*ret = (struct kx_console){ .kind = kind, .base = address, .from = "ACPI SPCR" };
	return true;
}

enum kx_psci kx_acpi_psci(struct kx_span fadt)
{
	uint64_t flags;

	if (!kx_span_le(fadt, FADT_ARM_BOOT, 2, &flags) || !(flags & FADT_ARM_PSCI))
		return KX_PSCI_NONE;
	return flags & FADT_ARM_PSCI_HVC ? KX_PSCI_HVC : KX_PSCI_SMC;
}

static bool is_parked(struct kx_span entry)
{
	uint64_t flags, version, address;

	return kx_span_le(entry, GICC_FLAGS, 4, &flags) && (flags & GICC_ENABLED) &&
	       kx_span_le(entry, GICC_PARKING_VERSION, 4, &version) && version > 0 &&
	       kx_span_le(entry, GICC_PARKED_ADDRESS, 8, &address) && address > 0;
}

unsigned int kx_acpi_parked_cpus(struct kx_span madt)
{
	uint64_t at = MADT_ENTRIES, type, length;
	unsigned int count = 0;
	struct kx_span entry;

	while (kx_span_le(madt, at, 1, &type) && kx_span_le(madt, at + 1, 1, &length) &&
	       length >= 2 && kx_span_slice(madt, at, length, &entry)) {
		count += type == GICC_TYPE && is_parked(entry);
		at += length;
	}
	return count;
}

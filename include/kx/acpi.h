/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What three ACPI tables say that a kexec has to know; layouts from the ACPI specification 6.5. */
#ifndef KX_ACPI_H
#define KX_ACPI_H

#include <stdbool.h>

#include "kx/error.h"
#include "kx/firmware.h"

/**
 * kx_acpi_table() - cut a table out of a file of /sys/firmware/acpi/tables
 * @signature: its four letters: "SPCR", "FACP", "APIC"
 * @ret: as many bytes as its header names
 *
 * The checksum is not looked at: Linux uses tables whose checksum is wrong, too.
 *
 * Return: 0; -EINVAL with the reason in @err.
 */
int kx_acpi_table(struct kx_span file, const char *signature, struct kx_span *ret,
		  struct kx_err *err);

/**
 * kx_acpi_console() - the serial port that SPCR redirects the console to
 * @spcr: from kx_acpi_table()
 * @ret: kind and base are set when there is one that purgatory can drive
 *
 * Return: true when @ret was set.
 */
bool kx_acpi_console(struct kx_span spcr, struct kx_console *ret);

/** kx_acpi_psci() - how FADT's Arm boot flags say that PSCI is called; x86 has no such flags */
enum kx_psci kx_acpi_psci(struct kx_span fadt);

/**
 * kx_acpi_parked_cpus() - the enabled CPUs of MADT that firmware holds by the parking protocol
 *
 * They count only where there is no PSCI, which Linux prefers (arch/arm64/kernel/cpu_ops.c).
 */
unsigned int kx_acpi_parked_cpus(struct kx_span madt);

#endif

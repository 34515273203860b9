/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts of a machine, read from /proc and /sys under one root directory, so that a captured tree
 * replays on any host. Reading is all it does; what the facts mean is for others to decide.
 */
#ifndef KX_MACHINE_H
#define KX_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/efi_map.h"
#include "kx/error.h"
#include "kx/iomem.h"
#include "kx/ranges.h"

/* The smallest page of any architecture, and what is assumed where the machine does not tell. */
enum { KX_PAGE_SIZE = 4096 };

/* Linux, Documentation/arch/x86/zero-page.rst: boot_params is one page. */
enum { KX_BOOT_PARAMS_SIZE = 4096 };

/** enum kx_lockdown - /sys/kernel/security/lockdown */
enum kx_lockdown {
	KX_LOCKDOWN_UNKNOWN,	/* no such file: lockdown not built in, or securityfs not mounted */
	KX_LOCKDOWN_NONE,
	KX_LOCKDOWN_INTEGRITY,
	KX_LOCKDOWN_CONFIDENTIALITY,
};

/** enum kx_screen - who drives the screen */
enum kx_screen {
	KX_SCREEN_NOBODY,	/* no framebuffer driver at all */
	KX_SCREEN_FIRMWARE,	/* a driver that only writes into the firmware's framebuffer */
	KX_SCREEN_NATIVE,	/* a driver of the graphics hardware: the firmware's mode is gone */
};

/**
 * struct kx_efi - /sys/firmware/efi; addresses are physical, 0 where the file is missing
 * @present: booted by EFI, or handed on by a kexec that kept EFI
 * @runtime_map: sorted as read; see kx_efi_map_check() before relying on it
 */
struct kx_efi {
	bool present;
	uint64_t fw_vendor, runtime, config_table;
	uint64_t smbios, acpi20, acpi;
	struct kx_efi_map runtime_map;
};

/**
 * struct kx_machine - the facts; zero-initialised is "nothing known"
 * @iomem: /proc/iomem as read; addresses are all zero when the reader had no privilege
 * @firmware_map: /sys/firmware/memmap, types are E820 types; empty when there is none
 * @boot_params: x86 zero page as the running kernel got it, valid when @have_boot_params
 * @efi_memmap_added: the kernel runs with "add_efi_memmap": its boot loader's map is incomplete
 * @cpus_possible: CPUs that may come up, running or not; 0 when unknown
 * @cpu_hotplug: CPUs can be taken down while the kernel runs (CONFIG_HOTPLUG_CPU)
 * @page_size: of the running kernel, in bytes; 0 when unknown
 * @mem_total: MemTotal of /proc/meminfo in bytes; 0 when unknown
 * @la57: the kernel runs with 5-level page tables
 * @load_disabled: kernel.kexec_load_disabled
 * @limit_reboot, @limit_panic: kernel.kexec_load_limit_*; -1 is no limit
 * @screen, @screen_driver: who drives the screen, and that driver's name
 */
struct kx_machine {
	struct kx_iomem iomem;
	struct kx_ranges firmware_map;
	uint8_t boot_params[KX_BOOT_PARAMS_SIZE];
	bool have_boot_params;
	bool efi_memmap_added;
	unsigned int cpus_possible;
	bool cpu_hotplug;
	uint64_t page_size;
	uint64_t mem_total;
	bool la57;
	bool load_disabled;
	int64_t limit_reboot, limit_panic;
	enum kx_lockdown lockdown;
	enum kx_screen screen;
	char screen_driver[64];
	struct kx_efi efi;
};

/**
 * kx_machine_read() - read all facts that a load needs
 * @root: directory that holds proc and sys; "/" for this machine
 *
 * Missing files leave "unknown"; malformed ones are errors that name the file.
 *
 * Return: 0; a negative errno with @err. @ret may be passed to kx_machine_done() in either case.
 */
int kx_machine_read(struct kx_machine *ret, const char *root, struct kx_err *err);

/**
 * kx_machine_usable() - kx_arch.usable where /proc/iomem alone tells memory: kx_iomem_ram()
 *
 * Return: 0 with the merged ranges in the empty list @ret; -ENODATA when addresses are hidden;
 * -ENOMEM.
 */
int kx_machine_usable(const struct kx_machine *m, struct kx_ranges *ret, struct kx_err *err);

/** kx_machine_privileged() - may this process use the kexec system calls (CAP_SYS_BOOT)? */
bool kx_machine_privileged(void);

/** kx_machine_done() - free what @m owns */
void kx_machine_done(struct kx_machine *m);

/**
 * kx_machine_loaded() - is an image loaded?
 * @crash: ask for the crash image
 *
 * Reads /sys/kernel/kexec/[crash_]loaded (since v6.19), else /sys/kernel/kexec_[crash_]loaded
 * (Documentation/ABI/testing/sysfs-kernel-kexec-kdump).
 *
 * Return: 1 loaded, 0 not loaded; -ENOENT when the kernel has neither file; -EINVAL for content
 * that is neither 0 nor 1; another negative errno.
 */
int kx_machine_loaded(const char *root, bool crash, struct kx_err *err);

#endif

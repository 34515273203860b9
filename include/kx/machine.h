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

#include "kx/crash.h"
#include "kx/efi_map.h"
#include "kx/error.h"
#include "kx/firmware.h"
#include "kx/iomem.h"
#include "kx/ranges.h"

/* The smallest page of any architecture, and what is assumed where the machine does not tell. */
enum { KX_PAGE_SIZE = 4096 };

/* Linux, Documentation/arch/x86/zero-page.rst: boot_params is one page. */
enum { KX_BOOT_PARAMS_SIZE = 4096 };

/* ACPI 6.5, 5.2.5.3: the root pointer, since ACPI 2.0 and before. */
enum { KX_RSDP_SIZE = 36, KX_RSDP_OLD_SIZE = 20 };

/** struct kx_release - the running kernel's; all 0: unknown. @patch is that of a stable release. */
struct kx_release {
	unsigned int major, minor, patch;
};

/** enum kx_lockdown - /sys/kernel/security/lockdown */
enum kx_lockdown {
	KX_LOCKDOWN_UNKNOWN,	/* securityfs is not mounted */
	KX_LOCKDOWN_NONE,	/* also where it is not built in */
	KX_LOCKDOWN_INTEGRITY,
	KX_LOCKDOWN_CONFIDENTIALITY,
};

/** enum kx_screen - who drives the screen */
enum kx_screen {
	KX_SCREEN_NOBODY,	/* no framebuffer driver at all */
	KX_SCREEN_FIRMWARE,	/* a driver that only writes into the firmware's framebuffer */
	KX_SCREEN_NATIVE,	/* a driver of the graphics hardware: the firmware's mode is gone */
};

/** enum kx_pti - are kernel and user page tables apart (x86)? */
enum kx_pti {
	KX_PTI_UNKNOWN,
	KX_PTI_OFF,
	KX_PTI_ON,
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
 * @root: directory that holds proc and sys, borrowed; "/" for this machine
 * @iomem: /proc/iomem as read; addresses are all zero when the reader had no privilege
 * @cmdline: /proc/cmdline, owned; @cmdline_rc: 0, or the negative errno for which it is empty
 * @memmap: /sys/firmware/memmap, types are E820 types; empty when there is none
 * @boot_params: x86 zero page as the running kernel got it, valid when @have_boot_params
 * @efi_memmap_added: the kernel runs with "add_efi_memmap": its boot loader's map is incomplete
 * @cpus_possible: CPUs that may come up, running or not; 0 when unknown
 * @cpus_offline: CPUs that are there and do not run; 0 also when unknown
 * @pti: by /sys/devices/system/cpu/vulnerabilities/meltdown
 * @cpu_hotplug: CPUs can be taken down while the kernel runs (CONFIG_HOTPLUG_CPU)
 * @page_size: of the running kernel, in bytes; 0 when unknown
 * @mem_total: MemTotal of /proc/meminfo in bytes; 0 when unknown
 * @la57: the kernel runs with 5-level page tables
 * @load_disabled: kernel.kexec_load_disabled
 * @limit_reboot, @limit_panic: kernel.kexec_load_limit_*; -1 means no limit
 * @release: /proc/sys/kernel/osrelease
 * @va_bits: of the running kernel's virtual addresses (arm64), once kx_machine_read_va_bits() has
 *	been asked; 0 when unknown
 * @screen, @screen_driver: who drives the screen, and that driver's name
 * @firmware: kx_machine_read_firmware() has filled it in, or it is empty
 * @rsdp, @rsdp_size: kx_machine_read_rsdp() has filled it in, or the size is 0
 * @crash: kx_machine_read_crash() and kx_machine_read_dump() have filled it in, or it is empty
 */
struct kx_machine {
	const char *root;
	struct kx_iomem iomem;
	struct kx_span cmdline;
	int cmdline_rc;
	struct kx_ranges memmap;
	uint8_t boot_params[KX_BOOT_PARAMS_SIZE];
	bool have_boot_params;
	bool efi_memmap_added;
	unsigned int cpus_possible, cpus_offline;
	enum kx_pti pti;
	bool cpu_hotplug;
	uint64_t page_size;
	uint64_t mem_total;
	bool la57;
	bool load_disabled;
	int64_t limit_reboot, limit_panic;
	enum kx_lockdown lockdown;
	struct kx_release release;
	unsigned int va_bits;
	enum kx_screen screen;
	char screen_driver[64];
	struct kx_efi efi;
	struct kx_firmware firmware;
	uint8_t rsdp[KX_RSDP_SIZE];
	size_t rsdp_size;
	struct kx_crash crash;
};

/**
 * kx_machine_read_iomem() - read /proc/iomem and nothing else
 * @root: outlives @ret
 *
 * Return: 0; a negative errno with @err. kx_machine_done() in either case.
 */
int kx_machine_read_iomem(struct kx_machine *ret, const char *root, struct kx_err *err);

/**
 * kx_machine_read() - read all facts that every load needs
 * @root: outlives @ret
 *
 * Missing files leave "unknown"; malformed ones are errors that name the file. Every file of /proc
 * and /sys is read once; what only some loads need is read by the calls below.
 *
 * Return: 0; a negative errno with @err. kx_machine_done() in either case.
 */
int kx_machine_read(struct kx_machine *ret, const char *root, struct kx_err *err);

/**
 * kx_machine_read_firmware() - fill in @m->firmware, after kx_machine_read()
 *
 * Reads /sys/firmware/fdt or /proc/device-tree, /sys/firmware/acpi/tables,
 * /sys/devices/system/cpu/online, and /dev/kmsg only where LPI tables matter. Missing files leave
 * "unknown"; malformed ones are errors that name the file.
 *
 * Return: 0; a negative errno with @err.
 */
int kx_machine_read_firmware(struct kx_machine *m, struct kx_err *err);

/**
 * kx_machine_read_va_bits() - fill in @m->va_bits, after kx_machine_read()
 *
 * By NUMBER(TCR_EL1_T1SZ) of VMCOREINFO in the notes of /proc/kcore (Linux,
 * Documentation/admin-guide/kdump/vmcoreinfo.rst): what the processors were given, which may be
 * less than the kernel was built for. A missing file, note or line leaves it unknown.
 *
 * Return: 0; a negative errno with @err.
 */
int kx_machine_read_va_bits(struct kx_machine *m, struct kx_err *err);

/**
 * kx_machine_read_rsdp() - fill in @m->rsdp, after kx_machine_read()
 * @address: where it lies, physical; 0: unknown
 *
 * Out of /dev/mem, which kernels keep from users without rights, and under lockdown from all. What
 * cannot be read, or is none, leaves it unknown.
 *
 * Return: 0; the negative errno of opening /dev/mem when it is there and may be read.
 */
int kx_machine_read_rsdp(struct kx_machine *m, uint64_t address, struct kx_err *err);

/** kx_machine_rsdp_size() - the size of the root pointer that @bytes begin with: 20, 36; 0: none */
size_t kx_machine_rsdp_size(struct kx_span bytes);

/**
 * kx_machine_read_crash() - fill in where a crash kernel may be, after kx_machine_read()
 *
 * These are @regions and @elfcorehdr_size of @m->crash: all that a load by kexec_file_load needs.
 *
 * Return: 0; -ENODATA when /proc/iomem hides its addresses or no crash kernel region is reserved;
 * -ENOMEM; another negative errno.
 */
int kx_machine_read_crash(struct kx_machine *m, struct kx_err *err);

/**
 * kx_machine_read_dump() - fill in what the dump shall show, after kx_machine_read_crash()
 *
 * These are all other members of @m->crash. A second call after a success does nothing.
 *
 * Return: 0; -ENODATA when a fact without which no dump can be right is missing (@err names it);
 * another negative errno. On failure nothing has been filled in.
 */
int kx_machine_read_dump(struct kx_machine *m, struct kx_err *err);

/** kx_machine_done() - free what @m owns */
void kx_machine_done(struct kx_machine *m);

/**
 * kx_machine_loaded() - is an image loaded?
 * @crash: ask for the crash image
 *
 * Reads /sys/kernel/kexec/[crash_]loaded (since v6.19), else /sys/kernel/kexec_[crash_]loaded
 * (Documentation/ABI/testing/sysfs-kernel-kexec-kdump).
 *
 * Return: 1 loaded, 0 not loaded; -ENODATA when /sys is not mounted, so that nobody can tell;
 * -ENOENT when the kernel has neither file; -EINVAL for content
 * that is neither 0 nor 1; another negative errno.
 */
int kx_machine_loaded(const char *root, bool crash, struct kx_err *err);

#endif

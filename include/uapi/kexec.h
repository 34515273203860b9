/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kexec system calls (UAPI linux/kexec.h and kexec_load(2)); here because the host's own
 * header may be older than the flags.
 */
#ifndef UAPI_KEXEC_H
#define UAPI_KEXEC_H

/* Flags of kexec_load. */
enum {
	KEXEC_ON_CRASH = 0x1,
	KEXEC_PRESERVE_CONTEXT = 0x2,
	KEXEC_UPDATE_ELFCOREHDR = 0x4,		/* v6.5 */
	KEXEC_CRASH_HOTPLUG_SUPPORT = 0x8,	/* v6.10 */
	KEXEC_DEBUG = 0x10,			/* after v6.18 */
	KEXEC_ARCH_SHIFT = 16,			/* the ELF machine number above this bit */
};

/* Flags of kexec_file_load. */
enum {
	KEXEC_FILE_UNLOAD = 0x1,
	KEXEC_FILE_ON_CRASH = 0x2,
	KEXEC_FILE_NO_INITRAMFS = 0x4,
	KEXEC_FILE_DEBUG = 0x8,			/* v6.8 */
	KEXEC_FILE_NO_CMA = 0x10,		/* v6.17 */
	KEXEC_FILE_FORCE_DTB = 0x20,		/* v6.18 */
};

#endif

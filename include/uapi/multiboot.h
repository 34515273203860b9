/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Multiboot Specification 0.6.96 and Multiboot2 Specification 2.0, both of the GNU project. Offsets
 * instead of structs, as in bootparam_x86.h; all numbers are little-endian. What is said to start
 * somewhere starts at a physical address below 4 GiB.
 */
#ifndef UAPI_MULTIBOOT_H
#define UAPI_MULTIBOOT_H

/* Multiboot 1, 3.1: the header that a kernel's file has among its first 8 KiB. */
enum kx_multiboot1_header {
	MB1_MAGIC = 0,		/* u32 */
	MB1_FLAGS = 4,		/* u32: MB1_NEEDS_* */
	MB1_CHECKSUM = 8,	/* u32: the sum of the three is 0 */
	MB1_HEADER_ADDR = 12,	/* u32: where the header itself belongs; with MB1_HAS_ADDRESSES */
	MB1_LOAD_ADDR = 16,	/* u32 */
	MB1_LOAD_END_ADDR = 20,	/* u32; 0: all of the file is loaded */
	MB1_BSS_END_ADDR = 24,	/* u32; 0: there is none */
	MB1_ENTRY_ADDR = 28,	/* u32 */
	MB1_HEADER_MIN = 12,
	MB1_SEARCH = 8192,
	MB1_ALIGN = 4,
};
#define MB1_MAGIC_VALUE 0x1badb002u
#define MB1_EAX 0x2badb002u

enum {
	MB1_NEEDS_PAGES = 1 << 0,	/* modules begin at pages */
	MB1_NEEDS_MEMORY = 1 << 1,
	MB1_NEEDS_VIDEO = 1 << 2,
	MB1_NEEDS_KNOWN = 0x7,		/* of the lower 16, which a loader must know */
	MB1_NEEDS_MASK = 0xffff,
	MB1_HAS_ADDRESSES = 1 << 16,
};

/* Multiboot 1, 3.3: what %ebx points at. */
enum kx_multiboot1_info {
	MBI_FLAGS = 0,		/* u32: MBI_HAS_* */
	MBI_MEM_LOWER = 4,	/* u32, KiB from 0 */
	MBI_MEM_UPPER = 8,	/* u32, KiB from 1 MiB */
	MBI_CMDLINE = 16,	/* u32 */
	MBI_MODS_COUNT = 20,	/* u32 */
	MBI_MODS_ADDR = 24,	/* u32 */
	MBI_MMAP_LENGTH = 44,	/* u32, bytes */
	MBI_MMAP_ADDR = 48,	/* u32 */
	MBI_LOADER_NAME = 64,	/* u32 */
	MBI_FRAMEBUFFER = 88,	/* MBI_FB_* */
	MBI_SIZE = 116,
};

enum {
	MBI_HAS_MEMORY = 1 << 0,
	MBI_HAS_CMDLINE = 1 << 2,
	MBI_HAS_MODULES = 1 << 3,
	MBI_HAS_MMAP = 1 << 6,
	MBI_HAS_LOADER_NAME = 1 << 9,
	MBI_HAS_FRAMEBUFFER = 1 << 12,
};

/* A module of Multiboot 1. */
enum { MBI_MOD_START = 0, MBI_MOD_END = 4, MBI_MOD_STRING = 8, MBI_MOD_SIZE = 16 };

/* An entry of its memory map; the size says how much follows it. */
enum { MBI_MMAP_BASE = 4, MBI_MMAP_LEN = 12, MBI_MMAP_TYPE = 20, MBI_MMAP_SIZE = 24 };

/* A framebuffer, the same in both versions but for where colours begin. */
enum kx_multiboot_framebuffer {
	MBI_FB_ADDR = 0,	/* u64 */
	MBI_FB_PITCH = 8,	/* u32, bytes */
	MBI_FB_WIDTH = 12,	/* u32 */
	MBI_FB_HEIGHT = 16,	/* u32 */
	MBI_FB_DEPTH = 20,	/* u8, bits */
	MBI_FB_TYPE = 21,	/* u8 */
	MBI_FB_COLOURS1 = 22,	/* u8 position, u8 bits: of red, green and blue */
	MBI_FB_COLOURS2 = 24,
	MBI_FB_COLOURS_SIZE = 6,
};
enum { MBI_FB_RGB = 1, MBI_FB_TEXT = 2 };

/* Multiboot2, 3.1: the header, among the first 32 KiB. */
enum kx_multiboot2_header {
	MB2_MAGIC = 0,		/* u32 */
	MB2_ARCHITECTURE = 4,	/* u32 */
	MB2_HEADER_LENGTH = 8,	/* u32, with all tags */
	MB2_CHECKSUM = 12,	/* u32: the sum of the four is 0 */
	MB2_TAGS = 16,
	MB2_SEARCH = 32768,
	MB2_ALIGN = 8,		/* of the header, of tags, and of those in the information */
};
#define MB2_MAGIC_VALUE 0xe85250d6u
#define MB2_EAX 0x36d76289u
enum { MB2_ARCHITECTURE_I386 = 0 };

/* A tag of the header: u16 type, u16 flags, u32 size with these 8 bytes. */
enum { MB2_TAG_TYPE = 0, MB2_TAG_FLAGS = 2, MB2_TAG_SIZE = 4, MB2_TAG_DATA = 8 };
enum { MB2_TAG_OPTIONAL = 1 << 0 };
enum kx_multiboot2_tag {
	MB2_TAG_END = 0,
	MB2_TAG_REQUEST = 1,	/* u32 types of the information that is wanted */
	MB2_TAG_ADDRESS = 2,	/* u32 header, load, load end, bss end */
	MB2_TAG_ENTRY = 3,	/* u32 */
	MB2_TAG_CONSOLE = 4,	/* u32 MB2_CONSOLE_* */
	MB2_TAG_FRAMEBUFFER = 5,
	MB2_TAG_MODULE_ALIGN = 6,
	MB2_TAG_EFI_SERVICES = 7, /* do not end boot services */
	MB2_TAG_ENTRY_EFI32 = 8,  /* entries for then */
	MB2_TAG_ENTRY_EFI64 = 9,
	MB2_TAG_RELOCATABLE = 10, /* u32 lowest address, highest, alignment, preference */
};
enum { MB2_CONSOLE_REQUIRED = 1 << 0 };
#define MB2_LOAD_FROM_START 0xffffffffu	/* as load address: from the file's first byte */
enum { MB2_PREFER_NONE = 0, MB2_PREFER_LOWEST = 1, MB2_PREFER_HIGHEST = 2 };

/* Multiboot2, 3.6: u32 size, u32 0, then tags: u32 type, u32 size with these 8 bytes. */
enum { MBI2_SIZE = 0, MBI2_TAGS = 8, MBI2_TAG_TYPE = 0, MBI2_TAG_SIZE = 4, MBI2_TAG_DATA = 8 };
enum kx_multiboot2_info {
	MBI2_END = 0,
	MBI2_CMDLINE = 1,	/* text */
	MBI2_LOADER_NAME = 2,	/* text */
	MBI2_MODULE = 3,	/* u32 start, u32 end, text */
	MBI2_MEMORY = 4,	/* u32 KiB from 0, u32 KiB from 1 MiB */
	MBI2_BOOT_DEVICE = 5,
	MBI2_MMAP = 6,		/* u32 size of an entry, u32 version, entries */
	MBI2_VBE = 7,
	MBI2_FRAMEBUFFER = 8,	/* MBI_FB_* */
	MBI2_ELF_SECTIONS = 9,
	MBI2_APM = 10,
	MBI2_EFI32 = 11,	/* u32 system table */
	MBI2_EFI64 = 12,	/* u64 system table */
	MBI2_SMBIOS = 13,
	MBI2_RSDP_OLD = 14,	/* a copy of ACPI 1.0's */
	MBI2_RSDP_NEW = 15,	/* of that of ACPI 2.0 and later */
	MBI2_NETWORK = 16,
	MBI2_EFI_MAP = 17,	/* u32 size of a descriptor, u32 version, descriptors */
	MBI2_EFI_SERVICES = 18,	/* boot services have not ended */
	MBI2_EFI32_IMAGE = 19,
	MBI2_EFI64_IMAGE = 20,
	MBI2_LOAD_BASE = 21,	/* u32 where a relocatable kernel was put */
	MBI2_TYPES = 22,
};
enum { MBI2_MODULE_TEXT = 16 };
/* An entry of its memory map: u64 start, u64 length, u32 type, u32 0. */
enum { MBI2_MMAP_ENTRIES = 16, MBI2_MMAP_ENTRY = 24 };
enum { MBI2_EFI_DESCRIPTORS = 16 };

/* Types of memory, of both versions; those of E820 have the same numbers. */
enum { MBI_MEMORY_RAM = 1, MBI_MEMORY_RESERVED = 2, MBI_MEMORY_BAD = 5 };

#endif

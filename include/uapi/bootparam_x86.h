/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The x86 boot protocol: offsets in the setup header and in boot_params (the "zero page").
 * Linux, Documentation/arch/x86/boot.rst and zero-page.rst; all numbers are little-endian.
 * Offsets instead of a struct: files and pages are read and written byte by byte on every host.
 * tests/unit/test-bootparam.c compares them with the kernel's own header.
 */
#ifndef UAPI_BOOTPARAM_X86_H
#define UAPI_BOOTPARAM_X86_H

/* Before the setup header, in the boot sector: how protocols before 2.02 pass the command line. */
enum {
	SECTOR_CMD_LINE_MAGIC = 0x20,	/* u16, 0xa33f */
	SECTOR_CMD_LINE_OFFSET = 0x22,	/* u16, from the start of the setup code */
	CMD_LINE_MAGIC_VALUE = 0xa33f,
};

/* Setup header: the same offset in the file and in boot_params. */
enum kx_setup_header {
	HDR_START = 0x1f1,
	HDR_SETUP_SECTS = 0x1f1,	/* u8, 0 means 4 */
	HDR_ROOT_FLAGS = 0x1f2,		/* u16: the root is mounted read-only first */
	HDR_SYSSIZE = 0x1f4,		/* u32, in 16 bytes */
	HDR_BOOT_FLAG = 0x1fe,		/* u16, 0xaa55 */
	HDR_JUMP_OFFSET = 0x201,	/* u8: the header ends at 0x202 plus this */
	HDR_MAGIC = 0x202,		/* u32, "HdrS" */
	HDR_VERSION = 0x206,		/* u16, major and minor byte */
	HDR_KERNEL_VERSION = 0x20e,	/* u16: a string at 0x200 plus this */
	HDR_TYPE_OF_LOADER = 0x210,	/* u8 */
	HDR_LOADFLAGS = 0x211,		/* u8 */
	HDR_SETUP_MOVE_SIZE = 0x212,	/* u16, used before 2.02: what of the setup code is moved */
	HDR_CODE32_START = 0x214,	/* u32: where an older kernel that cannot move has to be */
	HDR_RAMDISK_IMAGE = 0x218,	/* u32 */
	HDR_RAMDISK_SIZE = 0x21c,	/* u32 */
	HDR_HEAP_END_PTR = 0x224,	/* u16, from the start of the setup code, less 0x200 */
	HDR_EXT_LOADER_VER = 0x226,	/* u8 */
	HDR_CMD_LINE_PTR = 0x228,	/* u32 */
	HDR_INITRD_ADDR_MAX = 0x22c,	/* u32, the last usable byte */
	HDR_KERNEL_ALIGNMENT = 0x230,	/* u32 */
	HDR_RELOCATABLE_KERNEL = 0x234,	/* u8 */
	HDR_XLOADFLAGS = 0x236,		/* u16 */
	HDR_CMDLINE_SIZE = 0x238,	/* u32, without the NUL */
	HDR_HARDWARE_SUBARCH = 0x23c,	/* u32 */
	HDR_HARDWARE_SUBARCH_DATA = 0x240, /* u64 */
	HDR_PAYLOAD_OFFSET = 0x248,	/* u32, from the protected-mode code */
	HDR_PAYLOAD_LENGTH = 0x24c,	/* u32 */
	HDR_SETUP_DATA = 0x250,		/* u64, physical address */
	HDR_PREF_ADDRESS = 0x258,	/* u64 */
	HDR_INIT_SIZE = 0x260,		/* u32 */
	HDR_MIN_END = 0x264,		/* what protocol 2.12 has at least */
};

enum {
	HDR_BOOT_FLAG_VALUE = 0xaa55,
	HDR_MAGIC_VALUE = 0x53726448,	/* "HdrS" */
	HDR_VERSION_BZIMAGE = 0x200,
	HDR_VERSION_HEAP_END_PTR = 0x201, /* CAN_USE_HEAP, too */
	HDR_VERSION_CMD_LINE_PTR = 0x202,
	HDR_VERSION_INITRD_ADDR_MAX = 0x203,
	HDR_VERSION_SYSSIZE = 0x204,	/* before it has 16 bits, too few for a bzImage */
	HDR_VERSION_RELOCATABLE = 0x205, /* kernel_alignment, too */
	HDR_VERSION_CMDLINE_SIZE = 0x206,
	HDR_VERSION_PAYLOAD = 0x208,
	HDR_VERSION_INIT_SIZE = 0x20a,	/* pref_address, too */
	HDR_VERSION_64BIT = 0x20c,	/* xloadflags, boot_params above 4 GiB */
	HDR_VERSION_ACPI_RSDP = 0x20e,	/* boot_params.acpi_rsdp_addr */
	LOADED_HIGH = 1 << 0,		/* loadflags */
	CAN_USE_HEAP = 1 << 7,
	XLF_KERNEL_64 = 1 << 0,		/* xloadflags */
	XLF_CAN_BE_LOADED_ABOVE_4G = 1 << 1,
	XLF_EFI_KEXEC = 1 << 4,
	XLF_5LEVEL = 1 << 5,
	LOADER_KEXEC = 0xd0,		/* boot.rst: assigned loader id D, version 0 */
	ENTRY_REAL_MODE = 0x200,	/* from the start of the setup code */
	ENTRY_32BIT = 0,		/* from the start of the protected-mode code */
	ENTRY_64BIT = 0x200,		/* from the start of the protected-mode code */
	SECTOR_SIZE = 512,
};

enum kx_boot_params {
	BP_SCREEN_INFO = 0x000,
	BP_SCREEN_INFO_SIZE = 0x040,
	BP_ORIG_VIDEO_COLS = 0x007,	/* u8, of a text screen */
	BP_ORIG_VIDEO_LINES = 0x00e,	/* u8 */
	BP_ORIG_VIDEO_ISVGA = 0x00f,	/* u8 in screen_info: VIDEO_TYPE_* */
	BP_LFB_WIDTH = 0x012,		/* u16, as the two behind it */
	BP_LFB_HEIGHT = 0x014,
	BP_LFB_DEPTH = 0x016,
	BP_LFB_BASE = 0x018,		/* u32 */
	BP_LFB_LINELENGTH = 0x024,	/* u16 */
	BP_LFB_COLOURS = 0x026,		/* u8 bits, u8 position: of red, green, blue */
	BP_LFB_CAPABILITIES = 0x036,	/* u32 */
	BP_EXT_LFB_BASE = 0x03a,	/* u32, upper half, if capabilities say so */
	BP_IST_INFO = 0x060,
	BP_IST_INFO_SIZE = 0x010,
	BP_ACPI_RSDP_ADDR = 0x070,	/* u64 */
	BP_EXT_RAMDISK_IMAGE = 0x0c0,	/* u32, upper half */
	BP_EXT_RAMDISK_SIZE = 0x0c4,
	BP_EXT_CMD_LINE_PTR = 0x0c8,
	BP_EDID_INFO = 0x140,
	BP_EDID_INFO_SIZE = 0x080,
	BP_EFI_INFO = 0x1c0,
	BP_EFI_INFO_SIZE = 0x020,
	BP_ALT_MEM_K = 0x1e0,		/* u32 */
	BP_E820_ENTRIES = 0x1e8,	/* u8 */
	BP_EDDBUF_ENTRIES = 0x1e9,	/* u8 */
	BP_EDD_MBR_SIG_BUF_ENTRIES = 0x1ea, /* u8 */
	BP_SECURE_BOOT = 0x1ec,		/* u8 */
	BP_HDR_ROOM_END = 0x290,	/* what follows the setup header */
	BP_EDD_MBR_SIG_BUFFER = 0x290,
	BP_EDD_MBR_SIG_BUFFER_SIZE = 0x040,
	BP_E820_TABLE = 0x2d0,
	BP_E820_ENTRY_SIZE = 20,	/* u64 address, u64 size, u32 type */
	BP_E820_MAX = 128,
	BP_EDDBUF = 0xd00,
	BP_EDDBUF_SIZE = 6 * 82,
	BP_SIZE = 4096,
};

/* struct efi_info, relative to BP_EFI_INFO. */
enum kx_efi_info {
	EFI_INFO_SIGNATURE = 0x00,	/* "EL64" or "EL32" */
	EFI_INFO_SYSTAB = 0x04,
	EFI_INFO_MEMDESC_SIZE = 0x08,
	EFI_INFO_MEMDESC_VERSION = 0x0c,
	EFI_INFO_MEMMAP = 0x10,
	EFI_INFO_MEMMAP_SIZE = 0x14,
	EFI_INFO_SYSTAB_HI = 0x18,
	EFI_INFO_MEMMAP_HI = 0x1c,
};
#define EFI_SIGNATURE_64 0x34364c45u
#define EFI_SIGNATURE_32 0x32334c45u

/* orig_video_isVGA values that describe a linear framebuffer (UAPI linux/screen_info.h). */
enum { VIDEO_TYPE_VLFB = 0x23, VIDEO_TYPE_EFI = 0x70 };
/* What the field says of a text screen (arch/x86/boot/video-vga.c); a bit of capabilities. */
enum { VIDEO_IS_VGA = 1, LFB_64BIT_BASE = 1 << 1 };

/* struct setup_data: u64 next, u32 type, u32 len, data. */
enum {
	SETUP_DATA_HEADER = 16,
	SETUP_E820_EXT = 1,
	SETUP_EFI = 4,
	SETUP_RNG_SEED = 9,
};

/*
 * SETUP_EFI: fw_vendor, (unused), config table, SMBIOS, 8 reserved; all u64
 * (Linux, arch/x86/include/asm/efi.h, struct efi_setup_data, since v3.14).
 */
enum { EFI_SETUP_DATA_SIZE = 12 * 8 };

#endif

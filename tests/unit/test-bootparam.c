/* SPDX-License-Identifier: GPL-2.0-or-later */
/* include/uapi/bootparam_x86.h against the kernel's own header, where the host has it. */
#if defined(__has_include) && (defined(__x86_64__) || defined(__i386__))
#if __has_include(<asm/bootparam.h>)
#define HAVE_ASM_BOOTPARAM 1
#include <asm/bootparam.h>
#include <linux/screen_info.h>

/* The kernel's macros under other names, so that both headers can be here. */
enum {
	SYS_LOADED_HIGH = LOADED_HIGH,
	SYS_CAN_USE_HEAP = CAN_USE_HEAP,
	SYS_XLF_KERNEL_64 = XLF_KERNEL_64,
	SYS_XLF_CAN_BE_LOADED_ABOVE_4G = XLF_CAN_BE_LOADED_ABOVE_4G,
	SYS_XLF_EFI_KEXEC = XLF_EFI_KEXEC,
	SYS_XLF_5LEVEL = XLF_5LEVEL,
	SYS_SETUP_E820_EXT = SETUP_E820_EXT,
	SYS_SETUP_EFI = SETUP_EFI,
	SYS_SETUP_RNG_SEED = SETUP_RNG_SEED,
	SYS_VIDEO_TYPE_VLFB = VIDEO_TYPE_VLFB,
	SYS_VIDEO_TYPE_EFI = VIDEO_TYPE_EFI,
};
#undef LOADED_HIGH
#undef CAN_USE_HEAP
#undef XLF_KERNEL_64
#undef XLF_CAN_BE_LOADED_ABOVE_4G
#undef XLF_EFI_KEXEC
#undef XLF_5LEVEL
#undef SETUP_E820_EXT
#undef SETUP_EFI
#undef SETUP_RNG_SEED
#undef VIDEO_TYPE_VLFB
#undef VIDEO_TYPE_EFI
#endif
#endif

#include "tests/tools/mkbzimage.h"
#include "tests/unit/kxtest.h"
#include "uapi/bootparam_x86.h"

#ifdef HAVE_ASM_BOOTPARAM

#define BP(member) offsetof(struct boot_params, member)
#define MEMBER_SIZE(member) sizeof(((struct boot_params *)0)->member)
#define EFI(member) offsetof(struct efi_info, member)

TEST(header_offsets)
{
	assert_int_equal(HDR_START, BP(hdr));
	assert_int_equal(HDR_SETUP_SECTS, BP(hdr.setup_sects));
	assert_int_equal(HDR_SYSSIZE, BP(hdr.syssize));
	assert_int_equal(HDR_BOOT_FLAG, BP(hdr.boot_flag));
	assert_int_equal(HDR_JUMP_OFFSET, BP(hdr.jump) + 1);
	assert_int_equal(HDR_MAGIC, BP(hdr.header));
	assert_int_equal(HDR_VERSION, BP(hdr.version));
	assert_int_equal(HDR_KERNEL_VERSION, BP(hdr.kernel_version));
	assert_int_equal(HDR_TYPE_OF_LOADER, BP(hdr.type_of_loader));
	assert_int_equal(HDR_LOADFLAGS, BP(hdr.loadflags));
	assert_int_equal(HDR_CODE32_START, BP(hdr.code32_start));
	assert_int_equal(HDR_RAMDISK_IMAGE, BP(hdr.ramdisk_image));
	assert_int_equal(HDR_RAMDISK_SIZE, BP(hdr.ramdisk_size));
	assert_int_equal(HDR_SETUP_MOVE_SIZE, BP(hdr.setup_move_size));
	assert_int_equal(HDR_HEAP_END_PTR, BP(hdr.heap_end_ptr));
	assert_int_equal(HDR_EXT_LOADER_VER, BP(hdr.ext_loader_ver));
	assert_int_equal(HDR_CMD_LINE_PTR, BP(hdr.cmd_line_ptr));
	assert_int_equal(HDR_INITRD_ADDR_MAX, BP(hdr.initrd_addr_max));
	assert_int_equal(HDR_KERNEL_ALIGNMENT, BP(hdr.kernel_alignment));
	assert_int_equal(HDR_RELOCATABLE_KERNEL, BP(hdr.relocatable_kernel));
	assert_int_equal(HDR_XLOADFLAGS, BP(hdr.xloadflags));
	assert_int_equal(HDR_CMDLINE_SIZE, BP(hdr.cmdline_size));
	assert_int_equal(HDR_HARDWARE_SUBARCH, BP(hdr.hardware_subarch));
	assert_int_equal(HDR_HARDWARE_SUBARCH_DATA, BP(hdr.hardware_subarch_data));
	assert_int_equal(HDR_PAYLOAD_OFFSET, BP(hdr.payload_offset));
	assert_int_equal(HDR_PAYLOAD_LENGTH, BP(hdr.payload_length));
	assert_int_equal(HDR_SETUP_DATA, BP(hdr.setup_data));
	assert_int_equal(HDR_PREF_ADDRESS, BP(hdr.pref_address));
	assert_int_equal(HDR_INIT_SIZE, BP(hdr.init_size));
	assert_int_equal(HDR_MIN_END, BP(hdr.init_size) + 4);
}

TEST(boot_params_offsets)
{
	assert_int_equal(BP_SIZE, sizeof(struct boot_params));
	assert_int_equal(BP_SCREEN_INFO, BP(screen_info));
	assert_int_equal(BP_SCREEN_INFO_SIZE, MEMBER_SIZE(screen_info));
	assert_int_equal(BP_ORIG_VIDEO_ISVGA, BP(screen_info.orig_video_isVGA));
	assert_int_equal(BP_IST_INFO, BP(ist_info));
	assert_int_equal(BP_IST_INFO_SIZE, MEMBER_SIZE(ist_info));
	assert_int_equal(BP_ACPI_RSDP_ADDR, BP(acpi_rsdp_addr));
	assert_int_equal(BP_EXT_RAMDISK_IMAGE, BP(ext_ramdisk_image));
	assert_int_equal(BP_EXT_RAMDISK_SIZE, BP(ext_ramdisk_size));
	assert_int_equal(BP_EXT_CMD_LINE_PTR, BP(ext_cmd_line_ptr));
	assert_int_equal(BP_EDID_INFO, BP(edid_info));
	assert_int_equal(BP_EDID_INFO_SIZE, MEMBER_SIZE(edid_info));
	assert_int_equal(BP_EFI_INFO, BP(efi_info));
	assert_int_equal(BP_EFI_INFO_SIZE, MEMBER_SIZE(efi_info));
	assert_int_equal(BP_ALT_MEM_K, BP(alt_mem_k));
	assert_int_equal(BP_E820_ENTRIES, BP(e820_entries));
	assert_int_equal(BP_EDDBUF_ENTRIES, BP(eddbuf_entries));
	assert_int_equal(BP_EDD_MBR_SIG_BUF_ENTRIES, BP(edd_mbr_sig_buf_entries));
	assert_int_equal(BP_SECURE_BOOT, BP(secure_boot));
	assert_int_equal(BP_HDR_ROOM_END, BP(edd_mbr_sig_buffer));
	assert_int_equal(BP_EDD_MBR_SIG_BUFFER, BP(edd_mbr_sig_buffer));
	assert_int_equal(BP_EDD_MBR_SIG_BUFFER_SIZE, MEMBER_SIZE(edd_mbr_sig_buffer));
	assert_int_equal(BP_E820_TABLE, BP(e820_table));
	assert_int_equal(BP_E820_ENTRY_SIZE, MEMBER_SIZE(e820_table[0]));
	assert_int_equal(BP_E820_MAX, E820_MAX_ENTRIES_ZEROPAGE);
	assert_int_equal(BP_EDDBUF, BP(eddbuf));
	assert_int_equal(BP_EDDBUF_SIZE, MEMBER_SIZE(eddbuf));
}

TEST(efi_info_and_setup_data_offsets)
{
	assert_int_equal(EFI_INFO_SIGNATURE, EFI(efi_loader_signature));
	assert_int_equal(EFI_INFO_MEMDESC_SIZE, EFI(efi_memdesc_size));
	assert_int_equal(EFI_INFO_MEMDESC_VERSION, EFI(efi_memdesc_version));
	assert_int_equal(EFI_INFO_MEMMAP, EFI(efi_memmap));
	assert_int_equal(EFI_INFO_MEMMAP_SIZE, EFI(efi_memmap_size));
	assert_int_equal(EFI_INFO_MEMMAP_HI, EFI(efi_memmap_hi));
	assert_int_equal(SETUP_DATA_HEADER, sizeof(struct setup_data));
	assert_int_equal(offsetof(struct setup_data, next), 0);
	assert_int_equal(offsetof(struct setup_data, type), 8);
	assert_int_equal(offsetof(struct setup_data, len), 12);
}

TEST(constants)
{
	assert_int_equal(LOADED_HIGH, SYS_LOADED_HIGH);
	assert_int_equal(CAN_USE_HEAP, SYS_CAN_USE_HEAP);
	assert_int_equal(XLF_KERNEL_64, SYS_XLF_KERNEL_64);
	assert_int_equal(XLF_CAN_BE_LOADED_ABOVE_4G, SYS_XLF_CAN_BE_LOADED_ABOVE_4G);
	assert_int_equal(XLF_EFI_KEXEC, SYS_XLF_EFI_KEXEC);
	assert_int_equal(XLF_5LEVEL, SYS_XLF_5LEVEL);
	assert_int_equal(SETUP_E820_EXT, SYS_SETUP_E820_EXT);
	assert_int_equal(SETUP_EFI, SYS_SETUP_EFI);
	assert_int_equal(SETUP_RNG_SEED, SYS_SETUP_RNG_SEED);
	assert_int_equal(VIDEO_TYPE_VLFB, SYS_VIDEO_TYPE_VLFB);
	assert_int_equal(VIDEO_TYPE_EFI, SYS_VIDEO_TYPE_EFI);
}

/* What the tests are made of must not be wrong in the same way. */
TEST(fields_of_mkbzimage)
{
	static const struct {
		const char *name;
		size_t offset, width;
	} sys[] = {
#define FIELD(member) { #member, BP(hdr.member), MEMBER_SIZE(hdr.member) }
		FIELD(setup_sects), FIELD(root_flags), FIELD(syssize), FIELD(ram_size),
		FIELD(vid_mode), FIELD(root_dev), FIELD(boot_flag), FIELD(jump), FIELD(header),
		FIELD(version), FIELD(realmode_swtch), FIELD(start_sys_seg),
		FIELD(kernel_version), FIELD(type_of_loader), FIELD(loadflags),
		FIELD(setup_move_size), FIELD(code32_start), FIELD(ramdisk_image),
		FIELD(ramdisk_size), FIELD(bootsect_kludge), FIELD(heap_end_ptr),
		FIELD(ext_loader_ver), FIELD(ext_loader_type), FIELD(cmd_line_ptr),
		FIELD(initrd_addr_max), FIELD(kernel_alignment), FIELD(relocatable_kernel),
		FIELD(min_alignment), FIELD(xloadflags), FIELD(cmdline_size),
		FIELD(hardware_subarch), FIELD(hardware_subarch_data), FIELD(payload_offset),
		FIELD(payload_length), FIELD(setup_data), FIELD(pref_address),
		FIELD(init_size), FIELD(handover_offset), FIELD(kernel_info_offset),
	};

	assert_int_equal(mkbzimage_n_fields, sizeof(sys) / sizeof(sys[0]));
	for (size_t i = 0; i < mkbzimage_n_fields; i++) {
		assert_string_equal(mkbzimage_fields[i].name, sys[i].name);
		assert_int_equal(mkbzimage_fields[i].offset, sys[i].offset);
		assert_int_equal(mkbzimage_fields[i].width, sys[i].width);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_offsets),
		cmocka_unit_test(boot_params_offsets),
		cmocka_unit_test(efi_info_and_setup_data_offsets),
		cmocka_unit_test(constants),
		cmocka_unit_test(fields_of_mkbzimage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	printf("SKIP: this host has no <asm/bootparam.h>, as only x86 has\n");
	return 77;
}

#endif

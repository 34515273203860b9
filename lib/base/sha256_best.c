/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice of the fastest block function of SHA-256; also part of purgatory. */
#include "kx/sha256.h"

#if KX_SHA256_HAVE_SHANI
#include <cpuid.h>
#elif KX_SHA256_HAVE_ARM64 && __STDC_HOSTED__
#include <sys/auxv.h>
#endif

#if KX_SHA256_HAVE_ARM64
/*
 * What the operating system lets programs use: Linux, Documentation/arch/arm64/elf_hwcaps.rst. What
 * runs without one asks the processor: Arm ARM, ID_AA64ISAR0_EL1, the field SHA2.
 */
static int have_arm64_sha2(void)
{
#if __STDC_HOSTED__
	enum { HWCAP_SHA2_BIT = 1 << 6 };

	return (getauxval(AT_HWCAP) & HWCAP_SHA2_BIT) != 0;
#else
	uint64_t isar0;

	__asm__("mrs %0, id_aa64isar0_el1" : "=r"(isar0));
	return (isar0 >> 12 & 0xf) != 0;
#endif
}
#endif

kx_sha256_blocks_fn *kx_sha256_blocks_best(void)
{
#if KX_SHA256_HAVE_SHANI
	/* Intel SDM volume 2, CPUID: leaf 1 ECX, leaf 7 EBX. */
	enum { SSSE3 = 1 << 9, SSE41 = 1 << 19, SHA = 1 << 29 };
	unsigned int a, b, c, d;

	if (__get_cpuid(1, &a, &b, &c, &d) && (c & SSSE3) && (c & SSE41) &&
	    __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & SHA))
		return kx_sha256_blocks_shani;
#elif KX_SHA256_HAVE_ARM64
	if (have_arm64_sha2())
		return kx_sha256_blocks_arm64;
#endif
	return kx_sha256_blocks_portable;
}

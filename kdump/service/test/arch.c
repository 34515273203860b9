/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU calls the machines (QEMU, docs/system: target-i386, arm/virt, riscv/virt). */
#include "kdump/service/test/arch.h"

/*
 * x86_64: five-level paging takes an emulator time, and on a busy host its timer was seen to tick
 * too late for the kernel, which panics then unless it is told not to look (Linux, admin-guide/
 * kernel-parameters.txt). arm64: the architected algorithm of pointer authentication takes an
 * emulator time; of interrupt controllers KVM may have either version alone. riscv64: page tables
 * as x86_64.
 */
static const struct vm_arch table[] = {
	{
		.isa = &kx_isa_x86_64,
		.qemu = "qemu-system-x86_64",
		.packages = "qemu-system-x86, qemu-kvm or qemu-x86",
		.machine = "q35",
		.cpu = "max,la57=off",
		.words = "console=ttyS0,115200 no_timer_check",
	},
	{
		.isa = &kx_isa_arm64,
		.qemu = "qemu-system-aarch64",
		.packages = "qemu-system-arm, qemu-kvm or qemu-arm",
		.machine = "virt,gic-version=max",
		.cpu = "max,pauth-impdef=on",
		.words = "console=ttyAMA0",
	},
	{
		.isa = &kx_isa_riscv64,
		.qemu = "qemu-system-riscv64",
		.packages = "qemu-system-riscv, qemu-system-misc or qemu-extra",
		.machine = "virt",
		.cpu = "max,sv57=off",
		.words = "console=ttyS0",
	},
};

const struct vm_arch *vm_arch_at(size_t i)
{
	return i < sizeof(table) / sizeof(table[0]) ? &table[i] : NULL;
}

const struct vm_arch *vm_arch_of(const char *name)
{
	const struct kx_isa *isa = kx_isa_of_uname(name);
	const struct vm_arch *arch;

	for (size_t i = 0; (arch = vm_arch_at(i)) != NULL; i++) {
		if (arch->isa == isa)
			return arch;
	}
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump test --vm: a virtual machine panics, with this machine's kernel and reservation. */
#ifndef KDUMP_SERVICE_TEST_VM_H
#define KDUMP_SERVICE_TEST_VM_H

#include "kdump/service/arm/options.h"
#include "kdump/service/state/last.h"

/**
 * vm_test() - run it, tell what came of it, and keep that as STATE_LAST_VM
 * @test: its id, kind and when it began; the rest is filled in
 *
 * What it proves: the kernel loads and starts as a crash kernel, kdump-init finds a disk, and the
 * dump is whole, in so much memory. What it does not: anything about this machine's own devices.
 *
 * Return: enum service_status.
 */
int vm_test(const struct arm_options *options, struct last_test *test, struct kx_err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump arm: from now on a crash leaves a dump. */
#ifndef KDUMP_SERVICE_ARM_ARM_H
#define KDUMP_SERVICE_ARM_ARM_H

#include "kdump/service/arm/options.h"
#include "kx/error.h"

/** enum arm_why - ARM_RELOAD: only if it is armed when it is its turn */
enum arm_why { ARM_NEW, ARM_RELOAD };

/**
 * arm_run() - make the image as the machine is now, and load it if it is another one
 * @test: id of a test crash, which the image tells in its manifest; NULL: none
 *
 * Return: the exit status; what is not yet told stands in @err.
 */
int arm_run(const struct arm_options *options, enum arm_why why, const char *test,
	    struct kx_err *err);

/** arm_main() - the verb, which is argv[0]; Return: the exit status */
int arm_main(int argc, char **argv);

#endif

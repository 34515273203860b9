/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses the serial line that purgatory prints on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kexec/console.h"
#include "kx/tty.h"

/* Where a PC has its serial lines since 1981; other machines have none of these ports. */
static bool pc_port(const char *name, uint64_t *ret)
{
	if (strcmp(name, "ttyS0") == 0)
		*ret = 0x3f8;
	else if (strcmp(name, "ttyS1") == 0)
		*ret = 0x2f8;
	else
		return false;
	return true;
}

static int use_tty(struct kx_job *job, const char *name, struct kx_err *err)
{
	struct kx_request *req = &job->request;

	req->console_kind = KX_PURG_CONSOLE_8250_IO;
	if (!job->arch->dt_boot && pc_port(name, &req->console_base))
		return 0;
	return kx_tty_read(job->root, name, &req->console_kind, &req->console_base, err);
}

static int use_firmware_console(struct kx_job *job, struct kx_err *err)
{
	const struct kx_console *console = &job->firmware.console;

	if (console->kind == KX_PURG_CONSOLE_NONE && job->options->console_serial)
		return kx_fail(err, -ENODEV,
			       "--console-serial: neither device tree nor ACPI name a console that "
			       "purgatory can use; name one with --serial");
	job->request.console_kind = console->kind;
	job->request.console_base = console->base;
	job->request.quiet_purgatory = !job->options->console_serial;
	return 0;
}

int kx_console_choose(struct kx_job *job, struct kx_err *err)
{
	const struct kx_options *o = job->options;
	bool named = o->serial_name || o->serial_kind != KX_PURG_CONSOLE_NONE;
	struct kx_request *req = &job->request;

	req->console_divisor = o->serial_divisor;
	if (job->arch->dt_boot && !named)
		return use_firmware_console(job, err);
	/* kexec-tools prints on arm64 as soon as a line is named; on x86 it has to be told to. */
	if (!job->arch->dt_boot && !o->console_serial)
		return 0;
	if (o->serial_name || !named)
		return use_tty(job, o->serial_name ? o->serial_name : "ttyS0", err);
	if (job->arch->dt_boot && o->serial_kind == KX_PURG_CONSOLE_8250_IO)
		return kx_fail(err, -EINVAL,
			       "--serial: %s has no I/O ports; name a tty, or mmio,ADDR, mmio32,ADDR "
			       "or pl011,ADDR",
			       job->arch->isa->name);
	req->console_kind = o->serial_kind;
	req->console_base = o->serial_base;
	return 0;
}

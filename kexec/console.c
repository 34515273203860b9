/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses the serial line that purgatory prints on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kexec/console.h"
#include "kx/tty.h"

static bool known_port(const struct kx_arch *arch, const char *name, uint64_t *ret)
{
	for (const struct kx_uart_port *p = arch->ports; p && p->name; p++) {
		if (strcmp(p->name, name) == 0) {
			*ret = p->port;
			return true;
		}
	}
	return false;
}

static int use_tty(const struct kx_arch *arch, const char *name, const char *root,
		   struct kx_purg_wishes *ret, struct kx_err *err)
{
	ret->console_kind = KX_PURG_CONSOLE_8250_IO;
	if (known_port(arch, name, &ret->console_base))
		return 0;
	return kx_tty_read(root, name, &ret->console_kind, &ret->console_base, err);
}

static int use_firmware_console(const struct kx_console *console, bool wanted,
				struct kx_purg_wishes *ret, struct kx_err *err)
{
	if (console->kind == KX_PURG_CONSOLE_NONE && wanted)
		return kx_fail(err, -ENODEV,
			       "--console-serial: neither device tree nor ACPI name a console that "
			       "purgatory can use; name one with --serial");
	ret->console_kind = console->kind;
	ret->console_base = console->base;
	ret->quiet = !wanted;
	return 0;
}

int console_choose(const struct kx_arch *arch, const struct options *o,
		   const struct kx_machine *machine, struct kx_purg_wishes *ret,
		   struct kx_err *err)
{
	bool named = o->serial_name || o->serial_kind != KX_PURG_CONSOLE_NONE;

	if (arch->reads_firmware && !named)
		return use_firmware_console(&machine->firmware.console, o->console_serial, ret,
					    err);
	/* kexec-tools prints on arm64 as soon as a line is named; on x86 it has to be told to. */
	if (arch->console_by_option && !o->console_serial)
		return 0;
	if (o->serial_name || !named)
		return use_tty(arch, o->serial_name ? o->serial_name : "ttyS0", machine->root, ret,
			       err);
	if (!arch->ports && o->serial_kind == KX_PURG_CONSOLE_8250_IO)
		return kx_fail(err, -EINVAL,
			       "--serial: %s has no I/O ports; name a tty, or mmio,ADDR, mmio32,ADDR "
			       "or pl011,ADDR",
			       arch->isa->name);
	ret->console_kind = o->serial_kind;
	ret->console_base = o->serial_base;
	return 0;
}

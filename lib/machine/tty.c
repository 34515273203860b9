/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads from sysfs where a serial line's registers are. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kx/tty.h"
#include "lib/machine/internal.h"

/* UAPI linux/serial.h and serial_core.h: ports and how their registers are reached. */
enum { PORT_8250 = 1, PORT_16550A = 4, PORT_AMBA = 32 };
enum { IO_PORT = 0, IO_MEM = 2, IO_MEM32 = 3 };

struct line {
	uint64_t type, io_type, port, base, shift;
};

static int read_line(const char *root, const char *name, struct line *ret, struct kx_err *err)
{
	struct {
		const char *file;
		uint64_t *value;
	} fields[] = {
		{ "type", &ret->type },	      { "io_type", &ret->io_type },
		{ "port", &ret->port },	      { "iomem_base", &ret->base },
		{ "iomem_reg_shift", &ret->shift },
	};
	char path[300];
	int rc = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && rc == 0; i++) {
		*fields[i].value = 0;
		snprintf(path, sizeof(path), "sys/class/tty/%s/%s", name, fields[i].file);
		rc = kx_machine_read_number(root, path, fields[i].value, err);
	}
	return rc;
}

static enum kx_purg_console_kind kind_of(const struct line *line)
{
	bool like_8250 = line->type >= PORT_8250 && line->type < PORT_AMBA;

	if (line->type == PORT_AMBA && line->base)
		return KX_PURG_CONSOLE_PL011;
	if (!like_8250)
		return KX_PURG_CONSOLE_NONE;
	if (line->io_type == IO_PORT && line->port)
		return KX_PURG_CONSOLE_8250_IO;
	if (line->io_type == IO_MEM && line->base && line->shift == 0)
		return KX_PURG_CONSOLE_8250_MMIO;
	if ((line->io_type == IO_MEM || line->io_type == IO_MEM32) && line->base &&
	    line->shift == 2)
		return KX_PURG_CONSOLE_8250_MMIO32;
	return KX_PURG_CONSOLE_NONE;
}

int kx_tty_read(const char *root, const char *name, enum kx_purg_console_kind *ret_kind,
		uint64_t *ret_base, struct kx_err *err)
{
	struct line line;
	int rc;

	if (strchr(name, '/'))
		return kx_fail(err, -ENODEV, "%s is not a serial line", name);
	rc = read_line(root, name, &line, err);
	if (rc < 0)
		return rc;
	if (kind_of(&line) == KX_PURG_CONSOLE_NONE)
		return kx_fail(err, -ENODEV,
			       "%s: /sys/class/tty knows no 16550 or PL011 of that name; give its "
			       "address: mmio,ADDR, mmio32,ADDR or pl011,ADDR",
			       name);
	*ret_kind = kind_of(&line);
	*ret_base = *ret_kind == KX_PURG_CONSOLE_8250_IO ? line.port : line.base;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The serial line as console: polled, without interrupts; the chips that are known. */
#ifndef PURGATORY_UART_H
#define PURGATORY_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "kx/purgatory_abi.h"

/* Access to I/O ports, on architectures that have them. */
typedef uint8_t uart_port_in(uint16_t port);
typedef void uart_port_out(uint16_t port, uint8_t value);

/**
 * uart_init() - prepare the UART that @params names; its registers are accessible
 * @in, @out: NULL where there are no I/O ports; no struct of both, as a constant one would hold
 *            addresses, which are only known at run time
 *
 * With a divisor a 16550's line is set to 8 data bits, no parity, 1 stop bit; else, and with a
 * PL011, it stays as found.
 *
 * Return: false when @params names no UART, or one that cannot be used here.
 */
bool uart_init(const struct kx_purg_params *params, uart_port_in *in,
	       uart_port_out *out);

/** uart_putc() - as purgatory_arch_putc(); after a timeout, or without uart_init(), do nothing */
void uart_putc(char c);

/** uart_drain() - wait until all has been sent, but not for ever */
void uart_drain(void);

#endif

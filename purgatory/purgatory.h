/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the generic part of purgatory (check, copy, go on) asks of an architecture. */
#ifndef PURGATORY_PURGATORY_H
#define PURGATORY_PURGATORY_H

#include <stdbool.h>

#include "kx/purgatory_abi.h"
#include "kx/sha256.h"

/**
 * purgatory_main() - all that happens between the two kernels but the jump
 * @params: the start of the image, filled in by kexec
 *
 * Called once by the architecture's entry.S, which enters the next kernel when it returns. It does
 * not return when something is wrong: the machine is reset or stopped.
 */
void purgatory_main(const struct kx_purg_params *params);

/**
 * purgatory_fault() - the end after an exception that purgatory itself caused
 * @cause, @pc, @address: as the processor reports them, for the message
 *
 * Called by the architecture's exception entry with the stack empty and the console usable.
 */
_Noreturn void purgatory_fault(const struct kx_purg_params *params, uint64_t cause, uint64_t pc,
			       uint64_t address);

/** purgatory_print() - print @text if @params has a console, even if it asks for quiet */
void purgatory_print(const struct kx_purg_params *params, const char *text);

/**
 * purgatory_arch_init() - make the console usable that @params asks for
 *
 * A console that cannot be used is left out; that is not a reason to fail.
 */
void purgatory_arch_init(const struct kx_purg_params *params);

/** purgatory_arch_putc() - print one character, '\n' begins a new line; must not hang */
void purgatory_arch_putc(char c);

/**
 * purgatory_arch_hash_begin() - make the fastest SHA-256 that the processor has usable
 *
 * Return: the function to be used until purgatory_arch_hash_end().
 */
kx_sha256_blocks_fn *purgatory_arch_hash_begin(void);

/** purgatory_arch_hash_end() - undo what purgatory_arch_hash_begin() did to the processor */
void purgatory_arch_hash_end(void);

/** purgatory_arch_prepare() - the last thing before the next kernel: leave the devices at rest */
void purgatory_arch_prepare(void);

/** purgatory_arch_reset() - restart the machine as by its reset button */
_Noreturn void purgatory_arch_reset(void);

/** purgatory_arch_halt() - stop for good, so that the screen can be read */
_Noreturn void purgatory_arch_halt(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Included before every source of purgatory by the compiler's -include: nothing is found through
 * a global offset table, which would need a relocation at run time.
 */
#ifndef PURGATORY_HIDDEN_H
#define PURGATORY_HIDDEN_H

#pragma GCC visibility push(hidden)

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inih, as far as configuration is read with it; see kx/library.h. */
#ifndef KDUMP_SERVICE_CONFIG_INIH_H
#define KDUMP_SERVICE_CONFIG_INIH_H

#ifdef HAVE_INIH
#include <ini.h>

#include "kx/library.h"

#define INIH_CALLS(call) call(ini_parse_stream)
KX_LIBRARY_FACE(inih, INIH_CALLS)
#endif

#endif

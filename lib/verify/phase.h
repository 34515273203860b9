/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What those who write manifests and those who read them agree upon. */
#ifndef LIB_VERIFY_PHASE_H
#define LIB_VERIFY_PHASE_H

#include "kx/save.h"

static const char *const kx_phase_name[KX_SAVE_PHASES] = {
	[KX_SAVE_CLASSIFY] = "classify",
	[KX_SAVE_COPY] = "copy",
};

#endif

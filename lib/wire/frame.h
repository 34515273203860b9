/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How frames lie in bytes: for those that make them and those that take them. */
#ifndef LIB_WIRE_FRAME_H
#define LIB_WIRE_FRAME_H

#include "kx/wire.h"

/* The data of BEGIN and RESUME; the first has the version alone. */
enum {
	START_VERSION = 0,
	START_FILE = 4,
	START_TOKEN = 8,
	START_BEGIN_SIZE = 4,
	START_RESUME_SIZE = START_TOKEN + KX_WIRE_TOKEN,
};

/* The data of WELCOME; the path is the rest. */
enum { WELCOME_OWN = 0, WELCOME_TOKEN = 8, WELCOME_PATH = WELCOME_TOKEN + KX_WIRE_TOKEN };

/** frame_of_ours() - what kx_wire_put() has written to @at; Return: its length */
size_t frame_of_ours(const uint8_t *at, struct kx_wire_frame *ret);

/** frame_is_answered() - is this type answered by DONE? */
bool frame_is_answered(enum kx_wire_type type);

#endif

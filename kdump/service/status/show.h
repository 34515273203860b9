/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shows a status to people, and to programs. */
#ifndef KDUMP_SERVICE_STATUS_SHOW_H
#define KDUMP_SERVICE_STATUS_SHOW_H

#include "kdump/service/status/facts.h"
#include "kx/out.h"

/** status_show() - on one screen */
void status_show(const struct status *status, struct kx_out *out);

/** status_json() - as a JSON object */
void status_json(const struct status *status, struct kx_out *out);

#endif

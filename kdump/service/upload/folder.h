/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends a dump's folder. */
#ifndef KDUMP_SERVICE_UPLOAD_FOLDER_H
#define KDUMP_SERVICE_UPLOAD_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "kdump/remote/place.h"
#include "kdump/service/settings/settings.h"
#include "kx/http.h"

/**
 * struct upload_options - texts are borrowed
 * @to: URL; @host: what the folder of this machine is called there, NULL: by its machine-id
 * @root: "/", or a captured tree
 * @when: see settings.h; @same_time: seconds for which a crash is not new
 * @spread: most seconds that it waits at first
 * @again: also what was sent already
 * @http: how to get there
 */
struct upload_options {
	const char *to, *host, *root;
	enum upload_when when;
	uint64_t same_time, spread;
	bool again;
	struct kx_http_options http;
};

/**
 * struct upload_sent - what became of a folder
 * @place: below the URL; empty: this call did not send it
 * @whole: with its dump
 */
struct upload_sent {
	char place[UPLOAD_PLACE];
	bool whole;
};

/**
 * upload_pending() - is there something in the folder @path that is to be sent?
 *
 * false also for what is no folder of a dump, or has no manifest yet.
 */
bool upload_pending(const char *path, const struct upload_options *options);

/**
 * upload_folder() - send what is in it, the manifest last, and mark it
 * @http: NULL until the first one needs it; for kx_http_close()
 * @ret: also after a failure
 *
 * Return: 0; as kx_http_open() and kx_http_send(); -EBUSY another one is at it; -ENOENT it has no
 * manifest; -ENOMEM, errno.
 */
int upload_folder(const char *path, const struct upload_options *options, struct kx_http **http,
		  struct upload_sent *ret, struct kx_err *err);

#endif

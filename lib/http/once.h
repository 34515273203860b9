/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request that is sent once. */
#ifndef LIB_HTTP_ONCE_H
#define LIB_HTTP_ONCE_H

#include "lib/http/request.h"
#include "lib/http/url.h"

/** http_begin() - have a connection; 0, -ENOTSUP no libcurl, -ENOMEM */
int http_begin(struct kx_http *http, struct kx_err *err);

/** http_end() - end it */
void http_end(struct kx_http *http);

/**
 * http_once() - send @request to @url
 * @hasty: a few seconds must do
 * @redirect: gets where the server says that it is, or ""
 *
 * Return: 0 there is an answer, whatever it says; as kx_http_send().
 */
int http_once(struct kx_http *http, const struct request *request, const struct url *url,
	      bool hasty, struct answer *answer, char redirect[HTTP_URL_MAX], struct kx_err *err);

#endif

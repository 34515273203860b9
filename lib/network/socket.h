/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket on which the kernel is asked. */
#ifndef LIB_NETWORK_SOCKET_H
#define LIB_NETWORK_SOCKET_H

#include "kx/error.h"
#include "lib/network/message.h"
#include "lib/network/view.h"

/** socket_open() - a descriptor for the caller to close, or negative errno */
int socket_open(struct kx_err *err);

/**
 * socket_ask() - send @m, and take all that is answered into @view
 * @view: NULL: only whether it was done is wanted
 *
 * Return: 0; the kernel's negative errno, whose reason, where it told one, is in @err; -ETIMEDOUT;
 * -EMSGSIZE the request was too long.
 */
int socket_ask(int fd, struct message *m, struct view *view, struct kx_err *err);

/** socket_view() - all links, addresses and neighbours of now; @view is filled anew */
int socket_view(int fd, struct view *view, struct kx_err *err);

#endif

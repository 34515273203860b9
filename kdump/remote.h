/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A dump on another machine, which needs nothing there but sh, dd and an ssh server. */
#ifndef KDUMP_REMOTE_H
#define KDUMP_REMOTE_H

#include <stdio.h>
#include <sys/types.h>

#include "kx/error.h"
#include "kx/save.h"

/**
 * struct remote - a target at the other end of ssh
 * @to, @from: what its standard input and output are connected with
 */
struct remote {
	struct kx_save_target target;
	pid_t pid;
	int to;
	FILE *from;
};

/** remote_is_url() - does @dest begin like ssh://? */
bool remote_is_url(const char *dest);

/**
 * remote_open() - make PATH-incomplete there
 * @url: ssh://[USER@]HOST[:PORT]/PATH
 * @ssh: the program and its options, separated by blanks
 *
 * What ssh and the other machine complain of goes to standard error.
 *
 * Return: 0; -EINVAL for what is no such address; -EPROTO it did not come to it; -ENOMEM; errno of
 * starting a program.
 */
int remote_open(struct remote *remote, const char *url, const char *ssh, struct kx_err *err);

/** remote_finish() - the dump is whole: it gets its name there; 0, -ECONNRESET or -EPROTO */
int remote_finish(struct remote *remote, struct kx_err *err);

/** remote_drop() - there is no dump in it: it goes, if the other machine can still be reached */
void remote_drop(struct remote *remote);

/** remote_done() - end the connection; what is there stays */
void remote_done(struct remote *remote);

#endif

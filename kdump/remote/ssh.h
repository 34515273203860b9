/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reaches another machine by ssh. */
#ifndef KDUMP_REMOTE_SSH_H
#define KDUMP_REMOTE_SSH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kx/error.h"

/**
 * struct ssh_address - the parts of ssh://[USER@]HOST[:PORT]/PATH
 * @host: with the user; @port: 0 if it is not given
 * @path: from its slash on, borrowed
 */
struct ssh_address {
	char host[256];
	uint64_t port;
	const char *path;
};

/**
 * struct ssh - a command that runs there
 * @pid: of ssh here; @to, @from: what its standard input and output are connected with
 */
struct ssh {
	pid_t pid;
	int to, from;
};

/** enum ssh_input - what a program reads; a socket, which not all can open by name, has two ways */
enum ssh_input { SSH_PIPE, SSH_SOCKET };

/** ssh_is_url() - does @dest begin like ssh://? */
bool ssh_is_url(const char *dest);

/** ssh_parse() - take @url apart; 0 or -EINVAL */
int ssh_parse(const char *url, struct ssh_address *ret, struct kx_err *err);

/**
 * ssh_command() - SCRIPT with three words, for whatever shell gets it
 * @script: a line of sh without single quotes, in which they are $1 to $3
 * @third: without quotes
 *
 * Return: for the caller to free; NULL without memory.
 */
char *ssh_command(const char *script, const char *word, const char *second, const char *third);

/**
 * ssh_run() - start a program that reads what is written to @to and answers on @from
 * @words: it and its options, separated by blanks; @operand: what follows, up to 4, then NULL
 * @input: by a socket it can know whether what it reads ended by ssh_result(), or whoever wrote it
 *	died; a pipe, if there are no sockets
 *
 * Return: as ssh_start().
 */
int ssh_run(struct ssh *ssh, const char *words, const char *const *operand, enum ssh_input input,
	    struct kx_err *err);

/**
 * ssh_start() - run @command there
 * @words: the program and its options, separated by blanks
 *
 * What ssh and the command complain of goes to standard error.
 *
 * Return: 0, with @ssh for ssh_end(); -EINVAL for no @words; -ENOMEM; errno of starting a program.
 */
int ssh_start(struct ssh *ssh, const struct ssh_address *address, const char *words,
	      const char *command, struct kx_err *err);

/**
 * ssh_result() - nothing more is written to it: wait for its end, which is that of @ssh, too
 *
 * Return: 0 its exit status was 0; -EREMOTEIO another one, and @err has the line that it said.
 */
int ssh_result(struct ssh *ssh, struct kx_err *err);

/** ssh_kill() - end the connection at once */
void ssh_kill(struct ssh *ssh);

/**
 * ssh_wait() - wait until something comes
 *
 * Return: 0, also for its end; -ETIMEDOUT not for three minutes; negative errno.
 */
int ssh_wait(const struct ssh *ssh);

/**
 * ssh_end() - close the connection and wait until ssh has ended, which it is made to in the end;
 * zero-initialised is fine
 */
void ssh_end(struct ssh *ssh);

#endif

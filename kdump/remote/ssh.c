/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts ssh with a command for the other machine, and knows nothing of what is said then. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kdump/remote/ssh.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"

extern char **environ;

enum { WORDS_MAX = 64, OPERANDS_MAX = 4, PATH_LEN = 4096 };

/* How long nothing may come, in ms; how often it is looked whether ssh has ended, in a minute. */
enum { SILENCE_MAX = 180000, END_TRIES = 3000 };

bool ssh_is_url(const char *dest)
{
	return strncmp(dest, "ssh://", 6) == 0;
}

int ssh_parse(const char *url, struct ssh_address *ret, struct kx_err *err)
{
	const char *host = url + 6, *slash = strchr(host, '/'), *colon;
	size_t len;

	if (!slash || !slash[1] || strlen(slash) >= PATH_LEN)
		return kx_fail(err, -EINVAL, "%.160s: ssh://HOST/PATH names no file", url);
	colon = memchr(host, ':', (size_t)(slash - host));
	len = (size_t)((colon ? colon : slash) - host);
	/* ssh would take it for an option. */
	if (len == 0 || len >= sizeof(ret->host) || host[0] == '-')
		return kx_fail(err, -EINVAL, "%.160s: no host", url);
	memcpy(ret->host, host, len);
	ret->host[len] = '\0';
	ret->port = 0;
	ret->path = slash;
	if (colon &&
	    (!kx_span_number((struct kx_span){ (const uint8_t *)colon + 1,
					       (size_t)(slash - colon) - 1 }, 10, &ret->port) ||
	     ret->port == 0 || ret->port > 65535))
		return kx_fail(err, -EINVAL, "%.160s: no port", url);
	return 0;
}

/* Each quote of @word is written as '\'' */
static char *quote(const char *word)
{
	size_t quotes = 0, len = 0;
	char *quoted;

	for (const char *c = word; *c; c++)
		quotes += *c == '\'';
	quoted = malloc(strlen(word) + 3 * quotes + 1);
	if (!quoted)
		return NULL;
	for (const char *c = word; *c; c++) {
		if (*c == '\'') {
			memcpy(quoted + len, "'\\''", 4);
			len += 4;
		} else {
			quoted[len++] = *c;
		}
	}
	quoted[len] = '\0';
	return quoted;
}

char *ssh_command(const char *script, const char *word, const char *second, const char *third)
{
	_cleanup_free_ char *first_quoted = quote(word), *second_quoted = quote(second);
	char *command;

	if (!first_quoted || !second_quoted ||
	    asprintf(&command, "sh -c '%s' kdump '%s' '%s' %s", script, first_quoted,
		     second_quoted, third) < 0)
		return NULL;
	return command;
}

static int spawn(struct ssh *ssh, char *const *argv, int input, int output, struct kx_err *err)
{
	posix_spawn_file_actions_t actions;
	int rc;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return kx_fail(err, -ENOMEM, "no memory");
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	rc = posix_spawnp(&ssh->pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc > 0)
		ssh->pid = 0;
	return rc ? kx_fail(err, -rc, "%.160s: %s", argv[0], strerror(rc)) : 0;
}

/* What goes there: a socket tells the other side whether it ended, or whoever wrote to it. */
static int connect_input(int there[2], enum ssh_input input)
{
	if (input == SSH_SOCKET && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, there) == 0)
		return 0;
	return pipe2(there, O_CLOEXEC);
}

static int start(struct ssh *ssh, char *const *argv, enum ssh_input input, struct kx_err *err)
{
	int there[2], here[2], rc;

	if (connect_input(there, input) < 0)
		return kx_fail(err, -errno, "%s", strerror(errno));
	if (pipe2(here, O_CLOEXEC) < 0) {
		rc = kx_fail(err, -errno, "%s", strerror(errno));
		close(there[0]);
		close(there[1]);
		return rc;
	}
	rc = spawn(ssh, argv, there[0], here[1], err);
	close(there[0]);
	close(here[1]);
	ssh->to = there[1];
	ssh->from = here[0];
	return rc;
}

int ssh_run(struct ssh *ssh, const char *words, const char *const *operand, enum ssh_input input,
	    struct kx_err *err)
{
	_cleanup_free_ char *split = strdup(words);
	char *argv[WORDS_MAX + OPERANDS_MAX + 1], *rest = split;
	size_t count = 0;
	int rc;

	*ssh = (struct ssh){ 0, -1, -1 };
	if (!split)
		return kx_fail(err, -ENOMEM, "no memory");
	while (count < WORDS_MAX && (argv[count] = strsep(&rest, " ")) != NULL)
		count += argv[count][0] != '\0';
	if (count == 0)
		return kx_fail(err, -EINVAL, "\"%.40s\" names no program", words);
	/* posix_spawn() takes them as execve() does, which changes none. */
	for (size_t i = 0; i < OPERANDS_MAX && operand[i]; i++)
		argv[count++] = (char *)(uintptr_t)operand[i];
	argv[count] = NULL;
	rc = start(ssh, argv, input, err);
	if (rc < 0)
		ssh_end(ssh);
	return rc;
}

int ssh_start(struct ssh *ssh, const struct ssh_address *address, const char *words,
	      const char *command, struct kx_err *err)
{
	const char *operand[OPERANDS_MAX + 1] = { address->host, command };
	char port[24];

	if (address->port) {
		snprintf(port, sizeof(port), "%" PRIu64, address->port);
		operand[0] = "-p";
		operand[1] = port;
		operand[2] = address->host;
		operand[3] = command;
	}
	return ssh_run(ssh, words, operand, SSH_PIPE, err);
}

void ssh_kill(struct ssh *ssh)
{
	if (ssh->pid > 0)
		kill(ssh->pid, SIGKILL);
	ssh_end(ssh);
}

int ssh_wait(const struct ssh *ssh)
{
	struct pollfd fd = { .fd = ssh->from, .events = POLLIN };
	int n;

	do {
		n = poll(&fd, 1, SILENCE_MAX);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n == 0 ? -ETIMEDOUT : 0;
}

int ssh_result(struct ssh *ssh, struct kx_err *err)
{
	char text[200] = "";
	size_t len = 0;
	ssize_t n = 0;
	int status = -1;

	/* One way of a socket ends; that the other one is still there says that it was meant. */
	if (shutdown(ssh->to, SHUT_WR) < 0)
		kx_cleanup_fd(&ssh->to);
	while (len < sizeof(text) - 1 && ssh_wait(ssh) == 0 &&
	       (n = kx_file_read_some(ssh->from, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[strcspn(text, "\n")] = '\0';
	/* With its output closed it ends; else ssh_end() sees to that. */
	if (n == 0 && ssh->pid > 0 && waitpid(ssh->pid, &status, 0) == ssh->pid)
		ssh->pid = 0;
	ssh_end(ssh);
	if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return kx_fail(err, -EREMOTEIO, "%s", text[0] ? text : "what sends it did not end well");
}

void ssh_end(struct ssh *ssh)
{
	static const struct timespec pause = { .tv_nsec = 20000000 };

	kx_cleanup_fd(&ssh->to);
	kx_cleanup_fd(&ssh->from);
	/* What the other machine does then is not known; all that counts was answered. */
	for (int i = 0; ssh->pid > 0; i++) {
		if (i == END_TRIES)
			kill(ssh->pid, SIGKILL);
		if (waitpid(ssh->pid, NULL, i < END_TRIES ? WNOHANG : 0) != 0)
			break;
		nanosleep(&pause, NULL);
	}
	*ssh = (struct ssh){ 0, -1, -1 };
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdump-ssh: runs a command on a server by ssh, as far as "kdump save" needs that in a crash kernel:
 * one static program of 4.6 MB in place of the system's ssh with 10.5 MB of libraries, without
 * configuration, names, agents or questions. libssh2 is ssh; here are the file descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <libssh2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kx/cli.h"
#include "kx/file.h"
#include "kx/network.h"
#include "kx/span.h"

#define say(...) kx_cli_say("kdump-ssh", __VA_ARGS__)

/* As ssh(1): the command's own status, or this. */
enum { STATUS_FAILED = 255 };

enum { CONNECT_SECONDS = 10, LOGIN_MS = 20000, SILENCE_MS = 30000, BUFFER = 32768 };

/** struct request - the command line; @user and @host are what stood before and behind "@" */
struct request {
	const char *address, *key, *known, *user, *host, *command;
	uint64_t port;
};

/** struct run - the connection; @sent: of @len bytes in @out those that went */
struct run {
	int fd;
	LIBSSH2_SESSION *session;
	LIBSSH2_CHANNEL *channel;
	char out[BUFFER];
	size_t len, sent;
	bool no_more;
};

static int usage(void)
{
	say("usage: kdump-ssh -a ADDRESS -i KEY -k KNOWN_HOSTS [-p PORT] [USER@]HOST COMMAND");
	return STATUS_FAILED;
}

static bool take_arguments(struct request *ret, int argc, char **argv)
{
	char *at;
	int c;

	while ((c = getopt(argc, argv, "+a:i:k:p:")) != -1) {
		if (c == 'a')
			ret->address = optarg;
		else if (c == 'i')
			ret->key = optarg;
		else if (c == 'k')
			ret->known = optarg;
		else if (c != 'p' || !kx_span_number(kx_span_of(optarg), 10, &ret->port))
			return false;
	}
	if (argc - optind != 2 || !ret->address || !ret->key || !ret->known)
		return false;
	at = strrchr(argv[optind], '@');
	ret->user = "root";
	ret->host = at ? at + 1 : argv[optind];
	if (at) {
		*at = '\0';
		ret->user = argv[optind];
	}
	ret->command = argv[optind + 1];
	return true;
}

/* A server that is gone: nothing is acknowledged any more, or it does not answer when asked. */
static void limit_silence(int fd)
{
	const unsigned int silence = SILENCE_MS;
	const int on = 1, idle = 10, interval = 5, count = 4;

	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof(silence));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
}

static int refused(const struct run *run, const char *what)
{
	char *text = NULL;

	libssh2_session_last_error(run->session, &text, NULL, 0);
	say("%s: %s", what, text && text[0] ? text : "refused");
	return -1;
}

/* RFC 4648, as known_hosts has keys. */
static char *base64(const char *from, size_t len)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = (const unsigned char *)from;
	char *text = malloc((len + 2) / 3 * 4 + 1), *to = text;

	for (size_t i = 0; text && i < len; i += 3) {
		unsigned int bits = (unsigned int)in[i] << 16;

		if (i + 1 < len)
			bits |= (unsigned int)in[i + 1] << 8;
		if (i + 2 < len)
			bits |= in[i + 2];
		*to++ = digit[bits >> 18];
		*to++ = digit[bits >> 12 & 63];
		*to++ = i + 1 < len ? digit[bits >> 6 & 63] : '=';
		*to++ = i + 2 < len ? digit[bits & 63] : '=';
	}
	if (text)
		*to = '\0';
	return text;
}

static const char *type_name(int mask)
{
	switch (mask & LIBSSH2_KNOWNHOST_KEY_MASK) {
	case LIBSSH2_KNOWNHOST_KEY_ED25519: return "ssh-ed25519";
	case LIBSSH2_KNOWNHOST_KEY_ECDSA_256: return "ecdsa-sha2-nistp256";
	case LIBSSH2_KNOWNHOST_KEY_ECDSA_384: return "ecdsa-sha2-nistp384";
	case LIBSSH2_KNOWNHOST_KEY_ECDSA_521: return "ecdsa-sha2-nistp521";
	default: return NULL;
	}
}

/* The server is to show a key of a kind that is known of it. */
static void prefer_known(struct run *run, LIBSSH2_KNOWNHOSTS *hosts)
{
	struct libssh2_knownhost *node = NULL;
	char list[512] = "";

	while (libssh2_knownhost_get(hosts, &node, node) == 0) {
		const char *type = type_name(node->typemask);
		size_t len = strlen(list);

		if (type && !strstr(list, type) && len + strlen(type) + 2 < sizeof(list))
			snprintf(list + len, sizeof(list) - len, "%s%s", len ? "," : "", type);
	}
	if (list[0])
		libssh2_session_method_pref(run->session, LIBSSH2_METHOD_HOSTKEY, list);
}

static LIBSSH2_KNOWNHOSTS *read_known(struct run *run, const char *path)
{
	LIBSSH2_KNOWNHOSTS *hosts = libssh2_knownhost_init(run->session);

	if (hosts && libssh2_knownhost_readfile(hosts, path,
						LIBSSH2_KNOWNHOST_FILE_OPENSSH) > 0)
		return hosts;
	if (hosts)
		libssh2_knownhost_free(hosts);
	say("%s: no server's key in it that is understood", path);
	return NULL;
}

/* The file has this server's keys alone: whichever it shows has to be one of them. */
static bool is_known(const struct run *run, LIBSSH2_KNOWNHOSTS *hosts)
{
	struct libssh2_knownhost *node = NULL;
	bool found = false;
	size_t len = 0;
	int type;
	const char *key = libssh2_session_hostkey(run->session, &len, &type);
	char *text = key ? base64(key, len) : NULL;

	while (text && !found && libssh2_knownhost_get(hosts, &node, node) == 0)
		found = node->key && strcmp(node->key, text) == 0;
	free(text);
	return found;
}

static int log_in(struct run *run, const struct request *request)
{
	LIBSSH2_KNOWNHOSTS *hosts = read_known(run, request->known);
	int rc = -1;

	if (!hosts)
		return -1;
	prefer_known(run, hosts);
	libssh2_session_set_timeout(run->session, LOGIN_MS);
	if (libssh2_session_handshake(run->session, run->fd) != 0)
		refused(run, "no ssh server answers");
	else if (!is_known(run, hosts))
		say("the server's key is not the one that is known of %s: somebody else answers, "
		    "or it was changed (kdump propagate)", request->host);
	else
		rc = 0;
	libssh2_knownhost_free(hosts);
	if (rc == 0 && libssh2_userauth_publickey_fromfile_ex(
			       run->session, request->user, (unsigned int)strlen(request->user),
			       NULL, request->key, "") != 0)
		rc = refused(run, "the key is not accepted");
	return rc;
}

/* What the server sends; 1 something came, 0 nothing now, -1 it broke. */
static int take(struct run *run, int stream, int to)
{
	char buffer[BUFFER];
	ssize_t n = libssh2_channel_read_ex(run->channel, stream, buffer, sizeof(buffer));

	if (n == LIBSSH2_ERROR_EAGAIN || n == 0)
		return 0;
	if (n < 0)
		return refused(run, "the connection broke");
	return kx_file_write(to, buffer, (size_t)n) < 0 ? -1 : 1;
}

/* What is to be sent, which came from standard input. */
static int give(struct run *run)
{
	ssize_t n;

	if (run->no_more || run->sent == run->len)
		return 0;
	n = libssh2_channel_write_ex(run->channel, 0, run->out + run->sent, run->len - run->sent);
	if (n == LIBSSH2_ERROR_EAGAIN)
		return 0;
	if (n < 0)
		return refused(run, "the connection broke");
	run->sent += (size_t)n;
	return n > 0;
}

static int fetch(struct run *run)
{
	ssize_t n;

	n = read(STDIN_FILENO, run->out, sizeof(run->out));
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -1;
	run->len = (size_t)n;
	run->sent = 0;
	if (n == 0) {
		run->no_more = true;
		while (libssh2_channel_send_eof(run->channel) == LIBSSH2_ERROR_EAGAIN)
			usleep(10000);
	}
	return 0;
}

/* Wait until something can be done. */
static int wait_any(struct run *run, bool *ret_input)
{
	const int directions = libssh2_session_block_directions(run->session);
	struct pollfd fd[2] = {
		{ .fd = run->fd, .events = POLLIN },
		{ .fd = !run->no_more && run->sent == run->len ? STDIN_FILENO : -1,
		  .events = POLLIN },
	};

	if (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND)
		fd[0].events |= POLLOUT;
	if (poll(fd, 2, 1000) < 0 && errno != EINTR)
		return -1;
	*ret_input = fd[1].revents != 0;
	return 0;
}

static int transfer(struct run *run)
{
	bool input = false;

	libssh2_session_set_blocking(run->session, 0);
	for (;;) {
		int out = take(run, 0, STDOUT_FILENO), err, sent;

		if (out < 0)
			return -1;
		err = take(run, SSH_EXTENDED_DATA_STDERR, STDERR_FILENO);
		if (err < 0)
			return -1;
		if (out == 0 && err == 0 && libssh2_channel_eof(run->channel))
			return 0;
		sent = give(run);
		if (sent < 0)
			return -1;
		if (out || err || sent)
			continue;
		if (wait_any(run, &input) < 0 || (input && fetch(run) < 0))
			return -1;
	}
}

/* One that a signal ended has no status, which libssh2 calls 0 (RFC 4254, 6.10). */
static int end_of(const struct run *run)
{
	char *signal = NULL;

	libssh2_channel_get_exit_signal(run->channel, &signal, NULL, NULL, NULL, NULL, NULL);
	if (!signal)
		return libssh2_channel_get_exit_status(run->channel);
	say("the command was ended by SIG%.20s", signal);
	return STATUS_FAILED;
}

static int execute(struct run *run, const char *command)
{
	run->channel = libssh2_channel_open_session(run->session);
	if (!run->channel || libssh2_channel_exec(run->channel, command) != 0) {
		refused(run, "the command is not run");
		return STATUS_FAILED;
	}
	if (transfer(run) < 0)
		return STATUS_FAILED;
	libssh2_session_set_blocking(run->session, 1);
	libssh2_session_set_timeout(run->session, LOGIN_MS);
	if (libssh2_channel_close(run->channel) != 0)
		return STATUS_FAILED;
	return end_of(run);
}

int main(int argc, char **argv)
{
	static struct run run;
	struct request request = { .port = 22 };
	struct kx_err err = { "" };
	int status = STATUS_FAILED;

	signal(SIGPIPE, SIG_IGN);
	if (kx_cli_guard() < 0 || !take_arguments(&request, argc, argv))
		return usage();
	run.fd = kx_network_connect(request.address, request.port, CONNECT_SECONDS, &err);
	if (run.fd < 0) {
		say("%s", err.text);
		return STATUS_FAILED;
	}
	limit_silence(run.fd);
	if (libssh2_init(0) == 0)
		run.session = libssh2_session_init_ex(NULL, NULL, NULL, NULL);
	if (!run.session)
		say("no memory");
	else if (log_in(&run, &request) == 0)
		status = execute(&run, request.command);
	close(run.fd);
	return status;
}

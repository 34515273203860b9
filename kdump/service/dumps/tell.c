/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Speaks the journal's own protocol (systemd, "Native Journal Protocol": lines NAME=VALUE in one
 * datagram), and syslog's (RFC 3164) without it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/child.h"
#include "kdump/service/dumps/dumps.h"
#include "kdump/service/dumps/tell.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/file.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

enum { PATIENCE = 120 };

static bool send_to(const char *root, const char *path, const char *text, size_t len)
{
	_cleanup_fd_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int need = snprintf(to.sun_path, sizeof(to.sun_path), "%s%s",
			    strcmp(root, "/") == 0 ? "" : root, path);

	if (fd < 0 || need < 0 || (size_t)need >= sizeof(to.sun_path))
		return false;
	return sendto(fd, text, len, MSG_NOSIGNAL, (const struct sockaddr *)&to, sizeof(to)) ==
	       (ssize_t)len;
}

/* A value of one line: what a log or a folder's name has in it must not begin another field. */
static void plain(char *to, size_t size, const char *from)
{
	size_t len = 0;

	for (; *from && len + 1 < size; from++)
		to[len++] = (unsigned char)*from < ' ' ? ' ' : *from;
	to[len] = '\0';
}

/* systemd.exec(5), $JOURNAL_STREAM: device and inode of the stream, in decimal. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return false;
	snprintf(own, sizeof(own), "%" PRIu64 ":%" PRIu64, (uint64_t)st.st_dev, (uint64_t)st.st_ino);
	return strcmp(stream, own) == 0;
}

void tell_journal(const char *root, const char *id, int level, const char *folder,
		  const char *text)
{
	char message[1024], where[1024], entry[2600];
	int len;

	plain(message, sizeof(message), text);
	plain(where, sizeof(where), folder ? folder : "");
	len = snprintf(entry, sizeof(entry), "MESSAGE=%s\nMESSAGE_ID=%s\nPRIORITY=%d\n"
		       "SYSLOG_IDENTIFIER=kdump\n%s%s%s", message, id, level,
		       folder ? "KDUMP_FOLDER=" : "", where, folder ? "\n" : "");
	if (send_to(root, "/run/systemd/journal/socket", entry, (size_t)len)) {
		/* What a unit prints is in the journal, too, which then had it twice. */
		if (stderr_is_journal())
			return;
	} else {
		len = snprintf(entry, sizeof(entry), "<%d>kdump: %s", LOG_DAEMON | level, message);
		send_to(root, "/dev/log", entry, (size_t)len);
	}
	say("%s", message);
}

static int open_report(const char *folder)
{
	char report[4400];

	snprintf(report, sizeof(report), "%s/" DUMPS_REPORT, folder);
	return open(report, O_RDONLY);
}

/* From its beginning. */
static int open_text(const char *text)
{
	int fd = memfd_create("kdump-text", 0);

	if (fd >= 0 && (kx_file_write(fd, text, strlen(text)) < 0 ||
			kx_file_write(fd, "\n", 1) < 0 || lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void run_command(const char *command, const char *folder, const char *text)
{
	int in = folder ? open_report(folder) : open_text(text);

	if (in < 0)
		in = open("/dev/null", O_RDONLY);
	if (in >= 0)
		dup2(in, STDIN_FILENO);
	/* What we print may be for programs. */
	dup2(STDERR_FILENO, STDOUT_FILENO);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0);
	execl("/bin/sh", "sh", "-c", command, "kdump", folder ? folder : "", (char *)NULL);
	_exit(127);
}

void tell_command(const char *command, const char *folder, const char *text)
{
	struct timespec tenth = { 0, 100000000 };
	pid_t child = fork(), done = 0;
	int status = 0;

	if (child == 0)
		run_command(command, folder, text);
	if (child < 0) {
		say("[notify] command: %s", strerror(errno));
		return;
	}
	for (int i = 0; i < PATIENCE * 10 && done == 0; i++) {
		done = waitpid(child, &status, WNOHANG);
		if (done == 0)
			nanosleep(&tenth, NULL);
	}
	if (done == 0) {
		kill(-child, SIGKILL);
		child_kill(child);
		say("[notify] command: ended after %d seconds", PATIENCE);
	} else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		say("[notify] command: it failed (%s %d)", WIFEXITED(status) ? "status" : "signal",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	}
}

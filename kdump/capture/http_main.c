/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdump-http: makes standard input what is at a URL, as far as "kdump save" needs that in a crash
 * kernel: one static program in place of libcurl with the 30 libraries that it brings, without
 * names, configuration or questions. lib/http speaks with the server; here is the command line.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kx/cli.h"
#include "kx/file.h"
#include "kx/http.h"

#define say(...) kx_cli_say("kdump-http", __VA_ARGS__)

enum {
	SECRET_MAX = 16384, CONNECT_SECONDS = 10, STALL_SECONDS = 30, TRIES = 5,
	PART_MOST = 64 << 20,
};

/* 2026-01-01: it was not made before that, so that a clock which says so is wrong. */
#define EARLIEST UINT64_C(1767225600)

/** struct job - the command line; @try: see whether it would do; @drop: take it away */
struct job {
	struct kx_http_options options;
	const char *secret, *url, *name;
	bool try, drop;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static bool goes_on(void *data)
{
	(void)data;
	return !stopped;
}

static int usage(void)
{
	say("usage: kdump-http [-d|-t] [-a ADDRESS] [-c CACERT] [-e ENDPOINT] [-r REGION] [-u USER] "
	    "[-s SECRET] URL NAME");
	return 2;
}

static bool take(struct job *job, int option, const char *text)
{
	switch (option) {
	case 'a': job->options.address = text; return true;
	case 'c': job->options.cacert = text; return true;
	case 'd': job->drop = true; return true;
	case 'e': job->options.endpoint = text; return true;
	case 'r': job->options.region = text; return true;
	case 's': job->secret = text; return true;
	case 't': job->try = true; return true;
	case 'u': job->options.user = text; return true;
	default: return false;
	}
}

static bool take_arguments(struct job *job, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+a:c:de:r:s:tu:")) != -1) {
		if (!take(job, c, optarg))
			return false;
	}
	if (argc - optind != 2 || !argv[optind + 1][0])
		return false;
	job->url = argv[optind];
	job->name = argv[optind + 1];
	return true;
}

/* Of what is free now a dump of many parts may have a quarter for one. */
static uint64_t part_max(void)
{
	const long pages = sysconf(_SC_AVPHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	const uint64_t quarter = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page / 4 : 0;

	return quarter < PART_MOST ? quarter : PART_MOST;
}

/* A byte, which goes again; that it may not be taken away is no fault. */
static int try_it(struct kx_http *http, const char *name, struct kx_err *err)
{
	struct kx_err ignored;
	int fd[2], rc;

	if (pipe(fd) < 0 || write(fd[1], "x", 1) != 1)
		return kx_fail(err, -errno, "%s", strerror(errno));
	close(fd[1]);
	rc = kx_http_stream(http, name, fd[0], err);
	close(fd[0]);
	if (rc == 0)
		kx_http_remove(http, name, &ignored);
	return rc;
}

/* That nothing is there is what was wanted. */
static int drop(struct kx_http *http, const char *name, struct kx_err *err)
{
	int rc = kx_http_remove(http, name, err);

	return rc == -ENOENT ? 0 : rc;
}

static int run(struct job *job, struct kx_err *err)
{
	struct kx_http *http;
	char *secret = NULL;
	size_t len;
	int rc = 0;

	if (job->secret)
		rc = kx_file_read(NULL, job->secret, SECRET_MAX, &secret, &len, err);
	if (rc == 0 && secret)
		rc = kx_http_secret(&job->options, job->url, job->secret, secret, err);
	if (rc == 0)
		rc = kx_http_open(&http, job->url, &job->options, err);
	if (rc == 0) {
		rc = job->try  ? try_it(http, job->name, err) :
		     job->drop ? drop(http, job->name, err) :
				 kx_http_stream(http, job->name, STDIN_FILENO, err);
		kx_http_close(http);
	}
	free(secret);
	return rc;
}

/* What servers prove with certificates, and we with signatures, holds for a time. */
static void doubt_clock(int rc, struct kx_err *err)
{
	const time_t now = time(NULL);
	struct tm tm;
	char text[32];

	if ((uint64_t)now >= EARLIEST ||
	    (rc != -EKEYREJECTED && rc != -EACCES && rc != -EREMOTEIO) ||
	    !gmtime_r(&now, &tm) || !strftime(text, sizeof(text), "%Y-%m-%d", &tm))
		return;
	kx_context(err, rc, "the clock of this machine says %s, which is wrong", text);
}

int main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = stop };
	struct job job = {
		.options = { .connect = CONNECT_SECONDS, .stall = STALL_SECONDS, .tries = TRIES,
			     .part_max = part_max(), .goes_on = goes_on },
	};
	struct kx_err err = { "" };
	int rc;

	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &action, NULL);
	if (kx_cli_guard() < 0 || !take_arguments(&job, argc, argv))
		return usage();
	rc = run(&job, &err);
	if (rc == 0)
		return 0;
	if (rc == -EKEYREJECTED)
		kx_context(&err, rc, "the server's certificate, or ours, does not hold");
	doubt_clock(rc, &err);
	/* Whoever started it reads that. */
	printf("%s\n", err.text);
	return 1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Progress on stderr; see the header. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "kdump/dump/progress.h"

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) +
	       (double)(to->tv_nsec - from->tv_nsec) / 1000000000;
}

void progress_begin(struct progress *progress, enum progress_form form,
		    const struct kx_dump *dump)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = stop };
	uint64_t page = kx_dump_page_size(dump);

	*progress = (struct progress){ .form = form, .page_size = page ? page : 4096 };
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	clock_gettime(CLOCK_MONOTONIC, &progress->begun);
	progress->phase_begun = progress->begun;
	progress->told = progress->begun;
}

bool progress_stopped(void)
{
	return stopped != 0;
}

double progress_seconds(const struct progress *progress)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return seconds_between(&progress->begun, &now);
}

static void print_line(const struct progress *p, const struct kx_save_progress *now, double spent)
{
	static const char *const phase[] = { "classifying", "copying" };
	double rate = spent > 0 ? (double)now->done / spent : 0;
	uint64_t mib = now->done * p->page_size >> 20;

	fprintf(stderr, "kdump: %s: %" PRIu64 " MiB", phase[now->phase], mib);
	if (now->total) {
		fprintf(stderr, " of %" PRIu64, now->total * p->page_size >> 20);
		fprintf(stderr, ", %" PRIu64 " MiB written", now->bytes >> 20);
		if (rate > 0)
			fprintf(stderr, ", %.0f s left", (double)(now->total - now->done) / rate);
	}
	fprintf(stderr, "\n");
}

static void print_json(const struct kx_save_progress *now, double spent)
{
	static const char *const phase[] = { "classify", "copy" };

	fprintf(stderr,
		"{\"phase\":\"%s\",\"pages\":%" PRIu64 ",\"total\":%" PRIu64 ",\"bytes\":%" PRIu64
		",\"seconds\":%.1f}\n",
		phase[now->phase], now->done, now->total, now->bytes, spent);
}

bool progress_tell(void *data, const struct kx_save_progress *now)
{
	struct progress *p = data;
	struct timespec time;
	double spent;

	if (stopped)
		return false;
	if (p->form == PROGRESS_NONE)
		return true;
	clock_gettime(CLOCK_MONOTONIC, &time);
	if (now->phase != p->phase) {
		p->phase = now->phase;
		p->phase_begun = time;
	}
	if (seconds_between(&p->told, &time) < 1)
		return true;
	p->told = time;
	spent = seconds_between(&p->phase_begun, &time);
	if (p->form == PROGRESS_JSON)
		print_json(now, spent);
	else
		print_line(p, now, spent);
	return true;
}

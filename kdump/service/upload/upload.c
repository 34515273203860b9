/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump upload: finds what is to be sent, waits its turn, and sends it. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/service.h"
#include "kdump/service/state/test_result.h"
#include "kdump/service/upload/options.h"
#include "kdump/service/upload/upload.h"
#include "kx/array.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/out.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

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

static void catch_signals(void)
{
	const struct sigaction action = { .sa_handler = stop };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

/** struct found - folders that are to be sent, @count of them, owned */
struct found {
	char **path;
	size_t room, count;
};

static void found_done(struct found *found)
{
	for (size_t i = 0; i < found->count; i++)
		free(found->path[i]);
	free(found->path);
}

static int add(struct found *found, const char *path)
{
	char *copy = strdup(path);

	if (!copy || kx_array_grow(&found->path, &found->room, found->count) < 0) {
		free(copy);
		return -ENOMEM;
	}
	found->path[found->count++] = copy;
	return 0;
}

/* Oldest first, as they are named. */
static int look_in(struct found *found, const char *path, const struct upload_options *options)
{
	struct dirent **entry = NULL;
	int count = scandir(path, &entry, NULL, alphasort), rc = 0;
	char inner[4400];

	for (int i = 0; i < count; i++) {
		snprintf(inner, sizeof(inner), "%.4000s/%s", path, entry[i]->d_name);
		if (rc == 0 && entry[i]->d_name[0] != '.' && entry[i]->d_type != DT_LNK &&
		    upload_pending(inner, options))
			rc = add(found, inner);
		free(entry[i]);
	}
	free(entry);
	return rc;
}

static int look_at(struct found *found, const char *path, const struct upload_options *options,
		   struct kx_err *err)
{
	char manifest[4400];
	FILE *probe;

	snprintf(manifest, sizeof(manifest), "%.4000s/manifest.json", path);
	probe = fopen(manifest, "re");
	if (!probe)
		return look_in(found, path, options) < 0 ?
			       kx_fail(err, -ENOMEM, "no memory") : 0;
	fclose(probe);
	/* What is wrong with one that was named is told, when it is opened again. */
	if ((options->again || upload_pending(path, options)) && add(found, path) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	return 0;
}

/* Where this machine saves to files of its own. */
static int look_around(struct found *found, const struct upload_told *told, struct kx_err *err)
{
	const struct service_config *c = &told->config;
	const char *root = strcmp(told->options.root, "/") == 0 ? "" : told->options.root;
	char folder[2048], path[4400];
	int rc = 0;

	for (size_t i = 0; i < c->targets && rc == 0; i++) {
		const struct target_config *t = &c->target[i];

		if (t->type != KX_CAPTURE_FILE ||
		    !test_result_folder(t, told->options.root, folder, sizeof(folder)))
			continue;
		snprintf(path, sizeof(path), "%.2000s%s", root, folder);
		rc = look_at(found, path, &told->options, err);
	}
	return rc;
}

static int look(struct found *found, const struct upload_told *told, int argc, char **argv,
		struct kx_err *err)
{
	int rc = 0;

	if (told->first >= argc)
		return look_around(found, told, err);
	for (int i = told->first; i < argc && rc == 0; i++)
		rc = look_at(found, argv[i], &told->options, err);
	return rc;
}

/* Thousands of machines that crashed for one reason do not come at once. */
static void wait_some(uint64_t spread)
{
	const struct timespec slice = { .tv_nsec = 200000000 };
	uint64_t chance = 0, slices;

	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != sizeof(chance))
		return;
	slices = chance % (spread * 5 + 1);
	if (slices >= 5)
		say("waiting for %" PRIu64 " seconds, so that not all machines send at once",
		    slices / 5);
	for (; slices > 0 && !stopped; slices--)
		nanosleep(&slice, NULL);
}

/* What waiting may mend. */
static bool try_again(int rc)
{
	return rc == -EAGAIN || rc == -EINTR || rc == -EBUSY;
}

/* @out: NULL tells nobody; @n: of those before it */
static void tell(struct kx_out *out, size_t n, const char *path, const struct upload_sent *sent,
		 int rc, const struct kx_err *err)
{
	if (!out)
		return;
	kx_out_text(out, n ? ",\n    {\"folder\": " : "\n    {\"folder\": ");
	kx_out_json(out, kx_span_of(path));
	kx_out_printf(out, ", \"sent\": %s, \"whole\": %s, \"place\": ", sent->place[0] ? "true" : "false",
		      sent->whole ? "true" : "false");
	kx_out_json(out, kx_span_of(sent->place));
	kx_out_text(out, ", \"error\": ");
	kx_out_json(out, kx_span_of(rc == -EINTR && !err->text[0] ? "stopped" : err->text));
	kx_out_printf(out, ", \"try_again\": %s}", try_again(rc) ? "true" : "false");
	/* Each when it is known: the next may take hours. */
	kx_out_flush(out);
}

static int send_found(const struct found *found, const struct upload_options *options,
		      struct kx_out *out)
{
	enum service_status status = SERVICE_DONE;
	struct kx_http *http = NULL;

	wait_some(options->spread);
	for (size_t i = 0; i < found->count; i++) {
		struct upload_sent sent = { .whole = false };
		struct kx_err err = { "" };
		int rc = stopped ? -EINTR :
				   upload_folder(found->path[i], options, &http, &sent, &err);

		tell(out, i, found->path[i], &sent, rc, &err);
		if (rc == 0)
			continue;
		if (err.text[0])
			say("%s", err.text);
		/* What cannot be mended by waiting counts more. */
		if (!try_again(rc))
			status = SERVICE_FAILED;
		else if (status == SERVICE_DONE)
			status = SERVICE_TRY_AGAIN;
		/* Nobody is there for the others, either. */
		if (rc != -EREMOTEIO && rc != -EBUSY && rc != -ENOENT && rc != -EINVAL)
			break;
	}
	kx_http_close(http);
	return status;
}

static int upload(const struct upload_told *told, int argc, char **argv)
{
	_cleanup_free_ struct kx_out *out = told->json ? calloc(1, sizeof(*out)) : NULL;
	struct found found = { .count = 0 };
	struct kx_err err = { "" };
	int status = SERVICE_FAILED;

	if (told->json && !out) {
		say("no memory");
		return SERVICE_FAILED;
	}
	if (out) {
		out->fd = STDOUT_FILENO;
		kx_out_text(out, "{\n  \"format\": 1,\n  \"to\": ");
		kx_out_json(out, kx_span_of(told->options.to));
		kx_out_text(out, ",\n  \"dumps\": [");
	}
	if (look(&found, told, argc, argv, &err) < 0) {
		say("%s", err.text);
	} else if (found.count == 0) {
		say("there is no dump that was not sent yet");
		status = SERVICE_NOTHING;
	} else {
		status = send_found(&found, &told->options, out);
	}
	if (out) {
		kx_out_text(out, "\n  ]\n}\n");
		if (kx_out_flush(out) < 0)
			status = SERVICE_FAILED;
	}
	found_done(&found);
	return status;
}

int upload_main(int argc, char **argv)
{
	struct kx_err err = { "" };
	struct upload_told told;
	int rc = upload_options_parse(&told, argc, argv, &err), status = SERVICE_DONE;

	told.options.http.goes_on = goes_on;
	if (rc == -EDESTADDRREQ && told.first >= argc) {
		/* As a unit that is installed everywhere runs it. */
		say("%s", err.text);
		status = SERVICE_NOTHING;
	} else if (rc < 0) {
		say("upload: %s", err.text);
		status = rc == -EINVAL || rc == -EDESTADDRREQ ? SERVICE_USAGE : SERVICE_FAILED;
	} else if (told.help) {
		upload_options_help();
	} else {
		catch_signals();
		status = upload(&told, argc, argv);
	}
	upload_options_done(&told);
	return status;
}

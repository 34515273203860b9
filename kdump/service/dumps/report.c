/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump report: puts together what log and manifest say. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/service.h"
#include "kdump/dump/beside.h"
#include "kdump/dump/log.h"
#include "kdump/dump/source.h"
#include "kdump/service/dumps/report.h"
#include "kdump/service/dumps/report_log.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/file.h"
#include "kx/out.h"
#include "kx/text.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

/* Bytes of a log that are looked at: its last ones. */
enum { LOG_MAX = 64 << 20 };

/** struct reporting - @log: @len bytes of it; @beside: the dump and its manifest */
struct reporting {
	char *log;
	size_t len, room;
	struct beside *beside;
};

/* ---- the log -------------------------------------------------------------------------------- */

static int read_log(struct reporting *r, const char *path, struct kx_err *err)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t got;

	if (fd < 0 || fstat(fd, &st) < 0)
		return kx_fail(err, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return kx_fail(err, -EINVAL, "%s: no regular file", path);
	if (st.st_size > LOG_MAX)
		lseek(fd, st.st_size - LOG_MAX, SEEK_SET);
	r->room = st.st_size > LOG_MAX ? LOG_MAX : (size_t)st.st_size;
	r->log = malloc(r->room + 1);
	if (!r->log)
		return kx_fail(err, -ENOMEM, "no memory for the log");
	while (r->len < r->room) {
		got = kx_file_read_some(fd, r->log + r->len, r->room - r->len);
		if (got < 0)
			return kx_fail(err, (int)got, "%s: %s", path, strerror((int)-got));
		if (got == 0)
			break;
		r->len += (size_t)got;
	}
	return 0;
}

static int add_log(void *data, const void *from, size_t len)
{
	struct reporting *r = data;
	char *more;

	/* Logs are as large as their ring. */
	if (len > LOG_MAX - r->len)
		return -EFBIG;
	if (len > r->room - r->len) {
		r->room = 2 * (r->len + len);
		more = realloc(r->log, r->room);
		if (!more)
			return -ENOMEM;
		r->log = more;
	}
	memcpy(r->log + r->len, from, len);
	r->len += len;
	return 0;
}

static int log_of_dump(struct reporting *r, const char *path, struct kx_err *err)
{
	struct kx_dump *dump = NULL;
	struct kx_reader *reader = NULL;
	struct log_facts facts;
	int rc = source_open(&dump, &path, 1, err);

	if (rc == 0)
		rc = kx_reader_new(dump, &reader, err);
	if (rc == 0)
		rc = log_write(reader, add_log, r, &facts, err);
	kx_reader_free(reader);
	kx_dump_close(dump);
	return rc;
}

/* Is it a text, not a dump of any kind? */
static bool is_log(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char head[512];
	ssize_t len = fd < 0 ? -1 : kx_file_read_some(fd, head, sizeof(head));

	return len >= 0 && !memchr(head, '\0', (size_t)len) && strncmp(head, "\177ELF", 4) != 0;
}

static int find_log(struct reporting *r, const char *path, struct kx_err *err)
{
	_cleanup_free_ char *log = NULL;
	struct stat st;

	if (stat(path, &st) < 0)
		return kx_fail(err, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode) && is_log(path))
		return read_log(r, path, err);
	beside_open(r->beside, path, NULL, err);
	if (!S_ISDIR(st.st_mode))
		return log_of_dump(r, path, err);
	if (asprintf(&log, "%s/" LOG_NAME, path) < 0) {
		log = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	if (access(log, F_OK) == 0)
		return read_log(r, log, err);
	if (errno == EACCES)
		return kx_fail(err, -EACCES, "%s: %s", path, strerror(EACCES));
	if (access(r->beside->dump, F_OK) == 0)
		return log_of_dump(r, r->beside->dump, err);
	return kx_fail(err, -ENODATA, "%s: there is neither %s nor a dump in it", path, LOG_NAME);
}

/* ---- the report ----------------------------------------------------------------------------- */

static void line(FILE *out, const char *what, const char *text)
{
	if (!text[0])
		return;
	fprintf(out, "%-12s", what);
	kx_text_print(out, kx_span_of(text));
	fprintf(out, "\n");
}

static void tell_manifest(const struct kx_manifest *m, FILE *out)
{
	time_t when = (time_t)m->crash_time;
	char text[64] = "";
	struct tm tm;

	line(out, "Host:", m->capture.host);
	if (m->crash_time && gmtime_r(&when, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
	line(out, "Crashed:", text);
	line(out, "Kernel:", m->release);
	line(out, "Machine:", m->machine);
	line(out, "Build id:", m->build_id);
}

static void tell_block(const struct report_log *log, FILE *out)
{
	const struct kx_panic_block *block = &log->scan.block[0];
	char text[800];

	snprintf(text, sizeof(text), "%s%s", block->panic ? "Kernel panic - not syncing: " : "",
		 block->panic ? block->panic_reason : block->cause);
	line(out, block->panic ? "Panic:" : "Trouble:", text);
	if (block->panic && strcmp(block->cause, block->panic_reason) != 0)
		line(out, "Cause:", block->cause);
	line(out, "Where:", block->where);
	line(out, "CPU:", block->cpu);
	snprintf(text, sizeof(text), "%s%s%s%s", block->comm, block->pid[0] ? " (PID " : "",
		 block->pid, block->pid[0] ? ")" : "");
	line(out, "Task:", text);
	if (log->tainted.len) {
		fprintf(out, "Tainted:\n");
		report_log_taints(log->tainted, "  ", out);
	} else if (log->not_tainted) {
		line(out, "Tainted:", "no");
	}
	if (log->modules.len) {
		fprintf(out, "%-12s", "Modules:");
		kx_text_print(out, log->modules);
		fprintf(out, "\n");
	}
}

static void tell_memory(const struct kx_manifest *m, FILE *out)
{
	if (!m->page_size)
		return;
	fprintf(out, "Memory:\n");
	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++) {
		if (m->pages[c])
			fprintf(out, "  %-14s %10" PRIu64 " MiB\n", kx_page_class_name(c),
				m->pages[c] * m->page_size >> 20);
	}
	line(out, "Dump:", m->dump);
	line(out, "Incomplete:", m->incomplete);
}

static void tell_lines(struct kx_span block, FILE *out)
{
	struct kx_span text;

	fprintf(out, "\n");
	while (kx_span_line(&block, &text)) {
		kx_text_print(out, text);
		fprintf(out, "\n");
	}
}

static int tell(const struct reporting *r, FILE *out, struct kx_err *err)
{
	struct kx_span text = { (const uint8_t *)r->log, r->len };
	struct report_log log;

	if (report_log_read(text, &log) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	if (r->beside->manifest[0])
		tell_manifest(&r->beside->read, out);
	if (log.scan.count)
		tell_block(&log, out);
	else
		line(out, "Trouble:", "the log tells of none");
	if (r->beside->manifest[0])
		tell_memory(&r->beside->read, out);
	if (log.scan.count)
		tell_lines(log.block, out);
	report_log_done(&log);
	return 0;
}

/* ---- as JSON -------------------------------------------------------------------------------- */

static void json_manifest(const struct kx_manifest *m, struct kx_out *out)
{
	kx_out_json_member(out, "host", kx_span_of(m->capture.host));
	kx_out_printf(out, ",\n  \"crash_time\": %" PRIu64, m->crash_time);
	kx_out_json_member(out, "release", kx_span_of(m->release));
	kx_out_json_member(out, "machine", kx_span_of(m->machine));
	kx_out_json_member(out, "build_id", kx_span_of(m->build_id));
	kx_out_json_member(out, "dump", kx_span_of(m->dump));
	kx_out_json_member(out, "incomplete", kx_span_of(m->incomplete));
}

static void json_lines(struct kx_span block, struct kx_out *out)
{
	const char *between = "";
	struct kx_span text;

	kx_out_text(out, ",\n  \"lines\": [");
	while (kx_span_line(&block, &text)) {
		kx_out_printf(out, "%s\n    ", between);
		kx_out_json(out, text);
		between = ",";
	}
	kx_out_text(out, "\n  ]");
}

static void json_log(const struct report_log *log, struct kx_out *out)
{
	static const struct kx_panic_block none = { .panic = false };
	const struct kx_panic_block *block = log->scan.count ? &log->scan.block[0] : &none;

	kx_out_printf(out, ",\n  \"trouble\": %s,\n  \"panicked\": %s",
		      log->scan.count ? "true" : "false", block->panic ? "true" : "false");
	kx_out_json_member(out, "panic", kx_span_of(block->panic ? block->panic_reason : ""));
	kx_out_json_member(out, "cause", kx_span_of(block->cause));
	kx_out_json_member(out, "where", kx_span_of(block->where));
	kx_out_json_member(out, "cpu", kx_span_of(block->cpu));
	kx_out_json_member(out, "task", kx_span_of(block->comm));
	kx_out_json_member(out, "pid", kx_span_of(block->pid));
	kx_out_json_member(out, "tainted", log->tainted);
	kx_out_json_member(out, "modules", log->modules);
	json_lines(log->scan.count ? log->block : kx_span_of(""), out);
}

static int tell_json(const struct reporting *r, FILE *to, struct kx_err *err)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	struct kx_span text = { (const uint8_t *)r->log, r->len };
	struct report_log log;
	int rc;

	if (!out || report_log_read(text, &log) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	out->fd = fileno(to);
	kx_out_text(out, "{\n  \"format\": 1");
	if (r->beside->manifest[0])
		json_manifest(&r->beside->read, out);
	json_log(&log, out);
	kx_out_text(out, "\n}\n");
	rc = kx_out_flush(out);
	report_log_done(&log);
	return rc < 0 ? kx_fail(err, rc, "standard output: %s", strerror(-rc)) : 0;
}

/* ---- both ----------------------------------------------------------------------------------- */

static int report_as(const char *path, FILE *out, bool json, struct kx_err *err)
{
	struct reporting r = { .beside = calloc(1, sizeof(*r.beside)) };
	int rc;

	if (!r.beside)
		return kx_fail(err, -ENOMEM, "no memory");
	rc = find_log(&r, path, err);
	if (rc == 0)
		rc = json ? tell_json(&r, out, err) : tell(&r, out, err);
	beside_done(r.beside);
	free(r.beside);
	free(r.log);
	return rc;
}

int report_write(const char *path, FILE *out, struct kx_err *err)
{
	return report_as(path, out, false, err);
}

/* ---- the verb ------------------------------------------------------------------------------- */

enum { OPT_JSON = KX_OPTION_LONG };

static const struct kx_option table[] = {
	{ "json", OPT_JSON, NULL, "for programs", "How it is told" },
	{ "help", 'h', NULL, "print this", "Help" },
	{ NULL, 0, NULL, NULL, NULL },
};

/** struct report_options - what is asked for */
struct report_options {
	bool help, json;
};

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct report_options *o = data;

	(void)arg, (void)err;
	o->help |= id == 'h';
	o->json |= id == OPT_JSON;
	return 0;
}

int report_main(int argc, char **argv)
{
	struct kx_err err = { "" };
	struct report_options o = { .help = false };
	int first, rc = kx_cli_parse(table, argc, argv, take, &o, &first, &err);

	if (rc == 0 && !o.help && argc - first != 1)
		rc = kx_fail(&err, -EINVAL, "of which FOLDER, DUMP or LOG? --help shows how");
	if (rc < 0) {
		say("report: %s", err.text);
		return SERVICE_USAGE;
	}
	if (o.help) {
		printf("Usage: kdump report [OPTION]... FOLDER|DUMP|LOG\n"
		       "Tell why a machine crashed, by the kernel's log, as a text for people.\n");
		kx_cli_help(table, stdout);
		printf("\nSee kdump(8).\n");
		return SERVICE_DONE;
	}
	rc = report_as(argv[first], stdout, o.json, &err);
	if (rc < 0)
		say("report: %s", err.text);
	return rc < 0 ? SERVICE_FAILED : SERVICE_DONE;
}

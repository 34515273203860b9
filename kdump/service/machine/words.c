/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a command line by lists of words. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/machine/words.h"
#include "kx/array.h"
#include "kx/cleanup.h"
#include "kx/cmdline.h"
#include "kx/file.h"
#include "kx/span.h"

/* Parameters that are not for a crash kernel; one that ends in "*" is the start of several. */
static const char *const left_out[] = {
	"BOOT_IMAGE", "initrd", "elfcorehdr", "dmcryptkeys", "kexec_jump_back_entry", "crashkernel",
	/* its root and what begins there */
	"root", "rootfstype", "rootflags", "rootdelay", "rootwait", "ro", "rw", "resume",
	"resume_offset", "noresume", "init", "rdinit", "rd.*", "systemd.*", "splash", "quiet",
	"ignition.*", "ostree", "ostree.*", "luks.*", "single", "emergency", "rescue",
	/* memory that it does not have */
	"hugepages", "hugepagesz", "default_hugepagesz", "hugetlb_*", "cma", "mem", "memmap",
	"slub_debug", "slab_debug", "log_buf_len", "swiotlb", "page_owner", "movable_node",
	"kernelcore", "movablecore",
	/* processors that it does not have */
	"isolcpus", "nohz_full", "rcu_nocbs", "nr_cpus", "maxcpus",
	/* a warning must not end it */
	"panic", "panic_on_warn", "panic_print", "crash_kexec_post_notifiers",
};

/*
 * Nobody traces a crash kernel, but a folder with files for each event that could be traced takes
 * 9 MiB of Debian's 6.1, and more with each module; 7 of its 5.10, 0.5 of 6.12 and 7.2 (MemFree,
 * with it and without). A name that a kernel has no initcall of means nothing to it; since Linux
 * 6.1 the second is part of the first.
 */
#define NO_TRACING "initcall_blacklist=tracer_init_tracefs,event_trace_init"

static const char *const common[] = {
	"reset_devices", "panic=10", "cgroup_disable=memory", "novmcoredd", "audit=0",
	"transparent_hugepage=never", "cma=0", "hugetlb_cma=0", "kfence.sample_interval=0",
	NO_TRACING, "rdinit=/init", NULL,
};

static const char *const for_x86[] = {
	"numa=off", "mce=off", "acpi_no_memhotplug", "hest_disable", "nokaslr", "pcie_ports=compat",
	NULL,
};

static const char *const for_arm64[] = { "swiotlb=noforce", NULL };

/* "-" and "_" are the same to the kernel (Linux, kernel/params.c, parameq()). */
static char plain(char c)
{
	return c == '-' ? '_' : c;
}

static bool named(struct kx_span word, const char *name, size_t len)
{
	const char *text = (const char *)word.base;
	bool start = len > 0 && name[len - 1] == '*';
	size_t compared = start ? len - 1 : len;

	if (word.len && text[0] == '"') {
		text++;
		word.len--;
	}
	if (word.len < compared)
		return false;
	for (size_t i = 0; i < compared; i++) {
		if (plain(text[i]) != plain(name[i]))
			return false;
	}
	return start || word.len == len || text[len] == '=';
}

static bool leave(struct kx_span word, const char *remove)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
		if (named(word, left_out[i], strlen(left_out[i])))
			return true;
	}
	for (const char *at = remove ? remove : ""; *at;) {
		size_t len = strcspn(at, " ,\t");

		if (len && named(word, at, len))
			return true;
		at += len + strspn(at + len, " ,\t");
	}
	return false;
}

static void put(FILE *out, const char *word)
{
	if (word && word[0])
		fprintf(out, "%s%s", ftell(out) > 0 ? " " : "", word);
}

/** struct words - those of the running kernel that stay; of length 0: it went for want of room */
struct words {
	struct kx_span *item;
	size_t count, room;
};

static int take_running(struct words *words, const struct words_request *request)
{
	struct kx_span rest = kx_span_of(request->running ? request->running : ""), word;

	while (kx_cmdline_word(&rest, &word)) {
		if (kx_span_equal(word, "--"))
			break;
		if (leave(word, request->remove))
			continue;
		if (kx_array_grow(&words->item, &words->room, words->count) < 0)
			return -ENOMEM;
		words->item[words->count++] = word;
	}
	return 0;
}

static void put_running(FILE *out, const struct words *words)
{
	for (size_t i = 0; i < words->count; i++) {
		const struct kx_span word = words->item[i];

		if (!word.len)
			continue;
		fprintf(out, "%s%.*s", ftell(out) > 0 ? " " : "", (int)word.len,
			(const char *)word.base);
		/* A quote that is never closed would take in all that follows. */
		if (kx_cmdline_open_quote(word).len)
			fputc('"', out);
	}
}

static void put_list(FILE *out, const char *const *list)
{
	for (; *list; list++)
		put(out, *list);
}

static void put_ours(FILE *out, const struct words_request *request)
{
	bool x86 = strcmp(request->machine, "x86_64") == 0,
	     arm64 = strcmp(request->machine, "aarch64") == 0;

	fprintf(out, "%snr_cpus=%u", ftell(out) > 0 ? " " : "", request->cpus ? request->cpus : 1);
	if (x86 && request->cpus > 1 && request->boot_cpu >= 0)
		fprintf(out, " disable_cpu_apicid=%d", request->boot_cpu);
	if ((x86 && !request->xen) || arm64)
		put(out, "irqpoll");
	put_list(out, common);
	if (x86)
		put_list(out, for_x86);
	if (arm64)
		put_list(out, for_arm64);
	put(out, request->append);
}

/* ---- as much as there is room for ------------------------------------------------------------ */

static int make_line(const struct words_request *request, const struct words *words, char **ret,
		     size_t *len)
{
	FILE *out = open_memstream(ret, len);
	int failed;

	if (!out)
		return -ENOMEM;
	if (request->instead && request->instead[0])
		put(out, request->instead);
	else
		put_running(out, words);
	put_ours(out, request);
	failed = ferror(out);
	if (fclose(out) == 0 && !failed)
		return 0;
	free(*ret);
	*ret = NULL;
	return -ENOMEM;
}

static int longer_first(const void *a, const void *b)
{
	const struct kx_span *const *x = a, *const *y = b;

	return (*x)->len < (*y)->len ? 1 : (*x)->len > (*y)->len ? -1 : *x < *y ? -1 : *x > *y;
}

static void tell_lost(FILE *out, struct kx_span word)
{
	enum { TOLD = 60 };

	fprintf(out, "%s%.*s%s", ftell(out) > 0 ? " " : "",
		(int)(word.len < TOLD ? word.len : TOLD), (const char *)word.base,
		word.len < TOLD ? "" : "...");
}

/* As few as possible go, and none that is needed to see what happens. */
static int drop_long(struct words *words, size_t over, FILE *lost)
{
	struct kx_span **order = calloc(words->count ? words->count : 1, sizeof(*order));

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < words->count; i++)
		order[i] = &words->item[i];
	qsort(order, words->count, sizeof(*order), longer_first);
	for (size_t i = 0, gone = 0; i < words->count && gone < over; i++) {
		if (named(*order[i], "console", 7) || named(*order[i], "early*", 6))
			continue;
		gone += order[i]->len + 1;
		tell_lost(lost, *order[i]);
		order[i]->len = 0;
	}
	free(order);
	return 0;
}

static int again(const struct words_request *request, const struct words *words, char **ret,
		 size_t *len)
{
	free(*ret);
	*ret = NULL;
	return make_line(request, words, ret, len);
}

/* What people say must not cost the dump: what alone is too long goes, then what is long. */
static int fit(struct words_request *request, struct words *words, char **ret, FILE *lost)
{
	const struct words none = { NULL, 0, 0 };
	const char *instead = request->instead;
	size_t len;
	int rc;

	request->instead = NULL;
	rc = again(request, &none, ret, &len);
	if (rc == 0 && len > request->max && request->append && request->append[0]) {
		request->append = NULL;
		fputs("append of kdump.conf", lost);
	}
	request->instead = instead;
	if (rc == 0)
		rc = again(request, words, ret, &len);
	if (rc == 0 && len > request->max && instead && instead[0]) {
		request->instead = NULL;
		fprintf(lost, "%scmdline of kdump.conf", ftell(lost) > 0 ? ", " : "");
		rc = again(request, words, ret, &len);
	}
	if (rc == 0 && len > request->max)
		rc = drop_long(words, len - request->max, lost);
	return rc < 0 ? rc : again(request, words, ret, &len);
}

int words_make(const struct words_request *request, char **ret, char **ret_lost,
	       struct kx_err *err)
{
	struct words_request able = *request;
	struct words words = { NULL, 0, 0 };
	char *text = NULL, *none = NULL;
	size_t len = 0;
	FILE *lost = open_memstream(&none, &len);
	int rc = lost ? take_running(&words, request) : -ENOMEM;

	if (able.max == 0)
		able.max = SIZE_MAX;
	if (rc == 0)
		rc = fit(&able, &words, &text, lost);
	if (lost && fclose(lost) != 0)
		rc = -ENOMEM;
	free(words.item);
	if (rc < 0 || len == 0) {
		free(none);
		none = NULL;
	}
	if (rc < 0) {
		free(text);
		return kx_fail(err, -ENOMEM, "no memory for the command line");
	}
	*ret = text;
	*ret_lost = none;
	return 0;
}

int words_boot_cpu(const char *root)
{
	static const char key[] = "initial apicid";
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	const char *line;
	int id;
	size_t len;

	if (kx_file_head(root, "proc/cpuinfo", 16 << 10, &text, &len, &ignored) < 0)
		return -1;
	line = strstr(text, key);
	return line && sscanf(line + sizeof(key) - 1, " : %d", &id) == 1 ? id : -1;
}

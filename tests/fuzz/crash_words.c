/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running kernels' command lines, from which a crash kernel's is made: see the promises. */
#include <stdbool.h>
#include <string.h>

#include "kdump/service/machine/words.h"
#include "kx/cmdline.h"
#include "tests/fuzz/fuzz.h"

static bool has(struct kx_span line, const char *wanted)
{
	struct kx_span word;

	while (kx_cmdline_word(&line, &word)) {
		if (kx_span_equal(word, wanted))
			return true;
	}
	return false;
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct words_request request = { .machine = "x86_64", .boot_cpu = -1 };
	struct kx_err err = { "" };
	struct kx_span kept, word;
	char *running, *line, *again, *lost;

	if (memchr(data, '\0', size))
		return 0;
	running = strndup((const char *)data, size);
	request.running = running;
	PROMISE(words_make(&request, &line, &lost, &err) == 0 && !lost);
	/* Whatever it says, even a quote left open, what keeps the crash kernel alone stays. */
	PROMISE(has(kx_span_of(line), "nr_cpus=1") && has(kx_span_of(line), "reset_devices"));
	PROMISE(has(kx_span_of(line), "rdinit=/init") && has(kx_span_of(line), "panic=10"));
	kept = kx_span_of(line);
	while (kx_cmdline_word(&kept, &word) && !kx_span_equal(word, "nr_cpus=1"))
		PROMISE(!kx_span_starts(word, "root=") &&
			!kx_span_starts(word, "crashkernel=") &&
			!kx_span_equal(word, "--") && !kx_span_starts(word, "init="));
	/* One that is armed again by what it became does not grow. */
	request.running = line;
	PROMISE(words_make(&request, &again, &lost, &err) == 0 && !lost);
	PROMISE(strlen(again) <= 2 * strlen(line));
	free(again);
	/* Where there is less room it is shorter; what keeps the crash kernel alone stays. */
	request.running = running;
	request.max = 700;
	PROMISE(words_make(&request, &again, &lost, &err) == 0);
	PROMISE(strlen(again) <= 700 || strstr(again, "console") || strstr(again, "early"));
	PROMISE(!lost == (strcmp(again, line) == 0) && has(kx_span_of(again), "rdinit=/init"));
	free(running), free(line), free(again), free(lost);
	return 0;
}

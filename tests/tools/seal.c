/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seal [-c] RECIPIENT...: stdin, encrypted, to stdout; -c: cut, as where the end never came. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kx/age.h"
#include "kx/file.h"

static int pass(struct kx_age_target *to)
{
	static char some[10007];
	uint64_t off = 0;
	ssize_t n;
	int rc = 0;

	while (rc == 0 && (n = kx_file_read_some(STDIN_FILENO, some, sizeof(some))) > 0) {
		rc = to->target.write(&to->target, some, (size_t)n, off);
		off += (uint64_t)n;
	}
	return rc;
}

int main(int argc, char **argv)
{
	static struct kx_age_recipient recipient[KX_AGE_RECIPIENTS_MAX + 1];
	bool cut = argc > 1 && strcmp(argv[1], "-c") == 0;
	struct kx_save_stream out;
	struct kx_age_target age;
	struct kx_err err = { "" };
	size_t count = 0;
	int rc = 0;

	kx_save_stream_init(&out, STDOUT_FILENO);
	for (int i = 1 + cut; i < argc && count <= KX_AGE_RECIPIENTS_MAX && rc == 0; i++)
		rc = kx_age_parse(argv[i], &recipient[count++], &err);
	if (rc == 0)
		rc = kx_age_target_init(&age, &out.target, recipient, count, &err);
	if (rc < 0) {
		fprintf(stderr, "seal: %s\n", err.text);
		return 1;
	}
	rc = pass(&age);
	if (rc == 0 && !cut)
		rc = kx_age_target_end(&age);
	kx_age_target_done(&age);
	return rc < 0;
}

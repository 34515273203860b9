/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mkroot: machine files into folders for `kexec --root`, and back. See tests/tools/mkroot.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "tests/tools/mkroot.h"

enum { MACHINE_FILE_MAX = 4 << 20 };

static int unpack(const char *machine, const char *folder, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int rc;

	rc = kx_file_read("/", machine, MACHINE_FILE_MAX, &text, &len, err);
	if (rc < 0)
		return rc;
	if (mkdir(folder, 0777) < 0 && errno != EEXIST)
		return kx_fail(err, -errno, "%s: %s", folder, strerror(errno));
	rc = mkroot_unpack((struct kx_span){ (uint8_t *)text, len }, folder, err);
	return rc < 0 ? kx_context(err, rc, "%s", machine) : 0;
}

int main(int argc, char **argv)
{
	struct kx_err err = { "" };
	_cleanup_free_ char *machine = NULL;
	int rc;

	if (argc == 4 && strcmp(argv[1], "unpack") == 0) {
		machine = realpath(argv[2], NULL);
		rc = machine ? unpack(machine, argv[3], &err) :
			       kx_fail(&err, -errno, "%s: %s", argv[2], strerror(errno));
	} else if (argc == 3 && strcmp(argv[1], "pack") == 0) {
		rc = mkroot_pack(argv[2], stdout, &err);
	} else {
		fprintf(stderr, "Usage: mkroot unpack FILE.machine FOLDER\n"
				"       mkroot pack FOLDER > FILE.machine\n");
		return 2;
	}
	if (rc < 0)
		fprintf(stderr, "mkroot: %s\n", err.text);
	return rc < 0;
}

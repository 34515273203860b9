/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notes in pstore's own places; see the header. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "kdump/capture/system/note.h"
#include "kx/cleanup.h"
#include "kx/file.h"

#define EFIVARS "/sys/firmware/efi/efivars"
/* LINUX_EFI_CRASH_GUID of include/linux/efi.h */
#define CRASH_GUID "cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0"

/* Type 0 is a kernel's log, the only one that this backend shows; "D" is as it is. */
void note_variable(uint64_t time, unsigned int number, char ret[160])
{
	snprintf(ret, 160, "dump-type0-1-%u-%" PRIu64 "-D-" CRASH_GUID, number, time);
}

/* Attributes, and data, in one write (Linux, Documentation/filesystems/efivarfs.rst). */
static int write_variable(const char *path, const char *text, size_t len)
{
	enum { NON_VOLATILE = 1, BOOTSERVICE_ACCESS = 2, RUNTIME_ACCESS = 4 };
	const uint32_t attributes = NON_VOLATILE | BOOTSERVICE_ACCESS | RUNTIME_ACCESS;
	char bytes[sizeof(attributes) + NOTE_MAX];
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	memcpy(bytes, &attributes, sizeof(attributes));
	memcpy(bytes + sizeof(attributes), text, len);
	if (write(fd, bytes, sizeof(attributes) + len) < 0) {
		int rc = -errno;

		unlink(path);
		return rc;
	}
	return 0;
}

static int leave_variable(const char *text, size_t len, uint64_t time, char ret[160],
			  struct kx_err *err)
{
	enum { TRIES = 20 };
	char path[256], name[160];
	int rc = -EEXIST;

	if (access("/sys/firmware/efi", F_OK) < 0)
		return kx_fail(err, -ENOENT, "the firmware has no variables");
	/* It may be mounted; what is wrong shows with the file. */
	mount("efivarfs", EFIVARS, "efivarfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	for (unsigned int i = 1; rc == -EEXIST && i <= TRIES; i++) {
		note_variable(time, i, name);
		snprintf(path, sizeof(path), EFIVARS "/%s", name);
		rc = write_variable(path, text, len);
	}
	if (rc < 0)
		return kx_fail(err, rc, "EFI variable: %s", strerror(-rc));
	snprintf(ret, 160, "EFI variable %.100s", name);
	return 0;
}

int note_leave(const char *text, uint64_t time, char ret[160], struct kx_err *err)
{
	size_t len = strlen(text) < NOTE_MAX ? strlen(text) : NOTE_MAX;
	_cleanup_fd_ int fd = open("/dev/pmsg0", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && kx_file_write(fd, text, len) == 0) {
		snprintf(ret, 160, "/dev/pmsg0");
		return 0;
	}
	return leave_variable(text, len, time, ret, err);
}

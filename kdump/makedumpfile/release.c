/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds the files of -x and -i against the dump. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/makedumpfile/internal.h"
#include "kx/banner.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/file.h"

#define say(...) kx_cli_say("makedumpfile", __VA_ARGS__)

enum { RELEASE_MAX = KX_BANNER_RELEASE_MAX, ELF_MAGIC = 4 };

static bool same_release(const struct kx_dump *dump, struct kx_span release)
{
	struct kx_span line;

	return !kx_vmcoreinfo_line(kx_dump_vmcoreinfo(dump), "OSRELEASE", &line) ||
	       (line.len == release.len && memcmp(line.base, release.base, line.len) == 0);
}

static int differs(const struct kx_dump *dump, const char *path, struct kx_span release,
		   struct kx_err *err)
{
	struct kx_span line = { NULL, 0 };

	if (same_release(dump, release))
		return 0;
	kx_vmcoreinfo_line(kx_dump_vmcoreinfo(dump), "OSRELEASE", &line);
	kx_fail(err, -EINVAL, "%.120s is of kernel %.*s, the dump of %.*s", path,
		(int)(release.len < RELEASE_MAX ? release.len : RELEASE_MAX),
		(const char *)release.base, (int)(line.len < RELEASE_MAX ? line.len : RELEASE_MAX),
		(const char *)line.base);
	return 1;
}

static int check_vmlinux(const char *path, const struct kx_dump *dump, struct kx_err *err)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct kx_span release = { NULL, 0 };
	struct stat st;
	void *image;
	int rc;

	if (fd < 0 || fstat(fd, &st) < 0)
		return kx_fail(err, -errno, "%.160s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_size < ELF_MAGIC)
		return kx_fail(err, -ENOEXEC, "%.160s is no vmlinux", path);
	image = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (image == MAP_FAILED)
		return kx_fail(err, -errno, "%.160s: %s", path, strerror(errno));
	kx_banner_release((struct kx_span){ image, (size_t)st.st_size }, &release);
	rc = memcmp(image, "\177ELF", ELF_MAGIC) != 0 ?
		     kx_fail(err, -ENOEXEC, "%.160s is no vmlinux", path) :
		     0;
	/* What holds debug information alone has no banner. */
	if (rc == 0 && release.len == 0)
		say("%s does not tell its release: not compared", path);
	else if (rc == 0)
		rc = differs(dump, path, release, err);
	munmap(image, (size_t)st.st_size);
	return rc;
}

/* Return: its length; negative errno. */
static int read_text(const char *path, uint8_t *to, size_t size, struct kx_err *err)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return kx_fail(err, -errno, "%.160s: %s", path, strerror(errno));
	while (n > 0 && len < size) {
		n = kx_file_read_some(fd, to + len, size - len);
		if (n > 0)
			len += (size_t)n;
	}
	if (n < 0)
		return kx_fail(err, (int)n, "%.160s: %s", path, strerror((int)-n));
	return (int)len;
}

static int check_vmcoreinfo(const char *path, struct kx_dump *dump, struct kx_err *err)
{
	_cleanup_free_ uint8_t *text = malloc(KX_VMCOREINFO_MAX);
	struct kx_vmcoreinfo info = { { text, 0 } };
	struct kx_span release;
	int len;

	if (!text)
		return kx_fail(err, -ENOMEM, "no memory");
	len = read_text(path, text, KX_VMCOREINFO_MAX, err);
	if (len < 0)
		return len;
	info.text.len = (size_t)len;
	if (!kx_vmcoreinfo_line(&info, "OSRELEASE", &release))
		return kx_fail(err, -EINVAL, "%.160s: no OSRELEASE=, so no VMCOREINFO", path);
	if (kx_dump_vmcoreinfo(dump)->text.len == 0)
		return kx_dump_give_vmcoreinfo(dump, info.text, err);
	return differs(dump, path, release, err);
}

int mdf_check_release(const struct mdf_options *options, struct kx_dump *dump, struct kx_err *err)
{
	int rc = 0;

	if (options->vmcoreinfo)
		rc = check_vmcoreinfo(options->vmcoreinfo, dump, err);
	if (rc == 0 && options->vmlinux)
		rc = check_vmlinux(options->vmlinux, dump, err);
	return rc;
}

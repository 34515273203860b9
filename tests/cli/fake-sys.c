/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for kexec/syscall.c and kexec/links.c in a test: writes down what would have been done,
 * does nothing.
 *
 * It is linked in place of those files instead of being preloaded over the C library: a program
 * that holds no code to enter the kernel cannot start a kernel or take a network down, whatever
 * goes wrong with the environment.
 *
 * KX_FAKE_LOG           file that gets a line for each call (required)
 * KX_FAKE_ROOT          the machine (required): its loaded flags are kept as a kernel would
 * KX_FAKE_ERRNO_LOAD, KX_FAKE_ERRNO_FILE, KX_FAKE_ERRNO_UNLOAD, KX_FAKE_ERRNO_START,
 * KX_FAKE_ERRNO_SHUTDOWN, KX_FAKE_ERRNO_LINK, KX_FAKE_ERRNO_RESTORE
 *                       results in the order of the calls, as names or numbers with commas
 *                       between them, 0 for success; the last one goes on for ever
 * KX_FAKE_UNPRIVILEGED  the process may not load or start anything
 * KX_FAKE_MACHINE       what uname -m says; without it, the truth
 * KX_FAKE_KEEP          folder that gets the bytes of each segment, in a file of its name
 * KX_FAKE_LINKS         interfaces, "eth0=up wlan0=down eth0.5=follows": this one is down until
 *                       another one is brought up
 * KX_FAKE_TOUCH         file that grows by a byte while it is being loaded
 * KX_FAKE_TRUNCATE      file that becomes empty while it is being loaded
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kexec/sys.h"
#include "kx/cleanup.h"
#include "kx/sha256.h"
#include "uapi/kexec.h"

/* A test that is set up wrongly must not look like one that failed or passed. */
enum { BROKEN = 99, MAX_ERRNO = 4095 };

static const char *required(const char *name)
{
	const char *value = getenv(name);

	if (!value || !*value) {
		fprintf(stderr, "kexec-fake: %s is not set\n", name);
		_exit(BROKEN);
	}
	return value;
}

static void record(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void record(const char *format, ...)
{
	FILE *log = fopen(required("KX_FAKE_LOG"), "ae");
	va_list args;

	if (!log) {
		perror("kexec-fake: KX_FAKE_LOG");
		_exit(BROKEN);
	}
	va_start(args, format);
	vfprintf(log, format, args);
	va_end(args);
	fputc('\n', log);
	fclose(log);
}

static int errno_of(const char *word, size_t len)
{
	char text[32];

	snprintf(text, sizeof(text), "%.*s", (int)len, word);
	if (*text >= '0' && *text <= '9')
		return atoi(text);
	/* Linux has one number for two names, of which the C library knows one. */
	if (strcmp(text, "ENOTSUP") == 0)
		return ENOTSUP;
	for (int code = 1; code <= MAX_ERRNO; code++) {
		const char *name = strerrorname_np(code);

		if (name && strcmp(name, text) == 0)
			return code;
	}
	fprintf(stderr, "kexec-fake: %s is not an errno\n", text);
	_exit(BROKEN);
}

/* The result of call number *@count of the kind that the variable @name is for. */
static int result_of(const char *name, unsigned int *count)
{
	const char *word = getenv(name);

	if (!word || !*word)
		return 0;
	for (unsigned int i = 0; i < *count && strchr(word, ','); i++)
		word = strchr(word, ',') + 1;
	(*count)++;
	return -errno_of(word, strcspn(word, ","));
}

/* The first half of a digest: enough to tell contents apart, short enough to read. */
static void digest_text(const void *data, size_t len, char text[33])
{
	uint8_t digest[KX_SHA256_SIZE];

	kx_sha256(kx_sha256_blocks_portable, data, len, digest);
	for (int i = 0; i < 16; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static void change_files(void)
{
	const char *touch = getenv("KX_FAKE_TOUCH"), *truncated = getenv("KX_FAKE_TRUNCATE");

	if (touch) {
		_cleanup_fd_ int fd = open(touch, O_WRONLY | O_APPEND | O_CLOEXEC);

		if (fd < 0 || write(fd, "x", 1) != 1)
			_exit(BROKEN);
	}
	if (truncated && truncate(truncated, 0) < 0)
		_exit(BROKEN);
}

/* The machine remembers what is loaded, if its kernel has such a file at all. */
static void remember(bool crash, bool loaded)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_fd_ int fd = -1;

	if (asprintf(&path, "%s/sys/kernel/kexec_%sloaded", required("KX_FAKE_ROOT"),
		     crash ? "crash_" : "") < 0)
		_exit(BROKEN);
	/* As a kernel's, it is never empty, whenever this program is killed. */
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, loaded ? "1\n" : "0\n", 2) != 2)
		_exit(BROKEN);
}

/* A crash kernel is dropped before the next one is looked at (Linux, kernel/kexec.c). */
static void remember_load(bool crash, int rc)
{
	bool looked_at = rc != -EPERM && rc != -EBUSY && rc != -EINVAL;

	if (rc == 0 || (crash && looked_at))
		remember(crash, rc == 0);
}

const char *sys_root(void)
{
	return required("KX_FAKE_ROOT");
}

bool sys_privileged(void)
{
	return !getenv("KX_FAKE_UNPRIVILEGED");
}

/* In place of the C library's, which the linker then does not look for. */
int uname(struct utsname *ret)
{
	const char *name = getenv("KX_FAKE_MACHINE");
	int rc = (int)syscall(SYS_uname, ret);

	if (rc == 0 && name)
		snprintf(ret->machine, sizeof(ret->machine), "%s", name);
	return rc;
}

static void keep(const struct kx_segment *s)
{
	const char *folder = getenv("KX_FAKE_KEEP");
	char path[4096];
	FILE *file;

	if (!folder)
		return;
	snprintf(path, sizeof(path), "%s/%s", folder, s->what);
	file = fopen(path, "we");
	if (!file ||
	    (s->data.len && fwrite(s->data.base, 1, s->data.len, file) != s->data.len) ||
	    fclose(file) != 0)
		_exit(BROKEN);
}

static int unload(const char *call, uint64_t flags, bool crash)
{
	static unsigned int count;
	int rc = result_of("KX_FAKE_ERRNO_UNLOAD", &count);

	record("%s unload flags=0x%" PRIx64, call, flags);
	if (rc == 0)
		remember(crash, false);
	return rc;
}

int sys_load(uint64_t entry, const struct kx_segment *segments, size_t count, uint64_t flags)
{
	static unsigned int calls;
	int rc;

	if (count == 0)
		return unload("kexec_load", flags, flags & KEXEC_ON_CRASH);
	rc = result_of("KX_FAKE_ERRNO_LOAD", &calls);
	record("kexec_load entry=0x%" PRIx64 " segments=%zu flags=0x%" PRIx64, entry, count, flags);
	change_files();
	for (size_t i = 0; i < count; i++) {
		const struct kx_segment *s = &segments[i];
		char digest[33];

		digest_text(s->data.base, s->data.len, digest);
		record("segment %s at=0x%" PRIx64 " memsz=0x%" PRIx64 " bytes=%zu sha256=%s",
		       s->what, s->addr, s->memsz, s->data.len, digest);
		keep(s);
	}
	remember_load(flags & KEXEC_ON_CRASH, rc);
	return rc;
}

static void record_file(const char *what, int fd)
{
	_cleanup_free_ uint8_t *data = NULL;
	char digest[33];
	struct stat st;

	if (fd < 0) {
		record("%s none", what);
		return;
	}
	if (fstat(fd, &st) < 0 || !(data = malloc((size_t)st.st_size + 1)) ||
	    pread(fd, data, (size_t)st.st_size, 0) != st.st_size)
		_exit(BROKEN);
	digest_text(data, (size_t)st.st_size, digest);
	record("%s bytes=%zu sha256=%s", what, (size_t)st.st_size, digest);
}

int sys_file_load(int kernel_fd, int initrd_fd, const char *cmdline, uint64_t flags)
{
	static unsigned int calls;
	int rc;

	if (flags & KEXEC_FILE_UNLOAD)
		return unload("kexec_file_load", flags, flags & KEXEC_FILE_ON_CRASH);
	rc = result_of("KX_FAKE_ERRNO_FILE", &calls);
	record("kexec_file_load flags=0x%" PRIx64 " cmdline=%s", flags, cmdline);
	change_files();
	record_file("kernel", kernel_fd);
	record_file("initrd", initrd_fd);
	remember_load(flags & KEXEC_FILE_ON_CRASH, rc);
	return rc;
}

void sys_sync(void)
{
	record("sync");
}

/* What does not return when it succeeds ends the program here, with what it had printed. */
static int end(const char *what, const char *variable)
{
	static unsigned int count;
	int rc = result_of(variable, &count);

	record("%s", what);
	if (rc < 0)
		return rc;
	fflush(stdout);
	_exit(0);
}

int sys_start(void)
{
	return end("start", "KX_FAKE_ERRNO_START");
}

int sys_shutdown(void)
{
	return end("shutdown", "KX_FAKE_ERRNO_SHUTDOWN");
}

int sys_links(char ***ret)
{
	const char *list = getenv("KX_FAKE_LINKS");
	size_t room = list ? strlen(list) / 2 + 2 : 1, count = 0;
	char **names = calloc(room, sizeof(*names));

	if (!names)
		return -ENOMEM;
	while (list && *list) {
		names[count++] = strndup(list, strcspn(list, "="));
		list += strcspn(list, " ");
		list += strspn(list, " ");
	}
	*ret = names;
	return 0;
}

/* Has an interface been brought up? */
static bool raised;

int sys_link_up(const char *name)
{
	const char *at = getenv("KX_FAKE_LINKS");
	size_t len = strlen(name);

	for (; at && *at; at += strspn(at, " ")) {
		if (strncmp(at, name, len) == 0 && at[len] == '=')
			return strncmp(at + len, "=up", 3) == 0 ||
			       (raised && strncmp(at + len, "=follows", 8) == 0);
		at += strcspn(at, " ");
	}
	return -ENODEV;
}

int sys_link_set(const char *name, int up)
{
	static unsigned int count;

	record("link %s %s", name, up ? "up" : "down");
	raised |= up;
	return result_of("KX_FAKE_ERRNO_LINK", &count);
}

int sys_links_keep(char *const *names, struct sys_kept **ret)
{
	for (size_t i = 0; names[i]; i++)
		record("keep %s", names[i]);
	*ret = NULL;
	return 0;
}

int sys_links_restore(struct sys_kept *kept)
{
	static unsigned int count;

	(void)kept;
	record("restore");
	return result_of("KX_FAKE_ERRNO_RESTORE", &count);
}

void sys_links_forget(struct sys_kept *kept)
{
	(void)kept;
}

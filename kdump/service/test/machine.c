/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs QEMU: a machine with a console in a file and one virtio disk, and nothing else. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/child.h"
#include "kdump/service/test/machine.h"
#include "kx/cleanup.h"

/* ---- which ----------------------------------------------------------------------------------- */

/* As $PATH says; else the first of places that it does not name. */
static char *find_program(const char *name)
{
	static const char *const more[] = { "/usr/libexec/qemu-kvm", "/usr/bin/qemu-kvm" };
	const char *path = getenv("PATH");
	_cleanup_free_ char *copy = strdup(path ? path : "/usr/bin:/bin");

	for (char *rest = copy, *folder; (folder = strsep(&rest, ":")) != NULL;) {
		char *file = NULL;

		if (asprintf(&file, "%s/%s", folder[0] ? folder : ".", name) < 0)
			return NULL;
		if (access(file, X_OK) == 0)
			return file;
		free(file);
	}
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		if (access(more[i], X_OK) == 0)
			return strdup(more[i]);
	}
	return NULL;
}

int vm_machine_find(const char *wanted, const struct vm_arch **ret_arch, char **ret,
		    struct kx_err *err)
{
	struct utsname host;
	const struct vm_arch *arch = uname(&host) < 0 ? NULL : vm_arch_of(host.machine);

	if (!arch)
		return kx_fail(err, -ENOTSUP, "machines of %s cannot be had for a test: kdump test --crash",
			       host.machine);
	if (wanted && access(wanted, X_OK) < 0)
		return kx_fail(err, -ENOENT, "%.160s: %s", wanted, strerror(errno));
	*ret = wanted ? realpath(wanted, NULL) : find_program(arch->qemu);
	*ret_arch = arch;
	return *ret ? 0 : kx_fail(err, -ENOENT, "there is no %s: install QEMU (package %s), or name it "
				  "by --qemu=PROGRAM", arch->qemu, arch->packages);
}

int vm_machine_accel(const char *wanted, const char **ret, struct kx_err *err)
{
	_cleanup_fd_ int fd = -1;

	if (wanted && strcmp(wanted, "kvm") != 0 && strcmp(wanted, "tcg") != 0)
		return kx_fail(err, -EINVAL, "--accel=%.64s: it is kvm or tcg", wanted);
	if (!wanted)
		fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	*ret = wanted ? wanted : fd >= 0 ? "kvm" : "tcg";
	return 0;
}

/* ---- running it ------------------------------------------------------------------------------ */

/** struct running - QEMU; @said: what it says itself */
struct running {
	pid_t pid;
	int said;
};

void vm_machine_line(const struct vm_machine *m, struct vm_line *ret)
{
	const bool kvm = strcmp(m->accel, "kvm") == 0;
	/* One thread of emulation: with two, kernels that patch themselves were seen to trip. */
	const char *const all[] = {
		m->qemu, "-machine", m->arch->machine, "-accel", kvm ? "kvm" : "tcg,thread=single",
		"-cpu", kvm ? "host" : m->arch->cpu, "-smp", "1", "-nodefaults", "-no-user-config",
		"-display", "none", "-monitor", "none", "-no-reboot", "-kernel", VM_KERNEL,
		"-initrd", VM_INITRD, "-append", m->words, "-serial", "file:" VM_LOG,
		"-drive", "if=none,id=disk,format=raw,cache=unsafe,file=" VM_DISK,
		"-device", "virtio-blk-pci,drive=disk,serial=" VM_SERIAL, "-m", ret->memory, NULL,
	};

	snprintf(ret->memory, sizeof(ret->memory), "%" PRIu64 "M", m->memory >> 20);
	static_assert(sizeof(all) <= sizeof(ret->argv), "all of it has room");
	memcpy(ret->argv, all, sizeof(all));
}

/* In the child: it ends with us, and a terminal's signals are ours to pass on. */
static _Noreturn void become(const struct vm_line *l, const struct running *r, const char *folder)
{
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char *argv[sizeof(l->argv) / sizeof(l->argv[0])];
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(r->said, STDOUT_FILENO);
	dup2(r->said, STDERR_FILENO);
	/* execv() changes none of them, but does not say so. */
	memcpy(argv, l->argv, sizeof(argv));
	if (chdir(folder) == 0)
		execv(argv[0], argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static int start(struct running *r, const struct vm_machine *m, struct kx_err *err)
{
	FILE *file = tmpfile();
	struct vm_line line;

	if (!file)
		return kx_fail(err, -errno, "temporary file: %s", strerror(errno));
	r->said = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3);
	fclose(file);
	if (r->said < 0)
		return kx_fail(err, -errno, "temporary file: %s", strerror(errno));
	vm_machine_line(m, &line);
	r->pid = fork();
	if (r->pid == 0)
		become(&line, r, m->folder);
	return r->pid < 0 ? kx_fail(err, -errno, "fork: %s", strerror(errno)) : 0;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec;
}

void vm_machine_signals(sigset_t *ret)
{
	sigemptyset(ret);
	sigaddset(ret, SIGINT);
	sigaddset(ret, SIGTERM);
	sigaddset(ret, SIGHUP);
	sigaddset(ret, SIGCHLD);
}

/* 0, with its status; -ETIMEDOUT; -EINTR */
static int wait_for(const struct running *r, unsigned int seconds, int *status)
{
	const uint64_t until = now() + seconds;
	const struct timespec look = { 1, 0 };
	sigset_t mine;

	vm_machine_signals(&mine);
	while (waitpid(r->pid, status, WNOHANG) == 0) {
		int number = sigtimedwait(&mine, NULL, &look);
		int rc = number > 0 && number != SIGCHLD ? -EINTR : now() >= until ? -ETIMEDOUT : 0;

		if (rc == 0)
			continue;
		child_kill(r->pid);
		return rc;
	}
	return 0;
}

static int judge(const struct running *r, const struct vm_machine *m, int rc, int status,
		 struct kx_err *err)
{
	char text[160] = "";

	if (rc == -EINTR)
		return kx_fail(err, rc, "it was interrupted");
	if (rc == -ETIMEDOUT)
		return kx_fail(err, rc, "the virtual machine did not end within %u s%s", m->seconds,
			       strcmp(m->accel, "kvm") == 0 ?
				       ": KVM may not work here, then --accel=tcg does; else "
				       "--time-limit=SECONDS gives it more" :
				       ": --time-limit=SECONDS gives it more");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (pread(r->said, text, sizeof(text) - 1, 0) < 0)
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return kx_fail(err, -EIO, "QEMU failed: %s", text[0] ? text : "it said nothing");
}

int vm_machine_run(const struct vm_machine *machine, struct kx_err *err)
{
	struct running r = { .said = -1 };
	int status = 0, rc = start(&r, machine, err);

	if (rc == 0) {
		rc = wait_for(&r, machine->seconds, &status);
		rc = judge(&r, machine, rc, status, err);
	}
	kx_cleanup_fd(&r.said);
	return rc;
}

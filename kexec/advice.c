/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Explains refusals (kexec_load(2); Linux, kernel/kexec*.c and arch/<arch>/kernel/kexec*). */
#include <errno.h>
#include <string.h>

#include "kexec/advice.h"

struct advice {
	int code;
	const char *text;
};

static const struct advice load_advice[] = {
	{ EPERM, "needs CAP_SYS_BOOT, no lockdown, kernel.kexec_load_disabled=0 and a load limit "
		 "that is not used up" },
	{ EACCES, "IMA or another security module forbids kexec_load, which it cannot appraise; use "
		  "--kexec-file-syscall" },
	{ EINVAL, "the kernel does not know a flag, or found segments that overlap or exceed half of "
		  "RAM; --dry-run shows them" },
	{ EADDRNOTAVAIL, "a segment is outside the memory that the kernel allows; --dry-run shows "
			 "them, --mem-max moves them" },
	{ EADDRINUSE, "a segment lies in memory that is in use for another purpose; --mem-min and "
		      "--mem-max move it" },
	{ EBUSY, "another load or start is in progress; try again when it has ended" },
	{ ENOMEM, "not enough free memory for a copy of kernel and initrd; free some, or use a "
		  "smaller initrd" },
	{ ENOSYS, "this kernel is built without CONFIG_KEXEC; try --kexec-file-syscall" },
	{ EFAULT, "the kernel could not read what it was given; the file may have become shorter" },
};

static const struct advice file_advice[] = {
	{ ENOEXEC, "the kernel does not know this file's format; try --kexec-syscall" },
	{ EINVAL, "the kernel does not know a flag or the file's format, or the files exceed half of "
		  "RAM; try --kexec-syscall" },
	{ ENOTSUP, "the kernel does not support this file or its signature; try --kexec-syscall" },
	{ EKEYREJECTED, "the file's signature is wrong or by a key that the kernel does not trust; "
			"use a kernel signed by a key in the .builtin, .secondary, .machine or "
			".platform keyring" },
	{ ENOKEY, "the key that signed the file is in no keyring that the kernel trusts (.builtin, "
		  ".secondary, .machine, .platform)" },
	{ EBADMSG, "the file's signature is damaged; install the kernel again" },
	{ ENOPKG, "the kernel lacks the hash or cipher of the file's signature" },
	{ ELIBBAD, "the file's signature table is malformed; install the kernel again" },
	{ EMSGSIZE, "the file's signature has a wrong size; install the kernel again" },
	{ ENODATA, "the file is not signed, and the kernel demands a signature" },
	{ EPERM, "needs CAP_SYS_BOOT, kernel.kexec_load_disabled=0, a load limit that is not used up, "
		 "and under lockdown a signed kernel" },
	{ EACCES, "IMA appraisal forbids the file: it has no valid security.ima attribute" },
	{ EADDRNOTAVAIL, "the kernel found no room for kernel or initrd; use a smaller initrd, or try "
			 "--kexec-syscall" },
	{ EFBIG, "the kernel or initrd file is larger than the kernel reads; try --kexec-syscall" },
	{ ETXTBSY, "the file is open for writing; wait until it is complete" },
	{ EBUSY, "another load or start is in progress, or CPUs cannot be stopped; try again" },
	{ ENOMEM, "not enough free memory to read kernel and initrd; free some, or use a smaller "
		  "initrd" },
	{ ENOSYS, "this kernel is built without CONFIG_KEXEC_FILE; try --kexec-syscall" },
	{ EBADF, "the kernel cannot read the file through its descriptor" },
	{ EFAULT, "the kernel could not read the command line" },
	{ EIO, "the kernel or initrd file cannot be read from its disk" },
	{ EINTR, "a signal interrupted it; try again" },
};

const char *advice_text(enum kx_syscall syscall, int code)
{
	bool file = syscall == KX_SYSCALL_FILE_LOAD;
	const struct advice *list = file ? file_advice : load_advice;
	size_t count = file ? sizeof(file_advice) / sizeof(*list) :
			      sizeof(load_advice) / sizeof(*list);

	for (size_t i = 0; i < count; i++) {
		if (list[i].code == -code)
			return list[i].text;
	}
	return "the kernel gives no reason known for this; its log (dmesg) may";
}

int advice_fail(enum kx_syscall syscall, int code, const struct kx_machine *machine,
		   struct kx_err *err)
{
	const char *name = syscall == KX_SYSCALL_FILE_LOAD ? "kexec_file_load" : "kexec_load";
	const char *symbol = strerrorname_np(-code);

	/* Some errnos of the kernel are not for user space and have no name there. */
	kx_fail(err, code, "%s: %s (%s); %s", name, strerror(-code), symbol ? symbol : "no name",
		advice_text(syscall, code));
	if ((code == -EPERM || advice_about_signature(code)) &&
	    machine->lockdown == KX_LOCKDOWN_UNKNOWN)
		kx_advise(err, "whether the kernel is locked down cannot be seen: mount securityfs");
	return code;
}

bool advice_about_signature(int code)
{
	return code == -EKEYREJECTED || code == -ENOKEY || code == -EBADMSG || code == -ENOPKG ||
	       code == -ELIBBAD || code == -EMSGSIZE || code == -ENODATA;
}

bool advice_falls_back(int code, const struct kx_machine *machine)
{
	if (advice_about_signature(code))
		return machine->lockdown == KX_LOCKDOWN_NONE;
	return code == -ENOSYS || code == -EINVAL || code == -ENOEXEC || code == -ENOTSUP ||
	       code == -EADDRNOTAVAIL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan: all that one load will hand to the kernel. It can be printed, compared, checked or
 * submitted. Nothing before it touches the kernel, nothing after it decides anything.
 */
#ifndef KEXEC_PLAN_PLAN_H
#define KEXEC_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/purgatory_abi.h"
#include "kx/ranges.h"
#include "kx/span.h"

struct kx_arch;
struct kx_image;
struct kx_machine;
struct kx_request;

/* What the kernel accepts; UAPI linux/kexec.h calls it an artificial cap. */
enum { KX_SEGMENT_MAX = 16 };

/* In front of a note that is printed even when nobody asks for notes. */
#define KX_PLAN_WARNING "warning: "

enum kx_syscall {
	KX_SYSCALL_LOAD,	/* kexec_load(2): segments placed by us */
	KX_SYSCALL_FILE_LOAD,	/* kexec_file_load(2): the kernel reads the files and places them */
};

/**
 * struct kx_segment - bytes and where the next kernel finds them
 * @what: "kernel", "initrd", "boot_params", "purgatory", …; a string constant
 * @data: the bytes; the memory behind them is zero-filled up to @memsz
 * @memsz: bytes of memory, a multiple of the running kernel's page size
 * @addr: physical address, a multiple of the running kernel's page size
 * @unverified: left out of purgatory's check (purgatory itself; what the kernel may update)
 */
struct kx_segment {
	const char *what;
	struct kx_span data;
	uint64_t memsz;
	uint64_t addr;
	bool unverified;
};

/**
 * struct kx_plan_files - the files that a plan is made from; all of it borrowed
 * @kernel: path, for people
 * @initrds, @n_initrds: paths in order, for people; @modules, @n_modules: as the user wrote them
 * @kernel_len, @initrd_len: bytes without wrappers; all initrds together
 * @kernel_fd, @initrd_fd: what kexec_file_load is given; @initrd_fd is -1 for none
 */
struct kx_plan_files {
	const char *kernel;
	const char *const *initrds;
	size_t n_initrds;
	const char *const *modules;
	size_t n_modules;
	uint64_t kernel_len, initrd_len;
	int kernel_fd, initrd_fd;
};

/**
 * struct kx_plan - see above
 * @arch: for which machine
 * @image: name of the kernel's file format
 * @detail: what the format's loader says of the file ("protocol 2.15, 6.1.0-50-cloud-amd64 …")
 * @files: what it is made from
 * @syscall: how it is to be loaded
 * @flags: of that system call, the architecture's bits included
 * @one_call: the running kernel counts calls: what is worth a second try is not tried again
 * @entry: physical address where the running kernel jumps to (KX_SYSCALL_LOAD)
 * @cmdline: command line of the next kernel, borrowed from the request
 * @page_size: of the running kernel, in bytes: segments are handed over in its pages; 0 is 4096
 * @usable: memory that segments may be placed in, merged; owned
 * @segments: KX_SYSCALL_LOAD only; they grow beyond KX_SEGMENT_MAX, which preflight then refuses
 * @purgatory: its parameters in the host's byte order, or NULL; kx_plan_seal() writes them into the
 *	segment, in the target's
 * @purgatory_image: the bytes of that segment
 * @own_words: how many bytes of @cmdline are words that the loader put before the user's
 * @notes: lines for the user about what was decided; owned. Those that are warnings start with
 *	KX_PLAN_WARNING
 */
struct kx_plan {
	const struct kx_arch *arch;
	const char *image;
	char detail[160];
	struct kx_plan_files files;
	enum kx_syscall syscall;
	uint64_t flags;
	bool one_call;
	uint64_t entry;
	const char *cmdline;
	size_t own_words;
	uint64_t page_size;
	struct kx_ranges usable;
	struct kx_segment *segments;
	size_t n_segments, room;
	struct kx_purg_params *purgatory;
	uint8_t *purgatory_image;
	char **notes;
	size_t n_notes;
	void **owned;
	size_t n_owned;
};

/** kx_plan_page_size() - bytes of a page in which @plan's segments are handed over */
uint64_t kx_plan_page_size(const struct kx_plan *plan);

/** kx_plan_done() - free all that @plan owns */
void kx_plan_done(struct kx_plan *plan);

/**
 * kx_plan_alloc() - zeroed memory that lives as long as @plan
 *
 * Return: the memory, or NULL.
 */
void *kx_plan_alloc(struct kx_plan *plan, size_t size);

/**
 * kx_plan_note() - remember a line about what was decided, for the plan's reader
 *
 * A note that finds no memory is dropped: no plan fails for it.
 */
void kx_plan_note(struct kx_plan *plan, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * kx_plan_warn() - kx_plan_note() of what the user should know even when all goes well
 *
 * It is printed when the plan is carried out, too.
 */
void kx_plan_warn(struct kx_plan *plan, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * kx_plan_add_word() - put a word before the user's on the next kernel's command line
 * @max: the line may have this many bytes, its NUL not counted
 *
 * Words that were added before stay before it. In front, as the kernel's own loader puts them:
 * Linux reads nothing behind "--" (kernel/params.c, parse_args()) or inside a quote left open.
 *
 * Return: 0; -E2BIG with the word and both numbers; -ENOMEM.
 */
int kx_plan_add_word(struct kx_plan *plan, const char *word, size_t max, struct kx_err *err);

/**
 * struct kx_place - what kx_plan_place() shall place
 * @what, @data, @unverified: see struct kx_segment
 * @memsz: bytes wanted; the larger of this and @data.len counts, rounded up to pages
 * @align: power of two; less than a page means a page
 * @skew: the address is this far above a multiple of @align; a multiple of the page size
 * @limit: only inside [start, end)
 * @lowest: the lowest fit instead of the highest
 * @fixed, @at: exactly at this address, which must lie in @limit, instead of a fit
 */
struct kx_place {
	const char *what;
	struct kx_span data;
	bool unverified;
	uint64_t memsz;
	uint64_t align, skew;
	struct kx_range limit;
	bool lowest;
	bool fixed;
	uint64_t at;
};

/**
 * kx_plan_place() - find room in @plan->usable, clear of all other segments, and add a segment
 *
 * The highest address that fits is taken unless asked otherwise. Bytes behind @place->data may be
 * written until the plan is sealed.
 *
 * Return: 0 with the address in *@ret_addr; -EADDRNOTAVAIL when no hole is large enough (the text
 * names the size wanted and the largest hole); -EINVAL for a bad alignment or a size that wraps;
 * -ENOMEM.
 */
int kx_plan_place(struct kx_plan *plan, const struct kx_place *place, uint64_t *ret_addr,
		  struct kx_err *err);

/**
 * kx_plan_usable_ram() - kx_arch.usable where /proc/iomem alone tells memory: kx_iomem_ram()
 *
 * Return: 0 with the merged ranges in the empty list @ret; -ENODATA when addresses are hidden;
 * -ENOMEM.
 */
int kx_plan_usable_ram(const struct kx_machine *m, struct kx_ranges *ret, struct kx_err *err);

/**
 * kx_plan_usable_crash() - where a crash kernel's segments may be: the highest region
 * @m: with kx_machine_read_crash() done
 *
 * The kernel refuses all others (kexec_core.c); they are for the devices of a crash kernel that
 * lies above 4 GiB.
 *
 * Return: 0 with the range in the empty list @ret; -ENOMEM.
 */
int kx_plan_usable_crash(const struct kx_machine *m, struct kx_ranges *ret, struct kx_err *err);

/**
 * kx_plan_try() - would a crash kernel's @image and initrd fit where kexec_file_load places them?
 * @plan: for its architecture and page size
 *
 * The kernel drops the crash kernel that it has before it looks for room for the next one, so such
 * a load is tried here first.
 *
 * Return: 0; errors of kx_image.place.
 */
int kx_plan_try(const struct kx_image *image, const struct kx_request *req,
		const struct kx_plan *plan, struct kx_err *err);

/**
 * kx_plan_add_purgatory() - place a copy of the architecture's purgatory and point the entry at it
 * @limit: where it may be
 *
 * Fills in @plan->purgatory from what the request says about checks and console. The loader sets
 * its entry and arg, and adds everything that is to be verified before.
 *
 * Return: 0; -ENOTSUP when this build has no purgatory for the architecture; errors of
 * kx_plan_place().
 */
int kx_plan_add_purgatory(struct kx_plan *plan, const struct kx_request *req,
			  struct kx_range limit, struct kx_err *err);

/**
 * kx_plan_add_purgatory_protected() - the same for an entry in 32-bit protected mode
 *
 * Purgatory lies below 4 GiB wherever @limit ends, and enters the next kernel as
 * KX_PURG_MODE_PROTECTED says. The loader sets @plan->purgatory->entry, below 4 GiB, and
 * @plan->purgatory->regs, the registers in which the kernel's protocol wants its arguments; all
 * that these point at is for the loader to place below 4 GiB too.
 *
 * Return: 0; -ENOTSUP also when the architecture has no such mode; errors of
 * kx_plan_add_purgatory().
 */
int kx_plan_add_purgatory_protected(struct kx_plan *plan, const struct kx_request *req,
				    struct kx_range limit, struct kx_err *err);

/**
 * kx_plan_seal() - compute the digests that purgatory will verify, and write its parameters
 *
 * Reads every byte of every verified segment once. Nothing may change after it. A plan without
 * purgatory is left as it is.
 *
 * Return: 0; -E2BIG when there are more segments than purgatory has regions; -EINVAL when it shall
 * enter 32-bit protected mode and purgatory or the entry is not below 4 GiB.
 */
int kx_plan_seal(struct kx_plan *plan, struct kx_err *err);

#endif

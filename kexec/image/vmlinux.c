/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmlinux: the kernel as the linker makes it. Its loaded parts, laid out by their addresses, are an
 * Image, header and all: that is how the kernel's own build makes one (objcopy -O binary).
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kexec/image/flat.h"

/* No kernel comes near it; the debug information, which is not loaded, does. */
static const uint64_t flat_max = UINT64_C(512) << 20;

/**
 * struct program_header - what matters of an Elf64_Phdr
 */
struct program_header {
	uint64_t type, offset, virt, addr, filesz, memsz;
};

/**
 * struct vmlinux - the file, taken apart as far as everything here needs
 * @headers: the program headers
 * @start, @len: what the loaded segments span, by physical address
 */
struct vmlinux {
	struct kx_span file, headers;
	uint64_t start, len;
};

static bool vmlinux_probe(const struct kx_arch *arch, struct kx_span file)
{
	uint64_t machine;

	return arch->image_header && kx_span_starts(file, "\x7f" "ELF\x02\x01") &&
	       kx_span_le(file, offsetof(Elf64_Ehdr, e_machine), 2, &machine) &&
	       machine == arch->isa->elf_machine;
}

static int program_headers(struct kx_span file, struct kx_span *ret, struct kx_err *err)
{
	uint64_t phoff, phnum, phentsize;

	if (!kx_span_le(file, offsetof(Elf64_Ehdr, e_phoff), 8, &phoff) ||
	    !kx_span_le(file, offsetof(Elf64_Ehdr, e_phnum), 2, &phnum) ||
	    !kx_span_le(file, offsetof(Elf64_Ehdr, e_phentsize), 2, &phentsize))
		return kx_fail(err, -ENOEXEC, "file ends after %zu bytes, inside the ELF header",
			       file.len);
	if (phentsize != sizeof(Elf64_Phdr) ||
	    !kx_span_slice(file, phoff, phnum * sizeof(Elf64_Phdr), ret))
		return kx_fail(err, -ENOEXEC,
			       "%" PRIu64 " program headers of %" PRIu64 " bytes at 0x%" PRIx64
			       " are not in the file's 0x%zx bytes",
			       phnum, phentsize, phoff, file.len);
	return 0;
}

/* The program header at *@at, which moves on; false at the end. */
static bool next_header(struct kx_span headers, size_t *at, struct program_header *ret)
{
	struct kx_span one;

	if (!kx_span_slice(headers, *at, sizeof(Elf64_Phdr), &one))
		return false;
	kx_span_le(one, offsetof(Elf64_Phdr, p_type), 4, &ret->type);
	kx_span_le(one, offsetof(Elf64_Phdr, p_offset), 8, &ret->offset);
	kx_span_le(one, offsetof(Elf64_Phdr, p_vaddr), 8, &ret->virt);
	kx_span_le(one, offsetof(Elf64_Phdr, p_paddr), 8, &ret->addr);
	kx_span_le(one, offsetof(Elf64_Phdr, p_filesz), 8, &ret->filesz);
	kx_span_le(one, offsetof(Elf64_Phdr, p_memsz), 8, &ret->memsz);
	*at += sizeof(Elf64_Phdr);
	return true;
}

/* The next PT_LOAD that has memory. */
static bool next_load(struct kx_span headers, size_t *at, struct program_header *ret)
{
	while (next_header(headers, at, ret)) {
		if (ret->type == PT_LOAD && ret->memsz > 0)
			return true;
	}
	return false;
}

/* Where the flat image begins, and how many bytes of it are in the file. */
static int measure(struct kx_span headers, uint64_t *ret_start, uint64_t *ret_len,
		   struct kx_err *err)
{
	uint64_t start = UINT64_MAX, end = 0, last;
	struct program_header part;

	for (size_t at = 0; next_load(headers, &at, &part);) {
		if (__builtin_add_overflow(part.addr, part.filesz, &last))
			return kx_fail(err, -ENOEXEC, "a segment of 0x%" PRIx64 " bytes at 0x%" PRIx64
				       " wraps", part.filesz, part.addr);
		start = part.addr < start ? part.addr : start;
		end = last > end ? last : end;
	}
	if (end <= start || end - start > flat_max)
		return kx_fail(err, -ENOEXEC,
			       "the loaded segments span [0x%" PRIx64 ", 0x%" PRIx64
			       "), which is not a kernel",
			       start, end);
	*ret_start = start;
	*ret_len = end - start;
	return 0;
}

static int open_vmlinux(struct kx_span file, struct vmlinux *ret, struct kx_err *err)
{
	int rc;

	ret->file = file;
	rc = program_headers(file, &ret->headers, err);
	return rc < 0 ? rc : measure(ret->headers, &ret->start, &ret->len, err);
}

/* Loaded bytes by their virtual address; false when no segment has them in the file. */
static bool loaded_bytes(const struct vmlinux *v, uint64_t virt, uint64_t len,
			 struct kx_span *ret)
{
	struct program_header part;
	struct kx_span bytes;

	for (size_t at = 0; next_load(v->headers, &at, &part);) {
		if (virt >= part.virt &&
		    kx_span_slice(v->file, part.offset, part.filesz, &bytes) &&
		    kx_span_slice(bytes, virt - part.virt, len, ret))
			return true;
	}
	return false;
}

static struct kx_span dynamic_section(const struct vmlinux *v)
{
	struct kx_span found = { NULL, 0 };
	struct program_header part;

	for (size_t at = 0; next_header(v->headers, &at, &part);) {
		if (part.type == PT_DYNAMIC)
			kx_span_slice(v->file, part.offset, part.filesz, &found);
	}
	return found;
}

/* The relocations that the kernel applies to itself. */
static bool own_relocations(const struct vmlinux *v, struct kx_span *ret)
{
	struct kx_span dynamic = dynamic_section(v);
	uint64_t tag, value, rela = 0, size = 0;

	for (size_t at = 0; kx_span_le(dynamic, at, 8, &tag) &&
			    kx_span_le(dynamic, at + 8, 8, &value) && tag != DT_NULL;
	     at += sizeof(Elf64_Dyn)) {
		rela = tag == DT_RELA ? value : rela;
		size = tag == DT_RELASZ ? value : size;
	}
	return size && loaded_bytes(v, rela, size, ret);
}

/*
 * The build of some releases takes the relocations out of vmlinux again (Linux,
 * arch/riscv/Makefile.postlink before commit 4b47a3aefb29): such a kernel dies without a word.
 */
static int check_relocations(const struct vmlinux *v, struct kx_err *err)
{
	struct kx_span rela;

	if (!own_relocations(v, &rela))
		return 0;
	for (size_t i = 0; i < rela.len; i++) {
		if (rela.base[i])
			return 0;
	}
	return kx_fail(err, -ENOEXEC,
		       "its 0x%zx bytes of relocations are all 0: the kernel's build has removed them; "
		       "use Image, or vmlinux.relocs beside it",
		       rela.len);
}

/* The Image that objcopy would make of it, in memory that belongs to @plan. */
static int flatten(const struct vmlinux *v, struct kx_plan *plan, struct kx_span *ret,
		   struct kx_err *err)
{
	uint8_t *flat = kx_plan_alloc(plan, (size_t)v->len);
	struct program_header part;
	struct kx_span bytes;

	if (!flat)
		return kx_fail(err, -ENOMEM, "no memory for 0x%" PRIx64 " bytes of kernel", v->len);
	for (size_t at = 0; next_load(v->headers, &at, &part);) {
		if (!kx_span_slice(v->file, part.offset, part.filesz, &bytes))
			return kx_fail(err, -ENOEXEC,
				       "truncated: a segment of 0x%" PRIx64 " bytes at 0x%" PRIx64
				       " is not in the file's 0x%zx bytes",
				       part.filesz, part.offset, v->file.len);
		if (bytes.len)
			memcpy(flat + (part.addr - v->start), bytes.base, bytes.len);
	}
	*ret = (struct kx_span){ flat, (size_t)v->len };
	return 0;
}

/* The header alone: nothing is copied for it. */
static int parse_header(const struct vmlinux *v, const struct kx_arch *arch,
			struct dt_kernel *ret, uint64_t *ret_flags, struct kx_err *err)
{
	struct program_header part;
	struct kx_span bytes;

	for (size_t at = 0; next_load(v->headers, &at, &part);) {
		if (part.addr == v->start &&
		    kx_span_slice(v->file, part.offset, part.filesz, &bytes))
			return flat_parse(arch, bytes, ret, ret_flags, err);
	}
	return kx_fail(err, -ENOEXEC, "truncated: its first segment is not in the file's 0x%zx bytes",
		       v->file.len);
}

static int vmlinux_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct dt_kernel kernel;
	struct vmlinux v;
	uint64_t flags = 0;
	int rc;

	rc = open_vmlinux(req->files.kernel, &v, err);
	if (rc == 0)
		rc = parse_header(&v, plan->arch, &kernel, &flags, err);
	if (rc == 0)
		rc = check_relocations(&v, err);
	if (rc < 0)
		return rc;
	plan->arch->image_header->flags_text(flags, plan->detail, sizeof(plan->detail));
	return dt_boot_check(req, plan, err);
}

/* Its size is known from the header; nothing is copied for a trial. */
static int vmlinux_place(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct dt_kernel kernel;
	struct vmlinux v;
	uint64_t flags;
	int rc;

	rc = open_vmlinux(req->files.kernel, &v, err);
	if (rc == 0)
		rc = parse_header(&v, plan->arch, &kernel, &flags, err);
	return rc < 0 ? rc : dt_boot_place(req, &kernel, plan, err);
}

static int vmlinux_load(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct dt_kernel kernel;
	struct kx_span flat;
	struct vmlinux v;
	uint64_t flags;
	int rc;

	rc = open_vmlinux(req->files.kernel, &v, err);
	if (rc == 0)
		rc = flatten(&v, plan, &flat, err);
	if (rc == 0)
		rc = flat_parse(plan->arch, flat, &kernel, &flags, err);
	return rc < 0 ? rc : dt_boot_load(req, &kernel, plan, err);
}

const struct kx_image kx_image_vmlinux_by_load = {
	.name = "vmlinux",
	.probe = vmlinux_probe,
	.check = vmlinux_check,
	.place = vmlinux_place,
	.load = vmlinux_load,
};

const struct kx_image kx_image_vmlinux_by_both = {
	.name = "vmlinux",
	.alias = "elf-riscv",
	.file_syscall = true,
	.probe = vmlinux_probe,
	.check = vmlinux_check,
	.place = vmlinux_place,
	.load = vmlinux_load,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop that takes wrappers off a kernel file, and who owns what comes out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/unwrap/internal.h"

/**
 * struct job - one call of kx_unwrap()
 * @choice: as the caller gave it
 * @limit: as the caller gave it
 * @used: bytes unpacked so far
 * @whole: what the last decoder made: all of its memory's file
 * @padded: the innermost layer comes from a zboot, whose kernel is padded with zeros
 */
struct job {
	const struct kx_isa *isa;
	const struct kx_unwrap_choice *choice;
	uint64_t limit, used;
	struct kx_span whole;
	bool padded;
	struct kx_unwrapped u;
	struct kx_err *err;
};

/* @name: instead of the wrapper's own; @codec: how its content is compressed, or NULL. */
static void note(struct job *job, enum kx_wrapper wrapper, const char *name, const char *codec)
{
	size_t len = strlen(job->u.how);

	job->u.wrapper[job->u.n_wrappers++] = wrapper;
	name = name ? name : kx_wrapper_name(wrapper);
	snprintf(job->u.how + len, sizeof(job->u.how) - len, codec ? "%s%s (%s)" : "%s%s",
		 len > 0 ? ", " : "", name, codec ? codec : "");
}

/*
 * What the field puts behind a compressed kernel: device trees (CONFIG_ARM_APPENDED_DTB, and
 * Android's Image.gz-dtb), the rest of a flash block, a signature. None of it is the kernel's.
 */
static const char *known_behind(struct kx_span s)
{
	static const char module_signature[] = "~Module signature appended~\n";
	size_t len = sizeof(module_signature) - 1, padding = 0;

	if (kx_span_starts(s, KX_FDT_MAGIC))
		return "a device tree, which is not used: give it with --dtb";
	while (padding < s.len && s.base[padding] == 0xff)
		padding++;
	if (padding == s.len)
		return "padding";
	/* PKCS#7 as DER: a SEQUENCE whose length takes two bytes. */
	if (kx_span_starts(s, "\x30\x82") ||
	    (s.len > len && memcmp(s.base + s.len - len, module_signature, len) == 0))
		return "a signature, which is not looked at";
	return NULL;
}

static int look_behind(struct job *job, struct kx_span in, struct kx_span behind)
{
	const char *what = known_behind(behind);

	if (behind.len == 0)
		return 0;
	if (!what)
		return kx_fail(job->err, -EBADMSG,
			       "the data ends at byte %zu, but %zu other bytes follow",
			       in.len - behind.len, behind.len);
	snprintf(job->u.behind, sizeof(job->u.behind), "%zu bytes behind the kernel are %s",
		 behind.len, what);
	return 0;
}

/* Unpack @in into one more file that is held. */
static int unpack(struct job *job, const struct kx_codec *codec, struct kx_span in,
		  struct kx_span *ret)
{
	struct kx_span behind = { NULL, 0 };
	struct kx_memfile file;
	int rc;

	if (job->u.n_held == sizeof(job->u.held) / sizeof(job->u.held[0]))
		return kx_fail(job->err, -ELOOP, "too many parts are compressed");

	rc = kx_memfile_init(&file, "kernel", job->limit - job->used, job->limit, job->err);
	if (rc < 0)
		return rc;
	rc = kx_decompress(codec, in, &file, &behind, job->err);
	if (rc == 0)
		rc = look_behind(job, in, behind);
	if (rc == 0)
		rc = kx_memfile_keep(&file, file.len, job->err);
	if (rc < 0) {
		kx_memfile_done(&file);
		return rc;
	}
	job->used += file.len;
	job->u.held[job->u.n_held++] = file;
	*ret = (struct kx_span){ file.base, file.len };
	return 0;
}

/* Unpack @in; what comes out is the new innermost. */
static int decompress(struct job *job, const struct kx_codec *codec, struct kx_span in)
{
	int rc = unpack(job, codec, in, &job->whole);

	if (rc < 0)
		return rc;
	job->u.kernel = job->whole;
	job->padded = false;
	return 0;
}

static int compressed(struct job *job, const struct kx_codec *codec)
{
	int rc = decompress(job, codec, job->u.kernel);

	if (rc < 0)
		return kx_context(job->err, rc, "%s", codec->name);
	note(job, KX_WRAPPER_CODEC, codec->name, NULL);
	return 0;
}

static int zboot(struct job *job)
{
	char name[KX_ZBOOT_CODEC_LEN + 1];
	const struct kx_codec *codec = NULL;
	struct kx_span payload = { NULL, 0 };
	int rc;

	rc = kx_zboot_open(job->u.kernel, job->isa, &payload, &codec, name, job->err);
	if (rc == 0)
		rc = decompress(job, codec, payload);
	if (rc < 0)
		return kx_context(job->err, rc, "EFI zboot");
	note(job, KX_WRAPPER_ZBOOT, NULL, name);
	job->padded = true;
	return 0;
}

/* Each of them has an initrd: of two, nobody could tell which is meant. */
static int check_alone(const struct job *job)
{
	static const enum kx_wrapper whole[] = { KX_WRAPPER_UKI, KX_WRAPPER_FIT,
						 KX_WRAPPER_ANDROID };

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		if (kx_unwrapped_has(&job->u, whole[i]))
			return kx_fail(job->err, -ENOEXEC, "inside %s %s",
				       whole[i] == KX_WRAPPER_ANDROID ? "an" : "a",
				       kx_wrapper_name(whole[i]));
	}
	return 0;
}

static int uki(struct job *job, const struct kx_pe *pe, struct kx_span kernel)
{
	int rc = kx_pe_check_machine(job->u.kernel, job->isa, job->err);

	if (rc == 0)
		rc = check_alone(job);
	if (rc == 0)
		rc = kx_uki_parts(pe, job->u.kernel, &job->u, job->err);
	if (rc < 0)
		return kx_context(job->err, rc, "UKI");
	job->u.kernel = kernel;
	note(job, KX_WRAPPER_UKI, NULL, NULL);
	job->padded = false;
	return 0;
}

static int uimage(struct job *job)
{
	const struct kx_codec *codec = NULL;
	struct kx_span data = { NULL, 0 };
	int rc;

	rc = kx_uimage_open(job->u.kernel, job->isa, &data, &codec, job->err);
	if (rc == 0 && codec)
		rc = decompress(job, codec, data);
	else if (rc == 0)
		job->u.kernel = data;
	if (rc < 0)
		return kx_context(job->err, rc, "uImage");
	note(job, KX_WRAPPER_UIMAGE, NULL, codec ? codec->name : NULL);
	job->padded = false;
	return 0;
}

/* Device tree and overlays; the kernel's own codec is the next wrapper. */
static int fit_devtrees(struct job *job, struct kx_fit *fit)
{
	struct kx_fit_image image;
	size_t i = 0;
	int rc;

	while ((rc = kx_fit_devtree(fit, i, &image, job->err)) == 0 && image.name) {
		struct kx_span *part = i ? &job->u.overlay[i - 1] : &job->u.dtb;

		if (i > KX_UNWRAP_OVERLAYS)
			return kx_fail(job->err, -EFBIG, "more than %d device tree overlays",
				       KX_UNWRAP_OVERLAYS);
		*part = image.data;
		if (image.codec)
			rc = unpack(job, image.codec, image.data, part);
		if (rc < 0)
			return kx_context(job->err, rc, "image \"%.60s\"", image.name);
		job->u.n_overlay = i++;
	}
	return rc;
}

static int fit_image(struct job *job)
{
	struct kx_fit_image kernel = { .name = NULL }, ramdisk = { .name = NULL };
	struct kx_fit fit;
	char name[96];
	int rc = check_alone(job);

	if (rc == 0)
		rc = kx_fit_open(job->u.kernel, job->isa, job->choice, &fit, job->err);
	if (rc < 0)
		return kx_context(job->err, rc, "FIT image");
	rc = kx_fit_kernel(&fit, &kernel, job->err);
	if (rc == 0)
		rc = kx_fit_ramdisk(&fit, &ramdisk, job->err);
	if (rc == 0)
		rc = fit_devtrees(job, &fit);
	if (rc < 0)
		return kx_context(job->err, rc, "FIT image, configuration \"%.60s\"", fit.name);
	kx_fit_unused(&fit, job->u.unused, sizeof(job->u.unused));
	job->u.initrd = ramdisk.data;
	job->u.kernel = kernel.data;
	snprintf(name, sizeof(name), "%.60s", fit.name);
	note(job, KX_WRAPPER_FIT, NULL, name);
	job->padded = false;
	return 0;
}

static int android(struct job *job)
{
	struct kx_span kernel = { NULL, 0 };
	int rc = check_alone(job);

	if (rc == 0)
		rc = kx_android_open(job->u.kernel, &job->u, &kernel, job->err);
	if (rc < 0)
		return kx_context(job->err, rc, "Android boot image");
	job->u.kernel = kernel;
	note(job, KX_WRAPPER_ANDROID, NULL, NULL);
	job->padded = false;
	return 0;
}

/* One wrapper off; *@ret_more says whether there was one. */
static int take_off(struct job *job, bool *ret_more)
{
	struct kx_span file = job->u.kernel, kernel = { NULL, 0 };
	const struct kx_codec *codec = kx_codec_of(file);
	struct kx_pe pe;
	int rc = 0;

	*ret_more = true;
	if (codec)
		return compressed(job, codec);
	if (kx_zboot_is(file))
		return zboot(job);
	if (kx_uimage_is(file))
		return uimage(job);
	if (kx_fit_is(file))
		return fit_image(job);
	if (kx_android_is(file))
		return android(job);
	if (kx_pe_parse(file, &pe)) {
		if (kx_uki_is(&pe, file))
			rc = kx_uki_choose_profile(&pe, file, job->choice->profile, job->err);
		if (rc == 0)
			rc = kx_uki_kernel(&pe, file, &kernel, job->err);
	}
	/* Kernels with an EFI stub are PE files too. */
	if (rc == 0 && kernel.len > 0)
		return uki(job, &pe, kernel);
	*ret_more = false;
	return rc;
}

static bool lies_in(const struct kx_memfile *held, struct kx_span s)
{
	return s.len > 0 && s.base >= held->base && s.base < held->base + held->room;
}

static bool in_use(const struct kx_unwrapped *u, const struct kx_memfile *held)
{
	for (size_t i = 0; i < u->n_dtbauto; i++) {
		if (lies_in(held, u->dtbauto[i]))
			return true;
	}
	for (size_t i = 0; i < u->n_overlay; i++) {
		if (lies_in(held, u->overlay[i]))
			return true;
	}
	return lies_in(held, u->kernel) || lies_in(held, u->initrd) || lies_in(held, u->ucode) ||
	       lies_in(held, u->cmdline) || lies_in(held, u->dtb) || lies_in(held, u->uname);
}

/* A wrapper of which nothing is needed any more may be as large as the kernel itself. */
static void drop_unused(struct kx_unwrapped *u)
{
	size_t kept = 0;

	for (size_t i = 0; i < u->n_held; i++) {
		if (in_use(u, &u->held[i]))
			u->held[kept++] = u->held[i];
		else
			kx_memfile_done(&u->held[i]);
	}
	u->n_held = kept;
}

static bool all_zeros(const uint8_t *from, const uint8_t *to)
{
	while (from < to && *from == 0)
		from++;
	return from == to;
}

/*
 * The kernel's build pads what it packs into a zboot to the size it has in memory; if the kernel
 * was signed before, the signature is right for the file as it was, which ended behind it.
 */
static int cut_padding(struct job *job)
{
	struct kx_unwrapped *u = &job->u;
	struct kx_span kernel = u->kernel;
	struct kx_pe pe;

	if (!job->padded || !kx_pe_parse(kernel, &pe) || pe.signed_end == 0 ||
	    pe.signed_end >= kernel.len ||
	    !all_zeros(kernel.base + pe.signed_end, kernel.base + kernel.len))
		return 0;
	/* A zboot's kernel is alone in its memory. */
	if (ftruncate(u->held[u->n_held - 1].fd, (off_t)pe.signed_end) < 0)
		return kx_fail(job->err, -errno, "file in memory: %s", strerror(errno));
	u->kernel.len = (size_t)pe.signed_end;
	job->whole = u->kernel;
	return 0;
}

/* The memory that the kernel was unpacked to is its file; what lies in a wrapper is copied. */
static int make_fd(struct job *job)
{
	struct kx_unwrapped *u = &job->u;
	bool whole = u->kernel.base == job->whole.base && u->kernel.len == job->whole.len;
	int rc;

	if (whole) {
		u->kernel_fd = u->held[u->n_held - 1].fd;
		kx_memfile_seal(u->kernel_fd);
		return 0;
	}
	rc = kx_memfile_of(&u->kernel, 1, 1, "kernel", &u->kernel_fd, job->err);
	u->copied = rc == 0;
	return rc;
}

bool kx_unwrapped_has(const struct kx_unwrapped *unwrapped, enum kx_wrapper wrapper)
{
	for (size_t i = 0; i < unwrapped->n_wrappers; i++) {
		if (unwrapped->wrapper[i] == wrapper)
			return true;
	}
	return false;
}

const char *kx_wrapper_name(enum kx_wrapper wrapper)
{
	switch (wrapper) {
	case KX_WRAPPER_CODEC: return "compressed file";
	case KX_WRAPPER_ZBOOT: return "EFI zboot";
	case KX_WRAPPER_UKI: return "UKI";
	case KX_WRAPPER_UIMAGE: return "uImage";
	case KX_WRAPPER_FIT: return "FIT image";
	case KX_WRAPPER_ANDROID: return "Android boot image";
	case KX_WRAPPER_NONE: break;
	}
	return "file without a wrapper";
}

int kx_unwrap(struct kx_span file, const struct kx_isa *isa, uint64_t limit,
	      struct kx_unwrapped *ret, struct kx_err *err)
{
	static const struct kx_unwrap_choice first = { .profile = NULL };

	return kx_unwrap_chosen(file, isa, limit, &first, ret, err);
}

int kx_unwrap_chosen(struct kx_span file, const struct kx_isa *isa, uint64_t limit,
		     const struct kx_unwrap_choice *choice, struct kx_unwrapped *ret,
		     struct kx_err *err)
{
	struct job job = {
		.isa = isa, .limit = limit, .choice = choice, .err = err,
		.u = { .kernel = file, .kernel_fd = -1 },
	};
	bool more = true;
	int rc = 0;

	for (int depth = 0; rc == 0 && more; depth++) {
		rc = take_off(&job, &more);
		drop_unused(&job.u);
		if (rc == 0 && more && depth == KX_UNWRAP_DEPTH)
			rc = kx_fail(err, -ELOOP, "more than %d wrappers", KX_UNWRAP_DEPTH);
	}
	if (rc == 0 && job.u.n_wrappers)
		rc = cut_padding(&job);
	if (rc == 0 && job.u.n_wrappers)
		rc = make_fd(&job);
	if (rc < 0) {
		if (job.u.n_wrappers)
			kx_context(err, rc, "in %s", job.u.how);
		kx_unwrapped_done(&job.u);
		return rc;
	}
	*ret = job.u;
	return 0;
}

void kx_unwrapped_done(struct kx_unwrapped *unwrapped)
{
	for (size_t i = 0; i < unwrapped->n_held; i++)
		kx_memfile_done(&unwrapped->held[i]);
	if (unwrapped->copied)
		close(unwrapped->kernel_fd);
	free(unwrapped->made_cmdline);
	*unwrapped = (struct kx_unwrapped){ .kernel_fd = -1 };
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unified kernel images (UAPI.5): a PE program with kernel, initrd and command line as sections. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "lib/unwrap/internal.h"

/* A line for people that a NUL, a newline or padding may end. */
static struct kx_span text_of(struct kx_span s)
{
	if (s.len > 0)
		s.len = strnlen((const char *)s.base, s.len);
	return kx_span_trim(s);
}

/* A few systems' images hold paths on the EFI system partition where others hold the files. */
static bool is_path(struct kx_span s)
{
	enum { PATH_LIMIT = 1024 };

	return s.len > 1 && s.len < PATH_LIMIT && (s.base[0] == '\\' || s.base[0] == '/') &&
	       !memchr(s.base, '\0', s.len - 1);
}

bool kx_uki_is(const struct kx_pe *pe, struct kx_span file)
{
	struct kx_span ignored;

	return kx_pe_nth_section(pe, file, ".linux", 0, &ignored) ||
	       kx_pe_nth_section(pe, file, ".profile", 0, &ignored);
}

/*
 * A value of a .profile section, whose lines are like those of os-release(5). Sections of a hostile
 * file may all be the same bytes: all that there are.
 */
static struct kx_span profile_value(struct kx_span section, const char *key)
{
	enum { PROFILE_LIMIT = 64 << 10 };
	struct kx_span value = { NULL, 0 };

	if (section.len > PROFILE_LIMIT)
		section.len = PROFILE_LIMIT;
	kx_span_find_quoted(text_of(section), key, &value);
	return value;
}

/* Which there are, behind the reason why it is none of them. */
static int no_profile(const struct kx_pe *pe, struct kx_span file, const char *name,
		      struct kx_err *err)
{
	struct kx_span section;
	size_t count = 0;

	kx_fail(err, -ENOENT, "it has no profile \"%.100s\"", name);
	while (kx_pe_nth_section(pe, file, ".profile", count, &section)) {
		struct kx_span id = profile_value(section, "ID=");

		kx_advise(err, "%zu is \"%.*s\"", count++, id.len < 40 ? (int)id.len : 40,
			  id.base ? (const char *)id.base : "");
	}
	if (count == 0)
		kx_advise(err, "it has none at all");
	return -ENOENT;
}

int kx_uki_choose_profile(struct kx_pe *pe, struct kx_span file, const char *name,
			  struct kx_err *err)
{
	struct kx_span section;
	uint64_t number = name ? UINT64_MAX : 0;

	if (name)
		kx_span_number(kx_span_of(name), 10, &number);
	for (int i = 0; kx_pe_nth_section(pe, file, ".profile", (size_t)i, &section); i++) {
		if ((uint64_t)i != number &&
		    !(name && kx_span_equal(profile_value(section, "ID="), name)))
			continue;
		pe->profile = i;
		return 0;
	}
	return name ? no_profile(pe, file, name, err) : 0;
}

int kx_uki_kernel(const struct kx_pe *pe, struct kx_span file, struct kx_span *ret,
		  struct kx_err *err)
{
	struct kx_span kernel = { NULL, 0 }, path = { NULL, 0 };
	int rc;

	rc = kx_pe_section(pe, file, ".linux", &kernel, err);
	if (rc == 0)
		rc = kx_pe_section(pe, file, ".kernelp", &path, err);
	if (rc < 0)
		return rc;
	if (is_path(kernel))
		path = kernel;
	if (path.len == 0 || (kernel.len > 0 && !is_path(kernel))) {
		*ret = kernel;
		return 0;
	}
	path = text_of(path);
	return kx_fail(err, -ENOTSUP,
		       "the image names its kernel by path instead of holding it; give %.*s on the EFI "
		       "system partition, and its initrd",
		       path.len < 200 ? (int)path.len : 200, (const char *)path.base);
}

int kx_uki_parts(const struct kx_pe *pe, struct kx_span file, struct kx_unwrapped *u,
		 struct kx_err *err)
{
	const struct {
		const char *name;
		struct kx_span *part;
	} parts[] = {
		{ ".initrd", &u->initrd }, { ".ucode", &u->ucode }, { ".cmdline", &u->cmdline },
		{ ".dtb", &u->dtb },	   { ".uname", &u->uname },
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == 0; i++)
		rc = kx_pe_section(pe, file, parts[i].name, parts[i].part, err);
	if (rc < 0)
		return rc;
	u->cmdline = text_of(u->cmdline);
	u->uname = text_of(u->uname);
	u->n_dtbauto = kx_pe_sections(pe, file, ".dtbauto", u->dtbauto, KX_UNWRAP_DTBAUTO);
	return 0;
}

bool kx_uki_section(struct kx_span file, size_t profile, const char *name, struct kx_span *ret)
{
	struct kx_span found = { NULL, 0 };
	struct kx_err ignored;
	struct kx_pe pe;

	if (profile > INT_MAX || !kx_pe_parse(file, &pe))
		return false;
	if (kx_pe_nth_section(&pe, file, ".profile", profile, &found))
		pe.profile = (int)profile;
	else if (profile > 0)
		return false;
	found = (struct kx_span){ NULL, 0 };
	if (kx_pe_section(&pe, file, name, &found, &ignored) < 0 || !found.len)
		return false;
	*ret = found;
	return true;
}

bool kx_uki_profile(struct kx_span file, size_t index, struct kx_span *id, struct kx_span *title)
{
	struct kx_span section;
	struct kx_pe pe;

	if (!kx_pe_parse(file, &pe) || !kx_pe_nth_section(&pe, file, ".profile", index, &section))
		return false;
	*id = profile_value(section, "ID=");
	*title = profile_value(section, "TITLE=");
	return true;
}

int kx_uki_addon(struct kx_span file, const struct kx_isa *isa, struct kx_uki_addon *ret,
		 struct kx_err *err)
{
	struct kx_uki_addon found = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	const struct {
		const char *name;
		struct kx_span *part;
	} parts[] = {
		{ ".cmdline", &found.cmdline },
		{ ".initrd", &found.initrd },
		{ ".ucode", &found.ucode },
		{ ".dtb", &found.dtb },
	};
	struct kx_pe pe;
	int rc = kx_pe_check_machine(file, isa, err);

	if (rc < 0)
		return rc;
	if (!kx_pe_parse(file, &pe))
		return kx_fail(err, -ENOEXEC, "is no PE file");
	if (kx_uki_is(&pe, file))
		return kx_fail(err, -ENOEXEC, "is a UKI, and no addon for one");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == 0; i++)
		rc = kx_pe_section(&pe, file, parts[i].name, parts[i].part, err);
	if (rc < 0)
		return rc;
	found.cmdline = text_of(found.cmdline);
	*ret = found;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks up lines of VMCOREINFO; the text is untrusted and small. */
#include <stdio.h>
#include <string.h>

#include "kx/vmcoreinfo.h"

/* No struct of the kernel that is described is larger. */
enum { STRUCT_MAX = 65536 };

bool kx_vmcoreinfo_line(const struct kx_vmcoreinfo *info, const char *key, struct kx_span *ret)
{
	struct kx_span rest = info->text, line;
	size_t len = strlen(key);
	bool found = false;

	while (kx_span_line(&rest, &line)) {
		if (line.len > len && line.base[len] == '=' && memcmp(line.base, key, len) == 0)
			found = kx_span_slice(line, len + 1, line.len - len - 1, ret);
	}
	return found;
}

/* The value of the line "@kind(@name)=". */
static bool line_of(const struct kx_vmcoreinfo *info, const char *kind, const char *name,
		    struct kx_span *ret)
{
	char key[128];
	int len = snprintf(key, sizeof(key), "%s(%s)", kind, name);

	return len > 0 && (size_t)len < sizeof(key) && kx_vmcoreinfo_line(info, key, ret);
}

bool kx_vmcoreinfo_symbol(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret)
{
	struct kx_span value;

	return line_of(info, "SYMBOL", name, &value) && kx_span_number(value, 16, ret);
}

/* OFFSET, SIZE and LENGTH: decimal, and about one struct. */
static bool small_number(const struct kx_vmcoreinfo *info, const char *kind, const char *name,
			 uint64_t *ret)
{
	struct kx_span value;
	uint64_t number;

	if (!line_of(info, kind, name, &value) || !kx_span_number(value, 10, &number) ||
	    number > STRUCT_MAX)
		return false;
	*ret = number;
	return true;
}

bool kx_vmcoreinfo_size(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return small_number(info, "SIZE", name, ret);
}

bool kx_vmcoreinfo_offset(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return small_number(info, "OFFSET", name, ret);
}

bool kx_vmcoreinfo_length(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return small_number(info, "LENGTH", name, ret);
}

bool kx_vmcoreinfo_number(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret)
{
	struct kx_span value;
	uint64_t number;
	bool minus;

	if (!line_of(info, "NUMBER", name, &value))
		return false;
	minus = kx_span_starts(value, "-");
	if (minus)
		value = (struct kx_span){ value.base + 1, value.len - 1 };
	if (!kx_span_number(value, 0, &number))
		return false;
	*ret = minus ? 0 - number : number;
	return true;
}

bool kx_vmcoreinfo_hex(const struct kx_vmcoreinfo *info, const char *key, uint64_t *ret)
{
	struct kx_span value;

	return kx_vmcoreinfo_line(info, key, &value) && kx_span_number(value, 16, ret);
}

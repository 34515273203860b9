/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks up lines of VMCOREINFO; the text is untrusted and small. */
#include <stdio.h>
#include <string.h>

#include "kx/vmcoreinfo.h"

/* No struct of the kernel that is described is larger; the largest, pglist_data, has 175 KB. */
enum { STRUCT_MAX = 1 << 20 };

/* But arrays may be long: mem_section of riscv64 has 2^21 elements, of x86_64 with 52 bits 2^17. */
#define LENGTH_MAX (UINT64_C(1) << 32)

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

/* OFFSET, SIZE and LENGTH: decimal. */
static bool small_number(const struct kx_vmcoreinfo *info, const char *kind, const char *name,
			 uint64_t max, uint64_t *ret)
{
	struct kx_span value;
	uint64_t number;

	if (!line_of(info, kind, name, &value) || !kx_span_number(value, 10, &number) ||
	    number > max)
		return false;
	*ret = number;
	return true;
}

bool kx_vmcoreinfo_size(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return small_number(info, "SIZE", name, STRUCT_MAX, ret);
}

bool kx_vmcoreinfo_offset(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return small_number(info, "OFFSET", name, STRUCT_MAX, ret);
}

bool kx_vmcoreinfo_length(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return small_number(info, "LENGTH", name, LENGTH_MAX, ret);
}

bool kx_vmcoreinfo_page_size(const struct kx_vmcoreinfo *info, uint64_t *ret)
{
	struct kx_span value;
	uint64_t size;

	if (!kx_vmcoreinfo_line(info, "PAGESIZE", &value) || !kx_span_number(value, 10, &size) ||
	    size < 1 << 10 || size > 1 << 18 || (size & (size - 1)) != 0)
		return false;
	*ret = size;
	return true;
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

bool kx_vmcoreinfo_names_log(const struct kx_vmcoreinfo *info)
{
	uint64_t addr;

	return kx_vmcoreinfo_symbol(info, "prb", &addr) ||
	       kx_vmcoreinfo_symbol(info, "log_first_idx", &addr) ||
	       kx_vmcoreinfo_symbol(info, "log_buf", &addr);
}

static bool is_key(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("_().-", c));
}

/* KEY=value of printable characters; a "%" is one of a format string. */
static bool is_line(struct kx_span line)
{
	size_t i = 0;

	while (i < line.len && is_key(line.base[i]))
		i++;
	if (i == 0 || i == line.len || line.base[i] != '=')
		return false;
	for (; i < line.len; i++) {
		if (line.base[i] < ' ' || line.base[i] > '~' || line.base[i] == '%')
			return false;
	}
	return true;
}

/*
 * Whole lines at the start of @bytes. Old kernels end CRASHTIME, the last line, without a newline:
 * one that is cut could be anything, so it is left out there, and only costs the wall-clock time.
 */
static size_t lines(struct kx_span bytes)
{
	size_t len = 0;

	while (len < bytes.len) {
		struct kx_span line = { bytes.base + len, bytes.len - len };
		const uint8_t *end = memchr(line.base, '\n', line.len);

		if (!end)
			break;
		line.len = (size_t)(end - line.base);
		if (!is_line(line))
			break;
		len += line.len + 1;
	}
	return len;
}

size_t kx_vmcoreinfo_prove(struct kx_span bytes)
{
	struct kx_vmcoreinfo info = { { bytes.base, 0 } };
	struct kx_span value;
	uint64_t number;

	if (!kx_span_starts(bytes, KX_VMCOREINFO_START))
		return 0;
	if (bytes.len > KX_VMCOREINFO_MAX)
		bytes.len = KX_VMCOREINFO_MAX;
	info.text.len = lines(bytes);
	if (!kx_vmcoreinfo_line(&info, "OSRELEASE", &value) || value.len == 0)
		return 0;
	if (!kx_vmcoreinfo_page_size(&info, &number))
		return 0;
	if (!kx_vmcoreinfo_symbol(&info, "init_uts_ns", &number) || !kx_vmcoreinfo_names_log(&info))
		return 0;
	return info.text.len;
}

bool kx_vmcoreinfo_hex(const struct kx_vmcoreinfo *info, const char *key, uint64_t *ret)
{
	struct kx_span value;

	return kx_vmcoreinfo_line(info, key, &value) && kx_span_number(value, 16, ret);
}

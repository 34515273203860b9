/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the text that describes a dump; see mkelf.h. */
#include <errno.h>
#include <stdio.h>

#include "tests/tools/mkelf.h"

/* Where the reading is. */
struct reader {
	struct mkelf *dump;
	struct mkelf_load *load;
	struct kx_span rest; /* of the line */
};

/* The next word of the line; empty at its end. */
static struct kx_span word(struct reader *r)
{
	struct kx_span s = kx_span_trim(r->rest);
	size_t len = 0;

	while (len < s.len && s.base[len] != ' ' && s.base[len] != '\t')
		len++;
	r->rest = (struct kx_span){ s.base + len, s.len - len };
	return (struct kx_span){ s.base, len };
}

static bool number(struct reader *r, uint64_t *ret)
{
	return kx_span_number(word(r), 0, ret);
}

static bool numbers(struct reader *r, unsigned int width)
{
	uint64_t value;
	size_t count = 0;

	while (kx_span_trim(r->rest).len > 0) {
		if (!r->load || !number(r, &value))
			return false;
		mkelf_number(&r->load->data, r->dump->big_endian, width, value);
		count++;
	}
	return count > 0;
}

static bool hex(struct reader *r)
{
	struct kx_span digits;
	uint64_t value;

	if (!r->load)
		return false;
	while (digits = word(r), digits.len > 0) {
		for (size_t i = 0; i + 1 < digits.len; i += 2) {
			if (!kx_span_number((struct kx_span){ digits.base + i, 2 }, 16, &value))
				return false;
			mkelf_number(&r->load->data, false, 1, value);
		}
		if (digits.len % 2 != 0)
			return false;
	}
	return true;
}

static bool new_load(struct reader *r)
{
	uint64_t vaddr, paddr;

	if (!number(r, &vaddr) || !number(r, &paddr))
		return false;
	r->load = mkelf_load(r->dump, vaddr, paddr);
	return kx_span_trim(r->rest).len == 0 || number(r, &r->load->memsz);
}

/* What is about the dump as a whole. */
static bool about_dump(struct reader *r, struct kx_span what, bool *ret_known)
{
	struct mkelf *dump = r->dump;
	uint64_t value = 0;
	bool good = true;

	if (kx_span_equal(what, "info")) {
		struct kx_span line = kx_span_trim(r->rest);

		mkelf_info(dump, "%.*s", (int)line.len, (const char *)line.base);
	} else if (kx_span_equal(what, "class")) {
		good = number(r, &value) && (value == 32 || value == 64);
		dump->width = value == 32 ? 4 : 8;
	} else if (kx_span_equal(what, "order")) {
		dump->big_endian = kx_span_equal(word(r), "big");
	} else if (kx_span_equal(what, "machine")) {
		good = number(r, &value);
		dump->machine = (uint16_t)value;
	} else if (kx_span_equal(what, "flags")) {
		good = number(r, &value);
		dump->flags = (uint32_t)value;
	} else if (kx_span_equal(what, "cpus")) {
		good = number(r, &value) && value <= 65536;
		dump->cpus = value;
	} else if (kx_span_equal(what, "phoff")) {
		good = number(r, &dump->phoff);
	} else if (kx_span_equal(what, "align")) {
		good = number(r, &dump->align);
	} else if (kx_span_equal(what, "uts")) {
		struct kx_span name = word(r);

		snprintf(dump->uts_machine, sizeof(dump->uts_machine), "%.*s", (int)name.len,
			 (const char *)name.base);
	} else if (kx_span_equal(what, "phys_base")) {
		good = number(r, &dump->phys_base);
	} else if (kx_span_equal(what, "packed")) {
		dump->packed = true;
	} else if (kx_span_equal(what, "time64")) {
		dump->time64 = true;
	} else if (kx_span_equal(what, "xnum")) {
		dump->xnum = true;
	} else {
		*ret_known = false;
	}
	return good;
}

/* What is about the last piece of memory. */
static bool about_load(struct reader *r, struct kx_span what)
{
	uint64_t value;

	if (kx_span_equal(what, "load"))
		return new_load(r);
	if (!r->load)
		return false;
	if (kx_span_equal(what, "hole"))
		return number(r, &r->load->hole);
	if (kx_span_equal(what, "hex"))
		return hex(r);
	if (kx_span_equal(what, "u16"))
		return numbers(r, 2);
	if (kx_span_equal(what, "u32"))
		return numbers(r, 4);
	if (kx_span_equal(what, "u64"))
		return numbers(r, 8);
	if (kx_span_equal(what, "text")) {
		r->rest = kx_span_trim(r->rest);
		mkelf_bytes(&r->load->data, r->rest.base, r->rest.len);
		return true;
	}
	if (kx_span_equal(what, "zero")) {
		if (!number(r, &value) || value > UINT32_MAX)
			return false;
		mkelf_bytes(&r->load->data, NULL, value);
		return true;
	}
	if (kx_span_equal(what, "at")) {
		if (!number(r, &value) || value < r->load->data.len || value > UINT32_MAX)
			return false;
		mkelf_bytes(&r->load->data, NULL, value - r->load->data.len);
		return true;
	}
	return false;
}

int mkelf_text(struct mkelf *dump, struct kx_span text, struct kx_err *err)
{
	struct reader r = { .dump = dump };
	struct kx_span line;
	unsigned int n = 0;

	while (kx_span_line(&text, &line)) {
		bool known = true, good;
		struct kx_span what;

		n++;
		r.rest = line;
		what = word(&r);
		if (what.len == 0 || what.base[0] == '#')
			continue;
		good = about_dump(&r, what, &known);
		if (!known)
			good = about_load(&r, what);
		if (!good)
			return kx_fail(err, -EINVAL, "line %u: %.*s", n, (int)line.len,
				       (const char *)line.base);
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the three log writers share: memory, VMCOREINFO, the ELF core. */
#include <elf.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/mkprb.h"

void mkprb_put(struct mkprb *m, size_t at, unsigned int width, uint64_t value)
{
	for (unsigned int i = 0; i < width; i++)
		m->memory[at + (m->p.big ? width - 1 - i : i)] = (uint8_t)(value >> 8 * i);
}

uint64_t mkprb_get(const struct mkprb *m, size_t at, unsigned int width)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < width; i++)
		value |= (uint64_t)m->memory[at + (m->p.big ? width - 1 - i : i)] << 8 * i;
	return value;
}

void mkprb_say(struct mkprb *m, const char *format, ...)
{
	size_t room = sizeof(m->info) - m->info_len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(m->info + m->info_len, room, format, args);
	va_end(args);
	if (n > 0 && (size_t)n + 1 < room) {
		m->info_len += (size_t)n;
		m->info[m->info_len++] = '\n';
	}
}

void mkprb_keep(struct mkprb *m, const struct mkprb_record *record)
{
	if (m->n_alive == m->room) {
		m->room = m->room ? 2 * m->room : 64;
		m->alive = realloc(m->alive, m->room * sizeof(*m->alive));
		if (!m->alive)
			abort();
	}
	m->alive[m->n_alive++] = *record;
}

void mkprb_drop_oldest(struct mkprb *m)
{
	m->n_alive--;
	memmove(m->alive, m->alive + 1, m->n_alive * sizeof(*m->alive));
}

void mkprb_drop(struct mkprb *m, uint64_t seq)
{
	for (size_t i = 0; i < m->n_alive; i++) {
		if (m->alive[i].seq != seq)
			continue;
		m->n_alive--;
		memmove(m->alive + i, m->alive + i + 1, (m->n_alive - i) * sizeof(*m->alive));
		return;
	}
}

static void say_machine(struct mkprb *m)
{
	mkprb_say(m, "OSRELEASE=%s", m->p.release);
	mkprb_say(m, "BUILD-ID=0123456789abcdef0123456789abcdef01234567");
	mkprb_say(m, "PAGESIZE=4096");
	mkprb_say(m, "SYMBOL(init_uts_ns)=%" PRIx64, m->base + MKPRB_UTS);
	mkprb_say(m, "OFFSET(uts_namespace.name)=4");
	mkprb_say(m, "SYMBOL(_stext)=%" PRIx64, m->base);
	if (m->p.word == 8 && !m->p.big)
		mkprb_say(m, "NUMBER(phys_base)=0");
	/* struct new_utsname: six fields of 65 bytes, the release is the third. */
	strcpy((char *)m->memory + MKPRB_UTS + 4, "Linux");
	strcpy((char *)m->memory + MKPRB_UTS + 4 + 130, m->p.release);
}

struct mkprb *mkprb_new(const struct mkprb_params *params)
{
	struct mkprb *m = calloc(1, sizeof(*m));
	bool ok = m != NULL;

	if (!ok)
		return NULL;
	m->p = *params;
	if (!m->p.release)
		m->p.release = "6.1.0-test";
	if (m->p.base)
		m->base = m->p.base;
	else if (m->p.word == 8)
		m->base = m->p.big ? 0xc000000001000000 : 0xffffffff81000000;
	else
		m->base = 0xc1000000;
	m->size = MKPRB_ARRAYS + (160ULL << params->count_bits) + (1ULL << params->size_bits);
	m->size += 8192;
	m->memory = calloc(1, m->size);
	if (!m->memory)
		abort();
	say_machine(m);
	switch (params->kind) {
	case MKPRB_RING: ok = mkprb_ring_init(m); break;
	case MKPRB_RECORDS: ok = mkprb_records_init(m); break;
	case MKPRB_TEXT: ok = mkprb_text_init(m); break;
	}
	if (!ok)
		abort();
	return m;
}

void mkprb_free(struct mkprb *m)
{
	if (!m)
		return;
	free(m->memory);
	free(m->alive);
	free(m->block_id);
	free(m->block_next);
	free(m);
}

bool mkprb_add(struct mkprb *m, const struct mkprb_record *record)
{
	struct mkprb_record r = *record;

	r.seq = m->next_seq;
	switch (m->p.kind) {
	case MKPRB_RING: return mkprb_ring_add(m, &r);
	case MKPRB_RECORDS: return mkprb_records_add(m, &r);
	case MKPRB_TEXT: return mkprb_text_add(m, &r);
	}
	return false;
}

void mkprb_clear(struct mkprb *m)
{
	switch (m->p.kind) {
	case MKPRB_RING:
		/* An odd count: the second value is the right one. */
		mkprb_put(m, MKPRB_CLEAR, 4, 1);
		mkprb_put(m, MKPRB_CLEAR + 16, 8, m->next_seq);
		break;
	case MKPRB_RECORDS:
		mkprb_put(m, MKPRB_CLEAR, 4, m->next_idx);
		break;
	case MKPRB_TEXT:
		mkprb_put(m, MKPRB_CLEAR, 4, 0);
		break;
	}
}

bool mkprb_poke(struct mkprb *m, const char *name, uint64_t index, uint64_t value)
{
	static const struct {
		const char *name;
		size_t at;
	} variables[] = {
		{ "log_buf_len", MKPRB_LEN }, { "log_first_idx", MKPRB_FIRST },
		{ "log_next_idx", MKPRB_NEXT }, { "log_end", MKPRB_NEXT },
	};

	for (size_t i = 0; m->p.kind != MKPRB_RING && i < 4; i++) {
		if (strcmp(name, variables[i].name) == 0) {
			mkprb_put(m, variables[i].at, 4, value);
			return true;
		}
	}
	/* Of the ring of records or bytes, by its offset. */
	if (m->p.kind != MKPRB_RING && strcmp(name, "u16") == 0 && index < m->size - m->log_buf) {
		mkprb_put(m, m->log_buf + index, 2, value);
		return true;
	}
	return m->p.kind == MKPRB_RING && mkprb_ring_poke(m, name, index, value);
}

/* --- the ELF core ----------------------------------------------------------------------------- */

struct out {
	struct mkprb *m;
	uint8_t bytes[16384];
	size_t len;
};

static void put(struct out *o, unsigned int width, uint64_t value)
{
	for (unsigned int i = 0; i < width; i++)
		o->bytes[o->len + (o->m->p.big ? width - 1 - i : i)] = (uint8_t)(value >> 8 * i);
	o->len += width;
}

static void put_phdr(struct out *o, unsigned int type, uint64_t offset, uint64_t vaddr,
		     uint64_t paddr, uint64_t filesz, uint64_t memsz)
{
	unsigned int word = o->m->p.word;

	put(o, 4, type);
	if (word == 8)
		put(o, 4, PF_R);
	put(o, word, offset);
	put(o, word, vaddr);
	put(o, word, paddr);
	put(o, word, filesz);
	put(o, word, memsz);
	if (word == 4)
		put(o, 4, PF_R);
	put(o, word, 0);
}

static unsigned int machine(const struct mkprb *m)
{
	if (m->p.word == 8)
		return m->p.big ? EM_PPC64 : EM_X86_64;
	return m->p.big ? EM_PPC : EM_386;
}

static void put_ehdr(struct out *o, unsigned int phnum)
{
	unsigned int word = o->m->p.word;
	uint8_t ident[EI_NIDENT] = { 0x7f, 'E', 'L', 'F', word == 8 ? ELFCLASS64 : ELFCLASS32,
				     o->m->p.big ? ELFDATA2MSB : ELFDATA2LSB, EV_CURRENT };

	memcpy(o->bytes, ident, sizeof(ident));
	o->len = sizeof(ident);
	put(o, 2, ET_CORE);
	put(o, 2, machine(o->m));
	put(o, 4, EV_CURRENT);
	put(o, word, 0);
	put(o, word, word == 8 ? 64 : 52);		/* e_phoff: right behind */
	put(o, word, 0);
	put(o, 4, 0);
	put(o, 2, word == 8 ? 64 : 52);
	put(o, 2, word == 8 ? 56 : 32);
	put(o, 2, phnum);
	put(o, 6, 0);
}

int mkprb_write(struct mkprb *m, FILE *to)
{
	static const char name[12] = "VMCOREINFO";
	struct out *o = calloc(1, sizeof(*o));
	uint64_t note_len = 12 + 12 + (m->info_len + 3) / 4 * 4, start = 16384;
	uint64_t phys = m->base & 0x0fffffff, size = m->size - m->cut;
	size_t behind = m->p.unnoted ? m->info_len : 0;
	bool ok;

	if (!o)
		return -1;
	o->m = m;
	put_ehdr(o, m->p.before ? 3 : 2);
	put_phdr(o, m->p.unnoted ? PT_NULL : PT_NOTE, 4096, 0, 0, note_len, note_len);
	if (m->p.before)
		put_phdr(o, PT_LOAD, start, 0xffff888100000000, 0x100000000, m->p.before,
			 m->p.before);
	put_phdr(o, PT_LOAD, start + m->p.before, m->base, phys, size + behind, size + behind);
	o->len = 4096;
	put(o, 4, 11);
	put(o, 4, m->info_len);
	put(o, 4, 0);
	if (!m->p.unnoted) {
		memcpy(o->bytes + o->len, name, sizeof(name));
		memcpy(o->bytes + o->len + sizeof(name), m->info, m->info_len);
	}
	ok = fwrite(o->bytes, start, 1, to) == 1 &&
	     fseeko(to, (off_t)(start + m->p.before), SEEK_SET) == 0 &&
	     fwrite(m->memory, size, 1, to) == 1 && fwrite(m->info, 1, behind, to) == behind &&
	     fflush(to) == 0;
	free(o);
	return ok ? 0 : -1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A Multiboot kernel that says on COM1 how it was entered and what it was handed, in lines as the
 * machines of the scenarios say them, and resets the machine. Compiled for any address: no table of
 * pointers, since nobody relocates it. Offsets are those of the specifications, written down here
 * once more, so that a mistake in kexec's is seen.
 */
#include <stdbool.h>
#include <stdint.h>

enum { COM1 = 0x3f8, LINE_STATUS = 5, EMPTY = 0x20, EFER = 0xc0000080 };

static void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void put(char c)
{
	while (!(inb(COM1 + LINE_STATUS) & EMPTY))
		;
	outb(COM1, (uint8_t)c);
}

static void text(const char *s)
{
	while (*s)
		put(*s++);
}

static void hex(uint64_t value)
{
	int shift = 60;

	while (shift > 0 && !(value >> shift & 15))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		put("0123456789abcdef"[value >> shift & 15]);
}

static void number(uint64_t value)
{
	put(' ');
	hex(value);
}

static void line(const char *key)
{
	text("KXT ");
	text(key);
}

static void fact(const char *key, uint64_t value)
{
	line(key);
	number(value);
	put('\n');
}

static void words(const char *key, const char *value)
{
	line(key);
	put(' ');
	text(value);
	put('\n');
}

static uint32_t u32(uint32_t at)
{
	return *(const volatile uint32_t *)at;
}

static uint64_t u64(uint32_t at)
{
	return u32(at) | (uint64_t)u32(at + 4) << 32;
}

static uint8_t u8(uint32_t at)
{
	return *(const volatile uint8_t *)at;
}

/* As cksum's cousin: order matters, and it takes no table. */
static uint32_t sum(uint32_t from, uint32_t to)
{
	uint32_t value = 0;

	for (; from != to; from++)
		value = (value << 1 | value >> 31) ^ u8(from);
	return value;
}

static void module(uint32_t start, uint32_t end, uint32_t string)
{
	line("module");
	number(start & 0xfff);
	number(end - start);
	number(sum(start, end));
	put(' ');
	text((const char *)string);
	put('\n');
}

static void range(const char *key, uint64_t start, uint64_t len, uint64_t type)
{
	line(key);
	number(start);
	number(len);
	number(type);
	put('\n');
}

/* @at: where its address begins; @colours: and where red's position is. */
static void screen(uint32_t at, uint32_t colours)
{
	line("screen");
	number(u64(at));
	number(u32(at + 8));
	number(u32(at + 12));
	number(u32(at + 16));
	number(u8(at + 20));
	number(u8(at + 21));
	for (uint32_t i = 0; u8(at + 21) == 1 && i < 6; i++)
		number(u8(colours + i));
	put('\n');
}

static void version1(uint32_t info)
{
	uint32_t flags = u32(info), at;

	fact("flags", flags);
	range("memory", u32(info + 4), u32(info + 8), 0);
	words("cmdline", (const char *)u32(info + 16));
	words("loader", (const char *)u32(info + 64));
	for (uint32_t i = 0; i < u32(info + 20); i++) {
		at = u32(info + 24) + 16 * i;
		module(u32(at), u32(at + 4), u32(at + 8));
	}
	for (at = u32(info + 48); at < u32(info + 48) + u32(info + 44); at += u32(at) + 4)
		range("range", u64(at + 4), u64(at + 12), u32(at + 20));
	if (flags & 1 << 12)
		screen(info + 88, info + 110);
}

static void efi_map(uint32_t tag)
{
	uint32_t size = u32(tag + 8);

	for (uint32_t at = tag + 16; at + size <= tag + u32(tag + 4); at += size)
		range("efi", u64(at + 8), u64(at + 24), u32(at));
}

static void map2(uint32_t tag)
{
	uint32_t size = u32(tag + 8);

	for (uint32_t at = tag + 16; at + size <= tag + u32(tag + 4); at += size)
		range("range", u64(at), u64(at + 8), u32(at + 16));
}

static void rsdp(uint32_t tag)
{
	uint8_t zero = 0;

	for (uint32_t at = tag + 8; at < tag + u32(tag + 4); at++)
		zero = (uint8_t)(zero + u8(at));
	line(u8(tag + 8) == 'R' && u8(tag + 12) == 'P' && zero == 0 ? "rsdp" : "rsdp-is-wrong");
	number(u32(tag) == 15);
	number(u32(tag + 8 + 16));
	put('\n');
}

static void tag2(uint32_t tag)
{
	switch (u32(tag)) {
	case 1: words("cmdline", (const char *)tag + 8); break;
	case 2: words("loader", (const char *)tag + 8); break;
	case 3: module(u32(tag + 8), u32(tag + 12), tag + 16); break;
	case 4: range("memory", u32(tag + 8), u32(tag + 12), 0); break;
	case 6: map2(tag); break;
	case 8: screen(tag + 8, tag + 32); break;
	case 11: fact("efi-table32", u32(tag + 8)); break;
	case 12: fact("efi-table64", u64(tag + 8)); break;
	case 14:
	case 15: rsdp(tag); break;
	case 17: efi_map(tag); break;
	case 21: fact("base", u32(tag + 8)); break;
	default: fact("unknown", u32(tag)); break;
	}
}

static void version2(uint32_t info)
{
	uint32_t tag = info + 8;

	for (; u32(tag) != 0; tag += (u32(tag + 4) + 7) & ~7u)
		tag2(tag);
	fact("rest", info + u32(info) - tag - 8);
}

static void machine(void)
{
	uint32_t cr0, cr4, flags, cs, ds, low, high;

	__asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("movl %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("pushfl\n\tpopl %0" : "=r"(flags));
	__asm__ volatile("movl %%cs, %0" : "=r"(cs));
	__asm__ volatile("movl %%ds, %0" : "=r"(ds));
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(EFER));
	fact("protected", cr0 & 1);
	fact("paging", cr0 >> 31);
	fact("long-mode", low >> 8 & 1);
	fact("interrupts", flags >> 9 & 1);
	fact("segments", cs << 16 | ds);
}

void main(uint32_t magic, uint32_t info, uint32_t where);
void main(uint32_t magic, uint32_t info, uint32_t where)
{
	text("\nKXT boot " KX_HOP "\n");
	fact("magic", magic);
	fact("runs-at", where);
	machine();
	if (magic == 0x2badb002)
		version1(info);
	else if (magic == 0x36d76289)
		version2(info);
	text("KXT end " KX_HOP "\n");
}

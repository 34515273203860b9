/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Panics, oopses, stalls and warnings by the words that kernels use for them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/panic.h"

#define SECOND 1000000000ULL

/* A story starts, or goes on, with one of these anywhere in a record. */
static const char *const starts[] = {
	"Kernel panic - not syncing", "BUG: ", "Oops: ", "Oops - ", "Internal error: ",
	"Unable to handle kernel", "general protection fault", "kernel BUG at ", "divide error: ",
	"invalid opcode: ", "double fault: ", "stack segment: ", "int3: ", "ysrq: Trigger a crash",
	"SysRq : Trigger a crash", "Machine check events logged", "mce: [Hardware Error]: ",
	"Watchdog detected hard LOCKUP", "detected stall", "blocked for more than ",
	"Unhandled fault: ", "Bad mode in ", "Unable to handle paging", "stack overflow",
	"cut here ]---", "System is deadlocked on memory", "Kernel access of bad area",
	"specification exception: ", "Unable to handle access",
};

static const char panic_marker[] = "Kernel panic - not syncing";

static struct kx_span find(struct kx_span text, const char *what)
{
	size_t len = strlen(what);
	const uint8_t *at = text.len ? memmem(text.base, text.len, what, len) : NULL;

	if (!at)
		return (struct kx_span){ NULL, 0 };
	return (struct kx_span){ at + len, text.len - (size_t)(at - text.base) - len };
}

static bool has(struct kx_span text, const char *what)
{
	return find(text, what).base != NULL;
}

static bool is_start(struct kx_span text)
{
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (has(text, starts[i]))
			return true;
	}
	return false;
}

/* The first line of @text, up to one of @ends, if @to is still empty. */
static void copy(char *to, size_t size, struct kx_span text, const char *ends)
{
	size_t n = 0;

	while (text.len > 0 && text.base[0] == ' ') {
		text.base++;
		text.len--;
	}
	if (to[0] != '\0')
		return;
	while (n < text.len && n < size - 1 && text.base[n] && !strchr(ends, text.base[n]))
		n++;
	if (n > 0)
		memcpy(to, text.base, n);
	to[n] = '\0';
}

/* "RIP: 0010:func+0x1/0x2", "pc : func+…", "epc : func+…", "NIP [c0…] func+…" */
static void take_where(struct kx_panic_block *block, struct kx_span text)
{
	static const char *const words[] = { "RIP: 0010:", "EIP: ", "epc : ", "pc : ", "PC is at " };
	struct kx_span at = find(text, "NIP [");
	char where[sizeof(block->where)] = "";

	if (at.base)
		at = find(at, "] ");
	for (size_t i = 0; !at.base && i < sizeof(words) / sizeof(words[0]); i++)
		at = find(text, words[i]);
	copy(where, sizeof(where), at, " \n");
	/* A bare address tells nobody anything. */
	if (strchr(where, '+') && block->where[0] == '\0')
		memcpy(block->where, where, sizeof(where));
}

static void take_details(struct kx_panic_block *block, struct kx_span text)
{
	struct kx_span reason = find(text, panic_marker);

	if (reason.base) {
		block->panic = true;
		if (reason.len > 0 && reason.base[0] == ':') {
			reason.base++;
			reason.len--;
		}
		copy(block->panic_reason, sizeof(block->panic_reason), reason, "\n");
	} else if (!has(text, "cut here ]---")) {
		copy(block->cause, sizeof(block->cause), text, "\n");
	}
	copy(block->cpu, sizeof(block->cpu), find(text, "CPU: "), " \n");
	copy(block->pid, sizeof(block->pid), find(text, "PID: "), " \n");
	copy(block->comm, sizeof(block->comm), find(text, "Comm: "), " \n");
	take_where(block, text);
}

static int start_block(struct kx_panic_scan *scan, const struct kx_printk_record *record)
{
	if (kx_array_grow(&scan->block, &scan->room, scan->count) < 0)
		return -ENOMEM;
	scan->block[scan->count++] = (struct kx_panic_block){ .first = record->seq };
	scan->open = true;
	return 0;
}

int kx_panic_look(struct kx_panic_scan *scan, const struct kx_printk_record *record)
{
	uint64_t since = record->ts_nsec - scan->last_ns;
	struct kx_panic_block *block;
	bool start;

	/* Programs may write such words, too. */
	if (record->facility != 0 || (record->flags & KX_PRINTK_LOST))
		return 0;
	start = is_start(record->text);
	/* A second of silence ends a story, two where more trouble follows. */
	if (scan->open && since > (start ? 2 : 1) * SECOND)
		scan->open = false;
	if (!scan->open && !start)
		return 0;
	if (!scan->open && start_block(scan, record) < 0)
		return -ENOMEM;
	if (start)
		scan->ended = false;
	if (scan->ended)
		return 0;
	block = &scan->block[scan->count - 1];
	block->last = record->seq;
	scan->last_ns = record->ts_nsec;
	take_details(block, record->text);
	scan->ended = has(record->text, "---[ end trace ") || has(record->text, "---[ end Kernel ");
	return 0;
}

/* The last block with a panic, else the last; there is one. */
static size_t best(const struct kx_panic_scan *scan)
{
	for (size_t i = scan->count; i > 0; i--) {
		if (scan->block[i - 1].panic)
			return i - 1;
	}
	return scan->count - 1;
}

void kx_panic_trim(struct kx_panic_scan *scan)
{
	if (scan->count <= 2)
		return;
	/* The last one may go on, and become the one with a panic. */
	scan->block[0] = scan->block[best(scan)];
	scan->block[1] = scan->block[scan->count - 1];
	scan->count = 2;
}

void kx_panic_last(struct kx_panic_scan *scan)
{
	if (scan->count == 0)
		return;
	scan->block[0] = scan->block[best(scan)];
	scan->count = 1;
}

void kx_panic_summary(const struct kx_panic_block *block, struct kx_span release, char *to,
		      size_t size)
{
	const char *both = block->cause[0] && block->panic_reason[0] ? "; " : "";
	char who[80] = "", where[120] = "";

	if (block->pid[0] || block->comm[0])
		snprintf(who, sizeof(who), "; CPU %s, PID %s, %s", block->cpu, block->pid,
			 block->comm);
	if (block->where[0])
		snprintf(where, sizeof(where), "; at %s", block->where);
	snprintf(to, size, "%s%s%s%s%s%s%s%.*s", block->cause, both,
		 block->panic_reason[0] ? "panic: " : "", block->panic_reason, where, who,
		 release.len ? "; Linux " : "", release.len > 80 ? 80 : (int)release.len,
		 release.len ? (const char *)release.base : "");
}

void kx_panic_done(struct kx_panic_scan *scan)
{
	free(scan->block);
	*scan = (struct kx_panic_scan){ 0 };
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Searches a dump's memory for VMCOREINFO, for dumps whose maker could not get at it: QEMU and
 * libvirt without the vmcoreinfo device. The kernel keeps the text in memory of its own, once plain
 * and once in an ELF note (Linux, kernel/vmcore_info.c).
 *
 * There may be others: of a kernel that ran before a reboot or a kexec, of dumps that lie in the
 * page cache, of a kernel in a machine inside the machine. A text counts when the kernel's release
 * is where it says and its log can be read, and more when processors were in its kernel.
 *
 * Memory is read once, front to back. What a text costs is bounded by limits on their number.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "lib/dump/internal.h"

enum {
	START_LEN = sizeof(KX_VMCOREINFO_START) - 1,
	PIECE = 256 << 10,
	/* A text that begins in one piece and ends in the next. */
	ROOM = KX_VMCOREINFO_MAX + PIECE,
	/* Different texts whose addresses are tried, and of these those whose log is read. */
	PROOFS_MAX = 1024,
	LOGS_MAX = 16,
	/* What was seen already, by hash. */
	SEEN = 1024,
	REGS_MAX = 4096,
	/* Image of which an address in a register is evidence; most kernels' text is smaller. */
	TEXT_MAX = 32 << 20,
};

/*
 * No machine has so much memory in one piece: in the /proc/kcore of old kernels it is address space
 * without memory, and reading it would never end.
 */
#define RUN_MAX (UINT64_C(1) << 44)

/**
 * struct worth - how good a text is, the most telling first
 * @proven: the release is where it says
 * @running: processors that were in its kernel
 * @log: what the judge said
 * @crashed: it has CRASHTIME, which a kernel adds when it dies
 * @len: bytes; a copy that was cut has fewer
 */
struct worth {
	uint64_t proven, running, log, crashed, len;
};

/**
 * struct search - a search
 * @seen: hashes of texts that were looked at, each at a place that follows from it
 * @bytes: [0, @len) are memory at @base, read but not yet looked at
 * @best: the best text so far, or NULL
 */
struct search {
	struct kx_dump *dump;
	struct kx_reader *reader;
	kx_dump_judge *judge;
	void *data;
	uint64_t seen[SEEN];
	unsigned int proofs, logs[2];
	size_t good;
	uint8_t *best;
	uint64_t best_addr;
	struct worth worth;
	uint64_t base;
	size_t len;
	uint8_t bytes[ROOM];
};

/* ---- one text ------------------------------------------------------------------------------- */

/* FNV-1a. Texts that have equal ones without being equal are the dump's own loss. */
static uint64_t hash(struct kx_span text)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < text.len; i++)
		sum = (sum ^ text.base[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static bool was_seen(struct search *search, struct kx_span text)
{
	uint64_t sum = hash(text), *place = &search->seen[sum % SEEN];
	bool seen = *place == sum;

	*place = sum;
	return seen;
}

/* Does a register that the dump's notes have point into the kernel's text? */
static bool runs_in(const struct kx_dump *dump, const struct kx_dump_regs *regs, uint64_t text)
{
	uint8_t bytes[REGS_MAX];
	struct kx_err ignored;

	if (regs->len > sizeof(bytes) ||
	    kx_source_read(&dump->sources[0], regs->off, bytes, regs->len, &ignored) < 0)
		return false;
	for (size_t i = 0; i + dump->long_size <= regs->len; i += dump->long_size) {
		if (kx_get(bytes + i, dump->long_size, dump->big_endian) - text < TEXT_MAX)
			return true;
	}
	return false;
}

static uint64_t count_running(const struct kx_dump *dump)
{
	uint64_t text, count = 0;

	if (!kx_vmcoreinfo_symbol(&dump->info, "_stext", &text))
		return 0;
	for (size_t i = 0; i < dump->n_regs; i++)
		count += runs_in(dump, &dump->regs[i], text);
	return count;
}

/* Is the release where the text says: yes 1, cannot be told 0, no -1. */
static int find_proof(const struct kx_dump *dump)
{
	int ret = 0;

	for (enum kx_way way = 0; way < KX_WAYS; way++) {
		if (dump->proof[way] == KX_PROOF_GOOD)
			return 1;
		if (dump->proof[way] == KX_PROOF_BAD)
			ret = -1;
	}
	return ret;
}

static int ask_judge(struct search *search, uint64_t *ret, struct kx_err *err)
{
	struct kx_reader *reader;
	int rc = kx_reader_new(search->dump, &reader, err);

	if (rc < 0)
		return rc;
	*ret = search->judge(reader, search->data);
	kx_reader_free(reader);
	return 0;
}

static bool is_better(const struct worth *a, const struct worth *b)
{
	const uint64_t pair[][2] = { { a->proven, b->proven },	 { a->running, b->running },
				     { a->log, b->log },	 { a->crashed, b->crashed },
				     { a->len, b->len } };

	for (size_t i = 0; i < sizeof(pair) / sizeof(pair[0]); i++) {
		if (pair[i][0] != pair[i][1])
			return pair[i][0] > pair[i][1];
	}
	return false;
}

static int keep(struct search *search, struct kx_span text, uint64_t addr,
		const struct worth *worth, struct kx_err *err)
{
	uint8_t *copy;

	search->good++;
	if (search->best && !is_better(worth, &search->worth))
		return 0;
	copy = malloc(text.len);
	if (!copy)
		return kx_fail(err, -ENOMEM, "no memory");
	memcpy(copy, text.base, text.len);
	free(search->best);
	search->best = copy;
	search->best_addr = addr;
	search->worth = *worth;
	return 0;
}

/* What is proven to be VMCOREINFO's text, of some kernel: see how good it is. */
static int try_text(struct search *search, struct kx_span text, uint64_t addr, struct kx_err *err)
{
	struct kx_dump *dump = search->dump;
	struct worth worth = { .len = text.len };
	struct kx_span value;
	int proof, rc;

	if (was_seen(search, text) || search->proofs == PROOFS_MAX)
		return 0;
	search->proofs++;
	dump->info.text = text;
	rc = kx_dump_learn(dump, err);
	if (rc < 0)
		return rc;
	proof = find_proof(dump);
	if (proof < 0 || search->logs[proof] == LOGS_MAX)
		return 0;
	search->logs[proof]++;
	rc = ask_judge(search, &worth.log, err);
	if (rc < 0 || worth.log == 0)
		return rc;
	worth.proven = (uint64_t)proof;
	worth.running = count_running(dump);
	worth.crashed = kx_vmcoreinfo_line(&dump->info, "CRASHTIME", &value);
	return keep(search, text, addr, &worth, err);
}

/* ---- memory --------------------------------------------------------------------------------- */

static bool is_start(struct kx_span s, size_t at)
{
	return s.base[at] == KX_VMCOREINFO_START[0] && s.len - at >= START_LEN &&
	       memcmp(s.base + at, KX_VMCOREINFO_START, START_LEN) == 0;
}

/*
 * Bytes at the start of @s that may belong to one text: printable, and no second start. So no byte
 * belongs to two.
 */
static size_t extent(struct kx_span s)
{
	size_t len = START_LEN;

	while (len < s.len && len < KX_VMCOREINFO_MAX && !is_start(s, len) &&
	       ((s.base[len] >= ' ' && s.base[len] <= '~') || s.base[len] == '\n'))
		len++;
	return len;
}

/*
 * Look at the bytes that are there. What may go on in the bytes that follow stays, unless nothing
 * does (@last).
 */
static int look(struct search *search, bool last, struct kx_err *err)
{
	size_t at = 0, rest = 0;

	while (search->len - at >= START_LEN) {
		struct kx_span s = { search->bytes + at, search->len - at };
		const uint8_t *found = memmem(s.base, s.len, KX_VMCOREINFO_START, START_LEN);
		size_t len;
		int rc;

		if (!found)
			break;
		at = (size_t)(found - search->bytes);
		s = (struct kx_span){ found, search->len - at };
		len = extent(s);
		if (len == s.len && len < KX_VMCOREINFO_MAX && !last) {
			rest = len;
			break;
		}
		s.len = kx_vmcoreinfo_prove((struct kx_span){ found, len });
		rc = s.len > 0 ? try_text(search, s, search->base + at, err) : 0;
		if (rc < 0)
			return rc;
		at += len;
	}
	/* The beginning of a start. */
	if (rest == 0 && !last)
		rest = search->len - at < START_LEN ? search->len - at : START_LEN - 1;
	search->base += search->len - rest;
	memmove(search->bytes, search->bytes + search->len - rest, rest);
	search->len = rest;
	return 0;
}

/* Read more at @addr; *@ret_len: how much, or what has to be skipped. */
static int read_more(struct search *search, uint64_t addr, uint64_t end, size_t *ret_len,
		     struct kx_err *err)
{
	const struct kx_dump *dump = search->dump;
	uint64_t page = dump->page_size - addr % dump->page_size, left = end - addr;
	uint8_t *to = search->bytes + search->len;
	size_t len = (size_t)(page < left ? page : left);
	int rc = -EFAULT;

	/* Pages one by one where they are compressed, and where not all of a piece is there. */
	if (!dump->format->whole_pages) {
		*ret_len = (size_t)(left < PIECE ? left : PIECE);
		rc = dump->format->read(search->reader, addr, to, *ret_len, err);
	}
	if (rc < 0) {
		*ret_len = len;
		rc = kx_reader_phys(search->reader, addr, to, len, err);
	}
	return rc;
}

/*
 * All of a run, or as far as it can be read: *@ret_next is where to go on. What a file lacks at its
 * end shows only in reading where it came through a pipe, so the run is asked for anew then.
 */
static int search_run(struct search *search, const struct kx_run *run, uint64_t *ret_next,
		      struct kx_err *err)
{
	uint64_t addr = run->start;
	int rc = 0;

	if (search->base + search->len != addr) {
		rc = look(search, true, err);
		search->base = addr;
	}
	while (rc == 0 && addr < run->end) {
		struct kx_err why;
		size_t len = 0;

		rc = read_more(search, addr, run->end, &len, &why);
		addr += len;
		if (rc == -ENOMEM || (rc < 0 && search->reader->lacks_codec)) {
			*err = why;
			return rc;
		}
		/* A page that is damaged or lost is not all that there is. */
		if (rc < 0) {
			rc = 0;
			break;
		}
		search->len += len;
		if (search->len >= KX_VMCOREINFO_MAX)
			rc = look(search, false, err);
	}
	*ret_next = addr;
	return rc;
}

static int search_memory(struct search *search, struct kx_err *err)
{
	struct kx_run run;
	uint64_t addr = 0;
	int rc;

	while ((rc = kx_reader_next(search->reader, addr, &run, err)) == 1) {
		addr = run.end;
		if (run.kind != KX_RUN_STORED || run.end - run.start > RUN_MAX)
			continue;
		rc = search_run(search, &run, &addr, err);
		if (rc < 0)
			return rc;
	}
	return rc < 0 ? rc : look(search, true, err);
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* @text, of which @len bytes count, is the dump's now. */
static int adopt(struct kx_dump *dump, uint8_t *text, size_t len, const struct kx_dump_place *place,
		 struct kx_err *err)
{
	free(dump->info_text);
	dump->info_text = text;
	dump->info.text = (struct kx_span){ text, len };
	dump->place = *place;
	return kx_dump_learn(dump, err);
}

/* From here on the dump has the best text, or again what it had before. */
static int settle(struct search *search, struct kx_span before, struct kx_err *err)
{
	struct kx_dump *dump = search->dump;
	struct kx_dump_place place = { true, false, search->best_addr, search->good - 1 };
	uint8_t *best = search->best;

	dump->info.text = before;
	search->best = NULL;
	return best ? adopt(dump, best, search->worth.len, &place, err) : kx_dump_learn(dump, err);
}

int kx_dump_give_vmcoreinfo(struct kx_dump *dump, struct kx_span text, struct kx_err *err)
{
	static const struct kx_dump_place place = { .given = true };
	uint8_t *copy = text.len > 0 && text.len <= KX_VMCOREINFO_MAX ? malloc(text.len) : NULL;

	if (text.len == 0 || text.len > KX_VMCOREINFO_MAX)
		return kx_fail(err, -EINVAL, "a VMCOREINFO of %zu bytes; it has at most %d", text.len,
			       KX_VMCOREINFO_MAX);
	if (!copy)
		return kx_fail(err, -ENOMEM, "no memory");
	memcpy(copy, text.base, text.len);
	return adopt(dump, copy, text.len, &place, err);
}

int kx_dump_search(struct kx_dump *dump, kx_dump_judge *judge, void *data, struct kx_err *err)
{
	_cleanup_free_ struct search *search = calloc(1, sizeof(*search));
	struct kx_span before = dump->info.text;
	struct kx_err why = { "" };
	int rc, settled;
	bool found;

	if (!search)
		return kx_fail(err, -ENOMEM, "no memory");
	search->dump = dump;
	search->judge = judge;
	search->data = data;
	rc = kx_reader_new(dump, &search->reader, err);
	if (rc < 0)
		return rc;
	rc = search_memory(search, err);
	dump->incomplete = kx_reader_incomplete(search->reader);
	kx_reader_free(search->reader);
	if (rc < 0) {
		free(search->best);
		search->best = NULL;
	}
	found = search->best != NULL;
	settled = settle(search, before, &why);
	if (rc == 0 && settled < 0) {
		*err = why;
		return settled;
	}
	return rc < 0 ? rc : found;
}

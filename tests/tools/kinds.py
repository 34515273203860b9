#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""kinds.py WHOLE NEEDED LISTED LEVEL=FILE...: do saved dumps have exactly the pages that they should?

The machine ran tests/qemu/guest/fill.c: its pages name their kind, and an index says which frame is
of which kind and has private data, by what the kernel itself said before it died. WHOLE is a dump of
level 0, the others are of the same memory, each of that level. NEEDED are kinds that must be there.
So many pages as LISTED that are free may be on a processor's own list, which nothing in a struct page
tells from the kernel's.

It shares no code with what is tested.
"""

import struct
import sys

from readkdump import Dump

MAGIC = 0x4B58545255544831
NAMES = [None, "anon", "thp", "hugetlb", "tmpfs", "file-read", "file-written", "disk-read",
         "disk-written", "pipe", "freed", "index", "zero", "hugetlb-shared"]
INDEX, PIPE, ZERO = NAMES.index("index"), NAMES.index("pipe"), NAMES.index("zero")

# Which bits of a level leave a kind out.
ZEROS, CACHE, PRIVATE, USER, FREE = 1, 2, 4, 8, 16
# The page cache: tmpfs is its own (swap-backed, on an LRU list, mapped by an inode). Whether a page
# of a file or of a block device has private data (buffer heads) depends on how it got there and on
# the kernel, so it is each page's own bit that decides: with it only CACHE_PRIVATE leaves it out.
CACHES = {"tmpfs", "file-read", "file-written", "disk-read", "disk-written"}
# Anonymous memory in pages of any size, pages of zeros among it, and the index itself; hugetlbfs's
# pages also where an inode maps them: they are on no list of the page cache.
USERS = {"anon", "thp", "hugetlb", "hugetlb-shared", "zero", "index"}
# A pipe's buffers are pages of the kernel that no flag tells from others: no level leaves them out.


def left_out(kind, private, level):
    name = NAMES[kind]
    if name in USERS:
        return bool(level & USER)
    if name in CACHES:
        return bool(level & PRIVATE) or (bool(level & CACHE) and not private)
    return name == "freed" and bool(level & FREE)


def marked_pages(dump):
    """frame: kind of all pages that name theirs"""
    found = {}
    for frame in dump.frames:
        magic, kind = struct.unpack_from("<QQ", dump.page(frame))
        if magic == MAGIC and 0 < kind < len(NAMES):
            found[frame] = kind
    return found


class Truth:
    """What the machine's index says: frame: (kind, private), and what a page of it has."""

    def __init__(self, whole):
        self.whole = whole
        self.marked = marked_pages(whole)
        self.pages = {}
        parts = set()
        for frame, kind in self.marked.items():
            if kind != INDEX:
                continue
            data = whole.page(frame)
            _, _, number, count = struct.unpack_from("<QQQQ", data)
            # A page that was freed may be one twice.
            if number in parts or count > self.whole.block // 8 - 4:
                continue
            parts.add(number)
            self.pages[frame] = (INDEX, False)
            for entry in struct.unpack_from(f"<{count}Q", data, 32):
                self.pages[entry & ((1 << 55) - 1)] = (entry >> 56, bool(entry >> 55 & 1))
        # These cannot be asked for their frames.
        for frame, kind in self.marked.items():
            if kind == PIPE:
                self.pages[frame] = (PIPE, False)
        self.problems = []
        self.lost = 0
        for frame, (kind, _) in list(self.pages.items()):
            if self.is_still(frame, kind):
                continue
            # What is free may be taken again, until the machine dies and in its last moments.
            if NAMES[kind] != "freed":
                self.problems.append(f"page {frame} does not hold what {NAMES[kind]} has")
            self.lost += 1
            del self.pages[frame]

    def is_still(self, frame, kind):
        if kind == ZERO:
            return frame in self.whole.where and not any(self.whole.page(frame))
        return self.marked.get(frame) == kind

    def count(self, name):
        return sum(NAMES[kind] == name for kind, _ in self.pages.values())


def wrong_pages(truth, dump, level, listed):
    """What is in a dump of that level that should not be, or the other way; "" when nothing"""
    wrong = {}
    for frame, (kind, private) in truth.pages.items():
        expected = not left_out(kind, private, level)
        name = NAMES[kind] + (" with private data" if private else "")
        if (frame in dump.where) != expected:
            key = f"{name} {'left out' if expected else 'kept'}"
        elif expected and dump.page(frame) != truth.whole.page(frame):
            key = f"{name} with other bytes"
        else:
            continue
        wrong[key] = wrong.get(key, 0) + 1
    if wrong.get("freed kept", 0) <= listed:
        wrong.pop("freed kept", None)
    return ", ".join(f"{count} pages of {key}" for key, count in sorted(wrong.items()))


def wrong_zeros(truth, dump, level):
    """Pages of zeros are one page in the file at odd levels; at even ones some may be, as equal ones"""
    places = {dump.where[frame][0] for frame, (kind, _) in truth.pages.items()
              if kind == ZERO and frame in dump.where}
    least = 0 if level & USER else 1
    most = least if level & (USER | ZEROS) else truth.count("zero")
    if least <= len(places) <= most:
        return ""
    return f"zero pages in {len(places)} places, not in {least} to {most}"


def main(whole, needed, listed, *dumps):
    truth = Truth(Dump(whole))
    bad = list(truth.problems[:3])
    for name in needed.split(","):
        if truth.count(name) == 0:
            bad.append(f"the machine has no pages of {name}")
    for name in NAMES[1:]:
        private = sum(NAMES[kind] == name and bit for kind, bit in truth.pages.values())
        print(f"{name}: {truth.count(name)} pages, {private} with private data")
    stale = len(truth.marked.keys() - truth.pages.keys())
    print(f"{stale} pages are copies of others, {truth.lost} were used again")
    for word in dumps:
        level, _, path = word.partition("=")
        dump = Dump(path)
        if dump.level != int(level):
            bad.append(f"{path} says that its level is {dump.level}")
        for text in (wrong_pages(truth, dump, int(level), int(listed)),
                     wrong_zeros(truth, dump, int(level))):
            if text:
                bad.append(f"level {level}: {text}")
        print(f"level {level}: {len(dump.frames)} pages")
    for text in bad:
        print(text, file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))

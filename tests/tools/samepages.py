#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""samepages.py ONE OTHER: have two dumps the same pages, with the same bytes? Says what differs."""

import sys

from readkdump import Dump


def main(one, other):
    one, other = Dump(one), Dump(other)
    both = one.where.keys() & other.where.keys()
    bad = [
        (len(one.where) - len(both), f"pages are only in {one.path}"),
        (len(other.where) - len(both), f"pages are only in {other.path}"),
        (sum(one.page(frame) != other.page(frame) for frame in both), "pages differ"),
    ]
    print(f"{len(both)} pages are in both")
    for count, text in bad:
        if count:
            print(f"{count} {text}", file=sys.stderr)
    return 1 if not both or any(count for count, _ in bad) else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))

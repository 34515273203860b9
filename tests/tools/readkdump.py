# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads kdump-compressed dumps of 64-bit little-endian machines, with zlib's pages or plain ones.

It shares no code with what is tested, and makes no effort with damaged files.
"""

import mmap
import struct
import sys
import zlib


class Dump:
    """A kdump-compressed file: frame numbers, and a page's bytes by them."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.map = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        if self.map[:8] != b"KDUMP   ":
            sys.exit(f"{path} is not a kdump-compressed dump")
        self.status, self.block, sub, bitmaps = struct.unpack_from("<IiiI", self.map, 424)
        if self.status & 8:
            sys.exit(f"{path} is marked incomplete")
        self.level, = struct.unpack_from("<i", self.map, self.block + 8)
        half = bitmaps // 2 * self.block
        second = (1 + sub) * self.block + half
        self.frames = list(self.bits(second, half))
        at = (1 + sub + bitmaps) * self.block
        size = 24 * len(self.frames)
        entries = struct.iter_unpack("<qIIQ", self.map[at:at + size])
        self.where = {frame: entry[:3] for frame, entry in zip(self.frames, entries)}
        if len(self.where) != len(self.frames):
            sys.exit(f"{path} lacks descriptors")

    def bits(self, at, size):
        for i, byte in enumerate(self.map[at:at + size]):
            if byte:
                for bit in range(8):
                    if byte >> bit & 1:
                        yield 8 * i + bit

    def page(self, frame):
        off, size, flags = self.where[frame]
        data = self.map[off:off + size]
        if flags == 1:
            data = zlib.decompress(data)
        elif flags:
            sys.exit(f"{self.path}: page {frame} has flags {flags:#x}, neither zlib's nor none")
        if off == 0 or len(data) != self.block:
            sys.exit(f"{self.path}: page {frame} has {len(data)} bytes at {off}")
        return data

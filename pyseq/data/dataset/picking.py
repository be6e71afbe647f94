"""Nodes that choose among the elements of the one before them, and pick if that does."""

from __future__ import annotations

import itertools

import numpy as np

from pyseq import random
from pyseq.core.structure import flatten, map_structure
from pyseq.data.dataset.node import INFINITE, UNKNOWN, Node, Of
from pyseq.data.dataset.pieces import ShuffleBuffer, cut, length
from pyseq.data.dataset.sources import TensorSlice
from pyseq.data.workers import Ahead

CHUNK = 1 << 20  # row numbers that are shuffled at once
SLOTS = 256  # random numbers that a shuffle of elements draws at once


class Picking(Of):
    """A node that picks if the one before it does."""

    def __init__(self, source):
        super().__init__(source)
        self.picks = source.picks


class PickingRows(Of):
    """A node that picks if the one before it picks rows; it takes batches apart from their neighbours."""

    def __init__(self, source):
        super().__init__(source)
        self.picks = source.picks if source.picks is not None and source.picks[0] == "rows" else None


class Repeat(Picking):
    """The elements `count` times; -1: without end."""

    def __init__(self, source, count):
        super().__init__(source)
        self.count = count

    def size(self):
        n = self.source.size()
        if self.count == 0 or n == 0:
            return 0
        if self.count < 0:
            return INFINITE
        return n if n < 0 else n * self.count

    def row_count(self):
        n = self.source.row_count()
        return None if n is None or self.count < 0 else n * self.count

    def _again(self, one_pass):
        for _ in itertools.count() if self.count < 0 else range(self.count):
            some = False
            for item in one_pass():
                some = True
                yield item
            if not some:
                return

    def make(self, run):
        return self._again(lambda: self.source.elements(run))

    def pieces(self, run):
        return self._again(lambda: self.source.pieces(run))


class Take(Picking):
    """The first `count` elements; -1: all."""

    def __init__(self, source, count):
        super().__init__(source)
        self.count = count

    def size(self):
        n = self.source.size()
        if self.count < 0 or n == UNKNOWN:
            return 0 if self.count == 0 else n
        return self.count if n == INFINITE else min(n, self.count)

    def make(self, run):
        elements = self.source.elements(run)
        return elements if self.count < 0 else itertools.islice(elements, self.count)

    def pieces(self, run):
        left = self.count
        if left == 0:
            return
        for piece in self.source.pieces(run):
            if 0 <= left <= length(piece):
                yield cut(piece, 0, left)
                return
            left -= length(piece) if left > 0 else 0
            yield piece


class Skip(Picking):
    """All but the first `count` elements; -1: none."""

    def __init__(self, source, count):
        super().__init__(source)
        self.count = count

    def size(self):
        n = self.source.size()
        if self.count < 0:
            return 0
        return n if n < 0 else max(0, n - self.count)

    def make(self, run):
        return iter(()) if self.count < 0 else itertools.islice(self.source.elements(run), self.count, None)

    def pieces(self, run):
        return iter(()) if self.count < 0 else after(self.source.pieces(run), self.count)


def after(pieces, count):
    """The pieces without their first `count` elements."""
    for piece in pieces:
        n = length(piece)
        if count == 0:
            yield piece
        elif count < n:
            yield cut(piece, count, n - count)
        count = max(0, count - n)


class Shard(PickingRows):
    """Every nth element, from number `index` on."""

    def __init__(self, source, n, index):
        super().__init__(source)
        self.n, self.index = n, index

    def size(self):
        n = self.source.size()
        return n if n < 0 else max(0, -(-(n - self.index) // self.n))

    def make(self, run):
        return itertools.islice(self.source.elements(run), self.index, None, self.n)

    def pieces(self, run):
        at = 0
        for chunk in self.source.pieces(run):
            mine = np.ascontiguousarray(chunk[(self.index - at) % self.n :: self.n])
            if len(mine):
                yield mine
            at += len(chunk)


class Shuffle(PickingRows):
    """The elements in random order, by a buffer.

    Args:
        size: of the buffer. seed: an integer, or None: from the global generator. reshuffle: a new order each time?
    """

    def __init__(self, source, size, seed, reshuffle):
        super().__init__(source)
        self.buffer, self.seed, self.reshuffle = size, seed, reshuffle
        self.times = 0
        self.fixed = seed  # of all iterations, if they are alike
        self.draws = seed is None

    def row_count(self):
        return self.source.row_count()

    def memory(self):
        return self.times, self.fixed

    def remember(self, memory):
        self.times, self.fixed = memory

    def _state(self, run):
        if not self.reshuffle:
            if self.fixed is None:
                self.fixed = run.seed(self)
            return random.SeedGenerator(self.fixed)
        if self.seed is None:
            return random.SeedGenerator(run.seed(self))
        self.times += 1
        return random.SeedGenerator(self.seed + (self.times - 1 << 40))

    def pieces(self, run):
        buffer = ShuffleBuffer(self.buffer, self._state(run))
        for chunk in self.source.pieces(run):
            for first in range(0, len(chunk), CHUNK):
                out = buffer.push(chunk[first : first + CHUNK])
                if len(out):
                    yield out
        rest = buffer.rest()
        if len(rest):
            yield rest

    def make(self, run):
        state = self._state(run)
        elements = iter(self.source.elements(run))
        waiting = list(itertools.islice(elements, self.buffer))
        slots = iter(())
        for element in elements:
            k = next(slots, None)
            if k is None:
                slots = iter(random.randint((SLOTS,), 0, self.buffer, "int64", state).numpy().tolist())
                k = next(slots)
            out, waiting[k] = waiting[k], element
            yield out
        for k in random.permutation(len(waiting), state).tolist() if waiting else ():
            yield waiting[k]


class Prefetch(Picking):
    """The same; elements that take their time are made by a thread, up to `size` ahead (-1: a few)."""

    def __init__(self, source, size):
        super().__init__(source)
        self.ahead = 2 if size < 0 else size

    def row_count(self):
        return self.source.row_count()

    def pieces(self, run):
        return self.source.pieces(run)

    def make(self, run):
        ahead = Ahead(iter(self.source.elements(run)), self.ahead)
        try:
            yield from ahead
        finally:
            ahead.close()


class Options(Picking):
    """The same, with settings."""

    def __init__(self, source, options):
        super().__init__(source)
        self.settings = options

    def row_count(self):
        return self.source.row_count()

    def options(self):
        before = self.source.options()
        return self.settings if before is None else before.merge(self.settings)

    def pieces(self, run):
        return self.source.pieces(run)

    def make(self, run):
        return self.source.elements(run)


class Cache(Picking):
    """The same; kept in memory the first time that all were asked for."""

    def __init__(self, source):
        super().__init__(source)
        self.kept = None

    def row_count(self):
        return self.source.row_count()

    def _remembered(self, items):
        if self.kept is not None:
            yield from self.kept
            return
        kept = []
        for item in items():
            kept.append(item)
            yield item
        self.kept = kept

    def pieces(self, run):
        return self._remembered(lambda: self.source.pieces(run))

    def make(self, run):
        return self._remembered(lambda: self.source.elements(run))


class Zip(Node):
    """Elements side by side; ends with the shortest.

    Args:
        nodes: structure of the nodes that they come from.
    """

    def __init__(self, nodes):
        self.nodes = nodes
        self.inputs = tuple(flatten(nodes))
        if all(type(n) is TensorSlice for n in self.inputs):  # their first rows side by side
            n = self.n = min(node.n for node in self.inputs)
            self.picks = ("rows", map_structure(lambda node: map_structure(lambda a: a[:n], node.picks[1]), nodes))

    def spec(self):
        return map_structure(lambda node: node.element_spec, self.nodes)

    def size(self):
        sizes = [node.size() for node in self.inputs]
        if UNKNOWN in sizes:
            return UNKNOWN
        known = [n for n in sizes if n >= 0]
        return min(known) if known else INFINITE

    def row_count(self):
        return None if self.picks is None else self.n

    def pieces(self, run):
        if self.n:
            yield np.arange(self.n, dtype=np.int64)

    def make(self, run):
        iterators = map_structure(lambda node: iter(node.elements(run)), self.nodes)
        while True:
            try:
                yield map_structure(next, iterators)
            except StopIteration:
                return

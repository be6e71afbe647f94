"""Rows and batches of arrays by number: what `fit` gives to a plan, which gathers the rows itself.

A piece of "rows" is an int64 array of row numbers. A piece of "batches" is a run (order, start, size, steps): `steps` batches of
`size` rows, from position `start` of `order` (int64; None: rows as they stand) on. Whoever wants elements gets them cut from the
same pieces, in the same order.
"""

from __future__ import annotations

import numpy as np

from pyseq import random
from pyseq.core.structure import map_structure


def row_elements(arrays, pieces):
    """Elements of row numbers."""
    if type(arrays) is tuple and all(isinstance(a, np.ndarray) for a in arrays):
        for chunk in pieces:
            for k in chunk.tolist():
                yield tuple([a[k] for a in arrays])
        return
    for chunk in pieces:
        for k in chunk.tolist():
            yield map_structure(lambda a, k=k: a[k], arrays)


def batch_elements(arrays, pieces):
    """Elements of runs of batches of row numbers."""
    for order, start, size, steps in pieces:
        for first in range(start, start + steps * size, size):
            index = slice(first, first + size) if order is None else order[first : first + size]
            yield map_structure(lambda a, index=index: a[index], arrays)


def length(piece):
    """How many elements a piece stands for."""
    return len(piece) if isinstance(piece, np.ndarray) else piece[3]


def cut(piece, first, count):
    """The elements [first, first + count) of a piece."""
    if isinstance(piece, np.ndarray):
        return piece[first : first + count]
    order, start, size, _ = piece
    return order, start + first * size, size, count


def run_of(chunk, size, steps):
    """The run of batches of these row numbers; without them if they are consecutive."""
    n = len(chunk)
    if chunk[-1] - chunk[0] == n - 1 and (n < 2 or (np.diff(chunk) == 1).all()):
        return None, int(chunk[0]), size, steps
    return chunk, 0, size, steps


class ShuffleBuffer:
    """A buffered shuffle of numbers that come in chunks.

    Args:
        size: numbers that wait. state: a SeedGenerator.
    """

    def __init__(self, size, state):
        self.size = size
        self.state = state
        self.waiting = np.empty(0, dtype=np.int64)

    def push(self, chunk):
        """Take numbers in; returns those that come out for them.

        Number i goes to slot s(i), and out comes what was there: number j, the last before it with s(j) = s(i), or else
        what the slot held before.
        """
        room = self.size - len(self.waiting)
        if room > 0:
            self.waiting = np.concatenate([self.waiting, chunk[:room]])
            chunk = chunk[room:]
        if not len(chunk):
            return chunk
        slots = random.randint((len(chunk),), 0, self.size, "int64", self.state).numpy()
        order = np.argsort(slots, kind="stable")
        slots = slots[order]
        new = np.empty(len(chunk), dtype=bool)  # the first number that goes to its slot
        new[0] = True
        np.not_equal(slots[1:], slots[:-1], out=new[1:])
        before = np.empty_like(chunk)
        before[1:] = chunk[order[:-1]]
        before[new] = self.waiting[slots[new]]
        out = np.empty_like(chunk)
        out[order] = before
        last = np.append(new[1:], True)
        self.waiting[slots[last]] = chunk[order[last]]
        return out

    def rest(self):
        """What still waits, in random order."""
        return self.waiting[random.permutation(len(self.waiting), self.state)] if len(self.waiting) else self.waiting

"""Where the values of a step live, and where the threads of a team must meet."""

from __future__ import annotations

ALIGNMENT = 64


def lifetimes(nodes, placed, parts, n_kept=0):
    """[(first node, last node, value)] of each value that needs a place in the arena; what is kept lives for ever."""
    last, flat = {}, {}
    for j, node in enumerate(nodes):
        for v in node.inputs:
            if v is not None:
                last[id(v)] = j
    spans = []
    for j, node in enumerate(nodes):
        for v in node.outputs:
            if id(v) in parts:
                flat[id(parts[id(v)][0])] = parts[id(v)][0]
            elif j < n_kept:
                spans.append((0, len(nodes), v))
            elif id(v) not in placed:
                spans.append((j, last.get(id(v), j), v))
    # What is flat has zeros between its parts, which nobody else may write.
    return spans + [(0, len(nodes), v) for v in flat.values()]


def place(nodes, placed=(), parts=None, n_kept=0):
    """A place in one block of memory for each value a node makes.

    Large ones first, each as low as the values that live at the same time allow.

    Args:
        placed: ids of values that live elsewhere.
        parts: id of a value -> (value that it is a part of, offset in it).
        n_kept: the outputs of so many nodes, the first, nobody may overwrite.
    Returns:
        ({id of a value: offset}, bytes of the block); offsets are multiples of 64.
    """
    parts = parts or {}
    spans = sorted(lifetimes(nodes, placed, parts, n_kept), key=lambda span: (-span[2].nbytes, span[0]))
    taken, offsets, top = [], {}, 0
    for first, last, v in spans:
        size = max(ALIGNMENT, -(-v.nbytes // ALIGNMENT) * ALIGNMENT)
        at = 0
        for begin, end, birth, death in taken:  # by offset
            if birth <= last and first <= death and begin < at + size and at < end:
                at = end
        offsets[id(v)] = at
        top = max(top, at + size)
        _insert(taken, (at, at + size, first, last))
    offsets.update((k, offsets[id(flat)] + offset) for k, (flat, offset) in parts.items())
    return offsets, top


def _insert(taken, span):
    low, high = 0, len(taken)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if taken[middle][0] < span[0] else (low, middle)
    taken.insert(low, span)


def meetings(nodes, places, threaded):
    """Which nodes the threads of a team must meet before.

    A node must wait if it reads or writes what a node since the last meeting wrote, or writes what one read, and the two
    are not both thread 0's own.

    Args:
        places: function (node) -> (regions it reads, regions it writes), a region being (space, begin, end).
        threaded: for each node, do all threads share it?
    """
    flags, reads, writes = [], _Touched(), _Touched()
    stops = False
    for j, node in enumerate(nodes):
        its_reads, its_writes = places(node)
        shared = threaded[j]
        meets = (
            stops
            or writes.touch(its_reads, shared)
            or writes.touch(its_writes, shared)
            or reads.touch(its_writes, shared)
        )
        if meets:
            reads, writes = _Touched(), _Touched()
        reads.add(its_reads, shared)
        writes.add(its_writes, shared)
        flags.append(meets)
        stops = node.error is not None or node.kernel.function is not None
    return flags


class _Touched:
    """Regions since the last meeting, by their space."""

    def __init__(self):
        self.spaces = {}

    def add(self, regions, shared):
        for space, begin, end in regions:
            self.spaces.setdefault(space, []).append((begin, end, shared))

    def touch(self, regions, shared):
        """Does one of the regions overlap with one of these, and do not both belong to thread 0 alone?"""
        for space, begin, end in regions:
            for start, stop, was_shared in self.spaces.get(space, ()):
                if begin < stop and start < end and (shared or was_shared):
                    return True
        return False

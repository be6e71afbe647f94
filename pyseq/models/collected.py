"""What `predict` returns: the outputs of batches, put together."""

from __future__ import annotations

import numpy as np

from pyseq.core.structure import flatten, map_structure, pack_as


class Collected:
    """Outputs of batches, put together along the first axis.

    Args:
        n: samples to come, None if not known; else arrays with a row for each are made once.
    """

    def __init__(self, n):
        self.n = n
        self.done = 0
        self.structure = None
        self.arrays_ = None
        self.pieces = None  # of outputs that have another number of rows
        self.unseen = []  # outputs of batches that callbacks have not been shown yet

    def add(self, outputs, size):
        """Take the outputs of a batch of `size` samples."""
        tensors = flatten(outputs)
        if self.structure is None:
            self.structure = map_structure(lambda _: None, outputs)
        if self.n is None and self.pieces is None:
            self.pieces = [[] for _ in tensors]
        if self.pieces is None and all(t.shape[:1] == (size,) for t in tensors):
            if self.arrays_ is None:
                self.arrays_ = [np.empty((self.n, *t.shape[1:]), t.dtype) for t in tensors]
            if all(t.shape[1:] == a.shape[1:] for t, a in zip(tensors, self.arrays_, strict=True)):
                for array, t in zip(self.arrays_, tensors, strict=True):
                    array[self.done : self.done + size] = t
                self.done += size
                return
        if self.pieces is None:
            self.pieces = [[a[: self.done]] if self.done else [] for a in self.arrays_ or [()] * len(tensors)]
        for pieces, t in zip(self.pieces, tensors, strict=True):
            pieces.append(t)

    def shown(self):
        """The outputs of the batches that callbacks have not been shown yet, together; from now on they have."""
        batches, self.unseen = self.unseen, []
        leaves = zip(*map(flatten, batches), strict=True)
        return batches[0] if len(batches) == 1 else pack_as(batches[0], [np.concatenate(parts) for parts in leaves])

    def takes(self, steps):
        """Let planned steps write where their outputs belong, if each output has a row for each sample."""
        batch, plan = steps.stretch.batch_size, getattr(steps, "plan", None)
        if plan is None or self.n is None or self.pieces is not None:
            return False
        leaves = flatten(plan.result)
        if [getattr(leaf, "number", None) for leaf in leaves] != list(range(len(plan.outputs))):
            return False
        if any(leaf.shape[:1] != (batch,) for leaf in leaves):
            return False
        if self.arrays_ is None:
            self.structure = map_structure(lambda _: None, plan.result)
            self.arrays_ = [np.empty((self.n, *leaf.shape[1:]), leaf.dtype.numpy) for leaf in leaves]
        if any(leaf.shape[1:] != a.shape[1:] for leaf, a in zip(leaves, self.arrays_, strict=True)):
            return False
        steps.write_to(self.arrays_, self.done)
        return True

    def arrays(self):
        """The outputs in the structure that a batch had."""
        made = self.arrays_ if self.pieces is None else [np.concatenate(pieces) for pieces in self.pieces]
        return like(self.structure, iter(made))


def like(structure, leaves):
    """The structure with the leaves that `flatten` would give of it."""
    if isinstance(structure, dict):
        made = {k: like(structure[k], leaves) for k in sorted(structure)}
        return {k: made[k] for k in structure}
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*[like(item, leaves) for item in structure])
    if isinstance(structure, (list, tuple)):
        return type(structure)([like(item, leaves) for item in structure])
    return next(leaves)

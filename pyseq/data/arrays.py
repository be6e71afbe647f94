"""Arrays as batches: x, y and sample weights of any structure, gathered row by row in a given order.

Cardinality is checked once; each batch is one gather (and cast) per array.
"""

from __future__ import annotations

import math
import warnings

import numpy as np

from pyseq import random
from pyseq.core import wrap
from pyseq.core.structure import map_structure
from pyseq.core.texts import Texts, string
from pyseq.data.leaves import as_arrays, check_cardinality
from pyseq.data.stretches import Rows, Stretch, TextRows, batch_dtype


def checked_count(name: str, value, default, least: int = 1) -> int:
    """An integer argument of `fit` and its kin, or its default."""
    if value is None:
        return default
    if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) < least:
        raise ValueError(f"`{name}` must be an integer of at least {least}. Received: {name}={value!r}.")
    return int(value)


class ArrayBatches:
    """Batches of arrays that are in memory.

    Args:
        x, y, sample_weight: arrays or structures of them, first axis samples; y and sample_weight may be None.
        batch_size: samples a batch; by default 32, or what makes `steps` batches of the data. The last of a pass may be shorter.
        steps: batches an epoch; None: one pass over the data. Given, the next epoch goes on where the last one ended.
        passes: with `steps`, how often the data is passed over before it is used up.
        shuffle: a new order each pass?
    """

    def __init__(self, x, y=None, sample_weight=None, batch_size=None, steps=None, shuffle=False, passes=1):
        self.parts = (as_arrays(x, "x"), as_arrays(y, "y"), as_arrays(sample_weight, "sample_weight"))
        self.n = check_cardinality(x=self.parts[0], y=self.parts[1], sample_weight=self.parts[2])
        steps = checked_count("steps", steps, None)
        self.batch_size = checked_count("batch_size", batch_size, math.ceil(self.n / steps) if steps else 32)
        self.shuffle = bool(shuffle)
        self.steps = steps or math.ceil(self.n / self.batch_size)
        self.used_up = False
        self.rows = [None if p is None else map_structure(self._wrapped, p) for p in self.parts]
        self.anew = steps is None  # does each epoch begin a new pass?
        self._passes_left = max(passes, 1)
        self._order, self._at = None, self.n
        self._drawn_from = None  # the state of the global generator that the order came from
        self._in_epoch = (0, self.n, self.batch_size)  # the last stretch: batches before it, its start, its batch size
        self._skip = 0  # batches of the coming epoch that were run before: see `go_on`

    @staticmethod
    def _wrapped(a):
        if isinstance(a, Texts):
            return TextRows(a, string)
        return Rows(wrap(a), batch_dtype(a))

    def stretches(self):
        """The batches of an epoch as Stretches. Warns when the data is used up too early."""
        left, self._skip = self.steps - self._skip, 0
        if self.anew and left == self.steps:
            self._passes_left, self._at = 1, self.n
        while left:
            if self._at >= self.n and not self._begin_pass():
                break
            stretch = self._stretch(left)
            self._in_epoch = (self.steps - left, stretch.start, stretch.batch_size)
            self._at += stretch.steps * stretch.batch_size
            left -= stretch.steps
            yield stretch
        if left:
            self.used_up = True
            warn_of_end(self.steps)

    def sample(self):
        """A Stretch like those to come, None if there is none. The batches stay where they are; random state may move."""
        import copy

        return next(copy.copy(self).stretches(), None)

    def on_epoch_end(self):
        """Nothing waits for it."""

    def close(self):
        """Nothing is held."""

    def _begin_pass(self):
        if not self._passes_left:
            return False
        self._passes_left -= 1
        self._at = 0
        self._draw_order()
        return True

    def _draw_order(self):
        if self.shuffle:
            self._drawn_from = random.global_state().numpy()
            self._order = random.permutation(self.n)

    def position(self, batch=None):
        """Where it stands once the first `batch` batches of the epoch are done (None: all of them); for `go_on`."""
        all_done = batch is None
        batch = self.steps if all_done else batch
        before, start, size = self._in_epoch
        at = min(start + (batch - before) * size, self.n)
        return {"batch": 0 if all_done else batch, "at": at, "passes_left": self._passes_left, "drawn_from": self._drawn_from,
                "data": self._measures()}  # fmt: skip

    def go_on(self, position):
        """Let the next epoch be what is left of one at `position`, in the order it had. Moves the global generator.

        Raises:
            ValueError: the data has another number of samples, or is cut into other batches.
        """
        if position["data"] != self._measures():
            raise ValueError(
                f"fit: the data must be as before to go on with it. Received: {self._measures()}; before: {position['data']}."
            )
        self._skip, self._at, self._passes_left = position["batch"], position["at"], position["passes_left"]
        if position["drawn_from"] is not None:
            random.global_state().assign(position["drawn_from"])
            self._draw_order()

    def _measures(self):
        return {"samples": self.n, "batch_size": self.batch_size, "steps": self.steps, "shuffle": self.shuffle}

    def _stretch(self, most):
        """The batches of one size that come next."""
        left = self.n - self._at
        if left < self.batch_size:
            return Stretch(self.rows, self._order, self._at, left, 1)
        return Stretch(self.rows, self._order, self._at, self.batch_size, min(most, left // self.batch_size))

    def __iter__(self):
        """(x, y, sample_weight) of each batch of an epoch, as tensors."""
        for stretch in self.stretches():
            for k in range(stretch.steps):
                yield stretch.batch(k)


def warn_of_end(steps):
    """Warn that the data ended before the steps that were asked for."""
    warnings.warn(
        "Your input ran out of data; interrupting training. Make sure that your dataset or generator can generate at "
        f"least `steps_per_epoch * epochs` batches (here {steps} an epoch). You may need to use the repeat() function "
        "when building your dataset.",
        stacklevel=6,  # of who called `fit` or `evaluate`
    )


def split_for_validation(x, y, sample_weight, validation_split):
    """The last fraction of the samples split off: ((x, y, sample_weight), (x, y, sample_weight))."""
    if not isinstance(validation_split, (int, float, np.number)) or not 0 < validation_split < 1:
        raise ValueError(
            f"`validation_split` must be a fraction from 0 (none) to less than 1. Received: validation_split={validation_split!r}."
        )
    parts = [as_arrays(p, name) for p, name in ((x, "x"), (y, "y"), (sample_weight, "sample_weight"))]
    n = check_cardinality(x=parts[0], y=parts[1], sample_weight=parts[2])
    at = math.floor(n * (1 - float(validation_split)))
    if at == 0 or at == n:
        raise ValueError(
            f"Training data contains {n} samples, which is not sufficient to split it into a validation and training set as "
            f"specified by `validation_split={validation_split}`. Either provide more data, or a different value for the "
            "`validation_split` argument."
        )
    head = [None if p is None else map_structure(lambda a: a[:at], p) for p in parts]
    tail = [None if p is None else map_structure(lambda a: a[at:], p) for p in parts]
    return tuple(head), tuple(tail)

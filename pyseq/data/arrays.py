"""Arrays as batches: x, y and sample weights of any structure, gathered row by row in a given order.

as_arrays: lists, frames, tensors -> NumPy arrays, floats read as floatx
ArrayBatches: cardinality checked once; each batch is one gather (and cast) per array
Stretch: batches of one size in a row, which a plan runs through alone; OneBatch: one that came from elsewhere
"""

from __future__ import annotations

import math
import warnings

import numpy as np

from pyseq import random
from pyseq.core import Tensor, Variable, as_dtype, config, wrap
from pyseq.core.structure import flatten, map_structure
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops


def as_arrays(x, name: str):
    """The structure of `x` with a NumPy array of numbers for each leaf.

    A nested list of numbers is one array; a list or tuple of arrays is a structure of several.
    """
    if x is None:
        return None
    if isinstance(x, dict):
        return {k: as_arrays(v, name) for k, v in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*[as_arrays(item, name) for item in x])
    if isinstance(x, (list, tuple)) and any(_is_array(item) for item in x):
        return type(x)([as_arrays(item, name) for item in x])
    if isinstance(x, Variable):
        x = x.value()
    if isinstance(x, (str, bytes)) or callable(getattr(x, "__next__", None)):
        raise ValueError(f"Failed to find data adapter that can handle input: `{name}` of {type(x).__name__}.")
    return _numbers(x, name)


def _is_array(x) -> bool:
    return isinstance(x, (np.ndarray, Tensor, Variable, dict)) or hasattr(x, "__array__") and not np.isscalar(x)


def _is_series(x) -> bool:
    """A pandas Series? (Known by its look: pandas is not imported for that.) As a column it is (N, 1)."""
    return hasattr(x, "to_frame") and hasattr(x, "to_numpy") and getattr(x, "ndim", 0) == 1


def _numbers(x, name: str) -> np.ndarray:
    try:
        a = np.asarray(x)
        if _is_series(x):
            a = a.reshape(-1, 1)
    except ValueError as e:
        raise ValueError(f"`{name}`: the rows must all have the same length. {e}") from None
    if a.dtype.kind == "O":
        kind = type(a.flat[0]).__name__ if a.size else "object"
        raise ValueError(
            f"`{name}`: Failed to convert a NumPy array to a Tensor (Unsupported object type {kind}). Received: "
            f"shape={a.shape}, dtype=object. Convert it to numbers first, e.g. x.astype('float32')."
        )
    if a.dtype.kind not in "fiub":
        raise ValueError(f"`{name}` must hold numbers. Received: shape={a.shape}, dtype={a.dtype}.")
    if a.ndim == 0:
        raise ValueError(f"`{name}` must have a batch axis. Received: a scalar, {a!r}. Use np.array([...]).")
    return a


def _batch_dtype(a: np.ndarray):
    """Element type of a batch: floating point data is read as floatx, the rest as it is."""
    if a.dtype.kind == "f":
        return as_dtype(config.floatx())
    return as_dtype(a.dtype.newbyteorder("=") if not a.dtype.isnative else a.dtype)


def sizes(x) -> list[int]:
    return [a.shape[0] for a in flatten(x) if a is not None]


def check_cardinality(**structures) -> int:
    """The common number of samples.

    Raises:
        ValueError: they differ, or there are none.
    """
    found = {name: sizes(x) for name, x in structures.items() if x is not None}
    distinct = {n for group in found.values() for n in group}
    if len(distinct) > 1:
        lines = "".join(f"  {name} sizes: {', '.join(map(str, group))}\n" for name, group in found.items())
        raise ValueError(
            f"Data cardinality is ambiguous:\n{lines}Make sure all arrays contain the same number of samples."
        )
    if not distinct or distinct == {0}:
        raise ValueError(
            "Expected input data to be non-empty. Received: "
            + ", ".join(
                f"{name} with shape {a.shape}" for name, x in structures.items() if x is not None for a in flatten(x)
            )
        )
    return distinct.pop()


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
        return Rows(wrap(a), _batch_dtype(a))

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

    def position(self, batch):
        """Where it stands in the epoch that is being run once its first `batch` batches are done; for `go_on`."""
        before, start, size = self._in_epoch
        at = min(start + (batch - before) * size, self.n)
        return {"batch": batch, "at": at, "passes_left": self._passes_left, "drawn_from": self._drawn_from,
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
        stacklevel=5,
    )


class Rows:
    """One array of the data.

    Attributes:
        tensor: its values, first axis samples. dtype: the element type that batches of it have.
    """

    __slots__ = ("tensor", "dtype")

    def __init__(self, tensor, dtype):
        self.tensor = tensor
        self.dtype = dtype


class Stretch:
    """Batches of one size that follow each other.

    Attributes:
        rows: (x, y, sample_weight), each None or a structure of Rows.
        order: int64 (N,), which sample comes when; None: as they stand. start: position in it of the first sample.
        batch_size, steps: samples a batch, batches.
        shapes: of the tensors, if they have not all got `batch_size` rows a batch; else None.
    """

    __slots__ = ("rows", "order", "start", "batch_size", "steps")
    shapes = None

    def __init__(self, rows, order, start, batch_size, steps):
        self.rows = rows
        self.order = order
        self.start = start
        self.batch_size = batch_size
        self.steps = steps

    def batch(self, k):
        """(x, y, sample_weight) of batch k, as tensors."""
        first = self.start + k * self.batch_size
        if self.order is None:
            index = wrap(np.arange(first, first + self.batch_size, dtype=np.int64))
        else:
            index = wrap(self.order[first : first + self.batch_size])
        return tuple(
            None if p is None else map_structure(lambda r: shape_ops.gather_rows(r.tensor, index, r.dtype), p)
            for p in self.rows
        )


class OneBatch(Stretch):
    """A batch that came as tensors of its own.

    Args:
        rows: (x, y, sample_weight), each None or a structure of Rows, which hold the batch and nothing else.
    """

    __slots__ = ("shapes",)

    def __init__(self, rows):
        shapes = [r.tensor.shape for p in rows if p is not None for r in flatten(p)]
        n = shapes[0][0] if shapes and shapes[0] else 1
        super().__init__(rows, None, 0, n, 1)
        self.shapes = None if all(s[:1] == (n,) for s in shapes) else tuple(shapes)

    def batch(self, k):
        return tuple(
            None if p is None else map_structure(lambda r: elementwise.cast(r.tensor, r.dtype), p) for p in self.rows
        )


def batch_rows(x, name):
    """The Rows of one part, x, y or sample_weight, of a batch that came as arrays or tensors."""
    if x is None:
        return None
    if type(x) is np.ndarray and x.dtype.kind in "fiub" and x.ndim:
        return Rows(wrap(x), _batch_dtype(x))
    if isinstance(x, Tensor):
        return Rows(x, as_dtype(config.floatx()) if x.dtype.is_floating else x.dtype)
    if isinstance(x, dict):
        return {k: batch_rows(v, name) for k, v in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*[batch_rows(item, name) for item in x])
    if isinstance(x, (list, tuple)) and any(_is_array(item) for item in x):
        return tuple([batch_rows(item, name) for item in x])
    a = np.asarray(x)
    return Rows(wrap(a if a.ndim == 0 and a.dtype.kind in "fiub" else _numbers(x, name)), _batch_dtype(a))


def packed(batch):
    """A batch (x, y, sample_weight) as steps get it: (x, y, sample_weight), (x, y), or x alone if there is no y; lists as tuples.

    Source: tf.keras.utils.pack_x_y_sample_weight, and what tf.data makes of lists.
    """
    x, y, sample_weight = map(_with_tuples, batch)
    if y is None:
        return (x,) if isinstance(x, tuple) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def _with_tuples(x):
    if isinstance(x, dict):
        return {k: _with_tuples(v) for k, v in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*map(_with_tuples, x))
    return tuple(map(_with_tuples, x)) if isinstance(x, (list, tuple)) else x


def split_for_validation(x, y, sample_weight, validation_split):
    """The last fraction of the samples split off: ((x, y, sample_weight), (x, y, sample_weight))."""
    if not isinstance(validation_split, (int, float)) or not 0 < validation_split < 1:
        raise ValueError(
            f"`validation_split` must be a fraction from 0 (none) to less than 1. Received: validation_split={validation_split!r}."
        )
    parts = [as_arrays(p, name) for p, name in ((x, "x"), (y, "y"), (sample_weight, "sample_weight"))]
    n = check_cardinality(x=parts[0], y=parts[1], sample_weight=parts[2])
    at = math.floor(n * (1 - validation_split))
    if at == 0 or at == n:
        raise ValueError(
            f"Training data contains {n} samples, which is not sufficient to split it into a validation and training set as "
            f"specified by `validation_split={validation_split}`. Either provide more data, or a different value for the "
            "`validation_split` argument."
        )
    head = [None if p is None else map_structure(lambda a: a[:at], p) for p in parts]
    tail = [None if p is None else map_structure(lambda a: a[at:], p) for p in parts]
    return tuple(head), tuple(tail)

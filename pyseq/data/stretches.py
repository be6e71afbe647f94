"""Batches of one size in a row, which a plan runs through alone; and one batch that came as tensors of its own."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, as_dtype, config, wrap
from pyseq.core.structure import flatten, map_structure
from pyseq.core.texts import Texts, as_texts, is_texts, string
from pyseq.data.leaves import is_array, numbers
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops


def batch_dtype(a: np.ndarray):
    """Element type of a batch: floating point data is read as floatx, the rest as it is."""
    if a.dtype.kind == "f":
        return as_dtype(config.floatx())
    return as_dtype(a.dtype.newbyteorder("=") if not a.dtype.isnative else a.dtype)


class Rows:
    """One array of the data.

    Attributes:
        tensor: its values, first axis samples. dtype: the element type that batches of it have.
    """

    __slots__ = ("tensor", "dtype")

    def __init__(self, tensor, dtype):
        self.tensor = tensor
        self.dtype = dtype

    def batch(self, index):
        """The rows with these numbers, a tensor."""
        return shape_ops.gather_rows(self.tensor, index, self.dtype)

    def whole(self):
        """All rows, a tensor."""
        return elementwise.cast(self.tensor, self.dtype)


class TextRows(Rows):
    """Texts of the data, which no plan reads."""

    __slots__ = ()

    def batch(self, index):
        return Texts(np.asarray(self.tensor)[np.asarray(index)])

    def whole(self):
        return self.tensor


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

    def has_texts(self):
        """Are there texts in the batches?"""
        return any(isinstance(r, TextRows) for p in self.rows if p is not None for r in flatten(p))

    def batch(self, k):
        """(x, y, sample_weight) of batch k, as tensors."""
        first = self.start + k * self.batch_size
        if self.order is None:
            index = wrap(np.arange(first, first + self.batch_size, dtype=np.int64))
        else:
            index = wrap(self.order[first : first + self.batch_size])
        return tuple(None if p is None else map_structure(lambda r: r.batch(index), p) for p in self.rows)


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
        return tuple(None if p is None else map_structure(lambda r: r.whole(), p) for p in self.rows)


def batch_rows(x, name):
    """The Rows of one part, x, y or sample_weight, of a batch that came as arrays or tensors."""
    if x is None:
        return None
    if type(x) is np.ndarray and x.dtype.kind in "fiub" and x.ndim:
        return Rows(wrap(x), batch_dtype(x))
    if is_texts(x):
        return TextRows(as_texts(x), string)
    if isinstance(x, Tensor):
        return Rows(x, as_dtype(config.floatx()) if x.dtype.is_floating else x.dtype)
    if isinstance(x, dict):
        return {k: batch_rows(v, name) for k, v in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*[batch_rows(item, name) for item in x])
    if isinstance(x, (list, tuple)) and any(is_array(item) for item in x):
        return tuple([batch_rows(item, name) for item in x])
    a = np.asarray(x)
    return Rows(wrap(a if a.ndim == 0 and a.dtype.kind in "fiub" else numbers(x, name)), batch_dtype(a))


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

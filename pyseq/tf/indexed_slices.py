"""tf.IndexedSlices: rows and their numbers."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor
from pyseq.ops import elementwise
from pyseq.ops import shape as s


class IndexedSlices:
    """Some rows of a tensor, for `Variable.scatter_update` and its kind. (Gradients of picked rows are tensors here.)

    Args:
        values: (n, ...). indices: (n,) integers, which row each is. dense_shape: of the whole tensor.
    """

    def __init__(self, values, indices, dense_shape=None):
        self.values = as_tensor(values)
        self.indices = as_tensor(indices)
        self.dense_shape = dense_shape

    @property
    def dtype(self):
        return self.values.dtype

    def __array__(self, dtype=None, copy=None):
        """The whole tensor, rows with one number added."""
        if self.dense_shape is None:
            raise ValueError("IndexedSlices: `dense_shape` must be given to become a tensor. Received: None.")
        index = elementwise.cast(self.indices, "int64")
        a = s.scatter_rows(self.values, index, tuple(np.asarray(self.dense_shape).tolist())).numpy()
        return a if dtype is None else a.astype(dtype)

    def __repr__(self):
        return f"IndexedSlices(indices={self.indices!r}, values={self.values!r}, dense_shape={self.dense_shape})"

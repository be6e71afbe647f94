"""The leaves of elements: NumPy arrays (of numbers, or of bytes objects for texts) on the way, tensors for who iterates."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, Variable, wrap
from pyseq.data.spec import DatasetSpec, Texts, spec_of


class Nested:
    """What a Dataset is, which may itself be an element of a dataset."""


def structure_of(x):
    """The structure with an array, tensor or Texts for each leaf; a list is one array. Arrays are copied."""
    if isinstance(x, dict):
        return {k: structure_of(v) for k, v in x.items()}
    if isinstance(x, tuple):
        items = [structure_of(v) for v in x]
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    if hasattr(x, "columns") and hasattr(x, "to_numpy"):
        x = x.to_numpy()
    if isinstance(x, Variable):
        return x.value()
    if isinstance(x, (Nested, Texts)) or x is None:
        return x
    if isinstance(x, Tensor):
        return x if not x.shape else np.asarray(x)
    return array_of(x, copy=True)


def array_of(x, copy=False):
    """An array of numbers, or of bytes objects, of an array, list, number or text."""
    if isinstance(x, np.ndarray) and x.dtype.kind in "fiub" and x.dtype.isnative and not copy:
        return x
    plain = not hasattr(x, "dtype") and not hasattr(x, "__array__") and _no_array_in(x)
    try:
        a = np.array(x) if isinstance(x, np.ndarray) else np.asarray(x)
    except ValueError as e:
        raise ValueError(f"Dataset: Can't convert non-rectangular Python sequence to Tensor. {e}") from None
    if a.dtype.kind in "USO":
        return _texts(a)
    if plain and a.dtype.kind in "fi":  # as tf.convert_to_tensor
        a = a.astype("float32" if a.dtype.kind == "f" else "int32" if _fits_int32(a) else "int64")
    return np.ascontiguousarray(a.astype(a.dtype.newbyteorder("="), copy=False)).reshape(a.shape)


def _texts(a):
    if not all(isinstance(item, (str, bytes)) for item in a.flat):
        raise ValueError(
            "Dataset: elements must be numbers or texts, all rows of one length. Received: "
            f"{type(a.flat[0]).__name__ if a.size else 'nothing'} in an array of objects."
        )
    made = np.empty(a.shape, dtype=object)
    made.flat[:] = [item.encode() if isinstance(item, str) else bytes(item) for item in a.flat]
    return made


def _no_array_in(x):
    while isinstance(x, (list, tuple)) and x:
        x = x[0]
    return not hasattr(x, "dtype")


def _fits_int32(a):
    return not a.size or -(2**31) <= a.min() and a.max() < 2**31


def as_leaf_tensor(leaf):
    """The tensor of a leaf; texts as Texts, a dataset as it is."""
    if isinstance(leaf, (Tensor, Texts, Nested)) or leaf is None:
        return leaf
    if isinstance(leaf, bytes):
        return Texts(np.asarray(leaf, dtype=object))
    a = np.asarray(leaf)
    return Texts(a) if a.dtype.kind == "O" else wrap(a)


def as_leaf_numpy(leaf):
    """The leaf as `as_numpy_iterator` gives it: an array of its own, a NumPy scalar or bytes for shape ()."""
    if isinstance(leaf, (Tensor, Texts)):
        return leaf.numpy()
    if isinstance(leaf, np.ndarray):
        return leaf.copy() if leaf.ndim else leaf[()]
    return NumpyView(leaf) if isinstance(leaf, Nested) else leaf


class NumpyView:
    """A dataset inside an element, which gives NumPy arrays."""

    def __init__(self, dataset):
        self._dataset = dataset

    def __iter__(self):
        return self._dataset.as_numpy_iterator()


def as_leaf_array(leaf):
    """The array of a leaf."""
    if isinstance(leaf, (np.ndarray, np.generic)):
        return leaf
    if isinstance(leaf, bytes):
        return np.asarray(leaf, dtype=object)
    return np.asarray(leaf)


def leaf_spec(leaf):
    """What is known of a leaf beforehand."""
    if isinstance(leaf, Nested):
        return DatasetSpec(leaf.element_spec)
    return spec_of(leaf if isinstance(leaf, (Tensor, Texts)) else as_leaf_array(leaf))


def result_of(x):
    """What a user's function returned, as an element: a list is one array; numbers and texts become arrays."""
    if isinstance(x, (Tensor, Nested, Texts)) or x is None:
        return x
    if isinstance(x, dict):
        return {k: result_of(v) for k, v in x.items()}
    if isinstance(x, tuple):
        made = [result_of(v) for v in x]
        return type(x)(*made) if hasattr(x, "_fields") else tuple(made)
    if isinstance(x, list) and any(isinstance(v, Tensor) for v in x):
        return np.stack([np.asarray(v) for v in x])
    return array_of(x.value() if isinstance(x, Variable) else x)

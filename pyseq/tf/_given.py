"""Arguments as TensorFlow takes them: extents, axes and counts may be tensors, whose values must be known."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, Variable, as_dtype, as_tensor, float32
from pyseq.core.texts import as_texts, is_texts
from pyseq.ops.check import known_values


def extents_of(shape):
    """A shape as a tuple of int, of a number, a list (tensors in it), an array, a tensor or a TensorShape."""
    if isinstance(shape, (Tensor, Variable, np.ndarray)):
        shape = known_values("shape", "the extents", shape).reshape(-1).tolist()
    if hasattr(shape, "__index__"):
        return (shape.__index__(),)
    return tuple([n.__index__() for n in shape])


def axes_of(axis):
    """An axis, several, or None, without tensors."""
    if isinstance(axis, (Tensor, Variable, np.ndarray)):
        known = known_values("axis", "`axis`", axis)
        return known.item() if not known.ndim else tuple(known.tolist())
    if isinstance(axis, (list, tuple)):
        return tuple([k.__index__() for k in axis])
    return axis


def pairs(paddings):
    """(before, after) of each axis, as an array."""
    if isinstance(paddings, (list, tuple)):
        return np.array([[int(n) for n in pair] for pair in paddings], "int64").reshape(len(paddings), -1)
    return known_values("pad", "`paddings`", paddings)


def python_floats(value):
    """Is it a Python float, or nested lists of them? (TensorFlow makes float32 of them, whatever floatx is.)"""
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return type(value) is float


def tensor_of(value, dtype=None):
    """Tensor of a value as `tf.convert_to_tensor` makes it."""
    if isinstance(value, (Tensor, Variable)):
        return as_tensor(value, dtype)
    if dtype in (None, "string", str) and is_texts(value):
        return as_texts(value)
    if dtype is None and not isinstance(value, (np.ndarray, np.generic)) and python_floats(value):
        dtype = float32
    return as_tensor(value, None if dtype is None else as_dtype(dtype))

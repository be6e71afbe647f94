"""Which element type the operands of Keras 3's functions are brought to. TensorFlow's functions ask for one type instead."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, Variable, as_dtype, as_tensor, bool_, config, float32, int32
from pyseq.ops import elementwise


def promoted(a, b):
    """The dtype of a result: of integer and float the float, of two floats or integers the wider, of bool the other."""
    if a is b or b is bool_:
        return a
    if a is bool_:
        return b
    if a.is_floating != b.is_floating:
        return a if a.is_floating else b
    found = as_dtype(np.result_type(a.numpy, b.numpy))
    return float32 if found.is_floating and not a.is_floating else found


def _is_number(x):
    return isinstance(x, (bool, int, float)) and not isinstance(x, np.generic)


def _number_beside(x, dtype):
    """A Python number as a tensor beside one of `dtype`: it takes that dtype if it can."""
    if isinstance(x, bool) or dtype.is_floating:
        return as_tensor(x, dtype=bool_ if isinstance(x, bool) else dtype)
    if isinstance(x, float):
        return as_tensor(x, dtype=config.floatx())
    return as_tensor(x, dtype=int32 if dtype is bool_ else dtype)


def same(*xs):
    """Tensors of one dtype."""
    if all(type(x) is Tensor and x.dtype is xs[0].dtype for x in xs):
        return xs
    known = [x for x in xs if not _is_number(x)]
    if not known:
        dtype = as_tensor(sum(xs) if not all(isinstance(x, bool) for x in xs) else xs[0]).dtype
        return [as_tensor(x, dtype=dtype) for x in xs]
    tensors = [None if _is_number(x) else as_tensor(x) for x in xs]
    dtype = next(t.dtype for t in tensors if t is not None)
    for t in tensors:
        dtype = dtype if t is None else promoted(dtype, t.dtype)
    tensors = [_number_beside(x, dtype) if t is None else t for x, t in zip(xs, tensors, strict=True)]
    for t in tensors:
        dtype = promoted(dtype, t.dtype)
    return [t if t.dtype is dtype else elementwise.cast(t, dtype) for t in tensors]


def floats(*xs):
    """Floating point tensors of one dtype; integers and booleans become `floatx()`."""
    tensors = same(*xs)
    if not tensors[0].dtype.is_floating:
        tensors = [elementwise.cast(t, config.floatx()) for t in tensors]
    return tensors


def numbers(*xs):
    """As `same`; booleans become int32."""
    tensors = same(*xs)
    return [elementwise.cast(t, int32) for t in tensors] if tensors[0].dtype is bool_ else tensors


def is_tensor(x):
    """Is x a tensor or variable?"""
    return isinstance(x, (Tensor, Variable))
